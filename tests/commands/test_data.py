"""`masklet data`: what it says, its exit codes, and what it writes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from masklet.data.sets.layouts import LAYOUTS
from tests.commands.conftest import Ended
from tests.data.drawn import davis_folder, picture_folder

Run = Callable[..., Ended]


@pytest.fixture
def davis(tmp_path: Path) -> Path:
    return davis_folder(tmp_path / "davis", {"walk": 4, "run": 3})


def test_check_finds_nothing_wrong_with_a_whole_set(run: Run, davis: Path) -> None:
    ended = run("data", "check", davis, "--json")
    assert (ended.code, ended.err.count("masklet: ")) == (0, 0)
    result = json.loads(ended.out)
    assert (result["format"], result["kind"], result["items"], result["frames"]) == ("davis-2017", "videos", 2, 7)
    assert (result["objects"], result["masks"], result["count"], result["issues"]) == (6, 21, 0, [])
    said = run("data", "check", davis).out.splitlines()
    assert said[-1] == "Nothing is broken."
    assert run("data", "check", davis, "--quiet") == Ended(0, "", "")


def test_check_names_what_is_broken_and_ends_with_2(run: Run, davis: Path) -> None:
    (davis / "Annotations/walk/00002.png").write_bytes(b"broken")
    (davis / "JPEGImages/run/00001.jpg").write_bytes(b"\xff\xd8broken")
    ended = run("data", "check", davis, "--quiet")
    assert (ended.code, ended.out) == (2, "")
    assert "1 × picture broken" in ended.line
    assert "1 × annotation broken" in ended.line
    assert "first: " in ended.line
    said = run("data", "check", davis).out
    assert "walk/00002.png: " in said
    assert "run/00001.jpg: " in said
    # the head of that picture is enough where pixels are not looked at, and it is broken too only in its body
    found = json.loads(run("data", "check", davis, "--json", "-q").out)
    assert found["kinds"] == {"picture broken": 1, "annotation broken": 1}
    assert {Path(issue["file"]).name for issue in found["issues"]} == {"00002.png", "00001.jpg"}
    strict = run("data", "check", davis, "--strict", "-q")
    assert (strict.code, strict.out) == (2, "")
    assert "00001.jpg" in strict.line


def test_quick_looks_at_no_pixels(run: Run, davis: Path) -> None:
    path = davis / "JPEGImages/run/00001.jpg"
    path.write_bytes(path.read_bytes()[:200])
    assert run("data", "check", davis, "--quick", "-q").code == 0
    assert run("data", "check", davis, "-q").code == 2


def test_stats_as_table_json_and_plots(run: Run, davis: Path, tmp_path: Path) -> None:
    said = run("data", "stats", davis).out
    for line in ("videos              2", "hours               not known (give --fps)", "masklets            6"):
        assert line in said
    ended = run("data", "stats", davis, "--fps", 24, "--plots", "plots.png", "--json", "-q")
    result = json.loads(ended.out)
    assert result["hours"] == pytest.approx(7 / 24 / 3600)
    assert result["disappearance_rate"] == 0
    assert result["resolutions"] == [{"width": 160, "height": 120, "items": 2}]
    with Image.open(tmp_path / "plots.png") as drawn:
        assert drawn.width > 1000
    assert result["outputs"] == {"plots": "plots.png"}


def test_convert_says_what_is_lost_and_refuses(run: Run, davis: Path, tmp_path: Path) -> None:
    ended = run("data", "convert", davis, "out", "--to", "davis-2016", "-q")
    assert ended.code == 2
    assert "DAVIS 2016 cannot hold 4 × objects that become one with another" in ended.line
    assert not (tmp_path / "out").exists()
    done = run("data", "convert", davis, "out", "--to", "davis-2016", "--lossy", "--json", "-q")
    result = json.loads(done.out)
    assert (done.code, result["items"], result["to"]) == (0, 2, "davis-2016")
    assert result["lost"] == [{"what": "objects that become one with another", "count": 4, "first": "run"}]
    assert json.loads(run("data", "check", "out", "--json", "-q").out)["format"] == "davis-2016"


def test_convert_there_and_back(run: Run, davis: Path, tmp_path: Path) -> None:
    for source, target, to in (("davis", "a", "coco-videos"), ("a", "b", "sav-folders"), ("a", "c", "davis-2017")):
        ended = run("data", "convert", source, target, "--to", to)
        assert ended.code == 0, ended.err
        assert ended.out.startswith(f"{target}: {to}, 2 items")
    for path in sorted((davis / "JPEGImages").rglob("*.jpg")):
        copied = tmp_path / "c/JPEGImages/480p" / path.relative_to(davis / "JPEGImages")
        assert copied.read_bytes() == path.read_bytes()
    for path in sorted((davis / "Annotations").rglob("*.png")):
        with (
            Image.open(path) as one,
            Image.open(tmp_path / "c/Annotations/480p" / path.relative_to(davis / "Annotations")) as two,
        ):
            assert (one.mode, one.getpalette(), one.tobytes()) == (two.mode, two.getpalette(), two.tobytes())


def test_a_converted_set_with_broken_items_ends_with_2(run: Run, davis: Path) -> None:
    (davis / "JPEGImages/run/00000.jpg").write_bytes(b"broken")
    ended = run("data", "convert", davis, "out", "--to", "mose", "--json", "-q")
    assert ended.code == 2
    assert "1 × picture broken" in ended.line
    assert json.loads(ended.out)["left_out"] == ["run"]


@pytest.mark.parametrize("command", [("stats", "--plots"), ("show", "--out")])
def test_a_picture_that_cannot_be_written_is_told_before_anything_is_read(
    run: Run, davis: Path, command: tuple[str, str]
) -> None:
    ended = run("data", command[0], davis, command[1], "plots.txt")
    assert ended.code == 2
    assert "no picture format ends in '.txt'" in ended.line  # nor was there a progress bar


def test_show_draws_a_sheet(run: Run, davis: Path, tmp_path: Path) -> None:
    ended = run("data", "show", davis, "--out", "s.png", "--items", 2, "--frames", 3, "--json", "-q")
    result = json.loads(ended.out)
    with Image.open(tmp_path / "s.png") as sheet:
        assert list(sheet.size) == result["size"] == [3 * 320 + 8, 2 * (240 + 22) + 4]
    pictures = picture_folder(tmp_path / "pictures")
    assert run("data", "show", pictures).out == "Sheet: sheet.png\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", "gone"), "gone: there is no such folder"),
        (("stats", "davis/JPEGImages/walk"), "no data set of a format that masklet knows"),
        (("check", "davis", "--format", "coco"), "no JSON with images and segmentations"),
        (
            ("convert", "davis", "out", "--to", "kitti"),
            "'kitti' is no format that masklet knows; there are sav-folders",
        ),
        (("convert", "davis", "davis", "--to", "mose"), "lies in the set that is converted"),
        (("convert", "davis", "davis/new", "--to", "mose"), "lies in the set that is converted"),
        (("convert", "davis", "examples", "--to", "mose"), "holds something already"),
        (("convert", "davis", "out"), "--to"),
        (("convert", "davis", "out", "--to", "mose", "--split", "test"), "has no list 'test'"),
        (("convert", "davis", "out", "--to", "mose", "--workers", "0"), "--workers"),
        (("show", "davis", "--out", "s.xyz"), "no picture format ends in '.xyz'"),
        (("check", "davis", "--masklets", "some"), "--masklets"),
    ],
)
def test_bad_input_is_one_line(run: Run, davis: Path, words: tuple[str, ...], said: str) -> None:
    (davis.parent / "examples").mkdir()
    (davis.parent / "examples/note.txt").touch()
    ended = run("data", *words, "-q") if "-q" not in words else run("data", *words)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.line


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_leaves_something_to_go_on_with(workers: int, tmp_path: Path) -> None:
    davis_folder(tmp_path / "davis", {f"v{i:02d}": 4 for i in range(40)})
    command = [sys.executable, "-c", "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
               "from masklet.cli import main; sys.exit(main())",
               "data", "convert", "davis", "out", "--to", "youtube-vos", "-q",
               "--workers", str(workers)]  # fmt: skip
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True)
    marks = tmp_path / "out/.masklet-convert/done"
    while process.poll() is None and not (marks.is_dir() and len(list(marks.rglob("*.json"))) >= 2):
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, err = process.communicate(timeout=60)
    if process.returncode == 0:
        pytest.skip("it was done before it could be stopped")
    assert process.returncode == 130
    assert err.splitlines() == ["masklet: stopped; the same command goes on with out"], err
    subprocess.run(command, cwd=tmp_path, check=True)
    assert len(json.loads((tmp_path / "out/meta.json").read_text())["videos"]) == 40


def test_the_reference_names_all_formats_and_options(run: Run) -> None:
    page = (Path(__file__).parents[2] / "docs/reference/command-line.md").read_text(encoding="utf-8")
    how_to = (Path(__file__).parents[2] / "docs/how-to/data-sets.md").read_text(encoding="utf-8")
    for layout in LAYOUTS:
        assert f"`{layout.name}`" in how_to, layout.name
    for word in ("check", "stats", "convert", "show"):
        for option in {w.strip(",") for w in run("data", word, "--help").out.split() if w.startswith("--")} - {
            "--help"
        }:
            assert f"`{option}" in page, f"{word} {option}"
