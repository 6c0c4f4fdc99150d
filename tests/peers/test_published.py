"""The driver of Meta's and EdgeTAM's packages: which network it opens, and that a frame is one with a full memory.

A small stand-in has the packages' words; the real ones are driven by `masklet bench --against`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from masklet.bench.peers import PEERS
from masklet.peers.published import RECALLED, Published, _open
from masklet.peers.turns import PARTS, Job

SIDE = 8


class StandIn:
    """A network of the published words: an object's mask is what was given for it, plus the picture's mean."""

    def __init__(self) -> None:
        self.steps: list[tuple[int, bool, int, bool, int]] = []

    def forward_image(self, picture: torch.Tensor) -> torch.Tensor:
        return picture

    def _prepare_backbone_features(self, seen: torch.Tensor) -> tuple[Any, ...]:
        return seen, [seen], ["places"], ["sizes"]

    def _prepare_memory_conditioned_features(self, held: Mapping[str, Any]) -> Any:
        return held["cond_frame_outputs"].get(0)

    def _forward_sam_heads(self, picture: torch.Tensor, first: torch.Tensor) -> torch.Tensor:
        return first + picture.mean()

    def _encode_new_memory(self) -> None: ...

    def track_step(self, frame: int, first: bool, *rest: Any) -> dict[str, torch.Tensor]:
        features, places, sizes, points, mask, held, frames = rest
        assert (places, sizes, points) == (["places"], ["sizes"], None)
        known = self._prepare_memory_conditioned_features(held)
        self.steps.append((frame, first, len(held["non_cond_frame_outputs"]), mask is not None, frames))
        masks = self._forward_sam_heads(features[0], mask if mask is not None else known["pred_masks"])
        self._encode_new_memory()
        return {"pred_masks": masks}


class StillStandIn:
    """Its predictor of pictures."""

    def __init__(self, model: StandIn) -> None:
        self.said: dict[str, Any] = {}

    def set_image(self, levels: np.ndarray) -> None:
        self.levels = levels

    def predict(self, **said: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        self.said = said
        return np.zeros((3, SIDE, SIDE), bool), np.ones(3), np.full((3, 2, 2), 7.0)


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[Any, ...]]]:
    """Puts modules in the place of the packages; answers with what was asked of their builder."""

    def put() -> list[tuple[Any, ...]]:
        asked: list[tuple[Any, ...]] = []

        def build(*words: Any, **named: Any) -> StandIn:
            asked.append((*words, named))
            return StandIn()

        contents: Mapping[str, Mapping[str, Any]] = {
            "sam2": {},
            "sam2.build_sam": {"build_sam2_video_predictor": build},
            "sam2.sam2_image_predictor": {"SAM2ImagePredictor": StillStandIn},
            "sam2.modeling": {},
            "sam2.modeling.backbones": {},
            "sam2.modeling.backbones.timm": {},
            "timm": {},
            "timm.models": {"create_model": lambda name, **named: (name, named)},
        }
        for name, held in contents.items():
            module = ModuleType(name)
            vars(module).update(held)
            monkeypatch.setitem(sys.modules, name, module)
            owner, _, last = name.rpartition(".")
            if owner:
                monkeypatch.setattr(sys.modules[owner], last, module, raising=False)
        return asked

    return put


def job(model: str = "sam2.1-tiny") -> Job:
    given = {
        "levels": np.zeros((2, SIDE, SIDE, 3), np.uint8),
        "pictures": np.stack([np.zeros((3, SIDE, SIDE)), np.ones((3, SIDE, SIDE))]).astype(np.float32),
        "masks": np.stack([np.full((SIDE, SIDE), n) for n in range(3)]),
        "click": np.array([[3, 4]]),
    }
    return Job(Path("folder"), Path("weights.pt"), model, SIDE, given)


def test_every_model_has_its_own_configuration(package: Callable[..., list[tuple[Any, ...]]]) -> None:
    asked = package()
    for model in (*PEERS["sam2"].models, *PEERS["edgetam"].models):
        _open(job(model))
    configs = [words[0] for words in asked]
    assert len(set(configs)) == len(configs) == 9
    some = {"configs/sam2.1/sam2.1_hiera_b+.yaml", "configs/sam2/sam2_hiera_l.yaml", "configs/edgetam.yaml"}
    assert some <= {*configs}
    assert all(words[1:] == ("weights.pt", {"device": "cpu"}) for words in asked)


def test_the_package_has_these_configurations() -> None:
    found = find_spec("sam2")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the published SAM 2 code is not installed (make test-peers)")
    from masklet.peers import published

    for model in PEERS["sam2"].models:
        release, size = model.split("-")
        name = f"configs/{release}/{release}_hiera_{published.SIZES[size]}.yaml"
        assert (Path(found.submodule_search_locations[0]) / name).is_file()


def test_nothing_is_downloaded_for_edgetams_trunk(package: Callable[..., list[tuple[Any, ...]]]) -> None:
    package()
    _open(job("edgetam"))
    made = sys.modules["sam2.modeling.backbones.timm"].create_model("repvit_m1.dist_in1k", pretrained=True, in_chans=3)
    assert made == ("repvit_m1", {"pretrained": False, "in_chans": 3})


def test_a_frame_is_one_step_for_each_object_with_a_full_memory(
    package: Callable[..., list[tuple[Any, ...]]],
) -> None:
    package()
    peer = Published(job())
    steps = peer._model.steps
    assert steps == [(0, True, 0, True, RECALLED + 1)] * 3  # each object's mask is given on the first picture
    steps.clear()
    took = peer.frame(2)
    assert steps == [(RECALLED, False, RECALLED - 1, False, RECALLED + 1)] * 2
    assert set(took) == {"frame", *PARTS}
    assert all(0 < took[part] <= took["frame"] for part in PARTS)
    masks = peer.answers()["masks"]
    assert masks.shape == (2, SIDE, SIDE)
    assert masks[:, 0, 0].tolist() == [1.0, 2.0]  # what was remembered of each, seen on the second picture


def test_a_picture_is_answered_with_all_candidates(package: Callable[..., list[tuple[Any, ...]]]) -> None:
    package()
    peer = Published(job())
    took = peer.picture()
    assert set(took) == {"set_picture", "prompt"} and min(took.values()) >= 0
    said = peer._still.said
    assert said["point_coords"].tolist() == [[3, 4]] and said["point_labels"].tolist() == [1] and said["return_logits"]
    peer.frame(1)
    assert peer.answers()["click"].shape == (3, 2, 2)
