"""What SA-V's JSON says of a video: the published fields, and ours only where they are needed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from masklet.data.sets.sav_json import OURS, describe, rate_of
from masklet.data.sets.values import FrameTruth, Region, Thing, VideoItem
from masklet.media.rle import encode_mask, mask_area
from tests.data.sets.drawn_sets import SIZE
from tests.data.sets.test_readers import labels

PIXELS = SIZE[0] * SIZE[1]


def seen(*places: tuple[int, int]) -> FrameTruth:
    """Objects 1, 2, … as squares of 16 pixels there."""
    regions = (Region(n, encode_mask(labels(n1=place) > 0)) for n, place in enumerate(places, 1))
    return FrameTruth(tuple(regions))


def video(truths: dict[int, FrameTruth], count: int = 9, **fields: Any) -> VideoItem:
    names = tuple(f"{t:05d}" for t in range(count))
    item = VideoItem("v", SIZE, names, Path("v.mp4"), (Thing(1),), truths, 24.0)
    return replace(item, **fields)


EVERY_FOURTH = {t: seen((t, 1)) for t in (0, 4, 8)}


def told(item: VideoItem) -> dict[str, Any]:
    return describe(item, item.things, "manual")


def test_the_published_fields_are_as_published() -> None:
    data = told(video(EVERY_FOURTH))
    assert (data["video_id"], data["video_duration"], data["video_frame_count"]) == ("v", 0.375, 9.0)
    assert (data["video_height"], data["video_width"], data["video_resolution"]) == (18.0, 24.0, 432.0)
    assert (data["masklet_id"], data["masklet_num"], data["masklet_type"]) == ([1], 1, ["manual"])
    assert [[mask_area(rle) for rle in row] for row in data["masklet"]] == [[16], [16], [16]]
    assert not {*OURS, "video_fps"} & set(data)


@pytest.mark.parametrize(
    ("truths", "said"),
    [
        (EVERY_FOURTH, None),
        ({t: seen((t, 1)) for t in range(9)}, None),
        ({t: seen((t, 1)) for t in (0, 3)}, [0, 3]),
        ({}, []),
    ],
    ids=["every fourth", "all", "others", "none"],
)
def test_frames_are_named_where_they_are_not_every_fourth_or_all(
    truths: dict[int, FrameTruth], said: list[int] | None
) -> None:
    assert told(video(truths)).get("annotated_frames") == said


def test_objects_have_frames_of_their_own_where_they_are_not_all() -> None:
    truths = {0: seen((0, 1), (9, 9)), 4: seen((4, 1)), 8: seen((8, 1), (9, 9))}
    data = told(video(truths, things=(Thing(1), Thing(2))))
    assert data["masklet_annotated_frames"] == [None, [0, 8]]
    assert mask_area(data["masklet"][1][1]) == 0  # a row has a mask for each


def test_an_absent_object_has_an_empty_mask() -> None:
    data = told(video({**EVERY_FOURTH, 4: FrameTruth((), frozenset({1}))}))
    assert [mask_area(row[0]) for row in data["masklet"]] == [16, 0, 16]
    assert "masklet_annotated_frames" not in data


def test_what_is_measured_follows_from_the_masks() -> None:
    truths = {0: FrameTruth((), frozenset({1})), 4: seen((0, 1)), 8: FrameTruth((), frozenset({1})), 12: seen((4, 4))}
    data = told(video(truths, 13))
    assert (data["masklet_size_abs"], data["masklet_size_rel"]) == ([16.0], [16 / PIXELS])
    assert data["masklet_size_bucket"] == ["small"]
    # before it is first seen it has not changed
    assert (data["masklet_first_appeared_frame"], data["masklet_visibility_changes"]) == ([4.0], [2])
    assert data["masklet_frame_count"] == [4]


@pytest.mark.parametrize(("side", "bucket"), [(31, "small"), (32, "medium"), (95, "medium"), (96, "large")])
def test_sizes_are_small_medium_or_large_as_in_coco(side: int, bucket: str) -> None:
    mask = np.zeros((100, 100), bool)
    mask[:side, :side] = True
    item = video({0: FrameTruth((Region(1, encode_mask(mask)),))}, 1, size=(100, 100))
    assert told(item)["masklet_size_bucket"] == [bucket]


def test_an_object_that_is_never_seen_is_measured_too() -> None:
    data = told(video({0: FrameTruth((), frozenset({1}))}, 1))
    assert (data["masklet_size_abs"], data["masklet_first_appeared_frame"]) == ([0.0], [0.0])


def test_what_came_with_an_object_is_not_measured_anew() -> None:
    extra = {"masklet_size_abs": 7.5, "masklet_id": 40, "masklet_mood": "calm", "weight": 3}
    data = told(video(EVERY_FOURTH, things=(Thing(1, "Rex", "dog", False, extra),)))
    assert (data["masklet_size_abs"], data["masklet_id"], data["masklet_mood"]) == ([7.5], [40], ["calm"])
    assert (data["masklet_extra"], data["names"], data["categories"]) == ([{"weight": 3}], ["Rex"], ["dog"])


def test_stability_scores_are_rows_over_frames_if_all_have_them() -> None:
    first, second = (Thing(n, extra={"masklet_stability_score": [n + 0.5, n]}) for n in (1, 2))
    truths = {t: seen((0, 1), (9, 9)) for t in (0, 4)}
    data = told(video(truths, 8, things=(first, second)))
    assert data["masklet_stability_score"] == [[1.5, 2.5], [1, 2]]
    assert "masklet_stability_score" not in told(video(truths, 8, things=(first, Thing(2))))


def test_a_rate_is_said_where_the_duration_does_not_give_it() -> None:
    assert told(video(EVERY_FOURTH, fps=None))["video_fps"] is None
    assert told(video(EVERY_FOURTH, fps=None))["video_duration"] == 9 / 24  # the layout needs one
    for fps in (12.5, 29.97, 30000 / 1001):
        data = told(video(EVERY_FOURTH, fps=fps))
        assert data.get("video_fps", rate_of(9, data["video_duration"])) == fps


def test_names_of_frames_are_said_where_they_are_others() -> None:
    assert told(video(EVERY_FOURTH, 9, frame_names=tuple("abcdefghi")))["frame_names"] == list("abcdefghi")


def test_fields_with_names_of_its_own_are_put_aside() -> None:
    extra = {"video_id": "other", "names": 3, "masklet_x": 1, "video_fps_old": 2, "video_split": "train"}
    data = told(video(EVERY_FOURTH, extra=extra))
    assert (data["video_id"], data["video_split"]) == ("v", "train")
    assert data["extra"] == {key: value for key, value in extra.items() if key != "video_split"}


def test_without_frames_or_time_there_is_no_rate() -> None:
    assert (rate_of(48, 2.0), rate_of(0, 2.0), rate_of(48, 0.0)) == (24.0, None, None)
