"""Following objects live: from a camera, an address, or standard input, in memory that does not grow.

Everything is written as it comes. masklets.json needs the whole run at once, so a stream has frames.jsonl instead:
one line per frame, on disk before the next frame is looked at.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from masklet.commands.prompts import Said, with_masks
from masklet.commands.report import Ending, Report, counted
from masklet.commands.results import result_folder, where_it_ran
from masklet.commands.track_commands import Commands
from masklet.commands.track_options import Request
from masklet.commands.track_output import MaskFiles, OutputPaths
from masklet.errors import InputError, MediaError, PromptError
from masklet.media.encode import OverlayWriter
from masklet.media.endless import SteadySource
from masklet.media.files import output_error
from masklet.media.latency import Latencies
from masklet.media.latest import Latest, Shot
from masklet.media.live import is_live, open_live
from masklet.media.rle import encode_mask, rle_to_json
from masklet.net import Net
from masklet.session.frame_step import check_name
from masklet.session.geometry import make_prompt
from masklet.session.stream import StreamSession
from masklet.values import Frame, Mask, ObjectFrame, Picture, Prompt

DEFAULT_FPS = 25.0
PATIENCE = 10.0  # seconds without a picture after which a camera or an address counts as stalled


@dataclass
class _Seen:
    """What the result tells of one object."""

    visible_frames: int = 0
    first_frame: int | None = None
    score_sum: float = 0.0

    def take(self, index: int, mask: Mask, score: float) -> None:
        """Count one frame."""
        if mask.any():
            self.first_frame = index if self.first_frame is None else self.first_frame
            self.visible_frames += 1
            self.score_sum += score


@dataclass
class _Live:
    """One live run: where it writes, and how far it came."""

    request: Request
    session: StreamSession
    paths: OutputPaths
    stack: ExitStack
    pending: list[Said]
    commands: Commands
    shots: Latest
    masks: MaskFiles
    overlay: OverlayWriter | None = None
    lines: BinaryIO | None = None
    size: tuple[int, int] = (0, 0)
    count: int = 0
    latencies: Latencies = field(default_factory=Latencies)
    done: bool = False  # a command said so
    seen: dict[str, _Seen] = field(default_factory=dict)


def track_stream(request: Request, report: Report) -> Ending | None:
    """Run `masklet track --stream` until the stream ends, --stop is reached, or Ctrl-C; all is saved in each case."""
    pictures = open_live(request.video, size=request.live.picture_size())
    paths = OutputPaths(result_folder(request.out, _stem(request.video)))
    model = request.follower.model or "nano"
    net = request.computing.open(
        model, report, strict=request.follower.strict, fine=request.follower.fine, follows=True
    )
    started, stopped = time.perf_counter(), False
    trouble: InputError | None = None
    with ExitStack() as stack:
        session = net.open_stream(exclusive=request.follower.exclusive)
        shots = stack.enter_context(_shots(request, pictures))
        commands = stack.enter_context(Commands(request.live.commands))
        live = _Live(request, session, paths, stack, list(request.said), commands, shots, MaskFiles(paths))
        try:
            _follow(live, report)
        except KeyboardInterrupt:
            stopped = True
        except InputError as problem:
            trouble = problem  # raised below, once the overlay up to here is finished
    if trouble is not None:
        if live.count and isinstance(trouble, MediaError):
            raise MediaError(f"{trouble}; what was followed is in {paths.folder}")
        raise trouble
    if live.count == 0:
        if stopped:
            raise KeyboardInterrupt
        raise MediaError(f"{request.video} gave no picture before it ended")
    result = _result(live, net, time.perf_counter() - started)
    report.finish(result, _summary(result))
    if stopped:
        report.remark(f"stopped after frame {live.count - 1}; everything up to there is in {paths.folder}")
        return Ending.STOPPED_AND_SAVED
    if live.pending and not live.done:
        late = live.pending[0]
        raise PromptError(
            f"{late.name!r} is prompted on frame {late.frame}, but the stream ended after frame {live.count - 1}; "
            f"what was followed is in {paths.folder}"
        )
    return None


def _shots(request: Request, pictures: Iterator[Picture]) -> Latest:
    """The pictures as they come: of cameras and addresses the newest, of files and pipes every one, unless told."""
    live = is_live(request.video)
    latest, patience = request.live.latest, request.live.patience
    latest = live if latest is None else latest
    patience = patience if patience is not None else PATIENCE if live else None
    return Latest(pictures, everything=not latest, patience=patience, name=_spoken(request.video))


def _follow(live: _Live, report: Report) -> None:
    stop = live.request.span.stop
    with report.progress("following", stop) as steps:
        for shot in live.shots:
            _take(live, shot, report)
            steps.one()
            if live.done or (stop is not None and live.count >= stop):
                return


def _take(live: _Live, shot: Shot, report: Report) -> None:
    """One picture: step, do what is due or commanded, write."""
    picture = shot.picture
    if live.count == 0:
        live.size = (picture.shape[0], picture.shape[1])
        live.pending = with_masks(live.pending, live.size)
        for one in live.pending:  # better now than in the middle of the run
            check_name(one.name)
            make_prompt(live.size, one.prompt.points, one.prompt.labels, one.prompt.box, one.prompt.mask)
    elif picture.shape[:2] != live.size:
        raise MediaError(
            f"the stream's pictures changed from {live.size[1]}x{live.size[0]} to "
            f"{picture.shape[1]}x{picture.shape[0]} at frame {live.count}; start anew"
        )
    frame = live.session.step(picture)
    objects = dict(frame.objects)
    prompts: dict[str, Prompt] = {}
    for one in [one for one in live.pending if one.frame == frame.index]:
        _prompt(live, one, objects, prompts)
        live.pending.remove(one)
    _obey(live, objects, prompts, report)
    latency = time.monotonic() - shot.time
    live.latencies.add(latency)
    _write(live, shot, Frame(frame.index, objects, picture), prompts, latency)
    live.count += 1


def _prompt(live: _Live, one: Said, objects: dict[str, ObjectFrame], prompts: dict[str, Prompt]) -> None:
    prompt = one.prompt
    answer = live.session.prompt(one.name, points=prompt.points, labels=prompt.labels, box=prompt.box, mask=prompt.mask)
    assert answer is not None  # None is only for prompts before the first picture
    objects[one.name], prompts[one.name] = answer, prompt


def _obey(live: _Live, objects: dict[str, ObjectFrame], prompts: dict[str, Prompt], report: Report) -> None:
    """Do what was commanded since the frame before; what cannot be done is told, and the run goes on."""
    for command in live.commands.waiting():
        try:
            for one in with_masks(command.said(), live.size):
                _prompt(live, one, objects, prompts)
            for name in command.forgotten():
                live.session.forget(name)
                objects.pop(name, None)
            live.done = live.done or command.stops()
        except InputError as problem:
            report.remark(f"{command.line!r}: {problem}")


def _write(live: _Live, shot: Shot, frame: Frame, prompts: dict[str, Prompt], latency: float) -> None:
    if live.overlay is None or live.lines is None:
        steady = SteadySource(_stem(live.request.video), live.size, live.request.fps or DEFAULT_FPS)
        live.overlay = live.stack.enter_context(OverlayWriter(live.paths.overlay, steady, endless=True))
        live.lines = live.stack.enter_context(_open_for_lines(live.paths.lines))
    masks = {name: one.mask for name, one in frame.objects.items()}
    live.masks.take(frame.index, masks)
    objects = {
        name: {
            "score": round(one.score, 6),
            "presence": round(one.presence, 6),
            "segmentation": rle_to_json(encode_mask(one.mask)),
        }
        for name, one in frame.objects.items()
    }
    try:
        told = {"frame": frame.index, "picture": shot.number, "latency": round(latency, 5), "objects": objects}
        line = json.dumps(told, ensure_ascii=False)
        live.lines.write(line.encode() + b"\n")
        live.lines.flush()
    except OSError as problem:
        raise output_error(live.paths.lines, problem) from problem
    live.overlay.write(shot.number, masks, prompts, picture=frame.picture)  # by it, pictures left out take their time
    for name, one in frame.objects.items():
        live.seen.setdefault(name, _Seen()).take(frame.index, one.mask, one.score)


def _open_for_lines(path: Path) -> BinaryIO:
    try:
        return path.open("wb")
    except OSError as problem:
        raise output_error(path, problem) from problem


def _stem(address: str) -> str:
    """A short name for a stream, fit for a folder: camera-0, stdin, main."""
    if address == "-":
        return "stdin"
    if address.isdecimal():
        return f"camera-{address}"
    return "".join(c if c.isalnum() else "-" for c in Path(address).stem).strip("-") or "stream"


def _spoken(address: str) -> str:
    """The source in messages."""
    if address == "-":
        return "standard input"
    return f"camera {address}" if address.isdecimal() else address


def _result(live: _Live, net: Net, seconds: float) -> dict[str, Any]:
    objects = [
        {
            "name": name,
            "visible_frames": seen.visible_frames,
            "first_frame": seen.first_frame,
            "mean_iou_prediction": round(seen.score_sum / seen.visible_frames, 4) if seen.visible_frames else None,
        }
        for name, seen in live.seen.items()
    ]
    paths = {"overlay": live.paths.overlay, "masks": live.paths.masks, "frames": live.paths.lines}
    return {
        "video": live.request.video,
        "frames": live.count,
        "dropped": live.shots.dropped,
        "latency": live.latencies.summary(),
        "size": [live.size[1], live.size[0]],
        "fps": live.request.fps or DEFAULT_FPS,
        "model": net.name,
        "runtime": where_it_ran(net),
        "seconds": round(seconds, 3),
        "objects": objects,
        "outputs": {what: str(path) for what, path in paths.items()},
    }


def _summary(result: dict[str, Any]) -> list[str]:
    count, outputs = result["frames"], result["outputs"]
    lines = [
        f"{one['name']}: seen on {one['visible_frames']} of {counted(count, 'frame')}" for one in result["objects"]
    ]
    latency, dropped = result["latency"], result["dropped"]
    said = f"Latency: {1000 * latency['p50']:.0f} ms, 95 % within {1000 * latency['p95']:.0f} ms"
    said += f"; {counted(dropped, 'picture')} left out" if dropped else ""
    return [*lines, said, f"Overlay: {outputs['overlay']}", f"Masks:   {outputs['masks']}"]
