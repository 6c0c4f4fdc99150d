from dataclasses import replace

import numpy as np
import pytest

from masklet.data.compose import Region, Rendered
from masklet.data.synthetic.conditions import EASY, Conditions
from masklet.data.synthetic.drawn import DRAWN
from masklet.data.synthetic.film import Film, blurred, lay

SIZE = (60, 80)
GREY = np.full((*SIZE, 3), 120, np.uint8)


def film(frames: int = 40, number: int = 0, **changed: object) -> Film:
    return Film(replace(EASY, **changed), ("training", 0, number), frames, SIZE)


def test_of_an_easy_clip_the_picture_itself_is_the_film() -> None:
    assert film().expose(GREY, 7) is GREY


def test_an_eighth_of_the_light_is_an_eighth_of_the_levels() -> None:
    assert (film(exposure=0.125).expose(GREY, 0) == 15).all()
    assert (film(exposure=4.0).expose(GREY, 0) == 255).all()


def test_a_flicker_changes_the_light_about_what_it_is() -> None:
    gains = film(300, flicker=0.08, exposure=0.5).gains
    assert 0.5 * np.exp(-0.08) <= gains.min() < 0.5 < gains.max() <= 0.5 * np.exp(0.08)


def test_a_switch_is_half_way_and_goes_either_way() -> None:
    ratios = set()
    for number in range(12):
        one = film(40, number, switch=True)
        assert one.switched == 20
        ratios.add(round(float(one.gains[20] / one.gains[19]), 3))
    assert ratios == {0.3, 1.8}
    assert film(1, switch=True).switched is None and film(switch=False).switched is None


def test_noise_is_as_strong_as_asked_another_on_each_frame_and_the_same_again() -> None:
    one = film(noise=10.0)
    first, second = one.expose(GREY, 0), one.expose(GREY, 1)
    assert (first.astype(float) - 120).std() == pytest.approx(10, rel=0.05)
    assert not np.array_equal(first, second)
    assert np.array_equal(film(noise=10.0).expose(GREY, 1), second)


def test_compression_leaves_its_traces() -> None:
    picture = DRAWN.background(np.random.default_rng(0), SIZE)
    low, high = (film(quality=quality).expose(picture, 0).astype(float) - picture for quality in (6, 95))
    assert low.shape == (*SIZE, 3) and abs(low).mean() > 2 * abs(high).mean() > 0


def test_the_camera_blurs_along_its_way_alone() -> None:
    picture = np.zeros((*SIZE, 3), np.uint8)
    picture[:, 40:] = 200  # an edge from top to bottom
    assert np.array_equal(blurred(picture, 0, 8)[10:50], picture[10:50])
    along = blurred(picture, 8, 0)
    assert len(np.unique(along[30, 30:50, 0])) > 3
    assert blurred(picture, 0, 0) is not picture


@pytest.mark.parametrize("move", [(0.0, 0.0), (9.0, 0.0)])
def test_what_is_laid_on_covers_in_its_middle_and_leaves_the_rest(move: tuple[float, float]) -> None:
    window = GREY.copy()
    cover = np.zeros(SIZE, np.uint8)
    cover[20:40, 20:60] = 255
    lay(window, Rendered(Region(0, 0, *SIZE[::-1]), np.full((*SIZE, 3), 250, np.uint8), cover), move)
    assert (window[25:35, 35:45] == 250).all()
    assert (window[:15] == 120).all() and (window[:, :10] == 120).all()
    edge = np.unique(window[30, :, 0])
    assert (len(edge) > 6) == (move != (0.0, 0.0))  # the blur is as wide as the move


def test_conditions_of_their_own_need_no_preset() -> None:
    assert Film(Conditions(noise=1.0), ("evaluation", 3, 1), 2, SIZE).expose(GREY, 1).shape == GREY.shape
