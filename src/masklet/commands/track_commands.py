"""Commands to a stream that is being followed: objects join, are corrected and leave while it runs.

One command a line, in the words of the command line: `--point 420,310=cup --not 5,5=cup`, `--box 10,20,80,90=ball`,
`--mask FILE=ball`, `--forget cup`, `--stop`. They speak of the picture that was looked at last.
"""

from __future__ import annotations

import os
import shlex
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread

from masklet.commands.prompts import Said, read_prompts
from masklet.errors import MediaError, PromptError
from masklet.media.closing import Closing

_LOOK = 0.1  # seconds between two looks at a file that may have grown
_PROMPTS = ("--point", "--not", "--box", "--mask")


@dataclass(frozen=True)
class Command:
    """One line, as it was given."""

    line: str

    def said(self) -> list[Said]:
        """The prompts in it. Raises PromptError for what cannot be read."""
        words = {option: [value for name, value in self._pairs() if name == option] for option in _PROMPTS}
        if any("@" in value for values in words.values() for value in values):
            raise PromptError("a command speaks of the picture looked at last: leave out @FRAME")
        return read_prompts(*words.values(), continued=True)

    def forgotten(self) -> list[str]:
        """The objects that leave."""
        return [value for name, value in self._pairs() if name == "--forget"]

    def stops(self) -> bool:
        """Whether the run ends here."""
        return any(name == "--stop" for name, _ in self._pairs())

    def _pairs(self) -> list[tuple[str, str]]:
        try:
            words = iter(shlex.split(self.line))
        except ValueError as error:
            raise PromptError(f"quotes do not match ({error})") from None
        pairs: list[tuple[str, str]] = []
        for word in words:
            name, _, value = word.partition("=") if word.startswith("--") else (word, "", "")
            if name not in (*_PROMPTS, "--forget", "--stop"):
                raise PromptError(f"{word} is no command: say {', '.join(_PROMPTS)}, --forget or --stop")
            if name != "--stop" and not value:
                value = next(words, "")
                if not value:
                    raise PromptError(f"{name} needs its value behind it")
            pairs.append((name, value))
        return pairs


class Commands(Closing):
    """The lines that come from a file that grows, a named pipe, or standard input."""

    def __init__(self, source: str | None) -> None:
        """source: a path, "-" for standard input, or None for none. Raises MediaError when there is no such file."""
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._closed = Event()
        if source is None:
            return
        if source != "-" and not Path(source).exists():
            raise MediaError(f"there is no file of commands {source}: make it, or a named pipe (mkfifo), first")
        Thread(target=self._read, args=(source,), name="reading commands", daemon=True).start()

    def waiting(self) -> Iterator[Command]:
        """What has come since it was asked last."""
        while True:
            try:
                line = self._lines.get_nowait()
            except Empty:
                return
            if line.strip() and not line.lstrip().startswith("#"):
                yield Command(line.strip())

    def close(self) -> None:
        """Read no more."""
        self._closed.set()

    def _read(self, source: str) -> None:
        # not sys.stdin: a thread that waits in it would stand in the way of the interpreter's end
        number = sys.stdin.fileno() if source == "-" else os.open(source, os.O_RDONLY)
        is_pipe = not stat.S_ISREG(os.fstat(number).st_mode)
        begun = b""
        while not self._closed.is_set():
            data = os.read(number, 1 << 16)
            if not data:
                if is_pipe and source == "-":
                    break
                self._closed.wait(_LOOK)  # a file grows; a named pipe is opened again by the next who writes
                continue
            *whole, begun = (begun + data).split(b"\n")
            for line in whole:
                self._lines.put(line.decode("utf-8", errors="replace"))
        if source != "-":
            os.close(number)
