"""What a closer look promises: a window that holds the object, an answer of the picture's size, and more detail."""

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import masklet
from masklet.runtime.protocol import RuntimeSpec, letterboxed
from masklet.session.closer import LEAST, LOOKS, MOST, Closer, look_closer, window_around
from masklet.session.geometry import logits_to_mask, mask_box
from masklet.session.image import ImageSession
from masklet.values import Picture, Prompt
from tests.session import drawn
from tests.session.fake_runtime import MASK_SIDE, FakeFeatures, FakeRuntime


@given(st.data(), st.integers(1, 200), st.integers(1, 200))
@settings(deadline=None)
def test_the_window_holds_the_object_and_every_click_on_it(data: st.DataObject, height: int, width: int) -> None:
    mask = np.zeros((height, width), bool)
    x0, y0 = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    mask[y0 : data.draw(st.integers(y0, height)), x0 : data.draw(st.integers(x0, width))] = True
    x, y = data.draw(st.floats(0, width)), data.draw(st.floats(0, height))
    window = window_around(mask, Prompt(((x, y), (0.0, 0.0)), (1, 0)))
    if window is None:
        return
    assert 0 <= window.x0 < window.x1 <= width
    assert 0 <= window.y0 < window.y1 <= height
    assert window.size[0] * window.size[1] <= MOST * height * width
    assert min(window.size) >= min(height, width, round(LEAST * max(height, width)))
    assert window.x0 - 1 <= x <= window.x1 + 1
    assert window.y0 - 1 <= y <= window.y1 + 1
    box = mask_box(mask)
    if box is not None:
        assert window.x0 <= box[0] < box[2] <= window.x1
        assert window.y0 <= box[1] < box[3] <= window.y1


def test_there_is_no_window_around_nothing_and_none_around_most_of_a_picture() -> None:
    nothing = np.zeros((60, 80), bool)
    assert window_around(nothing, Prompt()) is None
    assert window_around(nothing, Prompt(((3.0, 3.0),), (0,))) is None
    assert window_around(~nothing, Prompt(((3.0, 3.0),), (1,))) is None


def test_a_box_says_more_than_the_first_mask() -> None:
    mask = np.zeros((100, 100), bool)
    mask[80:90, 80:90] = True
    window = window_around(mask, Prompt(box=(5, 5, 15, 15)))
    assert window is not None
    assert window.x1 <= 25
    assert window.y1 <= 25


@pytest.mark.parametrize(
    ("fine", "prompted", "tracked"), [(None, False, False), (True, True, True), (False, False, False)]
)
def test_what_is_looked_at_closer_is_what_was_asked_for(fine: bool | None, prompted: bool, tracked: bool) -> None:
    assert Closer.of(fine, FakeRuntime().spec) == Closer(prompted, tracked)


def test_the_embedded_network_looks_closer_where_it_is_prompted() -> None:
    spec = masklet.load(device="cpu").runtime.spec
    assert Closer.of(None, spec) == Closer(prompted=True, tracked=False)


def test_a_look_has_the_pictures_size_and_finds_a_small_square_more_exactly() -> None:
    picture = np.full((400, 640, 3), 90, np.uint8)
    picture[201:219, 301:319] = (250, 40, 40)
    truth = (picture == (250, 40, 40)).all(axis=2)
    net = masklet.load(device="cpu")
    prompt = {"points": [(310.0, 210.0)]}
    plain, fine = (net.open_image(picture, fine=how).segment(**prompt)[0] for how in (False, True))
    assert fine.mask.shape == plain.mask.shape == truth.shape
    assert fine.logits.shape == plain.logits.shape
    assert drawn.iou(fine.mask, truth) > drawn.iou(plain.mask, truth)
    looks = look_closer(net.runtime, picture, Prompt(((310.0, 210.0),), (1,)), [(plain.mask, plain.logits)] * 2)
    assert looks[0] is not None and looks[1] is not None
    assert np.array_equal(looks[0].mask, looks[1].mask)


class Stretched(FakeRuntime):
    """Hears clicks alone, and notes how much of what is there lies in the earlier answer that came with them."""

    def __init__(self) -> None:
        super().__init__()
        self.said_before: list[float] = []

    def _clicked(self, pixels, prompt):
        found = super()._clicked(pixels, replace(prompt, mask_logits=None))
        if prompt.mask_logits is not None:
            self.said_before.append(float((prompt.mask_logits[found] > 0).mean()))
        return found


class Letterboxed(Stretched):
    """Sees pictures as SAM does: in their own proportions, from the top left of a black square."""

    @property
    def spec(self) -> RuntimeSpec:
        return replace(super().spec, letterbox=True, mask_limit=math.inf, steady=False, recent_memories=0)

    def see(self, picture: Picture) -> FakeFeatures:
        seen = super().see(picture)
        height, width = letterboxed((picture.shape[0], picture.shape[1]), MASK_SIDE)
        small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_NEAREST)
        seen.pixels = np.zeros((MASK_SIDE, MASK_SIDE, 3), np.float32)
        seen.pixels[:height, :width] = small
        return seen


PLACES = {"in the middle": (300, 41), "at the lower right": (618, 79), "at the upper left": (2, 3)}


@pytest.mark.parametrize("runtime", [Stretched, Letterboxed])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("upright", [False, True])
def test_however_a_network_sees_pictures_a_look_is_at_the_same_place(
    runtime: type[Stretched], place: str, upright: bool
) -> None:
    x, y = PLACES[place]
    picture = np.full((100, 640, 3), 90, np.uint8)  # long, so that a window is no square either
    picture[y : y + 18, x : x + 20] = (250, 40, 40)
    box = (x - 1, y - 1, x + 21, y + 19)
    if upright:
        picture, box = np.ascontiguousarray(picture.swapaxes(0, 1)), (y - 1, x - 1, y + 19, x + 21)
    truth = (picture == (250, 40, 40)).all(axis=2)
    net = runtime()
    plain, fine = (ImageSession(net, picture, fine=how).segment(box=box)[0] for how in (False, True))
    assert len(net.said_before) == 1
    assert net.said_before[0] > 0.3  # the first answer is a few pixels of the network's coarse square
    assert drawn.iou(fine.mask, truth) > max(drawn.iou(plain.mask, truth), 0.85)
    # the logits, which later clicks refine, say the same on the network's coarse square
    back = logits_to_mask(fine.logits, truth.shape, letterbox=net.spec.letterbox)
    assert drawn.iou(back, truth) > 0.5


class Overwhelmed(FakeRuntime):
    """Takes all that it sees for the object once it is told of an earlier answer."""

    def _clicked(self, pixels, prompt):
        found = super()._clicked(pixels, prompt)
        return found if prompt.mask_logits is None else np.ones_like(found)


def test_a_look_never_brings_back_what_a_click_denied() -> None:
    picture = np.full((200, 200, 3), 90, np.uint8)
    picture[90:110, 90:110] = (250, 40, 40)
    on, beside = (100.0, 100.0), (100.0, 118.0)
    plain, fine = (ImageSession(Overwhelmed(), picture, fine=how) for how in (False, True))
    assert fine.segment(points=[on])[0].mask[118, 100]
    said = {"points": [on, beside], "labels": [1, 0]}
    assert np.array_equal(fine.segment(**said)[0].mask, plain.segment(**said)[0].mask)
    with masklet.Net(Overwhelmed()).open_video([picture], fine=True) as video:
        assert not video.prompt("square", frame=0, **said).mask[118, 100]


@pytest.mark.parametrize(("left", "looks"), [(0, 2), (6, 1)])
def test_a_window_serves_for_an_answer_like_its_own_if_it_holds_it_whole(left: int, looks: int) -> None:
    masks = np.zeros((2, 200, 200), bool)
    masks[0, 40:100, 20:80] = True  # its window begins a little within the picture
    masks[1, 40:104, left:66] = True
    first = window_around(masks[0], Prompt())
    assert first is not None
    assert 0 < first.x0 < 6
    runtime = Stretched()
    coarse = [cv2.resize(mask.astype(np.float32) * 20 - 10, (MASK_SIDE, MASK_SIDE)) for mask in masks]
    look_closer(runtime, np.full((200, 200, 3), 90, np.uint8), Prompt(), list(zip(masks, coarse, strict=True)))
    assert runtime.calls.see == looks


def test_a_fine_run_repeats_from_its_log(tmp_path) -> None:
    net = masklet.load(device="cpu")
    with net.open_video(drawn.clip(5), fine=True) as video:
        video.prompt("square", frame=0, box=(106, 76, 130, 100))
        for _ in video.track():
            pass
        video.log.save(tmp_path / "log.jsonl")
        log = masklet.session.log.read_log(tmp_path / "log.jsonl")
        assert log.header.fine is True
        with net.open_video(drawn.clip(5), fine=log.header.fine) as again:
            masklet.replay(log, again)
            assert again.masklets()[0].rles == video.masklets()[0].rles


class Noting(Stretched):
    """Notes the logits that memories are made of."""

    def __init__(self) -> None:
        super().__init__()
        self.remembered: list[np.ndarray] = []

    def remember(self, features, mask_logits, presence, prompted):
        self.remembered.append(np.array(mask_logits))
        return super().remember(features, mask_logits, presence, prompted)


def test_closer_looks_change_what_is_shown_and_nothing_that_is_remembered() -> None:
    shown, remembered = [], []
    for fine in (False, True):
        runtime = Noting()
        with masklet.Net(runtime).open_video(drawn.clip(4), fine=fine) as video:
            video.prompt("square", frame=0, box=(116, 74, 144, 102))
            shown.append([frame["square"].mask for frame in video.track()])
        remembered.append(runtime.remembered)
    assert len(remembered[0]) == len(remembered[1]) == 4
    assert all(np.array_equal(one, other) for one, other in zip(*remembered, strict=True))
    assert not all(np.array_equal(one, other) for one, other in zip(shown[0][1:], shown[1][1:], strict=True))


def test_the_likeliest_things_that_a_click_in_a_video_may_mean_are_looked_at() -> None:
    runtime = Noting()
    with masklet.Net(runtime).open_video(drawn.clip(2), fine=True) as video:
        video.prompt("disc", frame=0, points=[drawn.disc(0)])
        assert len(runtime.said_before) == LOOKS  # the likeliest candidates
        video.prompt("disc", frame=0, points=[drawn.square(0)], labels=[0])
        assert len(runtime.said_before) == LOOKS + 2  # one answer: before the look, and through the window


def test_a_yes_from_numpy_is_one_in_the_log_too(tmp_path) -> None:
    with masklet.Net(FakeRuntime()).open_video(drawn.clip(2), fine=np.True_) as video:
        video.log.save(tmp_path / "log.jsonl")
    assert masklet.session.log.read_log(tmp_path / "log.jsonl").header.fine is True


def test_a_stream_is_a_video_with_closer_looks_too() -> None:
    net = masklet.load(device="cpu")
    live = net.open_stream(fine=True)
    with net.open_video(drawn.clip(4), fine=True) as video:
        video.prompt("square", frame=0, box=(106, 76, 130, 100))
        live.step(video.frames[0])
        live.prompt("square", box=(106, 76, 130, 100))
        for frame in video.track(start=1):
            followed = live.step(video.frames[frame.index])
            assert np.array_equal(followed["square"].mask, frame["square"].mask)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (1, 400), (400, 1), (7, 900)])
def test_pictures_of_any_size_can_be_looked_at_closer(size: tuple[int, int]) -> None:
    picture = np.full((*size, 3), 90, np.uint8)
    session = masklet.load(device="cpu").open_image(picture, fine=True)
    for prompt in ({"points": [(0.5, 0.5)]}, {"box": (0, 0, 1, 1)}):
        assert session.segment(**prompt)[0].mask.shape == size
