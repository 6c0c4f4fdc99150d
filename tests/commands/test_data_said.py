"""What `masklet data` says to people."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from masklet.commands.data_said import check_lines, conversion_lines, stats_lines
from masklet.data.sets.check import Checked
from masklet.data.sets.convert import Conversion
from masklet.data.sets.issues import Issues
from masklet.data.sets.layouts import open_set
from masklet.data.sets.losses import Loss
from masklet.data.sets.seam import DataSet
from masklet.data.sets.stats import Histogram, Stats
from tests.data.drawn import davis_folder, picture_folder

END = float("inf")
VIDEOS = Stats(
    kind="videos", layout="davis-2017", items=1200, frames=84000, annotated_frames=21000, seconds=5400.0, objects=3000,
    masks=40000, disappear=0.25, mean_size=0.125, below_tenth=0.5, mean_duration=12.34, duration_unit="seconds",
    sizes=Histogram((0.0, 0.1, 1.0), (30, 10)), durations=Histogram((0.0, 5.0, END), (0, 3000)),
    per_item=Histogram((0.0, 2.0, END), (1, 2)), buckets={"small": 5, "medium": 6, "large": 7},
    resolutions=tuple(((640 + n, 480), 5 - n) for n in range(5)), categories=tuple((f"kind {n}", 9) for n in range(7)),
)  # fmt: skip
PICTURES = replace(VIDEOS, kind="pictures", disappear=None, mean_duration=None, categories=())


def opened(tmp_path: Path) -> DataSet:
    return open_set(davis_folder(tmp_path, {"run": 3}), issues=Issues())


def conversion(**fields: object) -> Conversion:
    return replace(Conversion("sav", "coco", 1200, (), (), (), Issues()), **fields)  # type: ignore[arg-type]


def test_a_set_without_faults_says_so(tmp_path: Path) -> None:
    head, verdict = check_lines(opened(tmp_path), Checked(1, 3, 2, 6000))
    assert head == f"{tmp_path}: davis-2017, 1 videos, 3 frames, 2 masklets, 6,000 masks"
    assert verdict == "Nothing is broken."


def test_pictures_have_objects_and_no_frames(tmp_path: Path) -> None:
    head, _ = check_lines(open_set(picture_folder(tmp_path)), Checked(2, 2, 3, 3))
    assert "frames" not in head and "3 objects" in head


def test_of_many_faults_the_first_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    data = opened(tmp_path)
    for number in range(1500):  # more than the issues themselves keep in words
        data.issues.add(f"{number}.png", "picture broken", "cannot be read")
    _, *lines = check_lines(data, Checked(1, 3, 2, 6))
    assert lines[0] == "  0.png: cannot be read" and len(lines) == 21
    assert lines[-1] == "  … and 1,480 more (--json lists them)"


def test_what_a_conversion_lost_and_left_out() -> None:
    done = conversion(losses=(Loss("rates", 3, ""), Loss("names", 1, "a")), notes=(Loss("folders", 2, "b"),))
    assert conversion_lines(done, Path("there")) == [
        "there: coco, 1,200 items",
        "  lost: 3 × rates (first: the set)",
        "  lost: 1 × names (first: a)",
        "  note: 2 × folders (first: b)",
    ]
    names = tuple(f"v{number}" for number in range(21))
    assert conversion_lines(conversion(left_out=names[:20]), Path("there"))[-1] == "  left out: v19"
    assert conversion_lines(conversion(left_out=names), Path("there"))[-1] == "  … and 1 more left out"


def test_videos_are_told_with_hours_and_durations() -> None:
    lines = stats_lines(VIDEOS)
    said = dict(line.split("  ", 1) for line in lines[:12])
    said = {name: value.strip() for name, value in said.items()}
    assert said["hours"] == "1.5" and said["videos"] == "1,200" and said["masklets"] == "3,000"
    assert said["disappearance rate"] == "25.0%"
    assert said["mean mask size"] == "12.50% of the picture; 50.0% are below 10%"
    assert said["mean duration"] == "12.3 seconds"
    assert said["resolution"].endswith("643x480 (2) …")
    assert "masklets by duration (seconds)" in lines
    assert any("not known (give --fps)" in line for line in stats_lines(replace(VIDEOS, seconds=None)))


def test_pictures_are_told_without_them() -> None:
    text = "\n".join(stats_lines(PICTURES))
    assert "objects" in text and "masks by their part" in text
    for word in ("hours", "frames", "duration", "disappearance", "categories"):
        assert word not in text


def test_bars_are_as_long_as_their_share_of_the_highest() -> None:
    lines = stats_lines(VIDEOS)
    first = lines.index("masks by their part of the picture") + 1
    assert [line.count("█") for line in lines[first : first + 2]] == [30, 10]
    assert lines[first].split()[:2] == ["<", "10%"] and lines[first].endswith("  30")
    assert [line.split("█")[0].strip() for line in lines[-2:]][1] == "≥ 5"


def test_an_empty_set_has_empty_bars() -> None:
    nothing = Histogram((0.0, 0.1, 1.0), (0, 0))
    assert "█" not in "\n".join(stats_lines(replace(VIDEOS, sizes=nothing, durations=nothing)))
