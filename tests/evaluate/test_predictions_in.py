"""Masks of other tools, in every form: what is read is what is there, and what is broken is named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from masklet.data.sets.values import VideoItem
from masklet.errors import InputError
from masklet.evaluate.predictions_in import read_predictions, stamp_of
from masklet.evaluate.predictions_out import write_predictions
from masklet.evaluate.scoring import score_video
from masklet.media.rle import decode_mask
from tests.evaluate.drawn import predicted, two_ellipses, two_guesses, video_item, write_label_maps

TRUTH = [two_ellipses(t) for t in range(8)]


GUESS = [two_guesses(t) for t in range(8)]


FORMS = ("indexed", "objects", "json")


@pytest.fixture
def item() -> VideoItem:
    return video_item("run", TRUTH)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read_as_it_was_written(form: str, item: VideoItem, tmp_path: Path) -> None:
    write_predictions(form, item, predicted(GUESS), tmp_path)  # type: ignore[arg-type]
    found = read_predictions(tmp_path, item, "davis")
    for number in (1, 2):
        for t in range(8):
            shown = found[number].get(t)
            mask = np.zeros(item.size, bool) if shown is None else decode_mask(shown)
            assert np.array_equal(mask, GUESS[t] == number), (number, t)
    assert [path.name for path in tmp_path.iterdir()] == (["run.json"] if form == "json" else ["run"])


def test_masks_may_lie_in_a_folder_of_annotations_and_in_grey(item: VideoItem, tmp_path: Path) -> None:
    place = tmp_path / "Annotations/480p/run"
    place.mkdir(parents=True)
    for t, numbers in enumerate(GUESS):
        Image.fromarray(numbers).save(place / f"{t:05d}.png")
    assert score_video(item, read_predictions(tmp_path, item, "davis"), "davis") == score_video(
        item, predicted(GUESS), "davis"
    )


def test_a_mask_of_0_and_255_is_the_one_object(tmp_path: Path) -> None:
    item = video_item("run", [np.where(numbers == 1, 1, 0).astype(np.uint8) for numbers in TRUTH])
    (tmp_path / "run").mkdir()
    for t, numbers in enumerate(GUESS):
        Image.fromarray(np.where(numbers == 1, 255, 0).astype(np.uint8)).save(tmp_path / f"run/{t:05d}.png")
    found = read_predictions(tmp_path, item, "davis")
    assert np.array_equal(decode_mask(found[1][4]), GUESS[4] == 1)


def test_colours_saved_for_numbers_are_told_and_not_scored_as_empty(item: VideoItem, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    for t, numbers in enumerate(GUESS):  # the palette's red and green, made grey
        Image.fromarray(np.array([0, 38, 75], np.uint8)[numbers]).save(tmp_path / f"run/{t:05d}.png")
    with pytest.raises(InputError, match="shows 38, 75, and none of the objects 1, 2; save numbers"):
        read_predictions(tmp_path, item, "davis")
    write_label_maps(tmp_path / "run", [np.where(numbers == 2, 9, numbers) for numbers in GUESS])
    assert set(read_predictions(tmp_path, item, "davis")) == {1, 9}
    write_label_maps(tmp_path / "run", [np.zeros_like(numbers) for numbers in GUESS])
    assert read_predictions(tmp_path, item, "davis") == {}


@pytest.fixture
def masks(item: VideoItem, tmp_path: Path) -> Path:
    for form in FORMS:
        write_predictions(form, item, predicted(GUESS), tmp_path / form)  # type: ignore[arg-type]
    return tmp_path


def test_a_missing_frame_is_no_empty_mask(masks: Path, item: VideoItem) -> None:
    (masks / "indexed/run/00003.png").unlink()
    (masks / "indexed/run/00004.png").unlink()
    with pytest.raises(InputError, match=r"run/00003.png: missing, and 1 more"):
        read_predictions(masks / "indexed", item, "davis")
    (masks / "objects/run/002/00003.png").unlink()
    with pytest.raises(InputError, match=r"run/002/00003.png: missing"):
        read_predictions(masks / "objects", item, "davis")
    # A frame that does not count may be missing: the server would not look at it either.
    (masks / "indexed/run/00007.png").unlink()
    write_label_maps(masks / "indexed/run", GUESS[:7])
    read_predictions(masks / "indexed", item, "davis")


def test_broken_files_are_named(masks: Path, item: VideoItem) -> None:
    path = masks / "indexed/run/00003.png"
    path.write_bytes(path.read_bytes()[:-25])
    with pytest.raises(InputError, match="00003.png"):
        read_predictions(masks / "indexed", item, "davis")
    path.write_bytes(b"no picture")
    with pytest.raises(InputError, match="00003.png"):
        read_predictions(masks / "indexed", item, "davis")
    Image.fromarray(np.zeros((5, 6), np.uint8)).save(path)
    with pytest.raises(InputError, match="00003.png: 6x5 pixels, the video has 128x96"):
        read_predictions(masks / "indexed", item, "davis")


def test_broken_json_is_named(masks: Path, item: VideoItem) -> None:
    path = masks / "json/run.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps(told)[:300])
    with pytest.raises(InputError, match="run.json"):
        read_predictions(masks / "json", item, "davis")
    path.write_text(json.dumps({**told, "masklet": told["masklet"][:3], "annotated_frames": [0, 1, 2]}))
    with pytest.raises(InputError, match="nothing on frame 3, on which object 1 counts"):
        read_predictions(masks / "json", item, "davis")
    path.write_text(json.dumps({**told, "masklet_id": [5, 6]}))
    with pytest.raises(InputError, match=r"no masks of object 1; it has \[5, 6\]"):
        read_predictions(masks / "json", item, "davis")
    path.write_text(json.dumps({**told, "video_height": 10}))
    with pytest.raises(InputError, match="run.json"):
        read_predictions(masks / "json", item, "davis")


def test_objects_and_videos_that_are_missing_are_named(masks: Path, item: VideoItem) -> None:
    (masks / "objects/run/002").rename(masks / "objects/run/007")
    with pytest.raises(InputError, match="run/002: no masks of this object"):
        read_predictions(masks / "objects", item, "davis")
    with pytest.raises(InputError, match="no masks of the video 'walk'"):
        read_predictions(masks / "indexed", video_item("walk", TRUTH), "davis")
    with pytest.raises(InputError, match="no such folder or zip"):
        read_predictions(masks / "nowhere", item, "davis")
    (masks / "broken.zip").write_bytes(b"PK nothing")
    with pytest.raises(InputError, match="cannot be read as a zip"):
        read_predictions(masks / "broken.zip", item, "davis")


def test_the_stamp_changes_with_the_files(masks: Path) -> None:
    before = stamp_of(masks / "indexed", "run")
    assert stamp_of(masks / "indexed", "run") == before
    assert stamp_of(masks / "indexed", "walk") == "none"
    path = masks / "indexed/run/00003.png"
    path.write_bytes(path.read_bytes() + b" ")
    assert stamp_of(masks / "indexed", "run") != before
