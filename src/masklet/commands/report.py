"""What a command says, and where: results on standard output, progress and remarks on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from masklet.commands.options import AsJson, Quiet

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Ending(Enum):
    """How a command ended when it neither finished nor raised; it has said so itself."""

    STOPPED_AND_SAVED = "stopped by Ctrl-C; what there was is saved"


@dataclass(frozen=True)
class Steps:
    """The moving end of a progress bar."""

    _bar: Progress
    _task: TaskID

    def one(self) -> None:
        """One step is done."""
        self._bar.advance(self._task)

    def to(self, done: int, total: int | None) -> None:
        """So many steps are done, and so many there are."""
        self._bar.update(self._task, completed=done, total=total)


@dataclass(frozen=True)
class Report:
    """One command's voice, and the options that say how it speaks (see `grouped`).

    as_json: standard output gets exactly one JSON object. quiet: neither progress nor summary.
    """

    as_json: AsJson = False
    quiet: Quiet = False

    @contextmanager
    def progress(self, what: str, total: int | None, *, in_bytes: bool = False) -> Iterator[Steps]:
        """A progress bar on standard error. total: how many steps there will be, None when nobody knows. in_bytes: a
        step is a byte."""
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            MofNCompleteColumn,
            Progress,
            Task,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.text import Text

        class Count(MofNCompleteColumn):
            """How many of how many; nothing for what is not counted at all."""

            def render(self, task: Task) -> Text:
                return super().render(task) if task.completed or task.total is not None else Text()

        count = DownloadColumn() if in_bytes else Count()
        columns = (TextColumn("{task.description}"), BarColumn(), count, TimeRemainingColumn())
        console = Console(stderr=True)
        bar = Progress(*columns, console=console, disable=self.quiet)
        steps = Steps(bar, bar.add_task(what, total=total))
        if console.is_terminal:
            with bar:
                yield steps
            return
        yield steps  # in a log file, one line at the end is enough, and none beside an error's
        if not self.quiet:
            console.print(bar.get_renderable())

    def remark(self, line: str) -> None:
        """A line on standard error that is no result: where a file broke, how to go on."""
        print(f"masklet: {line}", file=sys.stderr, flush=True)

    def finish(self, result: Mapping[str, Any], summary: Sequence[str]) -> None:
        """The end of a command: the one JSON object, or the summary's lines for people."""
        if self.as_json:
            print(json.dumps(result, ensure_ascii=False, allow_nan=False), flush=True)
        elif not self.quiet:
            for line in summary:
                print(line, flush=True)


def counted(number: int, thing: str) -> str:
    """A number of things in words: "1 frame", "2 frames"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
