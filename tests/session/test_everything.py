import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from masklet.errors import InputError, MediaError
from masklet.media.rle import encode_mask
from masklet.session.everything import (
    Region,
    Sieve,
    SuitedSieve,
    clean,
    crop_boxes,
    grid_points,
    segment_everything,
    suppress,
)
from masklet.session.geometry import mask_box
from masklet.session.image import BATCH
from tests.session.drawn import BLUE, HEIGHT, RED, WIDTH, draw, iou, truth
from tests.session.fake_runtime import FakeRuntime


@pytest.fixture
def runtime():
    return FakeRuntime()


def region(mask, score, layer=0):
    return Region(encode_mask(mask), mask_box(mask), int(mask.sum()), score, 1.0, (0.0, 0.0), layer)


def square(x0, y0, x1, y1, size=(100, 100)):
    mask = np.zeros(size, bool)
    mask[y0:y1, x0:x1] = True
    return mask


def test_every_object_is_found_once(runtime):
    found = segment_everything(runtime, draw(0), grid=16)
    assert len(found) == 3  # disc, square, background
    for colour in (RED, BLUE):
        (match,) = [one for one in found if iou(one.mask, truth(draw(0), colour)) > 0.8]
        assert match.area == match.mask.sum()
        assert match.box == mask_box(match.mask)
        x, y = (int(value) for value in match.point)
        assert match.mask[y - 3 : y + 4, x - 3 : x + 4].any()
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_prompts_are_batched_and_progress_is_told(runtime):
    told = []
    segment_everything(runtime, draw(0), grid=10, progress=lambda done, total: told.append((done, total)))
    assert [len(call) for call in runtime.calls.decode] == [BATCH, 100 - BATCH]
    assert told == [(BATCH, 100), (100, 100)]
    assert runtime.calls.see == 1


def test_the_sieve_drops_doubtful_answers(runtime):
    assert segment_everything(runtime, draw(0), grid=8, sieve=Sieve(iou_threshold=0.95)) == []
    loose = segment_everything(runtime, draw(0), grid=8, sieve=Sieve(iou_threshold=0.1, overlap=0.95))
    assert len(loose) > 3


def test_crops_see_small_things_finer():
    picture = np.full((480, 640, 3), 90, np.uint8)
    cv2.circle(picture, (118, 97), 21, (220, 30, 30), -1)
    disc, told = truth(picture, (220, 30, 30)), []
    sieve = Sieve(min_region=0, iou_threshold=0.85)
    coarse = segment_everything(FakeRuntime(), picture, grid=24, sieve=sieve)
    found = segment_everything(
        FakeRuntime(), picture, grid=24, crop_layers=1, sieve=sieve, progress=lambda *both: told.append(both)
    )
    (far,) = [one for one in coarse if one.area < 5000]
    (near,) = [one for one in found if one.area < 5000]
    assert (far.layer, near.layer) == (0, 1)
    assert iou(near.mask, disc) > iou(far.mask, disc)
    assert told[-1] == (24**2 + 4 * 12**2,) * 2


def test_masks_that_a_crop_cuts_off_are_left_out(runtime):
    picture = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    picture[40:80, 20:140] = (220, 30, 30)  # reaches over every crop's edge
    found = segment_everything(runtime, picture, grid=16, crop_layers=1)
    bars = [one for one in found if (one.mask & truth(picture, (220, 30, 30))).any() and one.area < 6000]
    assert [one.layer for one in bars] == [0]


@given(st.integers(1, 400), st.integers(1, 400), st.integers(0, 3))
def test_crops_cover_the_picture_and_stay_in_it(height, width, layers):
    crops = crop_boxes((height, width), layers)
    assert [crop.layer for crop in crops] == [layer for layer in range(layers + 1) for _ in range(4**layer)]
    for layer in range(layers + 1):
        covered = np.zeros((height, width), bool)
        for crop in crops:
            assert 0 <= crop.x0 < crop.x1 <= width
            assert 0 <= crop.y0 < crop.y1 <= height
            if crop.layer == layer:
                covered[crop.y0 : crop.y1, crop.x0 : crop.x1] = True
        assert covered.all()


def test_neighbouring_crops_overlap():
    left, right = crop_boxes((300, 300), 1)[1:3]
    assert left.x1 - right.x0 == pytest.approx(0.34 * 300, abs=2)


@given(st.integers(1, 30), st.integers(1, 500), st.integers(1, 500))
def test_a_grid_lies_inside(side, height, width):
    points = grid_points((height, width), side)
    assert len(set(points)) == side * side
    assert all(0 < x < width and 0 < y < height for x, y in points)
    assert np.mean(points, axis=0) == pytest.approx([width / 2, height / 2])


def test_suppress_keeps_the_better_of_two_alike():
    first, second, third = square(0, 0, 50, 50), square(0, 0, 50, 45), square(60, 60, 90, 90)
    kept = suppress([region(second, 0.8), region(first, 0.9), region(third, 0.5)], 0.7)
    assert [one.score for one in kept] == [0.9, 0.5]
    in_order = suppress([region(second, 0.8, layer=1), region(first, 0.9)], 0.7, by_score=False)
    assert [one.score for one in in_order] == [0.8]
    assert suppress([], 0.7) == []


def test_suppress_sees_through_specks():
    speckled = square(0, 0, 50, 50)
    speckled[99, 99] = True  # its box is four times as large
    assert len(suppress([region(square(0, 0, 50, 50), 0.9), region(speckled, 0.8)], 0.7)) == 1


def test_clean_fills_holes_and_drops_islands():
    mask = square(10, 10, 60, 60)
    mask[20:25, 20:25] = False
    mask[30:50, 30:50] = False
    mask[90:94, 90:94] = True
    cleaned = clean(mask, 50)
    assert cleaned[22, 22]
    assert not cleaned[40, 40]
    assert not cleaned[91, 91]
    tiny = square(5, 5, 8, 8)
    assert (clean(tiny, 50) == tiny).all()
    assert not clean(np.zeros((9, 9), bool), 50).any()
    assert clean(np.ones((4, 4), bool), 50).all()


def test_bad_settings(runtime):
    with pytest.raises(InputError, match="at least one click per side"):
        segment_everything(runtime, draw(0), grid=0)
    with pytest.raises(MediaError):
        segment_everything(runtime, "no-such-picture.png")


def test_thresholds_left_out_are_the_networks_own() -> None:
    from dataclasses import replace

    runtime = FakeRuntime()
    easy, hard = replace(runtime.spec, least_iou=0.3), replace(runtime.spec, least_iou=0.7, least_stability=0.5)
    assert Sieve().suited_to(easy).iou_threshold == 0.3
    assert Sieve().suited_to(hard) == SuitedSieve(0.7, 0.5, 0.7, 100)
    assert Sieve(iou_threshold=0.9, overlap=0.6).suited_to(hard) == SuitedSieve(0.9, 0.5, 0.6, 100)
