"""The command behind the model card: figures of every part in one file, each beside its command."""

import json
import subprocess
import sys
from pathlib import Path

from tests.data.drawn import davis_folder, picture_folder

ROOT = Path(__file__).resolve().parents[2]


def test_figures_of_all_parts_stand_beside_their_commands(tmp_path: Path) -> None:
    pictures = picture_folder(tmp_path / "pictures", 2)
    videos = davis_folder(tmp_path / "videos", {"a": 4})
    sets = ["--pictures", str(pictures), "--videos", str(videos), "--clicks", "1", "--given", "mask"]
    how = ["--parts", "images,vos,fine", "--workers", "1", "--out", str(tmp_path / "out")]
    command = [sys.executable, str(ROOT / "benchmarks/quality.py"), *sets, *how]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    records = json.loads((tmp_path / "out/figures.json").read_text())["records"]
    assert set(records) == {"images", "vos-mask", "fine-vos-mask"}
    assert 0 <= records["images"]["figures"]["iou@1"] <= 1
    assert "--fine" in records["fine-vos-mask"]["command"]
    assert "--fine" not in records["vos-mask"]["command"]
    assert "masklet evaluate images" in (tmp_path / "out/card.md").read_text()
