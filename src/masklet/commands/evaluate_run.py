"""What all `masklet evaluate` commands share: the run over a set, and the record at its end."""

from __future__ import annotations

import os
import shlex
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from masklet.commands.report import Report, counted

if TYPE_CHECKING:
    from masklet.commands.evaluate_options import Loader
    from masklet.evaluate.parts import Job, Outcome, Part
    from masklet.evaluate.record import Kind, Record


@dataclass
class Run:
    """One command on its way.

    done: by label, the sequences that were evaluated. failed: why others have no figures, over all labels. uncounted:
    objects that have no frame that counts.

    In a `with` block, Ctrl-C ends the block and says how to go on.
    """

    report: Report
    out: Path
    words: Sequence[str]
    workers: int
    ray: bool = False
    pages: bool = False
    failed: dict[str, str] = field(default_factory=dict)
    issues: dict[str, None] = field(default_factory=dict)
    uncounted: dict[str, None] = field(default_factory=dict)
    written: dict[str, Path] = field(default_factory=dict)
    done: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __enter__(self) -> Run:
        """The run itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        """Take a Ctrl-C."""
        stopped = kind is not None and issubclass(kind, KeyboardInterrupt)
        if stopped:
            self.report.remark(f"stopped; the same command goes on with {self.out}")
        return stopped

    def tell_model(self, load: Loader) -> None:
        """Say what runs the model in all processes; of a cluster's machines nothing is known. Raises ModelError."""
        from masklet.commands.opening import foresee_net

        if not self.ray:
            with _one_thread():
                how = load.device, load.precision
                foresee_net(self.report, load.model, *how, runtime=load.runtime, threads=1)

    def work_out(self, job: Job, label: str) -> tuple[Outcome, float]:
        """The job's parts, and the wall time this took. Raises NothingWorkedOut when there are none, all said."""
        from masklet.evaluate.parts import NothingWorkedOut, work_out

        started = time.perf_counter()
        self.done[label] = ()
        try:
            with _one_thread(), self.report.progress(label, None) as steps:
                outcome = work_out(
                    job,
                    self.out / "parts" / label,
                    workers=self.workers,
                    engine="ray" if self.ray else "processes",
                    progress=steps.to,
                )
        except NothingWorkedOut as none:
            if len(set(none.failed.values())) > 1:  # else the error that goes on says it
                self._tell_failed(label, none.failed)
            raise
        self.done[label] = tuple(outcome.parts)
        self._tell_failed(label, outcome.failed)
        for part in outcome.parts.values():
            self._tell(part)
        return outcome, time.perf_counter() - started

    def _tell_failed(self, label: str, failed: Mapping[str, str]) -> None:
        for name, error in failed.items():
            if error not in self.failed.values():
                self.report.remark(error)
            known = self.failed.setdefault(name, error)
            if known != error:  # of another set, or for another reason
                self.failed[f"{label}: {name}"] = error

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
        uncounted = [name for part in outcome.parts.values() for name in part.left_out]
        if uncounted:
            told["uncounted"] = _few(uncounted)
            self.uncounted.update(dict.fromkeys(uncounted))
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
        for label in self.done:
            shutil.rmtree(self.out / "parts" / label, ignore_errors=True)
        with suppress(OSError):
            (self.out / "parts").rmdir()  # unless another stopped evaluation has parts there
        outputs = {label: str(path) for label, path in self.written.items()}
        failed = {"failed": self.failed} if self.failed else {}
        said = [*lines, *(f"{_what(path)}: {path}" for path in self.written.values())]
        if self.uncounted:
            said.append(f"No frame counts of {counted(len(self.uncounted), 'object')}: {_few(list(self.uncounted))}")
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


def _few(names: Sequence[str], most: int = 10) -> str:
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


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
