"""How many frames a second `masklet track` follows, from a file to overlay and masks on disk, by the number of objects.

    python benchmarks/end_to_end.py                               # a clip that masklet draws, 1280x720
    python benchmarks/end_to_end.py --clip dog.mp4 --precision float32 --out figures

Every figure is of the command as users run it, in a process of its own: decoding, resizing, the network, masks of the
video's own size, PNGs and overlay. Frames per second are of the second and later frames (the time of a run without that
of a run that ends after its first frame); what that first frame costs, start of the program included, stands beside.
Objects are boxes in a grid over the first frame, whatever lies there.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from math import ceil, sqrt
from pathlib import Path

import av

from masklet.bench.machine import this_machine
from masklet.bench.scene import Scene
from masklet.media.frames import open_frames

OBJECTS = (1, 2, 4, 8, 16, 32, 64)


def grid_of_boxes(size: tuple[int, int], count: int) -> list[str]:
    """`count` boxes as the command takes them, named o0 …; size: (height, width)."""
    height, width = size
    columns = ceil(sqrt(count * width / height))
    rows = ceil(count / columns)
    side = min(width / columns, height / rows) / 4
    boxes = []
    for number in range(count):
        row, column = divmod(number, columns)
        x, y = (column + 0.5) * width / columns, (row + 0.5) * height / rows
        boxes.append(f"{x - side:.1f},{y - side:.1f},{x + side:.1f},{y + side:.1f}=o{number}")
    return boxes


def draw_clip(path: Path, frames: int) -> Path:
    """A clip of discs that swing to and fro, 1280x720 at 30 frames per second."""
    scene = Scene(16)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "18"})
        stream.height, stream.width = scene.picture(0).shape[:2]
        stream.pix_fmt = "yuv420p"
        for index in range(frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(scene.picture(index), format="rgb24")))
        container.mux(stream.encode())
    return path


def draw_weights(path: Path, name: str) -> Path:
    """Weights of a published network's shapes, drawn by chance: no quicker or slower than those to be fetched."""
    import torch

    from masklet.model.checkpoint import save_network
    from masklet.model.network import Network
    from masklet.model.presets import PRESETS

    torch.manual_seed(0)
    save_network(Network(PRESETS[name]).eval(), path)
    return path


def seconds_of(clip: Path, boxes: Sequence[str], frames: int, how: Sequence[str]) -> tuple[float, dict[str, object]]:
    """One run of the command over so many frames: its time, and what it says of where it ran."""
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "masklet", "track", str(clip), "--stop", str(frames), "--out", folder, "--json"]
        words += [*how, "--quiet", *(word for box in boxes for word in ("--box", box))]
        started = time.perf_counter()
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        return time.perf_counter() - started, json.loads(done.stdout)["runtime"]


def main() -> None:
    """Measures, prints the table, and writes JSON into --out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--objects", default=",".join(map(str, OBJECTS)))
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default="nano", help="a name, a path, or random:NAME: weights drawn for it")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--runtime", default="auto")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip: Path = asked.clip or draw_clip(Path(folder) / "discs.mp4", asked.frames)
        with open_frames(clip) as video:
            frames, size = min(asked.frames, len(video)), video.size
        model = asked.model
        if model.startswith("random:"):
            model = str(draw_weights(Path(folder) / "random.safetensors", model.removeprefix("random:")))
        how = ["--model", model, "--precision", asked.precision, "--runtime", asked.runtime]
        rows = []
        print("objects   frames/s   ms/frame   first frame, s", flush=True)
        for count in (int(word) for word in asked.objects.split(",")):
            boxes = grid_of_boxes(size, count)
            firsts, wholes, ran = [], [], {}
            for _ in range(asked.rounds):
                firsts.append(seconds_of(clip, boxes, 1, how)[0])
                whole, ran = seconds_of(clip, boxes, frames, how)
                wholes.append(whole)
            each = (statistics.median(wholes) - statistics.median(firsts)) / (frames - 1)
            row = {"objects": count, "fps": 1 / each, "frame_seconds": each, "first": firsts, "whole": wholes}
            rows.append(row)
            print(f"{count:7d} {1 / each:10.1f} {each * 1e3:10.1f} {statistics.median(firsts):16.2f}", flush=True)
    machine = this_machine()
    print(f"{asked.model}: {clip.name}, {size[1]}x{size[0]}, {frames} frames; {ran}; {machine}")
    if asked.out is not None:
        asked.out.mkdir(parents=True, exist_ok=True)
        figures = {
            "model": asked.model,
            "clip": clip.name,
            "size": list(size),
            "frames": frames,
            "runtime": ran,
            "rows": rows,
        }
        text = json.dumps({**figures, "machine": asdict(machine)}, indent=1)
        (asked.out / "end_to_end.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
