import json
from collections.abc import Callable
from pathlib import Path

from masklet.evaluate.record import read_record


def test_a_run_says_what_limits_cost_and_writes_record_and_sheets(run: Callable, clip: Path, tmp_path: Path) -> None:
    ended = run(
        "evaluate", "stress", "--quick", "--clips", 1, "--limit", "fast", "--size", "96x72", "--given", 1,
        "--real", "24,36=clip.mp4", "--workers", 1, "--report", "--out", "out", "--json", "--quiet",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    said = json.loads(ended.out)
    record = read_record(tmp_path / "out" / "stress.json")
    assert said["figures"] == dict(record.figures) and "cost@fast" in record.figures
    assert record.kind == "stress" and record.protocol["given"] == "1 click" and record.protocol["seed"] == 0
    assert record.command.startswith("masklet evaluate stress --model nano --limit fast --clips 1 --quick --size 96x72")
    assert {path.stem for path in (tmp_path / "out" / "sheets").iterdir()} == {"easy", "fast"}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "real",
        "sheets",
        "stress.html",
        "stress.json",
    ]
    assert [path.name for path in (tmp_path / "out" / "real").iterdir()] == ["clip.png"]
    page = (tmp_path / "out" / "stress.html").read_text(encoding="utf-8")
    assert page.count("<img ") == 3
    for shown in ("easy, the clip that went worst", "fast, the clip that went worst", "clip.mp4, a real clip"):
        assert f'alt="{shown}' in page
    assert "No pictures" not in page


def test_the_command_tells_the_second_look(run: Callable, tmp_path: Path) -> None:
    words = "--quick", "--clips", 1, "--limit", "fast", "--size", "96x72", "--workers", 1, "--quiet"
    ended = run("evaluate", "stress", *words, "--no-fine", "--out", "out")
    assert ended.code == 0, ended.err
    assert "--no-fine" in read_record(tmp_path / "out" / "stress.json").command


def test_mistakes_are_one_line(run: Callable) -> None:
    assert "is no limit; there are easy" in run("evaluate", "stress", "--limit", "fog").line
    assert "expected mask, box, or a number" in run("evaluate", "stress", "--given", "glance").line
    assert "a clip's sides are 32 to 8192 pixels, not 4x4" in run("evaluate", "stress", "--size", "4x4").line
    assert "a seed is a whole number" in run("evaluate", "stress", "--seed", "-1").line
    assert "expected X,Y=VIDEO" in run("evaluate", "stress", "--real", "dog.mp4").line
    assert "there is no dog.mp4" in run("evaluate", "stress", "--real", "1,2=dog.mp4").line
