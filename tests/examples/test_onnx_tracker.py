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
from examples.onnx_tracker import Tracker
from masklet import cli
from masklet.runtime import list_models
from masklet.session.memory import MemoryBank, Trace
from masklet.session.memory_sam2 import Sam2Policy

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


class Recorded(Tracker):
    """Told on which frames the object is there; keeps what was recalled. A memory, a pointer is its frame's number."""

    def __init__(self, folder: Path, there: list[bool]) -> None:
        super().__init__(folder)
        self.there, self.recalled = there, list[dict[str, list[float]]]()

    def run(self, part: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        if part == "recall":
            names = "slots", "memories", "distances", "pointers"
            self.recalled.append({name: inputs[name].ravel().tolist() for name in names})
        number, nothing = np.full((1, 1), self.frame, np.float32), np.zeros(1, np.float32)
        features = dict.fromkeys(("f16", "f8", "f4", "fresh", "recalled"), nothing)
        said = {"iou": np.zeros((1, 4)), "mask_logits": np.ones((1, 4, 8, 8), np.float32), "memory": number}
        presence = np.array([1.0 if self.there[self.frame] else -1.0], np.float32)
        return {**features, **said, "presence": presence, "pointers": np.repeat(number, 4, 1)}


@pytest.mark.parametrize("absences", [True, False])
@pytest.mark.parametrize("slots", [[], [1, 3, 6]], ids=["all", "some"])
def test_it_recalls_what_masklet_recalls(tmp_path: Path, slots: list[int], absences: bool) -> None:
    session = {"recent_memories": 6, "pointers": 5, "mask_size": 8, "slots": slots, "absences": absences}
    how = {"size": 8, "mean": [0.0] * 3, "deviation": [1.0] * 3}
    (tmp_path / "manifest.json").write_text(json.dumps({"session": session, "picture": how, "parts": {}}))
    there = [bool(there) for there in np.random.default_rng(3).random(40) > 0.4]
    tracker = Recorded(tmp_path, [True, *there])
    policy = Sam2Policy(6, 5, slots=tuple(slots), absences=absences)
    bank, picture = MemoryBank(), np.zeros((12, 16, 3), np.uint8)
    tracker.start(picture, (3, 4))
    bank.write_prompted(0, Trace(0, 0, 1.0, 10.0))
    for frame, present in enumerate(there, 1):
        wanted = policy.read(bank, frame, 1)
        tracker.step(picture)
        assert tracker.recalled[-1] == {
            "slots": [slot for slot, _ in wanted.memories],
            "memories": [memory for _, memory in wanted.memories],
            "distances": [distance for distance, _ in wanted.pointers],
            "pointers": [pointer for _, pointer in wanted.pointers],
        }
        if present or absences:
            bank.write_tracked(frame, 1, Trace(frame, frame, 1.0, 1.0 if present else -1.0))
        bank.trim(policy, frame, 1)
        assert len(tracker.memories) <= 7 and len(tracker.pointers) <= 5


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
    alike = ["--precision", "float32", "--no-fine"]  # the script looks no closer
    assert cli.main(["track", str(clip), "--point", CLICK, "--out", str(wanted), "--quiet", *alike]) == 0
    overlaps = []
    for index in range(FRAMES):
        got, right = (
            np.asarray(Image.open(path / f"{index:05d}.png")) > 0 for path in (masks, wanted / "masks" / "object")
        )
        assert right.any()
        overlaps.append((got & right).sum() / (got | right).sum())
    assert np.mean(overlaps) >= 0.99, overlaps
