from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path

import pytest

from masklet.bench.machine import Machine
from masklet.bench.memory import MemoryUse
from masklet.bench.quality import measure_pictures, measure_videos
from masklet.bench.report import Run, as_json, as_lines, size_text
from masklet.bench.speed import SpeedReport
from masklet.bench.timing import Timing
from masklet.data.sets.layouts import open_set
from masklet.evaluate.summary import over_objects
from tests.bench.runtimes import contestants
from tests.data.drawn import davis_folder, picture_folder

MACHINE = Machine("Fast One", 8, 4, "Linux x86_64", "3.11.9")


@contextmanager
def bar(what: str):
    yield lambda done, total: None


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder: Path = tmp_path_factory.mktemp("sets")
    both = contestants()
    timings = Timing("see", ((0.012, 0.01, 0.014), (1.2, 2.0, 1.4))), Timing("recall", ((0.0005,) * 3, None))
    return Run(
        both,
        MACHINE,
        (MemoryUse(512_000_000, 2_000_000_000), None),
        SpeedReport(timings, (720, 1280), 3, (1,)),
        measure_pictures(both, open_set(picture_folder(folder / "p/dev")), (1, 3), 2, bar),
        measure_videos(both, open_set(davis_folder(folder / "v/dev", {"run": 3})), ("mask", 1), None, bar),
    )


def cells(lines: list[str], what: str) -> list[str]:
    """The cells of the row that begins with `what`."""
    (line,) = (line for line in lines if line.strip().startswith(what))
    return [cell.strip() for cell in line.replace("┃", "│").split("│")][1:]


def test_the_table_has_models_side_by_side(run: Run) -> None:
    lines = list(as_lines(run))
    assert "Fast One, 4 of 8 cores; cpu, float32, colours 1.0, threads: 1" in lines[0]
    assert cells(lines, "weights") == ["9.6 MB", "2.50 GB"]
    assert cells(lines, "peak memory") == ["512.0 MB, device 2.00 GB", "–"]
    assert cells(lines, "see") == ["12 ms (11–13)", "1400 ms (1300–1700) ×100.00 (100.00–150.00)"]
    assert cells(lines, "recall") == ["0.5 ms (0.5–0.5)", "–"]
    assert any("Pictures, mean IoU: 2 of 6 of p/dev, objects: 6" in line for line in lines)
    own = over_objects(run.pictures.reports[0])["iou@3"] if run.pictures else 0
    assert cells(lines, "3 clicks, over objects") == [f"{100 * own:.1f}"] * 2
    assert any("Videos, J&F: 1 of 1 of v/dev, objects: 3" in line for line in lines)
    assert cells(lines, "from mask")[1] == cells(lines, "from 1 click")[1] == "–"
    assert float(cells(lines, "from mask")[0]) > 40


def test_json_says_all_of_it(run: Run) -> None:
    told = json.loads(json.dumps(as_json(run), allow_nan=False))
    assert told["machine"]["processor"] == "Fast One"
    assert [one["model"] for one in told["models"]] == ["films", "pictures"]
    assert told["models"][0]["peak_memory_bytes"] == 512_000_000
    assert told["models"][1]["peak_memory_bytes"] is None
    assert told["models"][0]["parameters"] == 12
    see, recall = told["speed"]["timings"]
    assert see["reference"] == "films"
    assert see["models"][1]["ratio"]["median"] == pytest.approx(100)
    assert see["models"][0]["rounds"] == [0.012, 0.01, 0.014]
    nothing = dict.fromkeys(("seconds", "ratio", "rounds", "operations", "share_of_peak"))
    assert recall["models"][1] == {"model": "pictures", **nothing}
    assert told["pictures"]["measured"] == 2
    assert set(told["pictures"]["models"][0]["iou_by_clicks"]) == {"1", "3"}
    assert told["videos"]["models"][1]["runs"] is None
    assert [one["given"] for one in told["videos"]["models"][0]["runs"]] == ["mask", "1 click"]


def test_parts_that_were_not_asked_for_are_left_out(run: Run) -> None:
    bare = Run(run.contestants, MACHINE)
    assert set(as_json(bare)) == {"machine", "models"}
    assert len(as_lines(bare)) < len(as_lines(run)) - 8


def test_sizes_in_words() -> None:
    assert [size_text(size) for size in (9_638_000, 1_234_000_000)] == ["9.6 MB", "1.23 GB"]


def test_operations_stand_beside_the_peak() -> None:
    from masklet.bench.contestant import Contestant
    from masklet.bench.machine import this_machine
    from masklet.bench.report import Run, as_json, as_lines
    from masklet.bench.speed import SpeedReport
    from masklet.bench.timing import Timing
    from tests.session.fake_runtime import FakeRuntime

    counted = {"see": (1_000_000_000,), "decode": (10_000_000,)}
    timings = tuple(Timing(name, ((0.01, 0.01),)) for name in counted)
    peaks, precisions = {"bfloat16": 2e11, "float32": 1e10}, {"see": ("bfloat16",), "decode": ("float32",)}
    speed = SpeedReport(timings, (720, 1280), 2, (1,), counted, (peaks,), precisions)
    run = Run((Contestant("films", FakeRuntime(), 1),), this_machine(), speed=speed)
    text = "\n".join(as_lines(run))
    assert "1.00 GFLOP, 50 %" in text and "0.01 GFLOP, 10 %" in text
    assert "200 GFLOP/s in bfloat16" in text
    told = as_json(run)["speed"]
    assert told["timings"][0]["models"][0]["share_of_peak"] == 0.5
    assert told["peaks"] == [{"model": "films", "operations_per_second": peaks}]
