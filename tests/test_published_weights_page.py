"""The page on published weights: every masklet call in its tables is made, in order, on drawn pictures.

What its other column says of other packages is held against those in tests/peers/test_page.py.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import masklet
from masklet.runtime.catalogue import EMBEDDED_FOLDER
from masklet.session.everything import Sieve
from tests.session import drawn
from tests.session.fake_runtime import FakeRuntime

PAGE = Path(__file__).resolve().parents[1] / "docs/how-to/published-weights.md"
PEERS = ("sam2", "transformers", "ultralytics")


def rows(peer: str) -> list[tuple[list[str], list[str]]]:
    """Per row of a package's table its code and masklet's, each a list of calls."""
    (table,) = re.findall(rf"^\| `{peer}` \| masklet \|.*?\n((?:\|.*\n)+)", PAGE.read_text("utf-8"), re.MULTILINE)
    cells = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in table.splitlines()[1:]]
    assert all(len(row) == 3 for row in cells), "a bar inside a cell?"
    return [(re.findall(r"`([^`]+)`", theirs), re.findall(r"`([^`]+)`", ours)) for theirs, ours, _ in cells]


@pytest.fixture(params=["a stand-in", pytest.param("the embedded model", marks=pytest.mark.slow)])
def weights(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A file in a folder as the hub hands one out; quickly, what is loaded from it finds colours."""
    shutil.copy(EMBEDDED_FOLDER / "nano.safetensors", tmp_path / "model.safetensors")
    if request.param == "a stand-in":
        monkeypatch.setattr("masklet.runtime.load_runtime", lambda *_, **__: FakeRuntime())
    return tmp_path / "model.safetensors"


@pytest.mark.parametrize("peer", PEERS)
def test_every_masklet_call_works(peer: str, weights: Path) -> None:
    click, pictures = drawn.disc(0), drawn.clip(12)
    corner = tuple(side - 15 for side in click), tuple(side + 15 for side in click)
    box = (*corner[0], *corner[1])
    names: dict[str, Any] = {
        "masklet": masklet,
        "Sieve": Sieve,
        "ckpt_path": weights,
        "folder": weights.parent,
        "device": "cpu",
        "image": pictures[0],
        "image_list": pictures[:2],
        "frames": pictures,
        "video_path": pictures,
        "frame_idx": 0,
        "points": [click],
        "labels": [1],
        "point_coords": np.array([click]),
        "point_labels": np.array([1]),
        "box": np.array(box),
        "boxes": [box],
        "mask": drawn.truth(pictures[0], drawn.RED),
    }
    found = rows(peer)
    assert len(found) > 10
    for _, ours in found:
        assert ours
        for call in ours:
            exec(compile(call, str(PAGE), "exec"), names)
    assert drawn.iou(names["tracked"][0], names["mask"]) > 0.6
