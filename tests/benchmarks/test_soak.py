"""Memory over a long time, in short: nothing grows with a stream, and next to nothing with a video."""

from __future__ import annotations

import gc
import json
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import soak
from benchmarks.colours import ColourRuntime
from benchmarks.soak import COLOURS, Memory, draw, follow_stream, open_network, place, plot, write_video
from masklet.media.video_file import VideoFile
from masklet.runtime import list_models
from masklet.session import results
from masklet.session.video import VideoSession

SIZE = (90, 160)


class Traced:
    """What Python's own allocator has handed out, noted on some frames."""

    def __init__(self, *frames: int) -> None:
        self.frames, self.bytes = frames, list[int]()

    def __call__(self, frame: int) -> None:
        if frame in self.frames:
            gc.collect()
            self.bytes.append(tracemalloc.get_traced_memory()[0])

    def per_frame(self) -> float:
        return (self.bytes[1] - self.bytes[0]) / (self.frames[1] - self.frames[0])


@pytest.fixture
def traced():
    tracemalloc.start()
    yield Traced(200, 500)
    tracemalloc.stop()


def test_a_stream_with_prompts_and_comings_and_goings_holds_no_more_after_a_while(traced: Traced) -> None:
    live = follow_stream(ColourRuntime(), 501, SIZE, traced, prompts_every=20)
    assert abs(traced.per_frame()) < 200  # one mask or one memory is thousands
    found = live.result("disc 2")  # the one that is drawn above the others was really followed
    assert found is not None and found.mask[place(2, 500, SIZE)[::-1]]


def test_the_networks_own_memories_do_not_pile_up() -> None:
    counts = []

    def count(index: int) -> None:
        if index in (59, 119):
            gc.collect()
            counts.append(sum(isinstance(one, torch.Tensor) for one in gc.get_objects()))

    follow_stream(open_network("small"), 120, SIZE, count, prompts_every=5)
    assert counts[1] <= counts[0]


def test_a_videos_length_hardly_matters(traced: Traced, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "IN_MEMORY", 1000)
    monkeypatch.setattr(results, "KEPT_LOGITS", 50)
    count = write_video(tmp_path / "long.mp4", 26, fps=20, size=SIZE)
    frames = VideoFile(tmp_path / "long.mp4", cache_bytes=1_000_000)  # what it holds is bounded: so little, soon full
    with VideoSession(ColourRuntime(), frames) as session:
        for number in range(3):
            session.prompt(f"disc {number}", frame=0, points=[place(number, 0, SIZE)])
        for frame in session.track():
            traced(frame.index)
        assert count == 520 and traced.per_frame() < 60  # 8 bytes an object
        masklets = session.masklets()
    assert all(len(one.rles) == count for one in masklets)


@pytest.mark.slow
@pytest.mark.skipif(not list_models()[0].present, reason="the embedded model's weights are not here")
def test_with_nano_a_stream_settles() -> None:
    memory = Memory()
    follow_stream(open_network("nano"), 400, (180, 320), memory.look, prompts_every=40)
    assert memory.grown(200) < 10e6


def test_growth_is_measured_between_medians_and_as_a_slope() -> None:
    memory = Memory(list(range(0, 4000, 50)), [100_000_000 + 10 * frame for frame in range(0, 4000, 50)])
    assert memory.grown(2000) == pytest.approx(10 * (3950 - 2000 - 9 * 50), rel=0.01)
    assert memory.slope(2000) == pytest.approx(10)
    assert Memory([1], [5]).slope() == 0


def test_the_plot_shows_every_curve() -> None:
    curves = {"tracking": Memory([0, 500], [10**8, 2 * 10**8]), "drawing": Memory([0, 500], [10**8, 10**8])}
    picture = plot(curves, "a title")
    for colour in COLOURS[:2]:
        assert (picture == np.array(colour)).all(axis=2).sum() > 300


@pytest.mark.parametrize(("allowed", "code"), [("1000", 0), ("-1000", 1)])
def test_the_command_writes_its_figures_and_judges_them(
    allowed: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["soak.py", "stream", "--frames", "200", "--network", "colours", "--allowed", allowed]
    monkeypatch.setattr(sys, "argv", [*words, "--out", str(tmp_path / "figures")])
    assert soak.main() == code
    figures = json.loads((tmp_path / "figures.json").read_text())
    phase = figures["phases"]["stream"]
    assert figures["network"] == "colours" and phase["frames"] == 200 and phase["held_bytes"]["most"] > 10**7
    assert (tmp_path / "figures.png").stat().st_size > 1000
    assert "stream: 200 frames" in capsys.readouterr().out


def test_a_video_goes_through_the_command_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    phases = soak.track_file(ColourRuntime(), 0.05, 5, tmp_path)
    assert phases["tracking"].frames[-1] == 15
    assert len(list((tmp_path / "out/masks/disc 0").iterdir())) == 15


def test_what_is_drawn_is_where_it_is_said_to_be() -> None:
    picture = draw(7, SIZE)
    for number, colour in enumerate(COLOURS):
        x, y = place(number, 7, SIZE)
        assert tuple(picture[y, x]) == colour
