"""The options of `masklet track`, in groups, and the request that they make together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from masklet.commands.options import Computing, Fine, OptionalModel, Strict
from masklet.commands.prompts import Said
from masklet.errors import PromptError


@dataclass(frozen=True)
class Repeat:
    """An earlier run to repeat. log: its prompts. go_on: track on after repeating it."""

    log: Annotated[
        Path | None, typer.Option("--prompts", help="Repeat what this prompts.jsonl holds.", metavar="FILE")
    ] = None
    go_on: Annotated[bool, typer.Option("--go-on", help="After repeating --prompts track on, as after a Ctrl-C.")] = (
        False
    )

    def check(self) -> None:
        """Raise PromptError for options that contradict each other."""
        if self.go_on and self.log is None:
            raise PromptError("--go-on needs the prompts of the run to go on with: --prompts DIR/prompts.jsonl")


@dataclass(frozen=True)
class Span:
    """The frames to track, in their direction. stop is not included."""

    start: Annotated[
        int | None, typer.Option("--start", help="First frame to track; the first prompted one by default.", min=0)
    ] = None
    stop: Annotated[int | None, typer.Option("--stop", help="Frame before which to stop.", min=0)] = None
    reverse: Annotated[bool, typer.Option("--reverse", help="Track backward from the last prompted frame.")] = False
    both: Annotated[bool, typer.Option("--both", help="Track forward, and backward to the beginning.")] = False

    def check(self) -> None:
        """Raise PromptError for options that contradict each other."""
        if self.both and self.reverse:
            raise PromptError("--both goes backward too: leave out --reverse")
        if self.both and (self.start is not None or self.stop is not None):
            raise PromptError("--both goes through the whole video: leave out --start and --stop")

    def first(self, prompted: Collection[int]) -> int:
        """The frame that tracking starts on. prompted: the frames on which something was said."""
        if self.start is not None:
            return self.start
        return max(prompted, default=0) if self.reverse else min(prompted, default=0)

    def ends_before(self, frame: int) -> bool:
        """Whether the end, in the direction of tracking, leaves the frame out."""
        return self.stop is not None and (frame <= self.stop if self.reverse else frame >= self.stop)

    @property
    def words(self) -> list[str]:
        """As options of the command that goes on."""
        words = ["--start", str(self.start)] if self.start is not None else []
        words += ["--stop", str(self.stop)] if self.stop is not None else []
        words += ["--reverse"] if self.reverse else []
        return words + (["--both"] if self.both else [])


@dataclass(frozen=True)
class Follower:
    """Who follows, and how. model: None for the repeated log's own, or the embedded one."""

    model: OptionalModel = None
    strict: Strict = False
    fine: Fine = None
    exclusive: Annotated[bool, typer.Option("--exclusive", help="No two objects overlap.")] = False


@dataclass(frozen=True)
class Live:
    """What concerns a stream. size: WxH of raw pictures. latest: of pictures that come while one is worked on, take the
    newest; None: as the source suggests. patience: seconds without one. commands: where they come from."""

    stream: Annotated[
        bool, typer.Option("--stream", help="VIDEO is live: a camera's number, an address, or - for standard input.")
    ] = False
    size: Annotated[
        str | None,
        typer.Option("--size", help="Of raw RGB pictures on standard input; without it: MJPEG.", metavar="WxH"),
    ] = None
    latest: Annotated[
        bool | None,
        typer.Option(
            "--latest/--all",
            help="Of a stream: the newest picture, or every one; by default --all for files and pipes.",
            show_default=False,
        ),
    ] = None
    patience: Annotated[
        float | None,
        typer.Option("--patience", help="Seconds without a picture after which a stream is given up.", min=0.01),
    ] = None
    commands: Annotated[
        str | None,
        typer.Option("--commands", help="A file or named pipe of commands to a running stream.", metavar="FILE"),
    ] = None

    def picture_size(self) -> tuple[int, int] | None:
        """(height, width) of raw pictures, None for others. Raises PromptError."""
        if self.size is None:
            return None
        from masklet.media.live import parse_size

        return parse_size(self.size)


@dataclass(frozen=True)
class Request:
    """What the command line asked for.

    video: a path, or a stream's address. said: prompts in order of frame. fps: of pictures that have no rate of their
    own.
    """

    video: str
    said: tuple[Said, ...]
    repeat: Repeat = Repeat()
    span: Span = Span()
    live: Live = Live()
    fps: float | None = None
    follower: Follower = field(default_factory=Follower)
    computing: Computing = field(default_factory=Computing)
    out: Path | None = None

    @property
    def is_live(self) -> bool:
        """Whether the video is a stream."""
        return self.live.stream or self.video == "-"

    def check(self) -> None:
        """Raise PromptError for options that contradict each other, before anything is opened."""
        if self.live.size is not None and self.video != "-":
            raise PromptError(f"--size is for raw frames on standard input (-): {self.video} says its own")
        if self.is_live:
            self._check_live()
        elif not (self.live.latest is None and self.live.patience is None and self.live.commands is None):
            raise PromptError(
                "--latest, --all, --patience and --commands are for streams: add --stream, or leave them out"
            )
        elif "://" in self.video:
            raise PromptError(f"{self.video} is an address: add --stream to follow it live, or fetch the file first")
        if not self.said and self.repeat.log is None and self.live.commands is None:
            raise PromptError("say what to follow: --point X,Y, --box X0,Y0,X1,Y1 or --mask PNG (or --prompts FILE)")
        self.span.check()
        self.repeat.check()

    def _check_live(self) -> None:
        if self.span.start is not None:
            raise PromptError("a stream starts where it is joined: leave out --start")
        if self.live.commands == "-" and self.video == "-":
            raise PromptError("standard input brings the pictures already: give a file or a named pipe to --commands")
        if self.span.stop == 0:
            raise PromptError("--stop 0 leaves no picture of the stream to follow: give 1 or more")
        if self.repeat.log is not None or self.span.reverse or self.span.both:
            raise PromptError("a stream goes forward only: leave out --prompts, --reverse and --both")
        self.live.picture_size()
