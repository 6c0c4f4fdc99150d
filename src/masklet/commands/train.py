"""`masklet train CONFIG`: trains a model, or goes on with a training that was stopped."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from masklet.commands import options
from masklet.commands.grouped import grouped
from masklet.commands.report import Report
from masklet.commands.results import result_folder, write_json
from masklet.errors import InputError

if TYPE_CHECKING:
    from masklet.train.config import Training

NEEDED = ("torch", "accelerate", "pydantic")


@grouped
def train(
    config: Annotated[str, typer.Argument(help="A recipe (nano), or a .toml or .py file.", metavar="CONFIG")],
    *,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Folder with pictures/{train,dev} and videos/{train,dev}.", metavar="DIR"),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="One setting, say stages.0.optimiser.rate=1e-4; any number.", metavar="KEY=VALUE"),
    ] = None,
    out: options.Out = None,
    report: Report,
) -> None:
    """Train a model. Started again with the same --out, it goes on at the step of its last save.

    Several processes share the work under `accelerate launch -m masklet train …`.
    """
    require_training()
    from masklet.runtime.catalogue import find_weights
    from masklet.train.settings import read_training

    training = read_training(config, settings or [])
    if data is not None:
        training = _at(training, data)
    start = find_weights(training.start) if training.start else None
    folder = result_folder(out, config, "training")

    def say(row: Mapping[str, object]) -> None:
        if not report.quiet:
            print(json.dumps(row), file=sys.stderr, flush=True)

    from masklet.train.stages import run_training

    trained = run_training(training, folder, start, say)
    result = {
        "model": training.model,
        "steps": trained.steps,
        "left_out": list(trained.broken),
        "figures": dict(trained.figures),
        "outputs": {"folder": str(folder), "weights": str(trained.weights)},
    }
    write_json(folder / "training.json", result)
    report.finish(result, [f"{trained.steps} steps; the weights are {trained.weights}"])


def require_training() -> None:
    """Raises InputError naming the extra when a package that training needs is missing."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise InputError(f'training needs {", ".join(missing)}: pip install "masklet[train]"')


def _at(training: Training, data: Path) -> Training:
    """The training on the folders of `data` that are there."""
    if not data.is_dir():
        raise InputError(f"{data}: there is no such folder")
    sources = training.sources
    if (data / "pictures" / "train").is_dir():
        sources = replace(sources, pictures=str(data / "pictures" / "train"))
    if (data / "videos" / "train").is_dir():
        sources = replace(sources, videos=str(data / "videos" / "train"))
    if sources == training.sources:
        raise InputError(f"{data}: holds neither pictures/train nor videos/train")
    if all((data / kind / "dev").is_dir() for kind in ("pictures", "videos")):
        sources = replace(sources, development=str(data))
    return replace(training, sources=sources)
