"""The tracker on exported parts: short, without torch and masklet, and with the masks that `masklet track` makes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from examples.drawn_clip import write_clip
from masklet import cli
from masklet.runtime import list_models

SCRIPT = Path(__file__).resolve().parents[2] / "examples/onnx_tracker.py"
CLICK, FRAMES = "70,176", 30
# the script's own imports alone: anything else that it reached for would fail
BLOCKED = """
import runpy, sys
for name in ("torch", "masklet", "openvino", "cv2", "onnx", "onnxscript"):
    sys.modules[name] = None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_it_is_short_and_imports_little() -> None:
    lines = SCRIPT.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 150
    imported = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imported - set(sys.stdlib_module_names) == {"av", "numpy", "onnxruntime", "PIL"}


@pytest.mark.slow
@pytest.mark.skipif(not list_models()[0].present, reason="the embedded model's weights are not here")
def test_it_follows_as_masklet_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = write_clip(tmp_path / "ball.mp4", FRAMES)
    folder, masks, wanted = tmp_path / "nano-onnx", tmp_path / "masks", tmp_path / "wanted"
    assert cli.main(["export", str(folder), "--json", "--quiet", "--frames", "8"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["check"]["logits"] <= 1e-3
    assert json.loads((folder / "manifest.json").read_text())["check"] == said["check"]

    command = [sys.executable, "-c", BLOCKED, str(SCRIPT), str(folder), str(clip), CLICK, str(masks)]
    environment = {**os.environ, "PYTHONPATH": ""}
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert cli.main(["track", str(clip), "--point", CLICK, "--out", str(wanted), "--quiet"]) == 0
    overlaps = []
    for index in range(FRAMES):
        got, right = (
            np.asarray(Image.open(path / f"{index:05d}.png")) > 0 for path in (masks, wanted / "masks" / "object")
        )
        assert right.any()
        overlaps.append((got & right).sum() / (got | right).sum())
    assert np.mean(overlaps) >= 0.99, overlaps
