"""Comparisons as tables and JSON."""

from __future__ import annotations

import json

from masklet.bench.against import Comparison, Difference, Side
from masklet.bench.against_report import AgainstRun, as_json, as_lines
from masklet.bench.machine import Machine
from masklet.runtime.protocol import RuntimeFacts

FACTS = RuntimeFacts("openvino 2026", "cpu", "bfloat16", 2, 1000)
SIDE = Side(
    FACTS,
    {"frame": (1.0, 2.0), "frame, 4 objects": (4.0, 4.0)},
    {"masks": Difference(0.0004, 0.9931)},
    {"recall": 420_000_000_000, "see": None},
    {"recall": 0.7, "see": None},
)
COMPARISON = Comparison("sam2", "sam2.1-tiny", {"sam2": "1.1.0"}, {"frame": (3.0, 4.0), "prompt": (0.1, 0.1)}, (SIDE,))


def run(model: str = "sam2.1-tiny") -> AgainstRun:
    machine = Machine("A processor", 4, 2, "Linux", "3.11")
    titles = {"sam2": "Meta's sam2", "edgetam": "EdgeTAM's"}
    return AgainstRun(machine, model, True, 2, titles, (COMPARISON,), {"edgetam": "pip failed"})


def test_the_table_names_machine_versions_ratios_and_differences() -> None:
    text = "\n".join(as_lines(run()))
    assert "A processor, 2 of 4 cores; sam2.1-tiny, weights drawn at random; medians of 2 rounds" in text
    assert "Meta's sam2 (sam2 1.1.0), sam2.1-tiny, float32" in text
    assert "1.500 (2.50×)" in text  # the median of 3 and 2, not the ratio of medians
    assert "4.0e-04, 0.9931" in text and "420.0, 70%" in text
    assert text.splitlines()[-1] == "EdgeTAM's: left out. pip failed"
    assert "answers are not compared" not in text
    assert "answers are not compared" in "\n".join(as_lines(run("nano")))


def test_what_only_one_side_did_has_no_ratio() -> None:
    (row,) = [line for line in as_lines(run()) if line.startswith("a click on it")]
    assert row.split()[-2:] == ["0.100", "–"]


def test_json_has_every_round() -> None:
    told = json.loads(json.dumps(as_json(run()), allow_nan=False))
    (one,) = told["against"]
    assert one["seconds"]["frame"] == [3.0, 4.0] and one["versions"] == {"sam2": "1.1.0"}
    (side,) = one["masklet"]
    assert side["ratios"] == {"frame": 2.5, "prompt": None}
    assert side["apart"]["masks"] == {"logits": 0.0004, "iou": 0.9931}
    assert told["missing"] == {"edgetam": "pip failed"} and told["drawn_weights"] is True
