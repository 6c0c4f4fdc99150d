"""The published generators' sieve, on drawn pictures and made-up regions; `tests/peers` holds it against their code."""

import numpy as np
import pytest

from masklet.media.rle import encode_mask
from masklet.session.everything import Region, Sieve, segment_everything
from masklet.session.everything_published import published_crops, suppress_as_published
from masklet.session.geometry import mask_box
from tests.session.drawn import BLUE, RED, draw, iou, truth
from tests.session.fake_runtime import FakeRuntime


def square(x0, y0, x1, y1, score):
    mask = np.zeros((100, 100), bool)
    mask[y0:y1, x0:x1] = True
    return Region(encode_mask(mask), mask_box(mask), int(mask.sum()), score, 1.0, (0.0, 0.0))


@pytest.mark.parametrize("layers", [0, 1])
def test_every_object_is_found(layers):
    found = segment_everything(FakeRuntime(strict=True), draw(0), grid=16, crop_layers=layers)
    for colour in (RED, BLUE):
        assert max(iou(one.mask, truth(draw(0), colour)) for one in found) > 0.7
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_stability_is_that_of_the_picture_s_own_pixels():
    runtime = FakeRuntime(strict=True)
    loose = segment_everything(runtime, draw(0), grid=16, sieve=Sieve(0.5, 0.0, 1.0, 0))
    least = float(np.median([one.stability for one in loose]))
    kept = segment_everything(runtime, draw(0), grid=16, sieve=Sieve(0.5, least, 1.0, 0))
    assert 0 < len(kept) <= len(loose)
    assert all(one.stability >= least for one in kept)


def test_crops_are_laid_out_from_the_top_left_column_by_column():
    crops = published_crops((100, 200), 1)
    assert [(one.x0, one.y0, one.x1, one.y1) for one in crops] == [
        (0, 0, 200, 100),
        (0, 0, 117, 67),
        (0, 33, 117, 100),
        (83, 0, 200, 67),
        (83, 33, 200, 100),
    ]
    assert [one.layer for one in crops] == [0, 1, 1, 1, 1]


def test_doubles_are_told_by_boxes_that_end_on_the_last_pixel():
    first, near, far = square(0, 0, 11, 11, 0.9), square(0, 0, 11, 9, 0.8), square(50, 50, 60, 60, 0.7)
    assert suppress_as_published([first, near, far], 0.79) == [first, far]  # 80 of 100, not 99 of 121
    assert suppress_as_published([first, near, far], 0.8) == [first, near, far]
    dot, same = square(3, 3, 4, 4, 0.9), square(3, 3, 4, 4, 0.8)
    assert suppress_as_published([dot, same], 0.5) == [dot, same]
