"""Times the scoring of as many frames as DAVIS 2016's validation set has: 1,376 of 854x480, in 20 drawn videos.

python benchmarks/scoring.py --workers 2
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from masklet.cli import main as masklet

WIDTH, HEIGHT, VIDEOS, FRAMES = 854, 480, 20, 1376


def main() -> int:
    """Draws the set, scores it, and prints how long that took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--workers", type=int, default=2)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data, guess = Path(folder) / "data", Path(folder) / "guess"
        for number in range(VIDEOS):
            _draw(data, guess, f"video{number:02d}", FRAMES // VIDEOS + (number < FRAMES % VIDEOS))
        started, before = time.perf_counter(), os.times()
        words = ["evaluate", "predictions", guess, "--data", data, "--out", Path(folder) / "out"]
        code = masklet([*map(str, words), "--workers", str(wanted.workers)])
        seconds, after = time.perf_counter() - started, os.times()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    busy = sum(after[:4]) - sum(before[:4])
    print(
        f"{FRAMES} frames of {WIDTH}x{HEIGHT}: {seconds:.1f} s in {wanted.workers} processes on {cores} cores "
        f"({busy:.1f} s of processor time)"
    )
    return code


def _draw(data: Path, guess: Path, name: str, frames: int) -> None:
    """A wavy shape that wanders, and a prediction a few pixels beside it."""
    row, column = np.mgrid[:HEIGHT, :WIDTH]
    for folder in (data / "JPEGImages" / name, data / "Annotations" / name, guess / name):
        folder.mkdir(parents=True)
    for t in range(frames):
        x, y = 250 + 4 * t % 300, 220 + 30 * np.sin(t / 7)
        for folder, shift in ((data / "Annotations" / name, 0), (guess / name, 3 + t % 5)):
            wave = 0.1 * np.sin(column / 9) + 0.1 * np.cos(row / 7)
            shape = ((column - x - shift) / 170) ** 2 + ((row - y) / 130) ** 2 + wave <= 1
            image = Image.fromarray(shape.astype(np.uint8), mode="P")
            image.putpalette([0, 0, 0, 128, 0, 0])
            image.save(folder / f"{t:05d}.png")
        Image.new("RGB", (WIDTH, HEIGHT)).save(data / "JPEGImages" / name / f"{t:05d}.jpg")


if __name__ == "__main__":
    sys.exit(main())
