"""Comparisons, with masklet itself in the peer's place: the same calls, so the same answers."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from masklet.bench.against import Difference, compare, difference, draw_footage
from masklet.bench.ourselves import Ourselves
from masklet.bench.peer_process import PeerProcess
from masklet.model.drawn import drawn_network
from masklet.runtime.torch import TorchRuntime
from tests.model.small import CONFIGS


class AsPeer(Ourselves):
    @property
    def versions(self) -> dict[str, str]:
        return {"masklet": "0"}


@pytest.fixture(scope="module")
def runtime() -> TorchRuntime:
    return TorchRuntime(drawn_network(CONFIGS["small-hiera"]), "cpu", "float32")


def run(runtime: TorchRuntime, **how: Any) -> Any:
    footage = draw_footage(128, 2)
    peer = cast(PeerProcess, AsPeer(runtime, footage))
    return compare("sam2", "small-hiera", peer, [Ourselves(runtime, footage)], (1, 2), 2, **how)


def test_two_that_are_the_same_answer_the_same(runtime: TorchRuntime) -> None:
    steps: list[None] = []
    found = run(runtime, same=True, step=lambda: steps.append(None))
    (side,) = found.sides
    assert side.apart == {"click": Difference(0.0, 1.0), "masks": Difference(0.0, 1.0)}
    assert len(steps) == 6 and all(len(each) == 2 for each in found.seconds.values())
    assert {"set_picture", "prompt", "frame", "see", "recall", "decode", "remember", "frame, 2 objects"} <= set(
        side.seconds
    )
    for thing in found.seconds:
        assert (found.ratio(side, thing) or 0) > 0
    assert all(count and count > 0 for count in side.operations.values())


def test_different_networks_are_not_compared(runtime: TorchRuntime) -> None:
    found = run(runtime, same=False)
    assert found.sides[0].apart is None and found.ratio(found.sides[0], "nothing of that name") is None


def test_memories_count(runtime: TorchRuntime) -> None:
    footage = draw_footage(128, 2)
    ours = Ourselves(runtime, footage)
    ours.frame(2)
    first, second = ours.answers()["masks"]
    assert first.shape == (32, 32) and not np.allclose(first, second)  # two objects, one picture


def test_the_largest_difference_and_the_least_overlap() -> None:
    first = np.array([[[1.0, -1.0], [2.0, 3.0]], [[-1.0, -1.0], [-1.0, -1.0]]], np.float32)
    second = first.copy()
    assert difference(first, second) == Difference(0.0, 1.0)
    second[0, 0, 0] = -0.5
    assert difference(first, second) == Difference(1.5, 2 / 3)
    assert difference(first, np.where(second < 0, -1024, second).astype(np.float32)).logits == 33.0  # cut at -32


def test_footage_is_the_same_for_all_sides() -> None:
    footage = draw_footage(64, 3)
    assert footage.levels.shape == (2, 64, 64, 3) and footage.pictures.shape == (2, 3, 64, 64)
    assert footage.masks.shape == (3, 64, 64) and footage.masks.any((1, 2)).all()
    x, y = footage.click
    assert footage.masks[0, int(y), int(x)]
    assert not np.array_equal(*footage.levels)
