"""The options that `masklet evaluate` commands share: single ones, and groups that go together (see `grouped`)."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from masklet.commands import options
from masklet.commands.evaluate_run import Run
from masklet.commands.report import Report
from masklet.commands.results import result_folder
from masklet.errors import InputError, ModelError

if TYPE_CHECKING:
    from masklet.data.sets.seam import DataSet
    from masklet.net import Net

Data = Annotated[
    Path, typer.Argument(help="A data set, of any format of masklet data.", metavar="DATA", show_default=False)
]
RuleOption = Annotated[
    str | None,
    typer.Option(
        "--rule", help="Frames that count: davis, sav, youtube-vos or all; the set's own by default.", metavar="NAME"
    ),
]
WithHota = Annotated[bool, typer.Option("--hota", help="HOTA too, which takes the extra `hota`.")]
Train = Annotated[
    Path | None,
    typer.Option("--train", help="The training set or its meta.json: G over seen and unseen.", metavar="PATH"),
]
Limit = Annotated[
    int | None, typer.Option("--limit", help="A quick look: so many, spread over the set.", metavar="N", min=1)
]


@dataclass(frozen=True)
class Loader:
    """The model. Called, it loads it, in whichever process needs it; every process computes with one thread, so that
    figures do not depend on how many work side by side."""

    model: options.Model = "nano"
    device: options.Device = "auto"
    precision: options.Precision = "auto"
    runtime: options.Runtime = "auto"
    fine: options.Fine = None

    def __call__(self) -> Net:
        """The model, loaded."""
        import masklet

        net = masklet.load(self.model, self.device, self.precision, runtime=self.runtime, fine=self.fine)
        torch = sys.modules.get("torch")
        if torch is not None:
            torch.set_num_threads(1)
        return net

    @property
    def stamp(self) -> str:
        """What is loaded, with its weights' size and time: parts that others made are not taken."""
        from masklet.runtime.catalogue import find_weights

        how = f"{self.model} {self.device} {self.precision} {self.runtime}"
        how += "" if self.fine is None else f" fine={self.fine}"
        path = Path(self.model)
        try:
            stat = (path if path.exists() else find_weights(self.model)).stat()
        except ModelError:
            return how
        return f"{how} {stat.st_size} {stat.st_mtime_ns}"

    @property
    def words(self) -> dict[str, object]:
        """As options of the command that repeats a run."""
        how = {"model": self.model, "device": self.device, "precision": self.precision, "runtime": self.runtime}
        return {**how, "fine": self.fine, "no_fine": self.fine is False}

    def check(self) -> None:
        """Raise ModelError now rather than after the set is read."""
        from masklet.runtime.catalogue import find_weights
        from masklet.runtime.manifest import FILE_NAME

        if not (Path(self.model) / FILE_NAME).is_file():
            find_weights(self.model)


@dataclass(frozen=True)
class Taken:
    """What of a set is evaluated. layout: its format; None: told by its contents."""

    layout: Annotated[
        str | None, typer.Option("--format", help="The set's format; told by its contents by default.", metavar="NAME")
    ] = None
    split: Annotated[
        str | None, typer.Option("--split", help="Only what this list of the set names.", metavar="NAME")
    ] = None
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Only this video or picture; give several.", metavar="NAME")
    ] = None
    limit: Limit = None

    def names(self, data: DataSet) -> tuple[str, ...]:
        """The names to evaluate, in the set's order. Raises InputError for an unknown list or name."""
        from masklet.evaluate.following import wanted

        names: Sequence[str] = data.names()
        if self.split is not None:
            splits = data.about.splits
            if self.split not in splits:
                raise InputError(f"{data.folder}: no list {self.split!r}; the set has {', '.join(splits) or 'none'}")
            listed = set(splits[self.split])
            names = [name for name in names if name in listed]
        names = wanted(names, self.only)
        if self.limit is not None and self.limit < len(names):
            names = [names[i * len(names) // self.limit] for i in range(self.limit)]
        if not names:
            raise InputError(f"{data.folder}: nothing to evaluate here")
        return tuple(names)

    @property
    def words(self) -> dict[str, object]:
        """As options of the command that repeats a run."""
        return {"format": self.layout, "split": self.split, "only": self.only, "limit": self.limit}


@dataclass(frozen=True)
class Working:
    """How a set is worked through, where the results go, and what is said meanwhile."""

    workers: Annotated[
        int | None,
        typer.Option("--workers", help="Processes; by default one per core, on a GPU one.", metavar="N", min=1),
    ] = None
    ray: Annotated[bool, typer.Option("--ray", help="Share the work out over a Ray cluster.")] = False
    pages: Annotated[
        bool, typer.Option("--report", help="Write a page for every record too, which opens offline; keeps the masks.")
    ] = False
    out: options.Out = None
    as_json: options.AsJson = False
    quiet: options.Quiet = False

    @property
    def report(self) -> Report:
        """The command's voice."""
        return Report(self.as_json, self.quiet)

    def begin(self, source: Path, words: Sequence[str], device: str, ending: str = "evaluation") -> Run:
        """The run, its folder by default ./NAME-ENDING, not made yet. Raises OutputError where none can be."""
        folder = result_folder(self.out, source.resolve(), ending)
        return Run(self.report, folder, words, count_workers(self.workers, device), self.ray, self.pages)


def count_workers(asked: int | None, device: str) -> int:
    """How many processes: as many as were asked for, else one per core, on a GPU one."""
    if asked is not None:
        return asked
    if device == "auto" and shutil.which("nvidia-smi") is not None:  # torch takes seconds to say so
        device = "cuda"
    if device not in ("auto", "cpu"):
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, 8)
