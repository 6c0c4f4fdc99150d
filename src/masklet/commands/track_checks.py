"""What `masklet track` was asked for, held against the video: better now than in the middle of the run."""

from __future__ import annotations

from collections.abc import Sequence

from masklet.commands.prompts import Said
from masklet.commands.track_options import Request
from masklet.errors import PromptError
from masklet.media.frames import FrameSource
from masklet.session.frame_step import check_name
from masklet.session.geometry import make_prompt
from masklet.session.log import PromptLog


def checked(said: Sequence[Said], frames: FrameSource, request: Request, log: PromptLog | None) -> list[Said]:
    """The prompts, once they, the range and the rate are known to fit the video. Raises PromptError."""
    if log is not None and not said and not any(event.kind == "prompt" for event in log):
        raise PromptError(
            f"{request.repeat.log} holds no prompt, so nothing can be repeated; add --point, --box or --mask"
        )
    _check_rate(frames, request)
    _check_prompts(said, frames, request)
    _check_range(said, frames, request, log)
    return list(said)


def _check_prompts(said: Sequence[Said], frames: FrameSource, request: Request) -> None:
    for one in said:
        if one.frame >= len(frames):
            more = f" ({frames.warning})" if frames.warning else ""
            raise PromptError(
                f"{one.name!r} is prompted on frame {one.frame}, but {request.video} has frames 0 to "
                f"{len(frames) - 1}{more}; give an earlier @FRAME"
            )
        if request.span.ends_before(one.frame):
            raise PromptError(
                f"{one.name!r} is prompted on frame {one.frame}, which --stop {request.span.stop} leaves out"
            )
        check_name(one.name)
        height, width = frames.size
        prompt = one.prompt
        make_prompt((int(height), int(width)), prompt.points, prompt.labels, prompt.box, prompt.mask)


def _check_rate(frames: FrameSource, request: Request) -> None:
    """Refuse an --fps that would be ignored."""
    if request.fps is not None and abs(frames.fps - request.fps) > 0.01 * request.fps:
        raise PromptError(
            f"--fps is for folders of pictures and streams: {request.video} has a rate of its own, {frames.fps:.6g}; "
            "leave it out"
        )


def _check_range(said: Sequence[Said], frames: FrameSource, request: Request, log: PromptLog | None) -> None:
    """Refuse a range that holds nothing of the video, before the network is loaded and a folder made."""
    count, span = len(frames), request.span
    for option, value, last in (("--start", span.start, count - 1), ("--stop", span.stop, count)):
        if value is not None and value > last:
            more = f" ({frames.warning})" if frames.warning else ""
            raise PromptError(
                f"{option} {value} lies outside {request.video}, which has frames 0 to {count - 1}{more}; "
                f"give {last} or less"
            )
    logged = [event.frame for event in log or () if event.kind == "prompt" and event.frame is not None]
    prompted = [*(one.frame for one in said), *logged]
    if span.both or not prompted or (log is not None and not (request.repeat.go_on or said)):
        return
    first = span.first(prompted)
    if span.ends_before(first):
        way = "backward " if span.reverse else ""
        raise PromptError(f"--stop {span.stop} leaves nothing to track {way}from frame {first}: give another --stop")
