"""The driver of transformers' Sam2VideoModel: that a frame is one with a full memory, and that memories stay unrounded.

A small stand-in has its words; the real one is driven by `masklet bench --against`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from masklet.peers.hugging_face import RECALLED, HuggingFace
from masklet.peers.turns import PARTS, Job

SIDE = 8


class SessionStandIn:
    def __init__(self, frames: torch.Tensor, height: int, width: int, dtype: torch.dtype) -> None:
        self.frames, self.size, self.dtype = frames, (height, width), dtype
        self.cache = SimpleNamespace(clear_all=self._clear)
        self.cleared = 0
        self.names: list[str] = []
        self.given: dict[tuple[int, int], torch.Tensor] = {}
        self.output_dict_per_obj: dict[int, dict[str, dict[int, Any]]] = {}
        self.obj_with_new_inputs: list[str] = []

    def _clear(self) -> None:
        self.cleared += 1

    def obj_id_to_idx(self, name: str) -> int:
        self.names.append(name)
        self.output_dict_per_obj[len(self.names) - 1] = {"cond_frame_outputs": {}, "non_cond_frame_outputs": {}}
        return len(self.names) - 1

    def add_mask_inputs(self, index: int, frame: int, mask: torch.Tensor) -> None:
        self.given[index, frame] = mask


class ModelStandIn(torch.nn.Module):
    """An object's mask is what was given for it, plus the picture's mean; `behind` tells how full its memory was."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(2))
        self.sessions: list[SessionStandIn] = []
        self.behind: list[int] = []
        self.asked: dict[str, Any] = {}

    def get_image_embeddings(self, picture: torch.Tensor) -> str:
        assert picture.shape == (1, 3, SIDE, SIDE)
        return "seen"

    def get_image_features(self, picture: torch.Tensor) -> torch.Tensor:
        return picture

    def _prepare_memory_conditioned_features(self, held: dict[str, dict[int, Any]]) -> torch.Tensor:
        self.behind.append(len(held["cond_frame_outputs"]) + len(held["non_cond_frame_outputs"].keys() - {RECALLED}))
        found: torch.Tensor = held["cond_frame_outputs"][0]["pred_masks"]
        return found

    def _single_frame_forward(self, **said: Any) -> Any:
        self.asked = said
        return said.get("masks")

    def _batch_encode_memories(self) -> None: ...

    def forward(self, inference_session: SessionStandIn, frame_idx: int) -> None:
        session = inference_session
        picture = self.get_image_features(session.frames[frame_idx])
        for index, held in session.output_dict_per_obj.items():
            first = session.given[index, 0] if frame_idx == 0 else self._prepare_memory_conditioned_features(held)
            masks = self._single_frame_forward(masks=first + picture.mean())
            self._batch_encode_memories()
            kind = "cond_frame_outputs" if frame_idx == 0 else "non_cond_frame_outputs"
            held[kind][frame_idx] = {"pred_masks": masks}


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Job]:
    """What there is to do, with a stand-in for the package; what the driver changes in torch is undone."""
    modeling = "transformers.models.sam2_video.modeling_sam2_video"
    names = ["transformers", "transformers.models", "transformers.models.sam2_video", modeling]
    for name in names:
        module = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        owner, _, last = name.rpartition(".")
        if owner:
            setattr(sys.modules[owner], last, module)
    vars(sys.modules["transformers"]).update(
        Sam2VideoConfig=object, Sam2VideoModel=ModelStandIn, Sam2VideoInferenceSession=SessionStandIn
    )
    vars(sys.modules[modeling])["torch"] = torch
    monkeypatch.setattr(torch.Tensor, "bfloat16", torch.Tensor.bfloat16)
    save_file({"weight": torch.tensor([1.0, 2.0], dtype=torch.float16)}, tmp_path / "weights.safetensors")
    given = {
        "pictures": np.stack([np.zeros((3, SIDE, SIDE)), np.ones((3, SIDE, SIDE))]).astype(np.float32),
        "masks": np.stack([np.full((SIDE, SIDE), n) for n in range(3)]),
        "click": np.array([[3, 4]]),
    }
    yield Job(tmp_path, tmp_path / "weights.safetensors", "sam2.1-tiny", SIDE, given)


def test_the_weights_are_the_checkpoints_and_memories_stay_unrounded(job: Job) -> None:
    model = HuggingFace(job)._model
    assert model.weight.tolist() == [1.0, 2.0] and model.weight.dtype == torch.float32 and not model.training
    seen_by_it = sys.modules["transformers.models.sam2_video.modeling_sam2_video"].torch
    assert seen_by_it.bfloat16 is torch.float32 and seen_by_it.float16 is torch.float16
    assert torch.tensor([1.003]).bfloat16().dtype == torch.float32


def test_a_frame_is_one_with_a_full_memory(job: Job) -> None:
    peer = HuggingFace(job)
    took = peer.frame(2)
    assert set(took) == {"frame", *PARTS} and all(0 < took[part] <= took["frame"] for part in PARTS)
    assert peer._model.behind == [RECALLED] * 2
    assert peer.answers()["masks"][:, 0, 0].tolist() == [1.0, 2.0]  # of the two objects, on the second picture
    session = peer._sessions[2]
    assert session.frames.shape[0] == RECALLED + 1 and session.obj_with_new_inputs == ["0", "1"]


def test_a_session_is_opened_once_and_its_pictures_are_seen_anew(job: Job) -> None:
    peer = HuggingFace(job)
    for _ in range(3):
        peer.frame(1)
    assert list(peer._sessions) == [1] and peer._sessions[1].cleared == 3
    assert peer._model.behind == [RECALLED] * 3
    peer.frame(3)
    assert peer.answers()["masks"].shape == (3, SIDE, SIDE)


def test_a_click_goes_to_a_picture_as_one_object(job: Job) -> None:
    peer = HuggingFace(job)
    took = peer.picture()
    assert set(took) == {"set_picture", "prompt"} and min(took.values()) >= 0
    asked = peer._model.asked
    assert asked["image_embeddings"] == "seen" and asked["multimask_output"]
    assert asked["input_points"].tolist() == [[[[3.0, 4.0]]]] and asked["input_labels"].tolist() == [[[1]]]
