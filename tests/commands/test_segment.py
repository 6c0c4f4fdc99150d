"""`masklet segment`: files, JSON, several objects."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from masklet.commands.segment import mask_box
from masklet.media.rle import decode_mask
from tests.commands.conftest import BLUE_CLICK, RED_CLICK, Ended
from tests.session import drawn


def test_a_click_gives_masks_an_overlay_and_json(run: Callable[..., Ended], picture: Path, tmp_path: Path) -> None:
    ended = run("segment", picture, "--point", RED_CLICK, "--out", "cut", "--json")
    assert ended.code == 0
    assert ended.err.strip() == "masklet: fake runs by colours 1.0 in float32, 1 thread"
    result = json.loads(ended.out)
    assert result["size"] == [drawn.WIDTH, drawn.HEIGHT]
    (one,) = result["objects"]
    scores = [candidate["score"] for candidate in one["candidates"]]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    best = np.asarray(Image.open(tmp_path / one["candidates"][0]["mask"]))
    assert set(np.unique(best)) == {0, 255}
    assert drawn.iou(best > 0, drawn.truth(drawn.draw(0), drawn.RED)) > 0.7
    assert Image.open(tmp_path / result["outputs"]["overlay"]).size == (drawn.WIDTH, drawn.HEIGHT)
    document = json.loads((tmp_path / result["outputs"]["json"]).read_text())
    stored = document["objects"][0]["candidates"][0]
    assert np.array_equal(decode_mask(stored["segmentation"]), best > 0)


def test_named_objects_each_get_a_mask(run: Callable[..., Ended], picture: Path, tmp_path: Path) -> None:
    ended = run("segment", picture, "--box", "9,21,39,51=disc", "--point", f"{BLUE_CLICK}=a/b", "--out", "cut")
    assert ended.code == 0
    assert "disc: " in ended.out
    disc = np.asarray(Image.open(tmp_path / "cut/masks/disc.png")) > 0
    assert drawn.iou(disc, drawn.truth(drawn.draw(0), drawn.RED)) > 0.7
    assert (tmp_path / "cut/masks/a_b.png").is_file()


def test_names_that_fall_together_keep_files_of_their_own(
    run: Callable[..., Ended], picture: Path, tmp_path: Path
) -> None:
    words = [word for name in ("cat", "cat-2", "a/b", "A_b") for word in ("--point", f"{RED_CLICK}={name}")]
    ended = run("segment", picture, *words, "--out", "cut", "--json")
    files = [one["mask"].casefold() for each in json.loads(ended.out)["objects"] for one in each["candidates"]]
    assert len(files) == len(set(files)) == 12
    assert len(list((tmp_path / "cut/masks").iterdir())) == 12


def test_a_rough_mask_is_a_prompt(run: Callable[..., Ended], picture: Path, mask: Path) -> None:
    ended = run("segment", picture, "--mask", mask, "--json")
    assert ended.code == 0
    assert len(json.loads(ended.out)["objects"][0]["candidates"]) == 1


def test_quiet_says_nothing(run: Callable[..., Ended], picture: Path, tmp_path: Path) -> None:
    ended = run("segment", picture, "--point", RED_CLICK, "--quiet")
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert (tmp_path / "picture-masklet/overlay.png").is_file()


def test_the_box_around_a_mask() -> None:
    mask = np.zeros((5, 6), bool)
    assert mask_box(mask) is None
    mask[1:3, 2:5] = True
    assert mask_box(mask) == [2, 1, 5, 3]


def test_masks_of_an_earlier_run_do_not_stay(run: Callable[..., Ended], picture: Path, tmp_path: Path) -> None:
    run("segment", picture, "--point", RED_CLICK, "--out", "cut")
    (tmp_path / "cut/masks/mine.png").write_bytes(b"not masklet's")
    assert run("segment", picture, "--box", "9,21,39,51", "--out", "cut").code == 0
    assert sorted(path.name for path in (tmp_path / "cut/masks").iterdir()) == ["mine.png", "object.png"]
