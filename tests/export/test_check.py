"""The check: exported parts beside torch, on small networks whose parts torch itself runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from masklet.export.check import check_parts
from masklet.export.clip import draw_clip
from tests.export.eager import EagerGraph, eager_runtime
from tests.model.small import small_network

FIXED = {"objects": 2, "memories": 9, "pointers": 16, "points": 3}


@pytest.mark.parametrize("fixed", [{}, FIXED, {"objects": 1}, {"points": 3}], ids=["any", "all", "objects", "points"])
def test_the_same_arithmetic_passes(fixed: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reference, exported = eager_runtime(small_network("small-lite"), tmp_path, monkeypatch, **fixed)
    checked = check_parts(reference, exported, draw_clip(9), "drawn")
    assert checked.good
    assert checked.logits < 1e-4
    assert checked.iou < 1e-5
    assert checked.presence < 1e-4
    assert checked.pointers < 1e-4
    assert checked.answers > 20
    if "points" not in fixed:  # filled up, a prompt is not quite what it was
        assert checked.least_mask_iou > 0.99
    assert checked.as_json()["frames"] == 9


@pytest.mark.parametrize("name", ["small-hiera", "small-vit", "small-tiny-vit"])
def test_other_networks_pass_as_well(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reference, exported = eager_runtime(small_network(name), tmp_path, monkeypatch)
    checked = check_parts(reference, exported, draw_clip(2), "drawn")
    assert checked.good
    assert checked.logits < 1e-3
    assert checked.least_mask_iou > 0.99


def test_one_picture_is_clip_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reference, exported = eager_runtime(small_network("small-lite"), tmp_path, monkeypatch)
    assert check_parts(reference, exported, draw_clip(1), "drawn").answers == 2


@pytest.mark.parametrize("part", ["see", "recall", "decode", "remember", "read_given_mask"])
def test_a_wrong_part_is_found(part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = EagerGraph.__call__

    def wrong(self: EagerGraph, inputs: Any) -> Any:
        outputs = right(self, inputs)
        if self.part.name != part:
            return outputs
        return {name: array * 1.05 if array.ndim > 2 else array for name, array in outputs.items()}

    monkeypatch.setattr(EagerGraph, "__call__", wrong)
    reference, exported = eager_runtime(small_network("small-lite"), tmp_path, monkeypatch)
    assert not check_parts(reference, exported, draw_clip(6), "drawn").good
