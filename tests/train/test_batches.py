"""A batch is a function of (seed, step): however many workers, wherever a run begins."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from masklet.data.samples import Sample
from masklet.train.batches import batches, collate
from tests.train.tiny import draw_data


def test_batches_come_in_order_and_do_not_depend_on_where_a_run_begins(tmp_path: Path) -> None:
    data = draw_data(tmp_path).data
    whole = list(batches(data, seed=3, first=0, last=6))
    late = list(batches(data, seed=3, first=4, last=6))
    assert [batch.step for batch in whole] == list(range(6))
    assert {batch.still for batch in whole} == {True, False}
    for a, b in zip(whole[4:], late, strict=True):
        assert torch.equal(a.pictures_BT3HW, b.pictures_BT3HW) and torch.equal(a.masks_NTHW, b.masks_NTHW)


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
