"""How like its prompted frames an object looks."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import masklet
from masklet.runtime.protocol import Decoded, NetworkPrompt, Runtime, RuntimeSpec
from masklet.session.answer import Answer, take
from masklet.session.likeness import ALIKE, Look, depict, likeness, look_of, trusted, weigh
from masklet.session.stream import StreamSession
from tests.session.fake_runtime import MASK_SIDE, FakeFeatures, FakeRuntime

C, H, W = 6, 4, 5
LEFT, RIGHT = np.zeros((4 * H, 4 * W), bool), np.zeros((4 * H, 4 * W), bool)
LEFT[:, :8], RIGHT[:, 12:] = True, True
NOWHERE = np.zeros((4 * H, 4 * W), bool)


def picture(seed: int = 0) -> NDArray[np.float32]:
    """Features of two things that differ, one on the left and one on the right, and something between."""
    random = np.random.default_rng(seed)
    left, right = np.random.default_rng(99).normal(size=(2, C))
    features = random.normal(size=(C, H, W)) * 0.1
    features[:, :, :2] += 2 * left[:, None, None]
    features[:, :, 3:] += 2 * right[:, None, None]
    return features.astype(np.float32)


def look(features: NDArray[np.float32], cover: NDArray[np.bool_]) -> Look:
    found = look_of(features, cover)
    assert found is not None
    return found


def answer(presence: float = 2.0, score: float = 0.8) -> Answer:
    logits = np.full((1, 1, 96, 96), 3.0, np.float32)
    said = Decoded(logits, np.array([[score]]), np.array([presence], np.float32), np.zeros((1, 1, 4), np.float32))
    return take(said, 0, NetworkPrompt(), (60, 80))


def test_a_thing_is_like_itself_on_another_frame_and_unlike_another() -> None:
    known = [look(picture(0), LEFT)]
    same, other = likeness(picture(1), LEFT, known), likeness(picture(1), RIGHT, known)
    assert same is not None and other is not None
    assert same > 0.95 and other < 0.5


def test_of_several_looks_the_most_alike_counts() -> None:
    known = [look(picture(0), LEFT), look(picture(0), RIGHT)]
    both = likeness(picture(1), RIGHT, known)
    assert both == likeness(picture(1), RIGHT, known[1:])


@given(shift=st.floats(-5, 5), scale=st.floats(0.2, 5))
def test_features_of_any_level_and_spread_are_looked_at_alike(shift: float, scale: float) -> None:
    def seen(seed: int) -> NDArray[np.float32]:
        return picture(seed) * np.float32(scale) + np.float32(shift)

    plain = likeness(picture(1), LEFT, [look(picture(0), LEFT)])
    assert likeness(seen(1), LEFT, [look(seen(0), LEFT)]) == pytest.approx(plain, abs=0.02)


def test_nothing_covered_and_nothing_known_say_nothing() -> None:
    assert look_of(picture(), NOWHERE) is None
    assert likeness(picture(), NOWHERE, [look(picture(), LEFT)]) is None
    assert likeness(picture(), LEFT, []) is None
    one = answer()
    assert weigh(one, None) is one and trusted(0.8, None) == 0.8


def test_what_is_unlike_becomes_absent_and_what_is_alike_stays() -> None:
    shown, gone = weigh(answer(), 0.98), weigh(answer(), 0.3)
    assert shown.presence > answer().presence and shown.mask.any()
    assert 0.7 < shown.score < 0.8
    assert gone.presence < 0 and not gone.mask.any() and not (gone.logits > 0).any()
    assert weigh(answer(), ALIKE).presence == pytest.approx(answer().presence)


def test_only_networks_that_ask_are_asked() -> None:
    fake = FakeRuntime()
    features = fake.see(np.zeros((60, 80, 3), np.uint8))
    assert depict(fake, features) is None


@pytest.mark.parametrize("library", ["openvino", "torch"])
def test_both_runtimes_depict_what_they_saw(library: str) -> None:
    runtime: Runtime = masklet.load(device="cpu", precision="float32", runtime=library).runtime
    assert runtime.spec.likeness
    random = np.random.default_rng(0).integers(0, 255, (90, 120, 3), np.uint8)
    depicted = depict(runtime, runtime.see(random))
    assert depicted is not None
    assert depicted.shape == (128, 24, 24) and depicted.dtype == np.float32


class Stubborn(FakeRuntime):
    """Whatever comes, on followed frames it shows the middle of the picture and is sure that the object is there."""

    def __init__(self, likeness: bool) -> None:
        super().__init__()
        self.likeness = likeness

    @property
    def spec(self) -> RuntimeSpec:
        return replace(super().spec, likeness=self.likeness)

    def depict(self, features: FakeFeatures) -> NDArray[np.float32]:
        return cv2.resize(features.pixels, (16, 16), interpolation=cv2.INTER_AREA).transpose(2, 0, 1)

    def _tracked(self, features: FakeFeatures, recollection: object) -> NDArray[np.bool_]:
        mask = np.zeros((MASK_SIDE, MASK_SIDE), bool)
        mask[16:48, 16:48] = True
        return mask


@pytest.mark.parametrize("asked", [True, False])
def test_a_network_that_takes_anything_for_the_object_is_checked_where_it_asks_for_it(asked: bool) -> None:
    def frame(colour: tuple[int, int, int]) -> NDArray[np.uint8]:
        picture = np.random.default_rng(0).integers(80, 120, (128, 128, 3), np.uint8)
        picture[32:96, 32:96] = colour
        return picture

    stream = StreamSession(Stubborn(asked))  # type: ignore[arg-type]
    stream.prompt("thing", points=[(64, 64)])
    red, blue = (220, 30, 30), (30, 30, 220)
    shown = [bool(stream.step(frame(colour))["thing"].mask.any()) for colour in (red, red, blue, red)]
    assert shown == [True, True, not asked, True]


def test_what_covers_an_object_is_not_the_object() -> None:
    meadow = np.random.default_rng(0).integers(90, 130, (240, 320, 1)) * np.array([0.5, 1.0, 0.4])
    rows, columns = np.mgrid[0:240, 0:320]
    net = masklet.load(device="cpu", precision="float32", runtime="openvino")
    session = net.open_stream()
    disc = np.hypot(columns - 160, rows - 120) < 40
    shown = {}
    for index in range(14):
        frame = meadow.copy()
        frame[disc] = (220, 30, 40)
        left = -100 + 40 * index  # a wall comes from the left and passes by
        frame[:, max(left, 0) : max(left + 160, 0)] = (90, 90, 200)
        if index == 0:
            session.prompt("disc", points=[(160, 120)])
        shown[index] = session.step(frame.astype(np.uint8))["disc"]
    covered, free = (4, 5), (1, 8, 13)
    assert all(shown[index].mask[disc].mean() > 0.8 for index in free)
    assert not any(shown[index].mask.any() for index in covered)
