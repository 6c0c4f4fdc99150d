import numpy as np
import pytest

from masklet.data.augment import Wave
from masklet.data.compose import Cutout, areas, cut_out, paste, place
from tests.data.drawn import COLOURS, GREY, inside, numbers_by_colour, shapes

pytestmark = pytest.mark.usefixtures("plain_light")


def canvas() -> tuple[np.ndarray, np.ndarray]:
    return np.full((100, 120, 3), GREY, np.uint8), np.zeros((100, 120), np.uint16)


def red(seed: int = 0, longest: float = 40) -> Cutout:
    pixels, labels = shapes((120, 160), 0)
    cutout = cut_out(pixels, np.where(labels == 1, 1, 0).astype(np.uint8), np.random.default_rng(seed), longest)
    assert cutout is not None
    return cutout


def test_areas_count_pixels() -> None:
    assert areas(np.array([[0, 2], [2, 5]], np.uint16)).tolist() == [1, 0, 2, 0, 0, 1]


@pytest.mark.parametrize("longest", [12, 40, 90])
def test_a_cutout_has_the_size_asked_for_and_an_empty_margin(longest: int) -> None:
    cutout = red(longest=longest)
    assert max(cutout.cover.shape) == longest + 4
    assert set(np.unique(cutout.cover)) == {0, 255}
    for edge in (cutout.cover[:2], cutout.cover[-2:], cutout.cover[:, :2], cutout.cover[:, -2:]):
        assert not edge.any()
    assert np.abs(cutout.pixels[inside(cutout.cover > 0, 3)].astype(int) - COLOURS[1]).max() < 5


def test_objects_too_small_or_too_large_are_not_cut() -> None:
    pixels, labels = shapes((120, 160), 0)
    rng = np.random.default_rng(0)
    assert cut_out(pixels, labels, rng, 40, smallest=100_000) is None
    assert cut_out(pixels, labels, rng, 40, largest=0.001) is None
    assert cut_out(pixels, np.zeros_like(labels), rng, 40) is None


def test_what_is_pasted_is_where_its_label_says() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        pixels, labels = canvas()
        x, y = rng.uniform(25, 75, 2)
        wave = Wave(2, 1.5, 40, 0, 1) if seed % 2 else None
        paste(pixels, labels, red(seed), place(red(seed), x, y, rng.uniform(0.5, 1.3), rng.uniform(-90, 90)), 300, wave)
        mask = labels == 300
        assert mask.sum() > 200
        assert (numbers_by_colour(pixels)[inside(mask, 1)] == 1).all()
        assert (numbers_by_colour(pixels)[inside(~mask, 1)] == 0).all()
        middle = np.argwhere(mask).mean(0)[::-1] + 0.5
        assert middle == pytest.approx([x, y], abs=2.5)


def test_what_is_pasted_over_hides_and_outside_nothing_happens() -> None:
    pixels, labels = canvas()
    labels[:] = 7
    paste(pixels, labels, red(), place(red(), -50, 50), 300)
    assert (labels == 7).all()
    assert (pixels == GREY).all()
    paste(pixels, labels, red(), place(red(), 2, 98), 300)  # a corner of it is seen
    assert 0 < (labels == 300).sum() < 1000
    paste(pixels, labels, red(longest=90), place(red(longest=90), 10, 90), 0)
    assert set(np.unique(labels)) == {0, 7}


def test_edges_are_soft() -> None:
    pixels, labels = canvas()
    paste(pixels, labels, red(), place(red(), 50.3, 50.7), 1)
    reds = np.unique(pixels[..., 0])
    assert len(reds[(reds > GREY[0] + 10) & (reds < COLOURS[1][0] - 10)]) > 3
