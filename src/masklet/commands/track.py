"""`masklet track VIDEO --point X,Y`: follow what was clicked through a video, or live."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from masklet.commands import options
from masklet.commands.prompts import Said, read_prompts
from masklet.commands.report import Ending, Report
from masklet.errors import PromptError


@dataclass(frozen=True)
class Request:
    """What the command line asked for.

    video: a path, or a stream's address. said: prompts in order of frame. log: a prompt log to repeat. go_on:
    track on after repeating it. start, stop: frames, stop not included. size: (height, width) of raw pictures.
    model: None for the log's own, or the embedded one. Of a stream: latest: of pictures that come while one is worked
    on, take the newest; patience: seconds without one; commands: where they come from.
    """

    video: str
    said: tuple[Said, ...]
    log: Path | None
    go_on: bool
    start: int | None
    stop: int | None
    reverse: bool
    both: bool
    exclusive: bool
    size: tuple[int, int] | None
    fps: float | None
    model: str | None
    device: str
    precision: str
    runtime: str
    strict: bool
    out: Path | None
    latest: bool | None = None
    patience: float | None = None
    commands: str | None = None


def track(
    video: Annotated[
        str,
        typer.Argument(
            help="A video, a folder of pictures, an animation; with --stream a camera's number, an address, or -.",
            metavar="VIDEO",
            show_default=False,
        ),
    ],
    point: options.VideoPoint = None,
    not_: options.VideoNot = None,
    box: options.VideoBox = None,
    mask: options.VideoMask = None,
    prompts: Annotated[
        Path | None, typer.Option("--prompts", help="Repeat what this prompts.jsonl holds.", metavar="FILE")
    ] = None,
    go_on: Annotated[
        bool,
        typer.Option("--go-on", help="After repeating --prompts track on, as after a Ctrl-C."),
    ] = False,
    start: Annotated[
        int | None, typer.Option("--start", help="First frame to track; the first prompted one by default.", min=0)
    ] = None,
    stop: Annotated[int | None, typer.Option("--stop", help="Frame before which to stop.", min=0)] = None,
    reverse: Annotated[bool, typer.Option("--reverse", help="Track backward from the last prompted frame.")] = False,
    both: Annotated[bool, typer.Option("--both", help="Track forward, and backward to the beginning.")] = False,
    exclusive: Annotated[bool, typer.Option("--exclusive", help="No two objects overlap.")] = False,
    stream: Annotated[
        bool, typer.Option("--stream", help="VIDEO is live: a camera's number, an address, or - for standard input.")
    ] = False,
    size: Annotated[
        str | None,
        typer.Option("--size", help="Of raw RGB pictures on standard input; without it: MJPEG.", metavar="WxH"),
    ] = None,
    latest: Annotated[
        bool | None,
        typer.Option(
            "--latest/--all",
            help="Of a stream: the newest picture, or every one; by default --all for files and pipes.",
            show_default=False,
        ),
    ] = None,
    patience: Annotated[
        float | None,
        typer.Option("--patience", help="Seconds without a picture after which a stream is given up.", min=0.01),
    ] = None,
    commands: Annotated[
        str | None,
        typer.Option("--commands", help="A file or named pipe of commands to a running stream.", metavar="FILE"),
    ] = None,
    fps: Annotated[
        float | None, typer.Option("--fps", help="Of a folder or stream, which has none of its own (25).", min=0.01)
    ] = None,
    model: options.OptionalModel = None,
    device: options.Device = "auto",
    precision: options.Precision = "auto",
    runtime: options.Runtime = "auto",
    strict: options.Strict = False,
    out: options.Out = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> Ending | None:
    """Follow what you click through a video.

    Writes overlay.mp4, masks/NAME/00000.png … (0 and 255), masklets.json (SA-V's layout, with scores) and
    prompts.jsonl (what was said; --prompts repeats it exactly). Live streams get frames.jsonl in place of the last two.
    """
    live = stream or video == "-"
    said = read_prompts(point or (), not_ or (), box or (), mask or (), continued=prompts is not None)
    if live and start is not None:
        raise PromptError("a stream starts where it is joined: leave out --start")
    if size is not None and str(video) != "-":
        raise PromptError(f"--size is for raw frames on standard input (-): {video} says its own")
    if not live and (latest is not None or patience is not None or commands is not None):
        raise PromptError("--latest, --all, --patience and --commands are for streams: add --stream, or leave them out")
    if commands == "-" and video == "-":
        raise PromptError("standard input brings the pictures already: give a file or a named pipe to --commands")
    if live and stop == 0:
        raise PromptError("--stop 0 leaves no picture of the stream to follow: give 1 or more")
    _check(
        said,
        live,
        log=prompts,
        commanded=commands is not None,
        go_on=go_on,
        ranged=start is not None or stop is not None,
        ways=(reverse, both),
    )
    request = Request(
        video=video,
        said=tuple(said),
        log=prompts,
        go_on=go_on,
        start=start,
        stop=stop,
        reverse=reverse,
        both=both,
        exclusive=exclusive,
        size=_size(size),
        fps=fps,
        model=model,
        device=device,
        precision=precision,
        runtime=runtime,
        strict=strict,
        out=out,
        latest=latest,
        patience=patience,
        commands=commands,
    )
    report = Report(as_json, quiet)
    if live:
        from masklet.commands.track_stream import track_stream

        return track_stream(request, report)
    from masklet.commands.track_video import track_video

    return track_video(request, report)


def _check(
    said: list[Said],
    live: bool,
    *,
    log: Path | None,
    commanded: bool,
    go_on: bool,
    ranged: bool,
    ways: tuple[bool, bool],
) -> None:
    """Refuse options that contradict each other, before anything is opened."""
    if not said and log is None and not commanded:
        raise PromptError("say what to follow: --point X,Y, --box X0,Y0,X1,Y1 or --mask PNG (or --prompts FILE)")
    if live and (log is not None or any(ways)):
        raise PromptError("a stream goes forward only: leave out --prompts, --reverse and --both")
    if all(ways):
        raise PromptError("--both goes backward too: leave out --reverse")
    if ways[1] and ranged:
        raise PromptError("--both goes through the whole video: leave out --start and --stop")
    if go_on and log is None:
        raise PromptError("--go-on needs the prompts of the run to go on with: --prompts DIR/prompts.jsonl")


def _size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    from masklet.media.live import parse_size

    return parse_size(text)
