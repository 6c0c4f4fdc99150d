"""Objects given on a video: which frames show them, where clicks lie, and what is kept."""

from __future__ import annotations

import numpy as np
import pytest

from masklet.data.sets.values import VideoItem
from masklet.errors import InputError
from masklet.evaluate.following import Following, first_frames, truth_mask, wanted
from masklet.media.rle import decode_mask
from tests.evaluate.drawn import video_item
from tests.evaluate.fakes import Stays


@pytest.fixture
def item() -> VideoItem:
    """Object 2 from frame 0 on, object 1 from frame 2 on."""
    frames = [np.zeros((20, 30), np.uint8) for _ in range(4)]
    for t, labels in enumerate(frames):
        labels[5:15, 15:25] = 2
        if t >= 2:
            labels[5:15, 0:10] = 1
    return video_item("run", frames)


def test_first_frames_and_true_masks(item: VideoItem) -> None:
    assert list(first_frames(item).items()) == [(1, 2), (2, 0)]
    assert truth_mask(item, 1, 2).sum() == 100
    assert not truth_mask(item, 1, 0).any()


def test_what_is_given_and_followed_is_kept_with_its_cost(item: VideoItem) -> None:
    following = Following(Stays(item), item)
    answer = following.give(2, 0, 3)
    assert (following.clicks, answer.sum()) == (3, 30)  # the stand-in shows a column more with every click
    assert [frame.index for frame in following.follow(start=0)] == [0, 1, 2, 3]
    assert following.tracked == 4
    assert following.seconds > 0
    assert sorted(following.shown[2]) == [0, 1, 2, 3]
    assert np.array_equal(decode_mask(following.shown[2][3]), answer)
    following.check_whole({2: 0})
    with pytest.raises(InputError, match="run: object 1 was followed on 0 of 2 annotated frames"):
        following.check_whole({1: 2})


def test_wanted_keeps_the_sets_order_and_names_what_it_lacks() -> None:
    assert wanted(["a", "b", "c"], None) == ["a", "b", "c"]
    assert wanted(["a", "b", "c"], ["c", "a"]) == ["a", "c"]
    with pytest.raises(InputError, match="no 'd'; it has a, b, c"):
        wanted(["a", "b", "c"], ["d"])
