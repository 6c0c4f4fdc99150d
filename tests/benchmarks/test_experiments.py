"""Experiments with the training: what they change, and a table of what they gave."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.experiments import VARIATIONS, begin, cost, lite, teach
from masklet.data.davis import DavisSet
from masklet.model.config import NANO, LiteConfig
from masklet.model.network import Network
from tests.data.drawn import davis_folder, picture_folder
from tests.media.real_files import write_video
from tests.session import drawn

ROOT = Path(__file__).resolve().parents[2]


def test_larger_trunks_are_those_of_the_published_family() -> None:
    assert lite(1.0, 1.0) == LiteConfig()
    assert [(c, n) for *_, c, n in lite(1.0, 1.1).stages] == list(
        zip((16, 24, 40, 80, 112, 192, 320), (1, 3, 3, 4, 4, 5, 1), strict=True)
    )
    assert [c for *_, c, _ in lite(1.1, 1.2).stages] == [16, 24, 48, 88, 120, 208, 352]


@pytest.mark.parametrize("name", [name for name, one in VARIATIONS.items() if not one.trunk])
def test_every_variation_is_a_network(name: str) -> None:
    assert begin(VARIATIONS[name], None).config == VARIATIONS[name].network


def test_more_memories_and_more_pixels_cost_more() -> None:
    whole, one, large = (cost(begin(VARIATIONS[n], None)) for n in ("recent-6", "recent-1", "size-448"))
    assert one["recall"] < 0.5 * whole["recall"]
    assert large["see"] == pytest.approx(whole["see"] * (448 / 384) ** 2, rel=0.01)
    assert whole == cost(Network(NANO))


def test_clips_without_masks_are_taught_as_the_package_sees_them(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    write_video(tmp_path / "clips/two.mp4", frames=30, size=(120, 160), pictures=lambda frame, _: drawn.draw(frame))
    teach(tmp_path / "clips", davis_folder(tmp_path / "real", {"a": 2}), tmp_path / "taught")
    real, taught = sorted(DavisSet(tmp_path / "taught").sequences, key=lambda one: one.name)
    assert (real.name, taught.name) == ("a", "two-0")
    assert len(taught) == 15  # every second frame
    x, y = drawn.disc(14)
    assert taught.labels(7)[y, x]
    assert taught.labels(7).max() <= 4


def test_a_trunk_that_is_not_there_is_one_line() -> None:
    with pytest.raises(SystemExit, match="no efficientnet-lite0"):
        begin(VARIATIONS["lite0"], None)


def test_what_was_tried_is_told_in_a_table_and_kept(tmp_path: Path) -> None:
    for part in ("train", "dev"):
        picture_folder(tmp_path / "data/pictures" / part, 3)
        davis_folder(tmp_path / "data/videos" / part, {"a": 9})
    command = [sys.executable, str(ROOT / "benchmarks/experiments.py"), "--data", str(tmp_path / "data")]
    command += ["--out", str(tmp_path / "out"), "--tuned", "1", "--every", "1", "frames-4", "forgets"]
    first = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=600)
    assert first.returncode == 0, first.stderr
    told = json.loads((tmp_path / "out/frames-4.json").read_text())
    assert told["steps"] == 1
    assert 0 < told["before"]["video_j"] <= 1
    assert "| frames-4: clips of 4 frames instead of 8 | 1 |" in first.stdout
    assert "| forgets: " in first.stdout
    written = (tmp_path / "out/frames-4.json").stat().st_mtime_ns
    again = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=600)
    assert again.stdout == first.stdout
    assert (tmp_path / "out/frames-4.json").stat().st_mtime_ns == written  # kept, not tried again
    other = subprocess.run(
        [*command, "--every", "2"], capture_output=True, text=True, cwd=ROOT, check=False, timeout=600
    )
    assert other.returncode == 1
    assert "frames-4.json: tried with --tuned 1 --every 1" in other.stderr
