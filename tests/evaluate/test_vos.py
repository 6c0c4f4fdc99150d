"""The semi-supervised protocol: sessions whose masks are known, and real sessions over a network that knows colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from masklet.data.sets.layouts import open_set
from masklet.data.sets.values import VideoItem
from masklet.errors import InputError
from masklet.evaluate.vos import evaluate_video, follow_video
from masklet.net import Net
from tests.evaluate.drawn import video_item, write_clips
from tests.evaluate.fakes import Stays
from tests.session.fake_runtime import FakeRuntime


def moving(t: int) -> np.ndarray:
    """A square that moves 2 pixels a frame, and one that comes on frame 2 and stays."""
    labels = np.zeros((40, 60), np.uint8)
    labels[5:15, 2 * t : 2 * t + 10] = 1
    if t >= 2:
        labels[25:35, 30:40] = 2
    return labels


@pytest.fixture
def item() -> VideoItem:
    return video_item("run", [moving(t) for t in range(6)])


def test_objects_are_given_once_where_they_first_appear(item: VideoItem) -> None:
    video = Stays(item)
    follow_video(video, item, "mask")
    assert [(name, frame, kind) for name, frame, kind, *_ in video.said] == [("1", 0, "mask"), ("2", 2, "mask")]
    assert video.closed


def test_figures_of_a_mask_that_stays_where_it_was(item: VideoItem) -> None:
    scored, followed = evaluate_video(Stays(item), item, "mask", "davis")
    one, two = scored.items
    # The square has moved 2 t pixels of 10 away: IoU (10 - 2 t) / (10 + 2 t), over frames 1 to 4.
    expected = [(10 - 2 * t) / (10 + 2 * t) for t in range(1, 5)]
    assert [frame.j for frame in one.frames] == pytest.approx(expected)
    assert one.figures["j"] == pytest.approx(np.mean(expected))
    assert two.figures["jf"] == 1.0
    assert [frame.index for frame in two.frames] == [2, 3, 4]
    assert (one.figures["given_iou"], followed.frames) == (1.0, 6)


def test_a_box_is_the_tightest_around_the_mask(item: VideoItem) -> None:
    video = Stays(item)
    scored, _ = evaluate_video(video, item, "box", "davis")
    assert [kind for _, _, kind, *_ in video.said] == ["box", "box"]
    assert scored.items[1].figures["j"] == 1.0


def test_clicks_lie_in_the_middle_of_object_and_error(item: VideoItem) -> None:
    video = Stays(item)
    scored, _ = evaluate_video(video, item, 3, "davis")
    first, second, third = [(points, labels) for name, _, _, points, labels in video.said if name == "1"]
    (x, y), label = first[0][0], first[1]
    assert (4 <= x <= 6, 9 <= y <= 11, label) == (True, True, (1,))
    # The answer to n clicks has n columns from the left, so what is missing is n to 10: its middle.
    assert 5 <= second[0][0][0] <= 6.5
    assert 5.5 <= third[0][0][0] <= 7
    assert scored.items[0].figures["given_iou"] == pytest.approx(0.3)


def test_a_video_that_breaks_off_is_no_short_video_that_went_well(item: VideoItem) -> None:
    with pytest.raises(InputError, match="run: object 1 was followed on 4 of 6 annotated frames"):
        follow_video(Stays(item, frames=4), item)


@pytest.mark.parametrize("given", ["scribble", 0, True])
def test_other_prompts_are_refused(item: VideoItem, given: object) -> None:
    with pytest.raises(InputError, match="an object is given by"):
        follow_video(Stays(item), item, given)  # type: ignore[arg-type]


def test_real_sessions_over_a_set_on_disk(tmp_path: Path) -> None:
    item = open_set(write_clips(tmp_path, {"walk": 8})).read("walk")
    assert isinstance(item, VideoItem)
    model = Net(FakeRuntime())
    for given in ("mask", "box", 1):
        scored, followed = evaluate_video(model.open_video(item.open_frames()), item, given, "davis")  # type: ignore[arg-type]
        assert [one.object for one in scored.items] == [1, 2]
        assert all(one.figures["jf"] > 0.8 for one in scored.items), given
        assert all(one.figures["presence_accuracy"] == 1.0 for one in scored.items)
        assert followed.seconds > 0
