from itertools import combinations

import cv2
import numpy as np
import pytest

from masklet.media.overlay import COLOURS, colour, colours_by_order, contact_sheet, draw_overlay
from masklet.values import Prompt


def disc(size: tuple[int, int] = (120, 160), centre: tuple[int, int] = (60, 80), radius: int = 30) -> np.ndarray:
    rows, columns = np.ogrid[: size[0], : size[1]]
    return (rows - centre[0]) ** 2 + (columns - centre[1]) ** 2 < radius**2


def lab(rgb: tuple[int, int, int]) -> np.ndarray:
    return cv2.cvtColor(np.float32([[rgb]]) / 255, cv2.COLOR_RGB2LAB)[0, 0]


def test_colours_are_told_apart_on_any_footage() -> None:
    for first, second in combinations(COLOURS, 2):
        assert np.linalg.norm(lab(first) - lab(second)) > 28
    for rgb in COLOURS:
        for ground in ((0, 0, 0), (255, 255, 255), (128, 128, 128)):
            assert np.linalg.norm(lab(rgb) - lab(ground)) > 35


def test_colours_go_on_without_end() -> None:
    assert len({colour(order) for order in range(60)}) == 60


def test_colour_by_order_of_names() -> None:
    assert colours_by_order(["a", "b"]) == {"a": COLOURS[0], "b": COLOURS[1]}
    assert colours_by_order(["a", "b", "c"])["b"] == COLOURS[1]


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_mask_is_tinted_outlined_and_the_rest_untouched(ground: int) -> None:
    picture = np.full((120, 160, 3), ground, np.uint8)
    mask = disc()
    drawn = draw_overlay(picture, {"dog": mask})
    assert (picture == ground).all(), "the picture given is not drawn on"
    far = ~cv2.dilate(mask.astype(np.uint8), np.ones((3, 3))).astype(bool)
    assert (drawn[far] == ground).all()
    inner = drawn[60, 80].astype(int)
    assert np.allclose(inner, ground * 0.55 + np.array(COLOURS[0]) * 0.45, atol=1)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    edge = mask & ~cv2.erode(mask.astype(np.uint8), cross).astype(bool)
    assert (drawn[edge] == COLOURS[0]).all()


def test_masks_at_the_border_and_empty_ones() -> None:
    picture = np.full((40, 50, 3), 90, np.uint8)
    assert (draw_overlay(picture, {"none": np.zeros((40, 50), bool)}) == picture).all()
    whole = draw_overlay(picture, {"all": np.ones((40, 50), bool)})
    assert len(np.unique(whole.reshape(-1, 3), axis=0)) == 1, "the picture's border is no outline"


def test_later_masks_lie_above() -> None:
    drawn = draw_overlay(np.zeros((120, 160, 3), np.uint8), {"a": disc(), "b": disc(centre=(60, 100))})
    over = drawn[60, 95].astype(float)
    assert np.linalg.norm(over - np.array(COLOURS[1]) * 0.45) < np.linalg.norm(over - np.array(COLOURS[0]) * 0.45)


def test_clicks_and_boxes() -> None:
    picture = np.full((120, 160, 3), 128, np.uint8)
    prompt = Prompt(points=((40, 30), (100.4, 80.2)), labels=(1, 0), box=(10, 12, 140, 110))
    drawn = draw_overlay(picture, {}, {"cup": prompt}, colours={"cup": (1, 2, 250)})
    on, off = drawn[27:34, 37:44].reshape(-1, 3).astype(int), drawn[77:84, 97:104].reshape(-1, 3).astype(int)
    assert ((on[:, 1] - on[:, 0]) > 100).any() and not ((on[:, 0] - on[:, 1]) > 100).any()
    assert ((off[:, 0] - off[:, 1]) > 100).any() and not ((off[:, 1] - off[:, 0]) > 100).any()
    assert drawn[60, 10].tolist() == [1, 2, 250]


def test_clicks_outside_the_picture_do_no_harm() -> None:
    draw_overlay(np.zeros((20, 20, 3), np.uint8), {}, {"a": Prompt(points=((-50, 900),), labels=(1,))})


def test_wrong_size_of_mask() -> None:
    with pytest.raises(ValueError, match="shape"):
        draw_overlay(np.zeros((20, 20, 3), np.uint8), {"a": np.zeros((20, 21), bool)})


def test_contact_sheet() -> None:
    pictures = [np.full((10, 20, 3), value, np.uint8) for value in (10, 20, 30, 40, 50)]
    sheet = contact_sheet(pictures, 2, gap=3)
    assert sheet.shape == (3 * 10 + 2 * 3, 2 * 20 + 3, 3)
    assert [int(sheet[5, 10, 0]), int(sheet[5, 33, 0]), int(sheet[31, 10, 0])] == [10, 20, 50]
    assert int(sheet[31, 33, 0]) == 128
    assert contact_sheet([pictures[0], np.full((40, 20, 3), 99, np.uint8)], 9).shape == (10, 44, 3)
    with pytest.raises(ValueError, match="at least one"):
        contact_sheet([], 2)
