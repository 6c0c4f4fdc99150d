"""Pictures, truths and predictions come from where the record says, or one line tells that they do not."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from masklet.errors import MediaError
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
    for path in sorted((tmp_path / "Annotations" / "good").iterdir()):
        Image.fromarray((np.asarray(Image.open(path)) > 0).astype(np.uint8) * 255).save(path)
    truth = ItemFiles(item).truth(1)
    assert truth is not None
    assert truth.sum() == 100


def test_a_frame_without_a_file_has_no_mask(tmp_path: Path) -> None:
    item = video_record(tmp_path).items[0]
    (tmp_path / "predictions" / "good" / "00003.png").unlink()
    assert ItemFiles(item).prediction(3) is None
    assert ItemFiles(replace(item, predictions=None)).prediction(2) is None


def test_names_lead_nowhere_else(tmp_path: Path) -> None:
    item = video_record(tmp_path).items[0]
    secret = tmp_path / "predictions" / "00002.png"
    Image.fromarray(np.full(SIZE, 255, np.uint8)).save(secret)
    for name in ("..", "../../predictions", str(secret.parent), ""):
        prediction = ItemFiles(replace(item, object=name)).prediction(2)
        assert prediction is None or not prediction.all(), name


def test_what_has_moved_is_told(tmp_path: Path) -> None:
    item = video_record(tmp_path).items[0]
    shutil.rmtree(tmp_path / "predictions")
    with pytest.raises(MediaError, match="is not there any more"):
        ItemFiles(item).prediction(0)
    shutil.rmtree(tmp_path / "Annotations")
    assert ItemFiles(item).size() is None
    shutil.rmtree(tmp_path / "JPEGImages")
    with pytest.raises(MediaError, match="is not there any more|does not exist"):
        ItemFiles(item).picture(0)
    with pytest.raises(MediaError, match="does not say where"):
        ItemFiles(replace(item, pictures=None)).picture(0)


def test_a_broken_mask_is_told_with_its_name(tmp_path: Path) -> None:
    item = picture_record(tmp_path).items[0]
    (tmp_path / "x" / "one.png").write_bytes(b"no picture")
    with pytest.raises(MediaError, match=r"one\.png cannot be read"):
        ItemFiles(item).truth(0)
