"""`masklet track VIDEO --point X,Y`: follow what was clicked through a video, or live."""

from __future__ import annotations

from typing import Annotated

import typer

from masklet.commands import options
from masklet.commands.grouped import grouped
from masklet.commands.report import Ending, Report
from masklet.commands.track_options import Follower, Live, Repeat, Request, Span


@grouped
def track(
    video: Annotated[
        str,
        typer.Argument(
            help="A video, a folder of pictures, an animation; with --stream a camera's number, an address, or -.",
            metavar="VIDEO",
            show_default=False,
        ),
    ],
    *,
    prompts: options.VideoPrompts,
    repeat: Repeat,
    span: Span,
    live: Live,
    fps: Annotated[
        float | None, typer.Option("--fps", help="Of a folder or stream, which has none of its own (25).", min=0.01)
    ] = None,
    follower: Follower,
    computing: options.Computing,
    out: options.Out = None,
    report: Report,
) -> Ending | None:
    """Follow what you click through a video.

    Writes overlay.mp4, masks/NAME/00000.png … (0 and 255), masklets.json (SA-V's layout, with scores) and
    prompts.jsonl (what was said; --prompts repeats it exactly). Live streams get frames.jsonl in place of the last two.
    """
    said = tuple(prompts.read(continued=repeat.log is not None))
    request = Request(video, said, repeat, span, live, fps, follower, computing, out)
    request.check()
    if request.is_live:
        from masklet.commands.track_stream import track_stream

        return track_stream(request, report)
    from masklet.commands.track_video import track_video

    return track_video(request, report)
