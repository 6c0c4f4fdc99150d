"""Which frames names mean, and how masks of one object come together."""

from __future__ import annotations

import numpy as np
import pytest

from masklet.app.bring_found import MAX_OBJECTS, Found, frame_numbers
from masklet.errors import InputError
from masklet.media.rle import decode_mask, encode_mask


@pytest.mark.parametrize(
    ("names", "frames", "expected"),
    [
        (["a/00000.png", "a/00007.png"], 9, [0, 7]),
        (["clip2_frame_000003.PNG"], 9, [3]),
        (["1.png", "2.png", "3.png"], 3, [0, 1, 2]),  # counted from 1
        (["1.png", "2.png"], 3, [1, 2]),
        (["frame-4 (copy).png"], 9, [4]),
        (["IMG_2041.jpg"], 1, [0]),  # the one picture of a picture
    ],
)
def test_the_last_number_of_a_name_is_its_frame(names: list[str], frames: int, expected: list[int]) -> None:
    assert frame_numbers(names, frames) == expected


@pytest.mark.parametrize(
    ("names", "told"), [(["cat.png"], "'cat.png' tells no frame"), (["a/1.png", "b/1.png"], "one video alone")]
)
def test_names_that_tell_no_frame(names: list[str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        frame_numbers(names, 5)


def test_parts_of_an_object_are_joined_and_objects_of_one_name_told_apart() -> None:
    left, right = np.zeros((4, 6), bool), np.zeros((4, 6), bool)
    left[:, :2], right[:, 4:] = True, True
    found = Found((4, 6), 3)
    found.add(1, "cat", 2, encode_mask(left), score=0.5)
    found.add(1, "cat", 2, encode_mask(right), score=0.5)
    found.add(2, "cat", 0, encode_mask(np.zeros((4, 6), bool)))
    found.add(2, "cat", 3, encode_mask(left))  # past the end
    told = found.told()
    assert {name: list(held) for name, held in told.items()} == {"cat": [2], "cat 2": [0]}
    assert np.array_equal(decode_mask({"size": [4, 6], "counts": told["cat"][2]["counts"]}), left | right)
    assert (told["cat"][2]["score"], told["cat"][2]["presence"], told["cat 2"][0]["presence"]) == (0.5, 1.0, 0.0)


def test_too_many_objects_and_other_sizes_are_told() -> None:
    found = Found((4, 6), 3)
    mask = encode_mask(np.ones((4, 6), bool))
    for number in range(MAX_OBJECTS):
        found.add(number, "one", 0, mask)
    with pytest.raises(InputError, match="more than 64 objects"):
        found.add("another", "one", 0, mask)
    with pytest.raises(InputError, match="5x3 pixels, the video 6x4"):
        found.add(0, "one", 1, encode_mask(np.ones((3, 5), bool)))
