"""Tracking through a video file, a folder of pictures or an animation, and saving it however it ends."""

from __future__ import annotations

import shlex
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from masklet.commands.prompts import Said, with_masks
from masklet.commands.report import Ending, Report, counted
from masklet.commands.results import result_folder, where_it_ran
from masklet.commands.track_checks import checked
from masklet.commands.track_options import Request
from masklet.commands.track_output import (
    FramesOut,
    MaskFiles,
    OutputPaths,
    describe,
    write_masklets_file,
    write_overlay,
)
from masklet.errors import InputError, MediaError
from masklet.media.frames import FrameSource, open_frames
from masklet.media.rle import decode_mask
from masklet.net import Net
from masklet.session.log import PromptLog, read_log
from masklet.session.replay import replay
from masklet.session.video import VideoSession
from masklet.values import Mask, ObjectFrame, Prompt


@dataclass
class _Run:
    """One run of the command: what it works on, and how far it came."""

    request: Request
    report: Report
    frames: FrameSource
    session: VideoSession
    paths: OutputPaths
    files: MaskFiles
    pending: list[Said] = field(default_factory=list)
    seconds: float = 0.0
    unfinished: PromptLog | None = None  # the log that is being repeated, as long as it is
    drawn: bool = False  # the overlay was written while tracking


def track_video(request: Request, report: Report) -> Ending | None:
    """Run `masklet track` on a file. Raises InputError for what the user can mend; what was tracked is saved first."""
    log = read_log(request.repeat.log) if request.repeat.log is not None else None
    with open_frames(request.video, fps=request.fps) as frames:
        said = checked(with_masks(request.said, frames.size), frames, request, log)
        paths = OutputPaths(result_folder(request.out, request.video))
        model = request.follower.model or (log.header.model if log is not None else "nano")
        strict = request.follower.strict or (log is not None and log.header.strict)
        fine = log.header.fine if log is not None and request.follower.fine is None else request.follower.fine
        net = request.computing.open(model, report, strict=strict, fine=fine, follows=True)
        if log is None:
            session = net.open_video(frames, exclusive=request.follower.exclusive)
        else:
            session = net.open_video(frames, policy=log.header.policy, exclusive=log.header.exclusive)
        run = _Run(request, report, frames, session, paths, MaskFiles(paths), list(said))
        stopped = _track_and_save(run, log)
        if stopped and run.files.last is None:
            raise KeyboardInterrupt  # nothing to save: the command line says so
        objects = describe(
            run.session.masklets(), {name: list(run.session.prompts(name)) for name in run.session.objects}
        )
        result = _result(run, net, objects, stopped)
        report.finish(result, _summary(run, objects))
        return _say_how_it_ended(run, stopped)


def _track_and_save(run: _Run, log: PromptLog | None) -> bool:
    """Track, then write all files; also after an error, which is raised again. Gives whether Ctrl-C came."""
    started = time.perf_counter()
    stopped = False
    try:
        _track(run, log)
    except KeyboardInterrupt:
        stopped = True
    except BaseException as problem:
        if run.files.last is None:
            raise  # nothing was tracked: what an earlier run left in the folder stays as it is
        with suppress(InputError):  # the first trouble is what the user must hear of
            _save(run, whole=False)
        if isinstance(problem, InputError):
            raise type(problem)(f"{problem}; what was tracked until then is in {run.paths.folder}") from problem
        raise
    run.seconds = time.perf_counter() - started
    if run.files.last is not None:
        _save(run, whole=not stopped)
    return stopped


def _track(run: _Run, log: PromptLog | None) -> None:
    if log is not None:
        run.unfinished = log
        try:
            with run.report.progress("repeating", None):
                replay(log, run.session)
            run.unfinished = None
        finally:
            _write_known_masks(run)
    if log is None or run.request.repeat.go_on or run.pending:
        _track_on(run)


def _track_on(run: _Run) -> None:
    """Prompt and track; prompts of later frames are given when tracking has come there, as corrections are."""
    repeat, span = run.request.repeat, run.request.span
    for one in _due_at_once(run):
        _give(run, one)
    run.session.log.save(run.paths.prompts)
    passed_by = _outside(run)
    tracked = run.session.track(start=span.start, stop=span.stop, reverse=span.reverse, both=span.both)
    # what is drawn at once must not be changed by what is tracked later
    in_order = run.unfinished is None and repeat.log is None and not (span.reverse or span.both)
    out = FramesOut(run.files, run.paths, run.frames, overlay=in_order and not passed_by)
    try:
        with out, run.report.progress("tracking", _steps(run)) as steps:
            for frame in tracked:
                for one in [one for one in run.pending if one.frame == frame.index]:
                    answer = _give(run, one)
                    frame = replace(frame, objects={**frame.objects, one.name: answer})
                while passed_by:  # with the first tracked frame, when earlier results have to make room
                    run.files.take(*passed_by.pop())
                said = {name: run.session.prompts(name).get(frame.index) for name in frame.objects}
                out.take(frame, {name: prompt for name, prompt in said.items() if prompt is not None})
                steps.one()
    finally:
        run.drawn = out.overlay_done


def _outside(run: _Run) -> list[tuple[int, dict[str, Mask]]]:
    """The prompted frames, with their masks, that tracking will not come to because it starts beyond them."""
    span, found = run.request.span, dict[int, dict[str, Mask]]()
    if span.start is None:
        return []
    for name in run.session.objects:
        for frame in run.session.prompts(name):
            known = run.session.result(name, frame)
            if known is not None and (frame > span.start if span.reverse else frame < span.start):
                found.setdefault(frame, {})[name] = known.mask
    return sorted(found.items(), reverse=True)


def _give(run: _Run, one: Said) -> ObjectFrame:
    prompt = one.prompt
    answer = run.session.prompt(
        one.name, frame=one.frame, points=prompt.points, labels=prompt.labels, box=prompt.box, mask=prompt.mask
    )
    run.pending.remove(one)
    return answer


def _due_at_once(run: _Run) -> list[Said]:
    """The prompts to give before tracking starts: those at its first frame or, in its direction, before it."""
    span, pending = run.request.span, run.pending
    first = span.first([*(one.frame for one in pending), *_prompted(run)])
    return [one for one in pending if (one.frame >= first if span.reverse else one.frame <= first)]


def _prompted(run: _Run) -> list[int]:
    """The frames on which anything was said so far."""
    return [frame for name in run.session.objects for frame in run.session.prompts(name)]


def _steps(run: _Run) -> int:
    """How many frames tracking will pass: for the progress bar."""
    span, count, first = run.request.span, len(run.frames), run.request.span.first(_prompted(run))
    if span.both:
        firsts = [min(run.session.prompts(name)) for name in run.session.objects]
        return count - min(firsts) + max(firsts)
    if span.reverse:
        return first - (-1 if span.stop is None else span.stop)
    return (span.stop or count) - first


def _write_known_masks(run: _Run) -> None:
    """The mask files of what a repeated log has brought."""
    masklets = run.session.masklets()
    for index in sorted({index for one in masklets for index in one.rles}):
        known = (one for one in masklets if index in one.rles)
        run.files.take(index, {one.name: decode_mask(one.rles[index]) for one in known})


def _save(run: _Run, *, whole: bool) -> None:
    """All files but the masks, which are there already. A second Ctrl-C leaves out the overlay, the slow one."""
    masklets = run.session.masklets()
    with _undisturbed():
        # A log whose repetition was stopped is kept whole: it may be the only one there is.
        (run.unfinished or run.session.log).save(run.paths.prompts)
        write_masklets_file(run.paths.masklets, run.frames, masklets)
    if run.drawn:
        return
    known = [index for one in masklets for index in one.rles]
    # a repeated run ends where the log's did, so that it gives the same overlay
    repeat = run.request.repeat
    to_the_end = whole and run.request.span.stop is None and (repeat.log is None or repeat.go_on)
    end = len(run.frames) if to_the_end else max(known, default=-1) + 1
    prompts: dict[int, dict[str, Prompt]] = {}
    for name in run.session.objects:
        for frame, prompt in run.session.prompts(name).items():
            prompts.setdefault(frame, {})[name] = prompt
    with run.report.progress("drawing", end) as steps, nullcontext() if whole else suppress(KeyboardInterrupt):
        write_overlay(run.paths.overlay, run.frames, masklets, prompts, end, steps.one)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C has to wait while the small files are written."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not in the main thread, where no Ctrl-C arrives
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _result(run: _Run, net: Net, objects: list[dict[str, Any]], stopped: bool) -> dict[str, Any]:
    height, width = run.frames.size
    result: dict[str, Any] = {
        "video": run.request.video,
        "frames": len(run.frames),
        "size": [int(width), int(height)],
        "fps": round(float(run.frames.fps), 4),
        "model": net.name,
        "runtime": where_it_ran(net),
        "seconds": round(run.seconds, 3),
        "objects": objects,
        "outputs": run.paths.as_json(),
    }
    if stopped:
        result["stopped_after_frame"] = run.files.last
    if run.frames.broken_at is not None:
        result["broken_at"] = run.frames.broken_at
    return result


def _summary(run: _Run, objects: list[dict[str, Any]]) -> list[str]:
    lines = [
        f"{one['name']}: seen on {counted(one['visible_frames'], 'frame')}"
        + (f", first on {one['first_frame']}" if one["first_frame"] is not None else "")
        + (f"; worth a look: {', '.join(map(str, one['look']))}" if one["look"] else "")
        for one in objects
    ]
    return [
        *lines,
        f"Overlay: {run.paths.overlay}",
        f"Masks:   {run.paths.masks}",
        f"Repeat:  masklet track {shlex.quote(run.request.video)} --prompts {shlex.quote(str(run.paths.prompts))}",
    ]


def _say_how_it_ended(run: _Run, stopped: bool) -> Ending | None:
    if stopped:
        run.report.remark(
            f"stopped after frame {run.files.last}; what was tracked is in {run.paths.folder}. "
            f"Go on with: {_go_on(run)}"
        )
        return Ending.STOPPED_AND_SAVED
    if run.frames.broken_at is not None:
        raise MediaError(
            f"{run.frames.warning or run.request.video + ' is broken'}; what could be read was tracked, up to frame "
            f"{run.frames.broken_at - 1}"
        )
    if run.frames.warning:
        run.report.remark(run.frames.warning)
    return None


def _go_on(run: _Run) -> str:
    """The command that goes on where this run was stopped."""
    request = run.request
    words = ["masklet", "track", request.video, "--prompts", str(run.paths.prompts)]
    words += ["--go-on"] if run.unfinished is None or request.repeat.go_on else []
    words += [word for one in run.pending for word in one.words]
    words += request.span.words
    words += ["--fps", str(request.fps)] if request.fps is not None else []
    words += ["--model", request.follower.model] if request.follower.model is not None else []
    return shlex.join([*words, *request.computing.words, "--out", str(run.paths.folder)])
