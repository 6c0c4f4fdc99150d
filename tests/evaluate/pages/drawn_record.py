"""Records over drawn sets whose predictions are known: right, shifted, too large, missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from masklet.evaluate.metrics import score_frame
from masklet.evaluate.record import FrameFigures, Item, Record
from tests.evaluate.drawn import write_pictures, write_videos
from tests.evaluate.records import record

SIZE = (40, 60)
FRAMES = 6


def square(number: int, x: int, y: int = 10, side: int = 10) -> np.ndarray:
    labels = np.zeros(SIZE, np.uint8)
    labels[y : y + side, x : x + side] = number
    return labels


def video_record(folder: Path, names: tuple[str, ...] = ("good", "drifts")) -> Record:
    """Videos of one object that goes right; the first is followed, in later ones the mask stays ever farther behind.

    On frame 4 the object is out of sight; the later videos have a mask there. On frame 5 they have none.
    """
    truths = {name: [square(1, 5 + 5 * t) if t != 4 else square(0, 0) for t in range(FRAMES)] for name in names}
    write_videos(folder, truths)
    items = []
    for place, (name, truth) in enumerate(truths.items()):
        frames = []
        for t, labels in enumerate(truth):
            predicted = labels if place == 0 else square(1, max(5, 5 + (5 - 2 * place) * t)) if t < 5 else square(0, 0)
            path = folder / "predictions" / name / f"{t:05d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(predicted).save(path)
            score = score_frame(predicted, labels)
            seen = bool(labels.any()), bool(predicted.any())
            frames.append(FrameFigures(t, score.j, score.f, score.j, *seen))
        j, f = (float(np.mean([getattr(frame, key) for frame in frames])) for key in ("j", "f"))
        items.append(
            Item(
                name,
                1,
                "",
                {"jf": (j + f) / 2, "j": j, "f": f},
                tuple(frames),
                folder / "JPEGImages" / name,
                folder,
                folder / "predictions",
            )
        )
    return record(items, data=folder.name)


def picture_record(folder: Path) -> Record:
    """Two pictures of two objects each; the predictions of number 2 are twice as wide."""
    labels = square(1, 5) + square(2, 30)
    write_pictures(folder, {"x/one": labels, "y/two": labels})
    items = []
    for source, name in (("x", "one"), ("y", "two")):
        for number in (1, 2):
            there = folder.with_name("masks") / source / name / f"{number}.png"
            there.parent.mkdir(parents=True, exist_ok=True)
            mask = labels == number
            mask = mask | np.roll(mask, 10, axis=1) if number == 2 else mask
            Image.fromarray(mask.astype(np.uint8) * 255).save(there)
            figures = {"iou@1": 0.5 if number == 2 else 1.0, "iou@3": 1.0}
            picture = folder / source / f"{name}.jpg"
            items.append(Item(f"{source}/{name}", number, source, figures, (), picture, folder, there.parents[2]))
    curve = ((1.0, 0.75), (3.0, 1.0))
    return record(items, kind="images", protocol={"clicks": 3}, curves={"iou over clicks": curve})
