"""What all `masklet evaluate` commands share: their options, the run over a set, and the record at its end."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from masklet.commands.report import Report
from masklet.commands.results import result_folder
from masklet.errors import InputError

if TYPE_CHECKING:
    from masklet.data.sets.seam import DataSet
    from masklet.evaluate.parts import Job, Outcome, Part
    from masklet.evaluate.record import Kind, Record
    from masklet.net import Net

Data = Annotated[
    Path, typer.Argument(help="A data set, of any format of masklet data.", metavar="DATA", show_default=False)
]
Format = Annotated[
    str | None, typer.Option("--format", help="The set's format; told by its contents by default.", metavar="NAME")
]
Split = Annotated[str | None, typer.Option("--split", help="Only what this list of the set names.", metavar="NAME")]
Only = Annotated[
    list[str] | None, typer.Option("--only", help="Only this video or picture; give several.", metavar="NAME")
]
Limit = Annotated[
    int | None, typer.Option("--limit", help="A quick look: so many, spread over the set.", metavar="N", min=1)
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", help="Processes; by default one per core, on a GPU one.", metavar="N", min=1),
]
OnRay = Annotated[bool, typer.Option("--ray", help="Share the work out over a Ray cluster.")]
Pages = Annotated[
    bool, typer.Option("--report", help="Write a page for every record too, which opens offline; keeps the masks.")
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


@dataclass(frozen=True)
class Loader:
    """Loads a model where it is needed; every process computes with one thread, so that figures do not depend on how
    many work side by side."""

    model: str
    device: str = "auto"
    precision: str = "auto"
    runtime: str = "auto"

    def __call__(self) -> Net:
        """The model."""
        import masklet

        net = masklet.load(self.model, self.device, self.precision, runtime=self.runtime)
        torch = sys.modules.get("torch")
        if torch is not None:
            torch.set_num_threads(1)
        return net

    @property
    def stamp(self) -> str:
        """The model's name, and for a file its size and time: parts of another one are not taken."""
        path = Path(self.model)
        how = f"{self.model} {self.device} {self.precision} {self.runtime}"
        if not path.exists():
            return how
        stat = path.stat()
        return f"{how} {stat.st_size} {stat.st_mtime_ns}"

    def check(self) -> None:
        """Raise ModelError now rather than after the set is read."""
        from masklet.runtime.catalogue import find_weights
        from masklet.runtime.manifest import FILE_NAME

        if not (Path(self.model) / FILE_NAME).is_file():
            find_weights(self.model)


@dataclass
class Run:
    """One command on its way. failed: why sequences have no figures, over all that was evaluated."""

    report: Report
    out: Path
    words: Sequence[str]
    workers: int
    ray: bool = False
    pages: bool = False
    failed: dict[str, str] = field(default_factory=dict)
    issues: dict[str, None] = field(default_factory=dict)
    written: dict[str, Path] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)

    def work_out(self, job: Job, label: str) -> tuple[Outcome, float]:
        """The job's parts, and the wall time this took."""
        from masklet.evaluate.parts import work_out

        started = time.perf_counter()
        self.labels.append(label)
        with _one_thread(), self.report.progress(label, None) as steps:
            outcome = work_out(
                job,
                self.out / "parts" / label,
                workers=self.workers,
                engine="ray" if self.ray else "processes",
                progress=steps.to,
            )
        for name, error in outcome.failed.items():
            if name not in self.failed:
                self.report.remark(error)
            self.failed[name] = error
        for part in outcome.parts.values():
            self._tell(part)
        return outcome, time.perf_counter() - started

    def _tell(self, part: Part) -> None:
        for issue in part.issues:
            if issue not in self.issues:
                self.report.remark(issue)
            self.issues[issue] = None

    def write(
        self,
        label: str,
        kind: Kind,
        model: str,
        data: Path,
        outcome: Outcome,
        seconds: float,
        figures: Mapping[str, float],
        *,
        protocol: Mapping[str, str | int | float | bool],
        curves: Mapping[str, Any] | None = None,
    ) -> Record:
        """Write the record OUT/LABEL.json."""
        import masklet
        from masklet.evaluate.jobs import set_name
        from masklet.evaluate.record import Record

        told: dict[str, str | int | float | bool] = {**protocol, "evaluated": len(outcome.parts)}
        if outcome.failed:
            told["failed"] = ", ".join(outcome.failed)
        incomplete = [name for name, part in outcome.parts.items() if part.issues]
        if incomplete:  # evaluated without what could not be read, a truth map for instance
            told["incomplete"] = ", ".join(incomplete)
        record = Record(
            kind=kind,
            model=model,
            data=set_name(data),
            protocol=told,
            command=shlex.join(self.words),
            version=masklet.__version__,
            machine=machine_line(),
            seconds=round(seconds, 1),
            figures=dict(figures),
            curves=dict(curves or {}),
            items=outcome.items,
        )
        path = self.out / f"{label}.json"
        record.write(path)
        self.written[label] = path
        if self.pages:
            from masklet.evaluate.pages.report import write_report

            self.written[f"{label}-report"] = path.with_suffix(".html")
            write_report(record, path.with_suffix(".html"))
        return record

    def end(self, result: Mapping[str, Any], lines: Sequence[str]) -> int:
        """Say what came out, and give the exit code: 2 when a sequence could not be evaluated."""
        for label in self.labels:
            shutil.rmtree(self.out / "parts" / label, ignore_errors=True)
        with suppress(OSError):
            (self.out / "parts").rmdir()  # unless another stopped evaluation has parts there
        outputs = {label: str(path) for label, path in self.written.items()}
        failed = {"failed": self.failed} if self.failed else {}
        said = [*lines, *(f"{_what(path)}: {path}" for path in self.written.values())]
        if self.failed:
            names = ", ".join(self.failed)
            said.append(f"Left out of all figures: {len(self.failed)} ({names})")
        self.report.finish({**result, **failed, "outputs": outputs}, said)
        return 2 if self.failed or self.issues else 0


def machine_line() -> str:
    """The machine, in a line."""
    from masklet.bench.machine import this_machine

    machine = this_machine()
    return f"{machine.processor}, {machine.usable_cores} of {machine.cores} cores"


def _what(path: Path) -> str:
    return {".html": "Page", ".zip": "For the server", "": "Pictures"}.get(path.suffix, "Record")


@contextmanager
def _one_thread() -> Iterator[None]:
    """For what is loaded and for processes that start meanwhile; see Loader."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


def begin(
    report: Report,
    out: Path | None,
    source: Path,
    words: Sequence[str],
    workers: int | None,
    ray: bool,
    device: str,
    pages: bool = False,
) -> Run:
    """A command's run. out: by default ./NAME-evaluation."""
    folder = result_folder(out, source.resolve(), "evaluation")
    return Run(report, folder, words, count_workers(workers, device), ray, pages)


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


def chosen(data: DataSet, split: str | None, only: Sequence[str] | None, limit: int | None) -> tuple[str, ...]:
    """The names to evaluate, in the set's order. Raises InputError for an unknown list or name."""
    from masklet.evaluate.following import wanted

    names = list(data.names())
    if split is not None:
        splits = data.about.splits
        if split not in splits:
            raise InputError(f"{data.folder}: no list {split!r}; the set has {', '.join(splits) or 'none'}")
        listed = set(splits[split])
        names = [name for name in names if name in listed]
    names = wanted(names, only)
    if limit is not None and limit < len(names):
        names = [names[i * len(names) // limit] for i in range(limit)]
    if not names:
        raise InputError(f"{data.folder}: nothing to evaluate here")
    return tuple(names)


def command_words(name: str, *arguments: object, **options: object) -> list[str]:
    """The command line that repeats a run: options that are None, False, empty or "auto" are left out."""
    words = ["masklet", "evaluate", name, *(str(one) for one in arguments)]
    for key, value in options.items():
        option = f"--{key.replace('_', '-').strip('-')}"
        for one in value if isinstance(value, list | tuple) else [value]:
            if one is True:
                words.append(option)
            elif one not in (None, False, "auto"):
                words += [option, str(one)]
    return words
