"""What the scripts that drive other implementations share: the stopwatch, and taking turns with whoever asks."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from masklet.peers.turns import ANSWERS, PARTS, Job, Stopwatch, serve


class Toy:
    def __init__(self, job: Job) -> None:
        print("words of a library")
        self.job = job

    def picture(self) -> dict[str, float]:
        return {"set_picture": float(self.job.side), "prompt": float(torch.is_inference_mode_enabled())}

    def frame(self, objects: int) -> dict[str, float]:
        print("more words")
        return {"frame": float(objects), "threads": torch.get_num_threads()}

    def answers(self) -> dict[str, np.ndarray]:
        return {"masks": self.job.given["masks"] + 1}


class Worker:
    def __init__(self) -> None:
        self.calls: list[str] = []

    def see(self) -> str:
        self.calls.append("see")
        return "seen"

    def fail(self) -> None:
        time.sleep(0.002)
        raise ValueError("no")


def test_a_stopwatch_adds_up_what_methods_take() -> None:
    worker, watch = Worker(), Stopwatch()
    watch.listen(worker, "see", "see")
    watch.listen(worker, "fail", "decode")

    def frame() -> None:
        assert worker.see() == worker.see() == "seen"
        with pytest.raises(ValueError, match="no"):
            worker.fail()

    took = watch.whole(frame)
    assert set(took) == {"frame", *PARTS} and worker.calls == ["see", "see"]
    assert took["frame"] >= took["see"] + took["decode"] and took["decode"] >= 0.002  # also what a failure took
    assert took["recall"] == took["remember"] == 0


def test_each_frame_is_timed_anew() -> None:
    worker, watch = Worker(), Stopwatch()
    watch.listen(worker, "fail", "see")
    with pytest.raises(ValueError, match="no"):
        watch.whole(worker.fail)
    assert watch.seconds["see"] > 0
    assert watch.whole(lambda: None)["see"] == 0


def test_lines_are_answered_until_nobody_asks_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "job.json").write_text(json.dumps({"checkpoint": "w.pt", "model": "toy", "side": 64, "threads": 1}))
    np.savez(tmp_path / "given.npz", masks=np.arange(3))
    answers, words = io.StringIO(), io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO("picture\nframe 3\nsave\n"))
    monkeypatch.setattr("sys.stdout", answers)
    monkeypatch.setattr("sys.stderr", words)
    threads = torch.get_num_threads()
    try:
        serve(tmp_path, Toy, ("numpy",))
    finally:
        torch.set_num_threads(threads)
    first, *rest = (json.loads(line) for line in answers.getvalue().splitlines())
    assert set(first["versions"]) == {"torch", "numpy"}
    assert rest == [{"set_picture": 64.0, "prompt": 1.0}, {"frame": 3.0, "threads": 1}, {}]
    with np.load(tmp_path / ANSWERS) as saved:
        assert saved["masks"].tolist() == [1, 2, 3]
    assert words.getvalue() == "words of a library\nmore words\n"  # no answers, so they go elsewhere
