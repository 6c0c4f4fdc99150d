"""The simulated annotator, with a session that forgets: where it clicks, when it stops, what it costs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from masklet.data.sets.layouts import open_set
from masklet.data.sets.values import VideoItem
from masklet.errors import InputError
from masklet.evaluate.interactive import Annotated, Effort, Mode, Settings, annotate_video
from masklet.evaluate.systems import open_system
from masklet.values import Picture
from tests.evaluate.drawn import video_item, write_clips
from tests.evaluate.fakes import ByColour, Colours, Forgets, Stays


class Counting(Colours):
    """Knows how many pictures were opened."""

    opened = 0

    def open_image(self, source: Picture) -> ByColour:
        self.opened += 1
        return super().open_image(source)


def square(t: int) -> np.ndarray:
    labels = np.zeros((40, 60), np.uint8)
    labels[5:25, 10 + t : 30 + t] = 1
    return labels


@pytest.fixture
def item() -> VideoItem:
    return video_item("run", [square(t) for t in range(9)])


def annotate(item: VideoItem, memory: int, settings: Settings) -> tuple[Annotated, list[Forgets]]:
    opened: list[Forgets] = []

    def open_video() -> Forgets:
        opened.append(Forgets(item, memory))
        return opened[-1]

    return annotate_video(open_video, item, "davis", settings), opened


def test_offline_goes_to_the_worst_frame_until_nothing_is_wrong(item: VideoItem) -> None:
    found, (video,) = annotate(item, 1, Settings(rounds=8))
    # Known are frames 0 and 1 after the first round; the first of the equally bad ones is next each time.
    frames = [frame for _, frame, _, _ in video.said]
    assert frames == [0, 0, 0, 2, 2, 2, 4, 4, 4, 6, 6, 6, 8, 8, 8]
    assert [label for *_, label in video.said] == [1] * 15
    rounds = found.rounds[1]
    # Frames 1 to 7 count; round k knows the frames up to 2 k - 1.
    assert [one.jf for one in rounds] == pytest.approx([1 / 7, 3 / 7, 5 / 7, 1.0, 1.0])
    assert [one.effort.frames for one in rounds] == [1, 2, 3, 4, 5]
    # 1 s and 3 clicks of 1.5 s a frame, and 0.1 s for each of 9 frames each round.
    assert rounds[1].effort == Effort(2, 6, pytest.approx(2 * (1 + 4.5) + 2 * 0.9))
    figures = found.items[0].figures
    assert (figures["clicks_to_jf75"], figures["clicks_to_jf90"], figures["frames_annotated"]) == (12, 12, 5)
    assert figures["jf"] == 1.0


def test_offline_ends_with_the_last_round(item: VideoItem) -> None:
    found, _ = annotate(item, 1, Settings(rounds=2, clicks=2))
    assert [one.effort.clicks for one in found.rounds[1]] == [2, 4]
    assert "clicks_to_jf75" not in found.items[0].figures


@pytest.mark.parametrize("mode", ["offline", "online"])
def test_the_picture_model_alone_gives_the_same_without_asking_anew(tmp_path: Path, mode: Mode) -> None:
    # Frame 3 does not show the disc, so nothing is wrong there; both objects are annotated on all others.
    item = open_set(write_clips(tmp_path, {"walk": 7}, hidden={"walk": [3]})).read("walk")
    assert isinstance(item, VideoItem)
    models: list[Counting] = []

    def annotate_with(settings: Settings) -> Annotated:
        model = Counting()
        models.append(model)
        return annotate_video(lambda: open_system("picture", model, item.open_frames()), item, "davis", settings)

    plain = annotate_with(Settings(mode, None, fresh=True))
    quick = annotate_with(Settings(mode, None, fresh=True, alone=True))
    assert [one.frames for one in quick.items] == [one.frames for one in plain.items]
    assert quick.items == plain.items or mode == "offline"  # seconds there count one look
    for number, rounds in plain.rounds.items():
        assert [one.jf for one in quick.rounds[number]] == [one.jf for one in rounds]
        assert [one.effort.clicks for one in quick.rounds[number]] == [one.effort.clicks for one in rounds]
    assert [len(rounds) for rounds in quick.rounds.values()] == [6, 7]
    # Each frame of each object is opened once, however many rounds there are.
    assert models[1].opened == 6 + 7
    assert mode == "offline" or models[0].opened > 3 * models[1].opened


def test_frames_that_do_not_change_are_looked_through_once(item: VideoItem) -> None:
    found, _ = annotate(item, 0, Settings(rounds=None, alone=True))
    assert [one.effort.frames for one in found.rounds[1]] == list(range(1, 10))
    assert found.rounds[1][-1].effort.seconds == pytest.approx(9 * (1 + 4.5) + 0.9)


@pytest.mark.parametrize("mode", ["offline", "online"])
def test_a_video_that_breaks_off_is_named_and_not_scored(item: VideoItem, mode: Mode) -> None:
    with pytest.raises(InputError, match="run: object 1 was followed on 4 of 9 annotated frames"):
        annotate_video(lambda: Stays(item, frames=4), item, "davis", Settings(mode))


def test_online_pauses_where_it_is_wrong(item: VideoItem) -> None:
    found, videos = annotate(item, 2, Settings(mode="online", rounds=8))
    # A pass for each number of pauses allowed; the last one found that it needs no more.
    paused = [sorted({frame for _, frame, _, _ in video.said}) for video in videos]
    assert paused == [[0], [0, 3], [0, 3, 6], [0, 3, 6]]
    rounds = found.rounds[1]
    assert [one.effort.frames for one in rounds] == [1, 2, 3]
    assert [one.jf for one in rounds] == pytest.approx([2 / 7, 5 / 7, 1.0])
    # The video is looked through once, however often it pauses.
    assert rounds[2].effort.seconds == pytest.approx(3 * (1 + 4.5) + 0.9)


def test_a_half_that_is_right_is_refined_and_fresh_clicks_begin_anew(item: VideoItem) -> None:
    _, (refined,) = annotate(item, 0, Settings(rounds=2, clicks=1))
    _, (fresh,) = annotate(item, 0, Settings(rounds=2, clicks=1, fresh=True))
    # One click leaves the left half; the worst frame shows nothing, so both click its centre.
    centre = refined.said[0][2]
    assert (refined.said[1][1], fresh.said[1][1]) == (1, 1)
    assert refined.said[1][2] == pytest.approx((centre[0] + 1, centre[1]), abs=1)
    assert fresh.said[1][2] == pytest.approx((centre[0] + 1, centre[1]), abs=1)


def test_each_object_is_annotated_by_itself() -> None:
    labels = [square(t) + 2 * np.roll(square(t), 15, axis=0) for t in range(5)]
    labels = [np.where(numbers > 2, 2, numbers).astype(np.uint8) for numbers in labels]
    found, videos = annotate(video_item("two", labels), 5, Settings())
    assert [one.object for one in found.items] == [1, 2]
    assert [{name for name, *_ in video.said} for video in videos] == [{"1"}, {"2"}]
    assert found.items[1].figures["clicks_to_jf90"] == 3


@pytest.mark.parametrize("wrong", [{"mode": "sometimes"}, {"rounds": 0}, {"clicks": 0}])
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match="from 1 up"):
        Settings(**wrong)  # type: ignore[arg-type]
