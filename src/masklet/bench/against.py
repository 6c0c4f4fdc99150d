"""masklet and a peer side by side, in turns: how long each takes, and how far their answers are apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from masklet.runtime.operations import count_operations
from masklet.runtime.preprocess import prepare
from masklet.runtime.protocol import RuntimeFacts

from .ourselves import PARTS, Ourselves
from .peak import measure_peak
from .peer_process import Footage, PeerProcess
from .scene import Scene

# of levels 0 to 255, as all peers normalise them
MEAN, DEVIATION = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)

Seconds = Mapping[str, tuple[float, ...]]
"""Of each thing, one number per round."""


@dataclass(frozen=True)
class Difference:
    """How far two sides' masks are apart: of their logits the largest difference, of single masks the least IoU."""

    logits: float
    iou: float


@dataclass(frozen=True)
class Side:
    """masklet's figures against a peer's, in one precision.

    seconds: per thing. apart: per kind of answer ("click", "masks"); None where the two ran different networks.
    operations, shares: of the parts of a frame of one object: how many, and what part of the machine's measured peak in
    this precision is reached; None where nobody counts.
    """

    facts: RuntimeFacts
    seconds: Seconds
    apart: Mapping[str, Difference] | None
    operations: Mapping[str, int | None]
    shares: Mapping[str, float | None]


@dataclass(frozen=True)
class Comparison:
    """One peer's figures and masklet's. peer: its key. network: that it ran. versions: of its packages."""

    peer: str
    network: str
    versions: Mapping[str, str]
    seconds: Seconds
    sides: tuple[Side, ...]

    def ratio(self, side: Side, thing: str) -> float | None:
        """How many times as long the peer takes: the middle of the rounds' ratios; None for what one did not do."""
        theirs, own = self.seconds.get(thing), side.seconds.get(thing)
        if not theirs or not own:
            return None
        return median(a / b for a, b in zip(theirs, own, strict=True))


def draw_footage(side: int, objects: int) -> Footage:
    """Two pictures of a scene, `side` pixels square, whose discs are followed."""
    scene = Scene(objects)
    square = (side, side)
    shrunk = [cv2.resize(scene.picture(n), square, interpolation=cv2.INTER_AREA) for n in (0, 3)]
    levels = np.stack(shrunk).astype(np.uint8)
    height, width = scene.picture(0).shape[:2]
    centres = [(x * side / width, y * side / height) for x, y in scene.centres()]
    rows, columns = np.mgrid[0:side, 0:side]
    radius = side / 12
    masks = np.stack([(columns - x) ** 2 + (rows - y) ** 2 < radius**2 for x, y in centres])
    pictures = np.concatenate([prepare(one, side, MEAN, DEVIATION, letterbox=False) for one in levels])
    return Footage(levels, pictures, masks, centres[0])


def compare(
    key: str,
    network: str,
    peer: PeerProcess,
    ours: Sequence[Ourselves],
    objects: Sequence[int],
    rounds: int,
    *,
    same: bool,
    step: Callable[[], None] = lambda: None,
) -> Comparison:
    """Times the peer and masklet's runtimes in turns; a first round is not counted. same: the two run one network with
    the same weights, so that their answers can be compared. step: called after each turn."""
    sides: list[PeerProcess | Ourselves] = [peer, *ours]
    taken: list[dict[str, list[float]]] = [{} for _ in sides]
    apart: list[dict[str, Difference]] = [{} for _ in ours]
    for turn in range(rounds + 1):
        for side, times in zip(sides, taken, strict=True):
            found = dict(side.picture())
            for number in objects if _follows(side) else ():
                frame = side.frame(number)
                found |= {name if number == 1 else f"{name}, {number} objects": s for name, s in frame.items()}
            step()
            for thing, seconds in found.items() if turn else ():
                times.setdefault(thing, []).append(seconds)
        if turn == 0 and same:
            answers = peer.answers()
            apart = [_differences(answers, one.answers()) for one in ours]
    theirs, *own = [{thing: tuple(each) for thing, each in times.items()} for times in taken]
    made = tuple(_side(one, mine, found if same else None) for one, mine, found in zip(ours, own, apart, strict=True))
    return Comparison(key, network, peer.versions, theirs, made)


def _follows(side: PeerProcess | Ourselves) -> bool:
    return isinstance(side, PeerProcess) or side.runtime.spec.recent_memories > 0


def _differences(
    theirs: Mapping[str, NDArray[np.float32]], own: Mapping[str, NDArray[np.float32]]
) -> dict[str, Difference]:
    return {name: difference(theirs[name], own[name]) for name in theirs if own[name].size}


def difference(first: NDArray[np.float32], second: NDArray[np.float32]) -> Difference:
    """Of B,h,w logits each. Below -32 and above 32 they count as that: published code cuts some there."""
    a, b = (np.clip(one, -32.0, 32.0) for one in (first, second))
    overlaps = []
    for mine, other in zip(a > 0, b > 0, strict=True):
        union = int((mine | other).sum())
        overlaps.append(int((mine & other).sum()) / union if union else 1.0)
    return Difference(float(np.abs(a - b).max()), min(overlaps))


def _side(ours: Ourselves, seconds: Seconds, apart: Mapping[str, Difference] | None) -> Side:
    facts = ours.runtime.facts
    kinds = {facts.precision_of(part) for part in PARTS} if facts.device == "cpu" else set()
    peaks = {kind: measure_peak(kind, facts.threads) for kind in kinds}
    operations: dict[str, int | None] = {}
    shares: dict[str, float | None] = {}
    for part in PARTS if ours.runtime.spec.recent_memories else ():
        operations[part] = count = count_operations(ours.runtime, ours.part(part))
        peak = peaks.get(facts.precision_of(part))
        shares[part] = None if count is None or peak is None else count / median(seconds[part]) / peak
    return Side(facts, seconds, apart, operations, shares)
