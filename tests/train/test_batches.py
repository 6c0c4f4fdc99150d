"""A batch is a function of (seed, step): however many workers, wherever a run begins."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from masklet.data.samples import Sample
from masklet.errors import InputError
from masklet.train.batches import Share, batches, collate
from tests.train.tiny import draw_data


def test_batches_come_in_order_and_do_not_depend_on_where_a_run_begins(tmp_path: Path) -> None:
    data = draw_data(tmp_path).data
    whole = list(batches(data, seed=3, first=0, last=6))
    late = list(batches(data, seed=3, first=4, last=6))
    assert [batch.step for batch in whole] == list(range(6))
    assert {batch.still for batch in whole} == {True, False}
    for a, b in zip(whole[4:], late, strict=True):
        assert torch.equal(a.pictures_BT3HW, b.pictures_BT3HW) and torch.equal(a.masks_NTHW, b.masks_NTHW)


def test_a_share_of_the_clips_is_synthetic_and_the_others_stay_as_they_were(tmp_path: Path) -> None:
    data = replace(draw_data(tmp_path).data, clip_share=1.0)
    real = [batch.pictures_BT3HW for batch in batches(data, seed=1, first=0, last=12)]
    mixed = [batch.pictures_BT3HW for batch in batches(replace(data, synthetic_share=0.5), seed=1, first=0, last=12)]
    same = [torch.equal(a, b) for a, b in zip(real, mixed, strict=True)]
    assert 2 < sum(same) < 10
    late = list(batches(replace(data, synthetic_share=0.5), seed=1, first=8, last=12))
    assert all(torch.equal(a, b.pictures_BT3HW) for a, b in zip(mixed[8:], late, strict=True))


def test_with_synthetic_clips_alone_no_videos_are_needed(tmp_path: Path) -> None:
    data = replace(draw_data(tmp_path).data, clip_share=1.0, synthetic_share=1.0, videos="", icons="")
    batch = next(iter(batches(data, seed=1, first=0, last=1)))
    assert batch.pictures_BT3HW.shape == (1, 3, 3, 64, 64) and batch.objects >= 1


def test_a_folder_without_icons_is_told_in_one_line(tmp_path: Path) -> None:
    data = replace(draw_data(tmp_path).data, synthetic_share=0.5, icons=str(tmp_path / "nowhere"), workers=1)
    with pytest.raises(InputError, match="nowhere: no such folder of icons$"):
        next(iter(batches(data, seed=1, first=0, last=1)))


def test_a_worker_makes_the_same_batches(tmp_path: Path) -> None:
    data = draw_data(tmp_path).data
    here = list(batches(data, seed=0, first=0, last=3))
    there = list(batches(replace(data, workers=1), seed=0, first=0, last=3))
    assert all(torch.equal(a.pictures_BT3HW, b.pictures_BT3HW) for a, b in zip(here, there, strict=True))


def test_collate_says_which_clip_each_object_is_in() -> None:
    picture = np.zeros((1, 8, 8, 3), np.uint8)
    masks = np.zeros((2, 1, 8, 8), np.uint8)
    masks[0, 0, :4, :2] = 1
    batch = collate([Sample(picture, masks, "a"), Sample(picture, masks[:1], "b")], step=5)
    assert batch.clip_N.tolist() == [0, 0, 1]
    assert batch.truth_NTHW[0, 0].tolist() == [[0.5, 0.0], [0.0, 0.0]]  # half of the first stride-4 cell


def test_a_batch_splits_by_clips() -> None:
    picture = np.zeros((1, 8, 8, 3), np.uint8)
    masks = np.arange(3, dtype=np.uint8)[:, None, None, None] * np.ones((1, 1, 8, 8), np.uint8)
    batch = collate([Sample(picture, masks[:2], "a"), Sample(picture, masks[2:], "b")], step=5)
    first, second = batch.split(2)
    assert first.names_N == ((0, 0), (0, 1)) and second.names_N == ((1, 0),)
    assert second.clip_N.tolist() == [0] and second.masks_NTHW.unique().tolist() == [2]


def test_samples_that_cannot_be_shared_out_are_refused() -> None:
    with pytest.raises(InputError, match="3 pictures or clips a step cannot be shared by 2 processes"):
        Share(0, 2).among(3)
