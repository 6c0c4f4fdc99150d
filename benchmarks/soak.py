"""Runs masklet for a long time and shows what that does to its memory, as a plot and as JSON.

    python benchmarks/soak.py stream --frames 20000          # a live stream of drawn frames, 3 objects
    python benchmarks/soak.py video --minutes 10             # `masklet track` on a 720p file that it writes first

Without --network, nano runs. `--network colours` costs next to nothing, so that what remains is everything around the
network; `--network small` is a network of nano's parts with random weights, so small that it is fast.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import masklet.runtime
from masklet.bench.machine import this_machine
from masklet.commands.report import Report
from masklet.media.files import atomic_write
from masklet.media.picture import write_picture
from masklet.net import Net
from masklet.runtime import Runtime, load_runtime
from masklet.session.stream import StreamSession
from masklet.values import Picture

if __package__:
    from benchmarks.colours import ColourRuntime
else:  # run as a file
    from colours import ColourRuntime

COLOURS = ((220, 30, 30), (30, 30, 220), (30, 200, 40))
SETTLED = 2_000  # frames after which nothing may grow any more
EVERY = 50  # frames between two looks at the memory


@dataclass
class Memory:
    """How much this process held, in bytes, and on which frame."""

    frames: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)

    def look(self, frame: int) -> None:
        """Note what is held now."""
        self.frames.append(frame)
        self.held.append(resident())

    def grown(self, settled: int = SETTLED) -> int:
        """Bytes between the median around frame `settled` and the median at the end, each of ten looks."""
        first = next((place for place, frame in enumerate(self.frames) if frame >= settled), 0)
        return int(np.median(self.held[-10:]) - np.median(self.held[first : first + 10]))

    def slope(self, settled: int = SETTLED) -> float:
        """Bytes per frame from frame `settled` on: the least-squares line."""
        chosen = [(frame, held) for frame, held in zip(self.frames, self.held, strict=True) if frame >= settled]
        return float(np.polyfit(*zip(*chosen, strict=True), 1)[0]) if len(chosen) > 1 else 0.0


def resident() -> int:
    """The main memory that this process holds, in bytes (Linux)."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def draw(index: int, size: tuple[int, int]) -> Picture:
    """A frame of `size` (height, width): three discs on their ways over grey, HxWx3 uint8 RGB."""
    height, width = size
    picture = np.full((height, width, 3), 90, np.uint8)
    for number, colour in enumerate(COLOURS):
        cv2.circle(picture, place(number, index, size), height // 9, colour, -1)
    return picture


def place(number: int, index: int, size: tuple[int, int]) -> tuple[int, int]:
    """Where disc `number` is on a frame: (x, y)."""
    height, width = size
    angle = index / (61 + 20 * number) + 2.1 * number
    return round(width * (0.5 + 0.32 * np.cos(angle))), round(height * (0.5 + 0.32 * np.sin(1.7 * angle)))


def follow_stream(
    runtime: Runtime, frames: int, size: tuple[int, int], seen: Callable[[int], None], prompts_every: int = 500
) -> StreamSession:
    """A stream of drawn frames: every object is clicked on every `prompts_every` frames, and one of them leaves and
    joins again in between. `seen` is called after each frame."""
    live = StreamSession(runtime)
    for index in range(frames):
        live.step(draw(index, size))
        turn = index // prompts_every
        if index % prompts_every == 0:
            for number in range(len(COLOURS)):
                live.prompt(f"disc {number}", points=[place(number, index, size)])
        elif index % prompts_every == prompts_every // 2:
            gone = f"disc {turn % len(COLOURS)}"
            live.forget(gone)
            live.prompt(gone, points=[place(turn % len(COLOURS), index, size)])
        seen(index)
    return live


def write_video(path: Path, seconds: float, fps: int = 30, size: tuple[int, int] = (720, 1280)) -> int:
    """A video of drawn frames at a low bit rate; gives how many there are."""
    count = round(seconds * fps)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"crf": "35", "preset": "ultrafast", "g": "60"})
        stream.width, stream.height, stream.pix_fmt = size[1], size[0], "yuv420p"
        for index in range(count):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(draw(index, size), format="rgb24")))
        container.mux(stream.encode())
    return count


@dataclass(frozen=True)
class _Counting:
    """A progress bar's moving end that looks at the memory instead."""

    memory: Memory
    done: list[int]

    def one(self) -> None:
        self.done[0] += 1
        if self.done[0] % EVERY == 0:
            self.memory.look(self.done[0])

    def to(self, done: int, total: int | None) -> None: ...


@dataclass(frozen=True)
class _Looking(Report):
    """`masklet track`'s voice, silent: it notes the memory while tracking, and while the overlay is drawn."""

    phases: dict[str, Memory] = field(default_factory=dict)
    results: list[Any] = field(default_factory=list)

    @contextmanager
    def progress(self, what: str, total: int | None, *, in_bytes: bool = False) -> Iterator[Any]:
        memory = self.phases.setdefault(what, Memory())
        yield _Counting(memory, [0])
        memory.look(total or 0)

    def finish(self, result: Any, summary: Any) -> None:
        self.results.append(result)


def track_file(runtime: Runtime, minutes: float, fps: int, folder: Path) -> dict[str, Memory]:
    """`masklet track` on a 720p file of that length with three objects; what was held in each of its phases."""
    from masklet.commands.options import VideoPrompts
    from masklet.commands.track_options import Request
    from masklet.commands.track_video import track_video

    video, size = folder / "long.mp4", (720, 1280)
    write_video(video, 60 * minutes, fps, size)
    places = [place(number, 0, size) for number in range(len(COLOURS))]
    clicks = VideoPrompts(point=[f"{x},{y}=disc {number}" for number, (x, y) in enumerate(places)])
    report = _Looking(quiet=True)
    request = Request(str(video), tuple(clicks.read(continued=False)), out=folder / "out")
    kept = masklet.runtime.load_runtime
    masklet.runtime.load_runtime = lambda *_, **__: runtime  # the command as it is, but for its network and its voice
    try:
        track_video(request, report)
    finally:
        masklet.runtime.load_runtime = kept
    return report.phases


def open_network(name: str) -> Runtime:
    """A model of that name or path; "small" is nano's parts at 64 pixels with random weights."""
    if name == "colours":
        return ColourRuntime()
    if name != "small":
        return load_runtime(name, "cpu")
    import torch

    from masklet.model.config import NANO
    from masklet.model.network import Network
    from masklet.runtime.torch import TorchRuntime

    torch.manual_seed(0)
    return TorchRuntime(Network(replace(NANO, name="small", picture_size=64)), "cpu", own=True)


def plot(curves: dict[str, Memory], title: str) -> Picture:
    """The memory held against the frames, each curve in its colour, HxWx3 uint8 RGB."""
    width, height, left, floor, top = 900, 480, 90, 420, 60
    image = Image.new("RGB", (width, height), (255, 255, 255))
    canvas = ImageDraw.Draw(image)
    font, small = ImageFont.load_default(18), ImageFont.load_default(13)
    last = max(curve.frames[-1] for curve in curves.values()) or 1
    most = max(max(curve.held) for curve in curves.values()) * 1.15
    step = 10 ** int(np.log10(most / 1e6)) * 1e6
    step *= 1 if most / step < 6 else 2
    for level in np.arange(0, most, step):
        y = floor - (floor - top) * level / most
        canvas.line([(left, y), (width - 30, y)], fill=(225, 225, 225))
        canvas.text((left - 8, y), f"{level / 1e6:.0f} MB", fill=(60, 60, 60), font=small, anchor="rm")
    for part in range(5):
        x = left + (width - 30 - left) * part / 4
        canvas.text((x, floor + 10), f"{last * part // 4:,}", fill=(60, 60, 60), font=small, anchor="mt")
    canvas.text((left, 16), title, fill=(30, 30, 30), font=font)
    canvas.text(((left + width) / 2, floor + 32), "frames", fill=(60, 60, 60), font=small, anchor="mt")
    for number, (name, curve) in enumerate(curves.items()):
        points = [
            (left + (width - 30 - left) * frame / last, floor - (floor - top) * held / most)
            for frame, held in zip(curve.frames, curve.held, strict=True)
        ]
        canvas.line(points, fill=COLOURS[number % 3], width=2)
        canvas.text((left + 160 * number, 42), name, fill=COLOURS[number % 3], font=small)
    return np.asarray(image)


def main() -> int:
    """Runs the command; gives its exit code: 0 done, 1 memory grew more than it may, 2 the input was wrong."""
    wanted = _arguments()
    runtime = open_network(wanted.network)
    started = time.perf_counter()
    if wanted.what == "stream":
        memory = Memory()
        size = (180, 320)

        def seen(index: int) -> None:
            if (index + 1) % EVERY == 0:
                memory.look(index + 1)

        follow_stream(runtime, wanted.frames, size, seen)
        curves, settled = {"stream": memory}, min(SETTLED, wanted.frames // 4)
    else:
        with tempfile.TemporaryDirectory() as folder:
            curves, settled = track_file(runtime, wanted.minutes, wanted.fps, Path(folder)), 500
    seconds = time.perf_counter() - started
    result = {
        "what": wanted.what,
        "network": Net(runtime).name,
        "seconds": round(seconds, 1),
        "machine": asdict(this_machine()),
        "phases": {
            name: {
                "frames": curve.frames[-1],
                "held_bytes": {"start": curve.held[0], "end": curve.held[-1], "most": max(curve.held)},
                "grown_bytes": curve.grown(settled),
                "bytes_per_frame": round(curve.slope(settled), 1),
                "curve": [curve.frames, curve.held],
            }
            for name, curve in curves.items()
        },
    }
    for name, phase in result["phases"].items():  # type: ignore[attr-defined]
        print(
            f"{name}: {phase['frames']} frames, {phase['held_bytes']['most'] / 1e6:.0f} MB at most, "
            f"{phase['grown_bytes'] / 1e6:+.1f} MB from frame {settled} to the end "
            f"({phase['bytes_per_frame']:+.0f} bytes a frame)"
        )
    if wanted.out is not None:
        title = f"masklet, {wanted.what}, network {result['network']}: main memory held"
        write_picture(wanted.out.with_suffix(".png"), plot(curves, title))
        with atomic_write(wanted.out.with_suffix(".json")) as temporary:
            temporary.write_text(json.dumps(result), encoding="utf-8")
    return 0 if all(curve.grown(settled) < wanted.allowed * 1e6 for curve in curves.values()) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("what", choices=("stream", "video"))
    parser.add_argument("--frames", type=int, default=20_000, help="of the stream")
    parser.add_argument("--minutes", type=float, default=3.0, help="of the video")
    parser.add_argument("--fps", type=int, default=30, help="of the video")
    parser.add_argument("--network", default="nano", help="a model's name or path, small or colours")
    parser.add_argument("--allowed", type=float, default=10.0, metavar="MB", help="by how much memory may grow")
    parser.add_argument("--out", type=Path, metavar="NAME", help="write NAME.json and NAME.png")
    wanted = parser.parse_args()
    if wanted.frames < 200 or wanted.minutes <= 0:
        parser.error("give at least 200 frames, or some minutes")
    return wanted


if __name__ == "__main__":
    sys.exit(main())
