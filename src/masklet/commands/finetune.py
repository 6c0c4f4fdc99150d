"""`masklet finetune SOURCE`: teaches a model one's own objects from a few annotated frames."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from masklet.commands import options
from masklet.commands.grouped import grouped
from masklet.commands.report import Report
from masklet.commands.results import result_folder, write_json
from masklet.commands.train import require_training

if TYPE_CHECKING:
    from masklet.train.finetune import Figures


@grouped
def finetune(
    source: Annotated[
        Path, typer.Argument(help="A video, a folder in DAVIS's layout, or one of pictures with label maps.")
    ],
    *,
    masks: Annotated[
        Path | None,
        typer.Option("--masks", help="A video's masks: NAME/00000.png for each object, or 00000.png.", metavar="DIR"),
    ] = None,
    model: options.Model = "nano",
    steps: Annotated[int, typer.Option("--steps", help="How long to train.", min=1)] = 150,
    out: options.Out = None,
    report: Report,
) -> None:
    """Teach a model your own objects.

    Every fourth annotated frame is held out, and judged before and after.
    """
    require_training()
    from masklet.runtime.catalogue import find_weights
    from masklet.train.finetune import arrange, examples, judge, plan, read_weights
    from masklet.train.stages import run_training

    found = examples(source, masks)
    weights = find_weights(model)
    network = read_weights(weights)
    folder = result_folder(out, source, "finetuned")

    def say(row: Mapping[str, object]) -> None:
        if not report.quiet:
            print(json.dumps(row), file=sys.stderr, flush=True)

    data, work = folder / "data", folder / "training"
    arrange(found, data)
    # what an earlier run with other frames left is no part of this one
    shutil.rmtree(work, ignore_errors=True)
    before = judge(network, data)
    training = plan(network.config.name, weights, data, network.config.picture_size, steps)
    trained = run_training(training, work, weights, say)
    final = folder / "weights.safetensors"
    trained.weights.replace(final)
    after = judge(read_weights(final), data)
    result = {
        "model": network.config.name,
        "frames": len(found),
        "steps": steps,
        "before": asdict(before),
        "after": asdict(after),
        "outputs": {"weights": str(final), "folder": str(folder)},
    }
    write_json(folder / "finetuned.json", result)
    report.finish(result, _lines(before, after, final))


def _lines(before: Figures, after: Figures, weights: Path) -> list[str]:
    lines = [f"{'on the frames held out':<28}  before   after"]
    for name, title in (
        ("one_click", "IoU after 1 click"),
        ("three_clicks", "IoU after 3 clicks"),
        ("tracked", "J, followed from the mask"),
    ):
        was, now = getattr(before, name), getattr(after, name)
        if was is not None and now is not None:
            lines.append(f"{title:<28}  {was:6.3f}  {now:6.3f}")
    if after.one_click < before.one_click and (after.tracked or 0) <= (before.tracked or 0):
        lines.append("it has become worse on them: fewer --steps, or more annotated frames, may help")
    return [*lines, f"the weights are {weights}: --model {weights}"]
