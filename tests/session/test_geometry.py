import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from masklet.errors import PromptError
from masklet.runtime.protocol import RuntimeSpec
from masklet.session.geometry import (
    SURE,
    given_mask,
    logits_on_square,
    logits_to_mask,
    make_prompt,
    mask_box,
    mask_to_logits,
    means_of_part,
    names_object,
    on_picture,
    points_to_network,
    resize_logits,
    stretched_part,
    to_network,
)
from masklet.values import Prompt

SPEC = RuntimeSpec("fake", picture_size=1024, mask_size=256, candidates=3, recent_memories=6, pointers=16)
sides = st.integers(2, 3000)
parts = st.floats(0, 1)


@given(sides, sides, parts, parts, st.integers(1, 4))
def test_points_mean_the_same_place_on_a_resized_picture(height, width, x, y, zoom):
    here = points_to_network([(x * width, y * height)], (height, width), 1024)
    there = points_to_network([(x * width * zoom, y * height * zoom)], (height * zoom, width * zoom), 1024)
    np.testing.assert_allclose(here, there, rtol=1e-5, atol=1e-3)
    np.testing.assert_allclose(here, [[x * 1024, y * 1024]], rtol=1e-5, atol=1e-3)


def test_points_scale_without_a_half_pixel_shift():
    # The published predictors: x * side / width, y * side / height, nothing added.
    np.testing.assert_array_equal(points_to_network([(0, 0), (480, 270)], (540, 960), 1024), [[0, 0], [512, 512]])


@given(sides, sides, st.lists(st.tuples(parts, parts, st.integers(0, 1)), max_size=4), parts, parts)
def test_a_box_comes_first_with_its_corners_in_order(height, width, clicks, x, y):
    box = (x * width / 2, y * height / 2, width / 2 + 0.5, height / 2 + 0.5)
    points = [(u * width, v * height) for u, v, _ in clicks]
    prompt = make_prompt((height, width), points, [label for *_, label in clicks], box)
    network = to_network(prompt, (height, width), SPEC)
    assert network.labels.tolist() == [2, 3, *(label for *_, label in clicks)]
    assert (network.points[0] <= network.points[1]).all()
    np.testing.assert_allclose(
        network.points * [width / 1024, height / 1024], [box[:2], box[2:], *points], rtol=1e-4, atol=1e-2
    )
    assert network.points.dtype == np.float32
    assert network.labels.dtype == np.int64


@given(st.integers(20, 200), st.integers(20, 200), st.data())
def test_a_mask_comes_back_from_its_logits(height, width, data):
    x0, x1 = sorted(data.draw(st.lists(st.integers(0, width), min_size=2, max_size=2)))
    y0, y1 = sorted(data.draw(st.lists(st.integers(0, height), min_size=2, max_size=2)))
    mask = np.zeros((height, width), bool)
    mask[y0:y1, x0:x1] = True
    back = logits_to_mask(mask_to_logits(mask, 256), (height, width))
    inside = cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=1) > 0
    outside = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    assert back[inside].all()
    assert not back[outside].any()


def test_a_strict_given_mask_goes_by_the_published_filter():
    mask = np.zeros((128, 128), bool)
    mask[40:72, 64:] = True
    assert np.array_equal(given_mask(mask, 64, strict=True), mask[::2, ::2])
    assert np.array_equal(given_mask(mask, 256, strict=True), mask.repeat(2, 0).repeat(2, 1))
    thin = np.zeros((128, 128), bool)
    thin[:, 31] = True
    assert given_mask(thin, 16).any()
    assert not given_mask(thin, 16, strict=True).any()


@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_a_given_mask_never_vanishes_or_appears(height, width, data):
    mask = np.zeros((height, width), bool)
    assert not given_mask(mask, 64).any()
    y, x = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    mask[y, x] = True
    square = given_mask(mask, 64)
    assert square.any()
    assert set(np.unique(square)) <= {0.0, 1.0}


def test_logits_are_resized_with_half_pixel_centres():
    logits = np.array([[-1.0, 3.0]], np.float32).repeat(2, 0)
    # Centres of 8 pixels over 2: the values at 0.25 steps between them, flat beyond the outer centres.
    np.testing.assert_allclose(resize_logits(logits, (2, 8))[0], [-1, -1, -0.5, 0.5, 1.5, 2.5, 3, 3])


def test_a_letterbox_keeps_proportions():
    spec = replace(SPEC, letterbox=True)
    network = to_network(Prompt(((960.0, 540.0), (480.0, 135.0)), (1, 0)), (540, 960), spec)
    np.testing.assert_array_equal(network.points, [[1024, 576], [512, 144]])


@given(st.integers(20, 200), st.integers(20, 200), st.data())
def test_a_mask_comes_back_from_its_letterbox(height, width, data):
    x0, x1 = sorted(data.draw(st.lists(st.integers(0, width), min_size=2, max_size=2)))
    y0, y1 = sorted(data.draw(st.lists(st.integers(0, height), min_size=2, max_size=2)))
    mask = np.zeros((height, width), bool)
    mask[y0:y1, x0:x1] = True
    logits = mask_to_logits(mask, 64, letterbox=True)
    back = logits_to_mask(logits, (height, width), letterbox=True)
    # the last row or column of logits may lie half beyond the picture, and is a mean with what pads it there
    coarse = np.ones((2 * 4 + 1, 2 * 4 + 1), np.uint8)
    inside = cv2.erode(mask.astype(np.uint8), coarse, borderValue=0) > 0
    outside = cv2.dilate(mask.astype(np.uint8), coarse) == 0
    assert back[inside].all()
    assert not back[outside].any()


@given(st.integers(8, 400), st.integers(8, 400), st.booleans(), st.booleans(), st.data())
def test_a_mask_put_on_the_square_is_read_back_the_same_up_to_its_edge(height, width, letterbox, round_, data):
    x0, x1 = sorted(data.draw(st.lists(st.integers(0, width), min_size=2, max_size=2)))
    y0, y1 = sorted(data.draw(st.lists(st.integers(0, height), min_size=2, max_size=2)))
    mask = np.zeros((height, width), bool)
    mask[y0:y1, x0:x1] = True
    if round_:
        down, across = np.mgrid[:height, :width] + 0.5
        middle, radii = ((y0 + y1) / 2, (x0 + x1) / 2), (max(y1 - y0, 1) / 2, max(x1 - x0, 1) / 2)
        mask &= ((down - middle[0]) / radii[0]) ** 2 + ((across - middle[1]) / radii[1]) ** 2 <= 1
    side = 64
    square = logits_on_square(np.where(mask, SURE, -SURE).astype(np.float32), side, letterbox=letterbox)
    assert square.shape == (side, side)
    assert np.abs(square).max() <= SURE + 1e-4
    back = logits_to_mask(square, (height, width), letterbox=letterbox)
    # edges move by less than a logit's own extent, in pixels of the picture
    rows, columns = ((max(height, width),) * 2) if letterbox else (height, width)
    kernel = np.ones((2 * math.ceil(rows / side) + 1, 2 * math.ceil(columns / side) + 1), np.uint8)
    # a letterbox's last row or column of logits may lie half beyond the picture, and is a mean with what pads it there
    inside = (
        cv2.erode(mask.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=int(not letterbox)) > 0
    )
    outside = cv2.dilate(mask.astype(np.uint8), kernel) == 0
    assert back[inside].all()
    assert not back[outside].any()


@given(st.integers(8, 300), st.integers(8, 300), st.booleans(), st.integers(0, 2**32 - 1))
def test_a_mask_has_the_logits_of_a_sure_answer(height, width, letterbox, seed):
    mask = np.random.default_rng(seed).random((height, width)) < 0.5
    sure = np.where(mask, SURE, -SURE).astype(np.float32)
    ours, theirs = mask_to_logits(mask, 64, letterbox=letterbox), logits_on_square(sure, 64, letterbox=letterbox)
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_letterboxed_logits_are_cut_to_the_picture():
    logits = np.arange(64, dtype=np.float32).reshape(1, 8, 8)
    assert on_picture(logits, (8, 16), letterbox=True).shape == (1, 4, 8)
    assert on_picture(logits, (16, 5), letterbox=True).shape == (1, 8, 3)  # 10 of 32 pixels: a third begun
    assert on_picture(logits, (8, 16), letterbox=False).shape == (1, 8, 8)
    flat = resize_logits(np.repeat([[2.0], [-2.0]], 4, 0).repeat(8, 1).astype(np.float32), (8, 16), letterbox=True)
    assert flat.shape == (8, 16)
    assert (flat[:6] > 0).all()


def test_earlier_logits_are_clamped():
    logits = np.array([[-1024.0, 100.0], [3.0, -3.0]], np.float32)
    network = to_network(Prompt(((1.0, 1.0),), (1,)), (10, 10), SPEC, logits)
    np.testing.assert_array_equal(network.mask_logits, [[-32, 32], [3, -3]])
    network = to_network(Prompt(((1.0, 1.0),), (1,)), (10, 10), replace(SPEC, mask_limit=np.inf), logits)
    np.testing.assert_array_equal(network.mask_logits, logits)


def test_a_mask_is_the_answer_or_a_hint():
    mask = np.zeros((50, 100), bool)
    mask[10:20, 20:60] = True
    answer = to_network(Prompt(mask=mask), mask.shape, SPEC)
    assert answer.given_mask.shape == (1024, 1024)
    assert answer.given_mask.mean() == pytest.approx(mask.mean(), abs=1e-3)
    assert len(answer.points) == 0
    hint = to_network(Prompt(mask=mask), mask.shape, SPEC, rough_mask=True)
    assert hint.given_mask is None
    assert hint.mask_logits.shape == (256, 256)
    assert hint.labels.tolist() == [2, 3]
    np.testing.assert_allclose(hint.points, [[204.8, 204.8], [614.4, 409.6]], rtol=1e-6)


def test_mask_box():
    mask = np.zeros((5, 7), bool)
    assert mask_box(mask) is None
    mask[1:3, 2:6] = True
    assert mask_box(mask) == (2, 1, 6, 3)


def test_prompts_take_arrays_and_default_labels():
    prompt = make_prompt((100, 200), np.array([[1, 2], [200, 100]]))
    assert prompt == Prompt(((1.0, 2.0), (200.0, 100.0)), (1, 1))
    assert make_prompt((100, 200), box=np.array([1, 2, 3, 4])).box == (1.0, 2.0, 3.0, 4.0)
    assert make_prompt((100, 200), box=(-5, -5, 300, 50)).box == (0, 0, 200, 50)
    assert make_prompt((2, 2), mask=np.array([[0, 255], [0, 1]], np.uint8)).mask.tolist() == [[0, 1], [0, 1]]


def test_a_prompts_mask_is_its_own():
    mask = np.ones((2, 2), bool)
    prompt = make_prompt((2, 2), mask=mask)
    mask[:] = False
    assert prompt.mask.all()


def test_what_names_an_object():
    assert names_object(Prompt(((1.0, 1.0), (2.0, 2.0)), (0, 1)))
    assert names_object(Prompt(box=(0, 0, 1, 1)))
    assert not names_object(Prompt(((1.0, 1.0),), (0,)))
    assert not names_object(Prompt(mask=np.zeros((2, 2), bool)))


@pytest.mark.parametrize(
    ("given_prompt", "words"),
    [
        ({}, "nothing is said"),
        ({"points": [(201, 5)]}, r"\(201, 5\) lies outside.*0 to 200.*0 to 100"),
        ({"points": [(5, -0.5)]}, "outside"),
        ({"points": [(float("nan"), 5)]}, "finite"),
        ({"points": [(1, 2, 3)]}, "pair"),
        ({"points": [5, 5]}, "pair"),
        ({"points": [("a", 1)]}, "pair"),
        ({"points": [(1, 2)], "labels": [1, 0]}, "1 points need 1 labels, not 2"),
        ({"points": [(1, 2)], "labels": [2]}, "label is 1"),
        ({"labels": [1]}, "0 points need 0 labels"),
        ({"box": (10, 10, 5, 20)}, "inverted"),
        ({"box": (10, 10, 10, 20)}, "empty"),
        ({"box": (1, 2, 3)}, "four numbers"),
        ({"box": (1, 2, float("inf"), 4)}, "finite"),
        ({"box": (300, 2, 400, 4)}, "outside"),
        ({"mask": np.ones((200, 100))}, "100x200 and the picture 200x100"),
        ({"mask": np.ones((100, 200, 3))}, "HxW"),
        ({"mask": np.full((100, 200), np.nan)}, "finite"),
        ({"mask": np.ones((100, 200)), "points": [(1, 1)]}, "stands alone"),
    ],
)
def test_bad_prompts_are_told_in_one_line(given_prompt, words):
    with pytest.raises(PromptError, match=words) as caught:
        make_prompt((100, 200), **given_prompt)
    assert "\n" not in str(caught.value)


@given(st.integers(8, 300), st.integers(8, 300), st.data())
def test_a_part_of_resized_logits_is_what_it_is_of_the_whole(height, width, data):
    logits = np.random.default_rng(height).normal(0, 5, (24, 24)).astype(np.float32)
    y0, x0 = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    y1, x1 = data.draw(st.integers(y0 + 1, height)), data.draw(st.integers(x0 + 1, width))
    part = stretched_part(logits, (height, width), (y0, y1), (x0, x1))
    np.testing.assert_allclose(part, resize_logits(logits, (height, width))[y0:y1, x0:x1], atol=2e-3)


@given(st.integers(24, 300), st.integers(24, 300), st.data())
def test_means_of_a_part_are_those_of_a_whole_that_is_empty_elsewhere(height, width, data):
    y0, x0 = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    y1, x1 = data.draw(st.integers(y0 + 1, height)), data.draw(st.integers(x0 + 1, width))
    whole = np.zeros((height, width), np.float32)
    whole[y0:y1, x0:x1] = np.random.default_rng(width).normal(0, 5, (y1 - y0, x1 - x0))
    means = means_of_part(whole[y0:y1, x0:x1], (height, width), (y0, y1), (x0, x1), 24)
    np.testing.assert_allclose(means, logits_on_square(whole, 24), atol=2e-3)
