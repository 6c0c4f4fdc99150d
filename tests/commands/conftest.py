"""Commands in this process and in their own, over drawn footage and the drawn-clip network."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from masklet.cli import main
from tests.data.drawn import picture_folder
from tests.evaluate.drawn import write_clips
from tests.session import drawn
from tests.session.fake_runtime import FakeRuntime

ROOT = Path(__file__).resolve().parents[2]
RED_CLICK, BLUE_CLICK = "24,36", "130,88"  # the shapes' middles on frame 0


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The only line on standard error, but for the one that tells what runs the model."""
        lines = [line for line in self.err.splitlines() if line.strip() and " runs by " not in line]
        assert len(lines) == 1, self.err
        assert lines[0].startswith("masklet: ")
        return lines[0]


def write_video(path: Path, frames: int = 12, fps: int = 25) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"crf": "10", "g": "4"})
        stream.width, stream.height, stream.pix_fmt = drawn.WIDTH, drawn.HEIGHT, "yuv420p"
        for picture in drawn.clip(frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_video(tmp_path / "clip.mp4")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    Image.fromarray(drawn.draw(0)).save(path)
    return path


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    path = tmp_path / "mask.png"
    Image.fromarray(drawn.truth(drawn.draw(0), drawn.RED).astype(np.uint8) * 255).save(path)
    return path


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """A data set of two videos, with two objects each."""
    return write_clips(tmp_path / "sets/clips", {"run": 5, "walk": 6})


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A data set of pictures from two sources."""
    return picture_folder(tmp_path / "sets/pictures", 2)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run a command in this process, with the working directory in tmp_path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("masklet.runtime.load_runtime", lambda *_, **__: FakeRuntime())

    def call(*words: object) -> Ended:
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return call


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start a command in a process of its own."""

    def call(*words: object, pause: float = 0.0, **how: Any) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}/src{os.pathsep}{ROOT}", "MASKLET_TEST_PAUSE": str(pause)}
        command = [sys.executable, str(ROOT / "tests/commands/run_drawn.py"), *(str(word) for word in words)]
        return subprocess.Popen(
            command,
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=how.pop("text", True),
            **how,
        )

    return call


@pytest.fixture
def finish(start: Callable[..., subprocess.Popen[str]]) -> Callable[..., Ended]:
    """Run a command in a process of its own to its end."""

    def call(*words: object, **how: Any) -> Ended:
        process = start(*words, **how)
        out, err = process.communicate(timeout=120)
        return Ended(process.returncode, out, err)

    return call
