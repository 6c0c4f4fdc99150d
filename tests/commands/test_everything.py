"""`masklet everything`: files and label map."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from masklet.media.rle import decode_mask
from tests.commands.conftest import Ended
from tests.session import drawn


def test_all_shapes_are_found_and_written(run: Callable[..., Ended], picture: Path, tmp_path: Path) -> None:
    ended = run("everything", picture, "--grid", 6, "--out", "all", "--json")
    assert ended.code == 0
    result = json.loads(ended.out)
    labels = np.asarray(Image.open(tmp_path / result["outputs"]["labels"]))
    document = json.loads((tmp_path / result["outputs"]["json"]).read_text())
    masks = {one["label"]: decode_mask(one["segmentation"]) for one in document["masks"]}
    assert set(np.unique(labels)) <= {0, *masks}
    for colour in (drawn.RED, drawn.BLUE):
        truth = drawn.truth(drawn.draw(0), colour)
        best = max(masks, key=lambda label: drawn.iou(masks[label], truth))
        assert drawn.iou(masks[best], truth) > 0.6
        assert (labels[truth] == best).mean() > 0.6  # small ones lie on top
    assert Image.open(tmp_path / result["outputs"]["overlay"]).size == (drawn.WIDTH, drawn.HEIGHT)


def test_nothing_passes_a_sieve_without_holes(run: Callable[..., Ended], picture: Path) -> None:
    ended = run("everything", picture, "--grid", 2, "--iou", 1, "--out", "all", "--json")
    assert ended.code == 0
    assert json.loads(ended.out)["masks"] == []


def test_it_leaves_the_results_of_segment_alone(run: Callable[..., Ended], picture: Path, tmp_path: Path) -> None:
    assert run("segment", picture, "--point", "24,36").code == 0
    before = (tmp_path / "picture-masklet/overlay.png").read_bytes()
    assert run("everything", picture, "--grid", 2).code == 0
    assert (tmp_path / "picture-masklet/overlay.png").read_bytes() == before
    assert (tmp_path / "picture-everything/overlay.png").is_file()
