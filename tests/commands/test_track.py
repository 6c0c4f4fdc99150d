"""`masklet track`: what its options make of each other, before anything is opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from tests.commands.conftest import Ended


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("clip.mp4", "--point"),
        ("clip.mp4 --point 1,1 --both --reverse", "leave out --reverse"),
        ("clip.mp4 --point 1,1 --both --stop 5", "leave out --start and --stop"),
        ("clip.mp4 --point 1,1 --go-on", "--prompts"),
        ("- --point 1,1 --reverse", "forward only"),
        ("clip.mp4 --point 1,1 --size 3x3", "--size"),
        ("- --point 1,1 --start 3", "leave out --start"),
        ("- --point 1,1 --stop 0", "1 or more"),
        ("- --point 1,1 --size 10", "WIDTHxHEIGHT"),
        ("clip.mp4 --point 1,1 --stop -1", "--stop"),
    ],
)
def test_options_that_cannot_be_meant_together(run: Callable[..., Ended], words: str, said: str) -> None:
    ended = run("track", *words.split())
    assert ended.code == 2
    assert said in ended.line


@pytest.mark.parametrize("stream", [False, True])
def test_a_model_for_pictures_alone_is_refused_before_it_is_loaded(
    stream: bool, run: Callable[..., Ended], clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_file({"mask_decoder.iou_token.weight": np.zeros(3, np.float32)}, tmp_path / "sam.safetensors")
    monkeypatch.setattr("masklet.runtime.load_runtime", lambda *_, **__: pytest.fail("it was loaded"))
    ended = run("track", clip, "--point", "24,36", "--model", "sam.safetensors", *(["--stream"] if stream else []))
    assert ended.code == 2
    assert ended.line.startswith("masklet: sam.safetensors knows pictures alone: to follow objects choose a model")
