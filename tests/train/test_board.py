"""The board: curves and pictures that TensorBoard reads, and silence where it is not installed."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from masklet.data.pictures import PictureSet
from masklet.train.board import SHOWN_HEIGHT, Board, draw_answers
from tests.data.drawn import picture_folder
from tests.train.test_validate import covering, silent

GAP = 4


def curves(folder: Path) -> dict[str, list[tuple[int, float]]]:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    events = accumulator.EventAccumulator(str(folder)).Reload()
    return {name: [(e.step, e.value) for e in events.Scalars(name)] for name in events.Tags()["scalars"]}


def test_a_rows_numbers_become_curves_and_its_words_do_not(tmp_path: Path) -> None:
    board = Board(tmp_path, 0)
    board.row({"step": 4, "loss": 0.5, "objects": 3, "skipped": "the gradient was not finite"})
    board.row({"step": 8, "loss": 0.25})
    assert curves(tmp_path) == {"loss": [(4, 0.5), (8, 0.25)], "objects": [(4, 3.0)]}


def test_what_a_killed_run_wrote_beyond_its_last_state_is_taken_back(tmp_path: Path) -> None:
    killed = Board(tmp_path, 0)
    for step in (4, 8, 12):
        killed.row({"step": step, "loss": float(step)})
    resumed = Board(tmp_path, 8)
    resumed.row({"step": 8, "loss": 80.0})
    assert curves(tmp_path) == {"loss": [(4, 4.0), (8, 80.0)]}


def test_a_picture_is_shown_as_it_is(tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    picture = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    Board(tmp_path, 0).picture(4, picture)
    (event,) = accumulator.EventAccumulator(str(tmp_path)).Reload().Images("answers")
    (tmp_path / "again.png").write_bytes(event.encoded_image_string)
    assert event.step == 4
    assert np.array_equal(np.asarray(Image.open(tmp_path / "again.png")), picture)


def test_without_tensorboard_it_keeps_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    board = Board(tmp_path, 0)
    board.row({"step": 4, "loss": 0.5})
    board.picture(4, np.zeros((20, 30, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []


def pairs(sheet: np.ndarray, columns: int) -> list[np.ndarray]:
    """The sheet's parts in the first row."""
    width = (sheet.shape[1] + GAP) // columns - GAP
    return [sheet[:SHOWN_HEIGHT, n * (width + GAP) : n * (width + GAP) + width] for n in range(columns)]


def coloured(part: np.ndarray) -> float:
    """The share of a part that is neither the drawn background's grey nor the sheet's."""
    return float((np.abs(part.astype(int) - 128).max(-1) > 25).mean())


def test_the_truth_is_on_the_left_and_the_answer_on_the_right(tmp_path: Path) -> None:
    pictures = PictureSet(picture_folder(tmp_path, 1))
    nothing = draw_answers(silent(), pictures, 1)
    everything = draw_answers(covering(), pictures, 1)
    assert nothing is not None and everything is not None
    (left, right), (same, covered) = pairs(nothing, 2), pairs(everything, 2)
    assert np.array_equal(left, same)
    assert coloured(right) < coloured(left)
    assert coloured(covered) > 0.9


def test_as_many_pictures_as_wished_are_spread_over_the_set(tmp_path: Path) -> None:
    pictures = PictureSet(picture_folder(tmp_path, 6))
    sheet = draw_answers(silent(), pictures, 3)
    first_and_last = [draw_answers(silent(), alone(pictures, i), 1) for i in (0, 5)]
    assert sheet is not None
    assert sheet.shape[0] == 2 * SHOWN_HEIGHT + GAP  # six parts, four in a row
    assert first_and_last[0] is not None
    assert np.array_equal(pairs(sheet, 4)[0], pairs(first_and_last[0], 2)[0])
    whole = draw_answers(silent(), pictures, 99)
    assert whole is not None and whole.shape[0] == 3 * SHOWN_HEIGHT + 2 * GAP


def test_pictures_without_objects_are_passed_over(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path, 2)
    expected = draw_answers(silent(), alone(PictureSet(folder), 1), 1)
    Image.fromarray(np.zeros((120, 160), np.uint16)).save(folder / "a/000.png")
    found = draw_answers(silent(), PictureSet(folder), 2)
    assert found is not None and expected is not None
    assert np.array_equal(found, expected)
    assert draw_answers(silent(), alone(PictureSet(folder), 0), 1) is None


def alone(pictures: PictureSet, i: int) -> PictureSet:
    part = pictures.thinned(len(pictures))
    part.rows = (pictures.rows[i],)
    return part
