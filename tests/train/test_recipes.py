"""The recipes of the package's models, from data to weights that follow an object: what `make nano` does, in small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import masklet
from masklet.runtime.exported import ExportedRuntime
from masklet.runtime.graph_sources import packaged_folder
from masklet.runtime.protocol import NetworkPrompt, Recollection
from masklet.train.recipes import RECIPES
from masklet.train.settings import read_training
from masklet.train.stages import run_training
from tests.train.tiny import draw_data

SMALL = {
    "steps": "1",
    "log_every": "1",
    "save_every": "1",
    "threads": "1",
    "data.side": "64",
    "data.pictures_per_step": "2",
    "data.clips_per_step": "1",
    "data.workers": "0",
    "data.clip_share": "0.5",
    "optimiser.warm_up": "1",
}


@pytest.mark.skipif(not packaged_folder("nano").is_dir(), reason="the embedded model's graphs are not here")
def test_the_embedded_model_is_rebuilt_from_data_in_small(tmp_path: Path) -> None:
    draw_data(tmp_path)
    stages = RECIPES["nano"]().stages
    settings = [f"stages.{n}.{name}={value}" for n in range(len(stages)) for name, value in SMALL.items()]
    sources = [f"sources.{kind}={tmp_path / kind}" for kind in ("pictures", "videos")]
    training = read_training("nano", [*settings, *sources, "sources.side=80"])
    said: list[dict[str, object]] = []
    trained = run_training(training, tmp_path / "runs", None, lambda row: said.append(dict(row)))
    assert trained.steps == len(stages) == sum("steps_per_s" in row for row in said)
    assert not trained.broken
    # what the package would hold: weights for torch and for the graphs alike
    assert trained.weights.stat().st_size < 20e6
    frame = np.full((48, 64, 3), 90, np.uint8)
    click = NetworkPrompt(np.array([[100, 200]], np.float32), np.array([1]))
    runtimes = (
        ExportedRuntime(packaged_folder("nano"), weights=trained.weights, precision="float32"),
        masklet.load(trained.weights, runtime="torch", precision="float32").runtime,
    )
    answers = [one.decode(one.recall(one.see(frame), [Recollection()]), [click]).mask_logits for one in runtimes]
    np.testing.assert_allclose(answers[0], answers[1], atol=1e-3)
