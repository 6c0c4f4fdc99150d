"""Pictures, truths and predictions come from where the record says, or one line tells that they do not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from masklet.errors import InputError
from masklet.evaluate.pages.item_files import ItemFiles
from tests.evaluate.pages.drawn_record import SIZE, picture_record, square, video_record


def test_frames_of_a_video(tmp_path: Path) -> None:
    item = video_record(tmp_path).items[1]
    files = ItemFiles(item)
    assert files.picture(2).shape == (*SIZE, 3)
    assert files.annotated() == list(range(6))
    truth, prediction = files.truth(2), files.prediction(2)
    assert truth is not None
    assert prediction is not None
    assert np.array_equal(truth, square(1, 15) == 1)
    assert np.array_equal(prediction, square(1, 11) == 1)
    assert files.size() == pytest.approx(100 / 2400)
    assert ItemFiles(replace(item, figures={"size": 0.25})).size() == 0.25


def test_objects_of_a_picture(tmp_path: Path) -> None:
    item = picture_record(tmp_path).items[1]
    files = ItemFiles(item)
    truth, prediction = files.truth(0), files.prediction(0)
    assert truth is not None
    assert prediction is not None
    assert (truth.sum(), prediction.sum()) == (100, 200)
    assert files.annotated() == [0]
    assert files.picture(0).shape == (*SIZE, 3)


def test_a_set_that_stores_its_one_object_as_255(tmp_path: Path) -> None:
    item = video_record(tmp_path).items[0]
    for folder in ("Annotations", "predictions"):
        for path in sorted((tmp_path / folder / "good").iterdir()):
            Image.fromarray((np.asarray(Image.open(path)) > 0).astype(np.uint8) * 255).save(path)
    for mask in (ItemFiles(item).truth(1), ItemFiles(item).prediction(1)):
        assert mask is not None
        assert mask.sum() == 100


def test_predictions_in_a_folder_per_object(tmp_path: Path) -> None:
    item = video_record(tmp_path).items[0]
    own = tmp_path / "own" / "good" / "001"
    own.mkdir(parents=True)
    for t in range(6):
        Image.fromarray(np.full(SIZE, 255 if t == 2 else 0, np.uint8)).save(own / f"{t:05d}.png")
    files = ItemFiles(replace(item, predictions=tmp_path / "own"))
    for t, share in ((2, 1.0), (3, 0.0)):
        prediction = files.prediction(t)
        assert prediction is not None
        assert prediction.mean() == share


def test_frames_that_no_rule_needs_may_be_missing(tmp_path: Path) -> None:
    item = video_record(tmp_path).items[0]
    for t in (0, 5):
        (tmp_path / "predictions" / "good" / f"{t:05d}.png").unlink()
    files = ItemFiles(item)
    for t, pixels in ((0, 0), (3, 100)):
        prediction = files.prediction(t)
        assert prediction is not None
        assert prediction.sum() == pixels


def test_predictions_that_were_not_kept_are_none(tmp_path: Path) -> None:
    assert ItemFiles(replace(video_record(tmp_path).items[0], predictions=None)).prediction(2) is None


def test_what_has_moved_is_told(tmp_path: Path) -> None:
    item = video_record(tmp_path / "set").items[0]
    files = ItemFiles(replace(item, predictions=tmp_path / "elsewhere"))
    with pytest.raises(InputError, match="elsewhere is not there any more"):
        files.prediction(0)
    (tmp_path / "empty").mkdir()
    for gone, told in (
        (tmp_path / "gone", "is not there any more"),
        (None, "does not say where"),
        (tmp_path / "empty", "no data set"),
    ):
        files = ItemFiles(replace(item, annotations=gone))
        assert files.size() is None
        with pytest.raises(InputError, match=told):
            files.picture(0)
    with pytest.raises(InputError, match="has no 'other' any more"):
        ItemFiles(replace(item, sequence="other")).truth(0)


def test_a_broken_mask_is_told_with_its_name(tmp_path: Path) -> None:
    item = picture_record(tmp_path / "set").items[0]
    (tmp_path / "masks" / "x" / "one" / "1.png").write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"1\.png"):
        ItemFiles(item).prediction(0)
