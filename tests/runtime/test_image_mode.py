"""Image mode is SAM: with nothing remembered the video's network gives what the picture's gives, and SAM's own weights
run behind the same calls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from masklet.model.checkpoint import load_network
from masklet.model.formats.layout import pictures_only
from masklet.model.network import Network
from masklet.net import Net
from masklet.runtime.catalogue import find_weights
from masklet.runtime.protocol import NetworkPrompt, Recollection
from masklet.runtime.torch import TorchRuntime
from masklet.session.everything import Sieve
from masklet.session.video import VideoSession
from tests.model.small import small_network

CLICK = {"points": [(70.0, 50.0)]}
CLICKS = {"points": [(70.0, 50.0), (20.0, 90.0)], "labels": [1, 0]}
BOX = {"box": (20.0, 30.0, 100.0, 110.0)}


def network(name: str) -> Network:
    return load_network(find_weights("nano")) if name == "nano" else small_network(name)


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (128, 128, 3), np.uint8).repeat(2, 0).repeat(2, 1)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("name", ["nano", "small-hiera"])
def test_an_empty_memory_gives_the_picture_s_answer(name: str, strict: bool, picture: np.ndarray) -> None:
    net = network(name)
    runtime = TorchRuntime(net, "cpu", strict=strict)
    square = picture[: net.config.picture_size, : net.config.picture_size]
    if strict:  # where nothing is resized: the published code resizes pictures in one way, frames in another
        square = np.resize(picture, (net.config.picture_size, net.config.picture_size, 3))
    still = Net(runtime).open_image(square)
    for said in (CLICK, CLICKS, BOX, {**BOX, **CLICKS}):
        best = still.segment(**said)[0]
        shown = VideoSession(runtime, [square, square]).prompt("it", frame=1, **said)
        assert shown.score == best.score
        assert np.array_equal(shown.mask, best.mask) or (strict and shown.presence < 0.5)


@pytest.mark.parametrize("name", ["nano", "small-hiera"])
def test_the_network_without_its_memory_is_the_picture_s(name: str, picture: np.ndarray) -> None:
    """Bit for bit: what knows pictures alone, as the same weights without those of the memory make it."""
    whole = network(name)
    part = Network(pictures_only(whole.config)).eval()
    part.load_state_dict({key: whole.state_dict()[key] for key in part.state_dict()})
    answers = []
    for each in (whole, part):
        runtime = TorchRuntime(each, "cpu")
        seen = runtime.recall(runtime.see(picture), [Recollection()])
        click = NetworkPrompt(np.array([[40, 50]], np.float32), np.array([1]))
        more = NetworkPrompt(np.array([[10, 20], [90, 99], [60, 60]], np.float32), np.array([2, 3, 0]))
        answers.append(runtime.decode(seen, [click, more, replace(click, mask_logits=None), NetworkPrompt()]))
    assert np.array_equal(answers[0].mask_logits, answers[1].mask_logits)
    assert np.array_equal(answers[0].iou, answers[1].iou)
    assert np.array_equal(answers[0].presence, answers[1].presence)


@pytest.mark.parametrize("name", ["small-vit", "small-tiny-vit", "small-hiera"])
def test_both_generations_answer_the_same_calls(name: str, picture: np.ndarray) -> None:
    net = Net(TorchRuntime(network(name), "cpu"))
    found = net.open_image(picture).segment(**CLICK)
    assert len(found) == 3
    assert all(one.mask.shape == picture.shape[:2] for one in found)
    keep_all = Sieve(iou_threshold=-9, stability_threshold=0, overlap=1.0, min_region=0)
    regions = net.everything(picture, grid=2, sieve=keep_all)
    assert regions
    assert all(one.mask.shape == picture.shape[:2] for one in regions)
