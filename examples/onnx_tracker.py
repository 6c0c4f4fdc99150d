"""A complete video tracker on exported parts: numpy and onnxruntime, with PyAV and Pillow for pictures alone.

    masklet export nano-onnx
    python examples/onnx_tracker.py nano-onnx clip.mp4 70,176 masks

follows what lies under the click on the first frame, and writes masks/00000.png … (0 and 255).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[Any]


class Tracker:
    """One object through one video: `start` on the first frame, then `step` on each that follows."""

    def __init__(self, folder: Path) -> None:
        self.manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self.parts = {
            name: onnxruntime.InferenceSession(folder / part["file"], options)
            for name, part in self.manifest["parts"].items()
        }
        session = self.manifest["session"]
        self.recent, self.pointers_kept = session["recent_memories"], session["pointers"]
        self.slots, self.absences = session["slots"] or range(1, self.recent + 1), session["absences"]
        self.frame = 0
        self.memories: dict[int, Array] = {}  # frame -> what the object looked like there; frame 0 is the prompted one
        self.pointers: dict[int, Array] = {}  # frame -> what the object was, in one vector

    def start(self, picture: Array, click: tuple[float, float]) -> Array:
        """The mask (HxW bool) of what was clicked, (x, y) in pixels, on an HxWx3 uint8 RGB picture."""
        seen = self.see(picture)
        side, (height, width) = self.manifest["picture"]["size"], picture.shape[:2]
        point = np.array([[[click[0] * side / width, click[1] * side / height]]], np.float32)
        return self.answer(seen, seen["fresh"], point, label=1, size=(height, width))

    def step(self, picture: Array) -> Array:
        """The mask on the next frame: HxW bool, all False where the object is not in the picture."""
        self.frame += 1
        seen = self.see(picture)
        # memories: the prompted frame in slot 0, the frame before in slot 1, …; the same order each time. For a frame
        # that was not remembered the next one behind it stands, once.
        passed = {self.frame - one for one in self.memories if one}
        filled: dict[int, int] = {}  # how many frames ago -> slot
        for slot in self.slots:
            back = slot if self.absences else min((one for one in passed if one >= slot), default=0)
            if back in passed:
                filled.setdefault(back, slot)
        frames = [0, *(self.frame - back for back in filled)]
        recent = (back for back in range(1, min(self.pointers_kept, self.frame)) if self.frame - back in self.pointers)
        distances = [self.frame, *recent]
        recalled = self.run(
            "recall",
            f16=seen["f16"],
            memories=np.stack([self.memories[frame] for frame in frames])[None],
            slots=np.array([[0, *filled.values()]], np.int64),
            pointers=np.stack([self.pointers[self.frame - back] for back in distances])[None],
            distances=np.array([distances], np.float32),
        )["recalled"]
        nowhere = np.zeros((1, 1, 2), np.float32)  # label -1: no point
        return self.answer(seen, recalled, nowhere, label=-1, size=(picture.shape[0], picture.shape[1]))

    def see(self, picture: Array) -> dict[str, Array]:
        """The features of a picture."""
        how = self.manifest["picture"]
        shrinks = min(picture.shape[:2]) > how["size"]
        way = Image.Resampling.BOX if shrinks else Image.Resampling.BILINEAR
        small = Image.fromarray(picture).resize((how["size"], how["size"]), way)
        normal = (np.asarray(small, np.float32) - np.float32(how["mean"])) / np.float32(how["deviation"])
        return self.run("see", picture=normal.transpose(2, 0, 1)[None])

    def answer(self, seen: dict[str, Array], recalled: Array, point: Array, label: int, size: tuple[int, int]) -> Array:
        """Decode, take one of the masks, remember it, and bring it to the picture's size (height, width)."""
        clicked, side = label == 1, self.manifest["session"]["mask_size"]
        said = self.run(
            "decode",
            recalled=recalled,
            f8=seen["f8"],
            f4=seen["f4"],
            points=point,
            labels=np.array([[label]], np.int64),
            earlier=np.zeros((1, side, side), np.float32),
            has_earlier=np.array([False]),
            surely_there=np.array([clicked]),
        )
        taken = 1 + int(said["iou"][0, 1:].argmax())  # one click, or none, is ambiguous: the best candidate answers
        logits, present = said["mask_logits"][:, taken], said["presence"]
        if clicked:
            present = np.maximum(present, np.float32(10))
        if present[0] <= 0:
            logits = np.full_like(logits, -1024)
        if present[0] > 0 or self.absences:
            memory = self.run(
                "remember", f16=seen["f16"], mask_logits=logits, presence=present, certain=np.array([clicked])
            )["memory"]
            self.memories[self.frame], self.pointers[self.frame] = memory[0], said["pointers"][0, taken]
        for old in sorted(self.memories)[1 : -self.recent]:
            del self.memories[old]
        for old in [frame for frame in self.pointers if 0 < frame <= self.frame - self.pointers_kept + 1]:
            del self.pointers[old]
        full = Image.fromarray(logits[0]).resize((size[1], size[0]), Image.Resampling.BILINEAR)
        return np.asarray(full) > 0

    def run(self, part: str, **inputs: Array) -> dict[str, Array]:
        """A part's outputs by name."""
        names = [one["name"] for one in self.manifest["parts"][part]["outputs"]]
        answers = self.parts[part].run(names, {name: np.ascontiguousarray(array) for name, array in inputs.items()})
        return dict(zip(names, answers, strict=True))


def read_video(path: Path) -> Iterator[Array]:
    """HxWx3 uint8 RGB, frame after frame."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="rgb24")


def main(arguments: list[str]) -> None:
    """FOLDER VIDEO X,Y OUT: see the top."""
    folder, video, out = Path(arguments[0]), Path(arguments[1]), Path(arguments[3])
    x, y = (float(value) for value in arguments[2].split(","))
    out.mkdir(parents=True, exist_ok=True)
    tracker = Tracker(folder)
    for index, picture in enumerate(read_video(video)):
        mask = tracker.step(picture) if index else tracker.start(picture, (x, y))
        Image.fromarray(mask.astype(np.uint8) * 255).save(out / f"{index:05d}.png")
    print(f"{index + 1} masks in {out}")


if __name__ == "__main__":
    main(sys.argv[1:])
