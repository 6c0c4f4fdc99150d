"""Masks written in the forms that servers take, and packed for them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from masklet.data.sets.values import VideoItem
from masklet.errors import InputError
from masklet.evaluate.predictions_in import read_predictions
from masklet.evaluate.predictions_out import FORMS, SERVERS, as_kept, pack, write_predictions
from masklet.evaluate.scoring import score_video
from masklet.media.rle import decode_mask
from tests.evaluate.drawn import predicted, two_ellipses, two_guesses, video_item

TRUTH = [two_ellipses(t) for t in range(8)]


GUESS = [two_guesses(t) for t in range(8)]


@pytest.fixture
def item() -> VideoItem:
    return video_item("run", TRUTH)


@pytest.mark.parametrize("server", SERVERS)
def test_a_submission_scores_as_the_folder_it_was_packed_from(server: str, item: VideoItem, tmp_path: Path) -> None:
    form, inside = SERVERS[server]  # type: ignore[index]
    write_predictions(form, item, predicted(GUESS), tmp_path / "masks")
    path = pack(server, tmp_path / "masks", ["run"], tmp_path / "out.zip")  # type: ignore[arg-type]
    names = zipfile.ZipFile(path).namelist()
    assert names[0] == inside + ("run/001/00000.png" if form == "objects" else "run/00000.png")
    folder, zipped = (read_predictions(place, item, "davis") for place in (tmp_path / "masks", path))
    assert score_video(item, zipped, "davis") == score_video(item, folder, "davis")
    with pytest.raises(InputError, match="walk: no masks to pack"):
        pack(server, tmp_path / "masks", ["walk"], tmp_path / "more.zip")  # type: ignore[arg-type]
    assert not (tmp_path / "more.zip").exists()


def test_indexed_pngs_keep_numbers_and_a_palette(item: VideoItem, tmp_path: Path) -> None:
    write_predictions("indexed", item, predicted(GUESS), tmp_path)
    with Image.open(tmp_path / "run/00003.png") as image:
        assert image.mode == "P"
        assert np.array_equal(np.asarray(image), GUESS[3])


def test_what_overlaps_has_the_smaller_on_top(item: VideoItem, tmp_path: Path) -> None:
    whole, part = np.zeros(item.size, np.uint8), np.zeros(item.size, np.uint8)
    whole[10:60, 10:60], part[20:30, 20:30] = 1, 2
    shown = {**predicted([whole] * 8), **predicted([part] * 8)}
    write_predictions("indexed", item, shown, tmp_path / "indexed")
    write_predictions("objects", item, shown, tmp_path / "objects")
    indexed, objects = (read_predictions(tmp_path / form, item, "davis") for form in ("indexed", "objects"))
    assert decode_mask(indexed[1][0]).sum() == 50 * 50 - 10 * 10
    assert decode_mask(objects[1][0]).sum() == 50 * 50
    assert decode_mask(indexed[2][0]).sum() == decode_mask(objects[2][0]).sum() == 100
    write_predictions("json", item, shown, tmp_path / "json")
    for form in FORMS:  # what is scored in a run is what is read back
        read = read_predictions(tmp_path / form, item, "davis")
        assert score_video(item, as_kept(form, item, shown), "davis") == score_video(item, read, "davis"), form


def test_forms_refuse_what_they_cannot_hold(item: VideoItem, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'scroll' is no form"):
        write_predictions("scroll", item, {}, tmp_path)  # type: ignore[arg-type]
    zero = video_item("run", TRUTH)
    object.__setattr__(zero, "things", (*zero.things, type(zero.things[0])(0)))
    with pytest.raises(InputError, match="objects 1 to 254"):
        write_predictions("indexed", zero, {}, tmp_path)
    large = video_item("run", TRUTH)
    object.__setattr__(large, "things", (type(large.things[0])(70000),))
    ball = predicted([np.ones(large.size, np.uint8)])
    with pytest.raises(InputError, match="objects 1 to 254"):
        as_kept("indexed", large, {70000: ball[1]})
