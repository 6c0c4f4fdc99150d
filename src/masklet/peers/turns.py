"""What the scripts share: the job that they read, a stopwatch, and taking turns with whoever asks.

The job is a folder with job.json (checkpoint, model, side, threads) and given.npz (levels: 2,S,S,3 uint8, two
pictures; pictures: 2,3,S,S float32, the same as the network takes them; masks: B,S,S, what is followed, on the first;
click: 1,2).
Every line of standard input asks for something, "picture", "frame N" or "save"; the answer is a line of JSON.
"""

from __future__ import annotations

import functools
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

PARTS = ("see", "recall", "decode", "remember")
ANSWERS = "answers.npz"


@dataclass(frozen=True, eq=False)
class Job:
    """See the head of this file."""

    folder: Path
    checkpoint: Path
    model: str
    side: int
    given: Mapping[str, np.ndarray]


class Peer(Protocol):
    """An implementation with its network loaded and its memories full."""

    def picture(self) -> dict[str, float]:
        """Seconds to make a picture ready ("set_picture") and to answer a click on it ("prompt")."""
        ...

    def frame(self, objects: int) -> dict[str, float]:
        """Seconds of the next frame of so many objects ("frame"), and of each of `PARTS` in it."""
        ...

    def answers(self) -> dict[str, np.ndarray]:
        """masks: B,h,w logits of the followed objects; click: M,h,w of the candidates, where it tells them all."""
        ...


class Stopwatch:
    """Adds up the seconds that methods take."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(PARTS, 0.0)

    def listen(self, owner: Any, method: str, part: str) -> None:
        """From now on the method's time counts for the part."""
        own = getattr(owner, method)

        @functools.wraps(own)
        def timed(*args: Any, **named: Any) -> Any:
            start = time.perf_counter()
            try:
                return own(*args, **named)
            finally:
                self.seconds[part] += time.perf_counter() - start

        setattr(owner, method, timed)

    def whole(self, frame: Callable[[], None]) -> dict[str, float]:
        """Seconds of a frame and of its parts."""
        self.seconds = dict.fromkeys(PARTS, 0.0)
        start = time.perf_counter()
        frame()
        return {"frame": time.perf_counter() - start, **self.seconds}


def complete_torchvision() -> None:
    """Its wheels hold no operators for a PyTorch without CUDA: declares those that its import asks for."""
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        if not hasattr(torch.ops.torchvision, name):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    globals()["_library"] = library  # it unregisters what it defined when it is collected


def serve(folder: Path, make: Callable[[Job], Peer], packages: tuple[str, ...]) -> None:
    """Loads, says which versions run, and answers until nobody asks any more."""
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever else is printed is no answer

    def say(what: Mapping[str, Any]) -> None:
        print(json.dumps(what), file=answers, flush=True)

    told = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    torch.set_num_threads(told["threads"])
    complete_torchvision()
    with np.load(folder / "given.npz") as given:
        arrays = {name: given[name] for name in given.files}
    with torch.inference_mode():
        peer = make(Job(folder, Path(told["checkpoint"]), told["model"], told["side"], arrays))
        say({"versions": {name: version(name) for name in ("torch", *packages)}})
        for line in sys.stdin:
            word, *rest = line.split()
            if word == "picture":
                say(peer.picture())
            elif word == "frame":
                say(peer.frame(int(rest[0])))
            else:
                np.savez(folder / ANSWERS, **peer.answers())  # type: ignore[arg-type]
                say({})
