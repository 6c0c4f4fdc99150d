"""EdgeTAM's published code and transformers' with the same random weights, and the same weights in masklet, by way of
each one's file layout."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from masklet.model.config import NetworkConfig
from masklet.model.formats.layout import Layout
from masklet.model.network import Network
from masklet.model.presets import PRESETS
from masklet.runtime.torch import TorchRuntime
from tests.peers.sam_family import draw_weights, read_with, scene

SMALLEST = 256  # pixels: below it the grid has fewer places than the perceiver has windows
NAME = "edgetam"


@dataclass(frozen=True)
class Shown:
    """What one side says of one object on one frame: logits_hw, predicted IoU, presence (a logit)."""

    logits: np.ndarray
    iou: float
    presence: float


class RecordingRuntime(TorchRuntime):
    """Follows the published code, without rounding, and keeps the masks and presences that were remembered."""

    def __init__(self, network: Network) -> None:
        super().__init__(network, "cpu", "float32", own=True, strict=True)
        self.remembered: list[tuple[np.ndarray, np.ndarray]] = []

    def remember(self, features: Any, mask_logits: Any, presence: Any, prompted: Any) -> Any:
        self.remembered.append((np.array(mask_logits), np.array(presence)))
        return super().remember(features, mask_logits, presence, prompted)


def ours(layout: Layout, config: NetworkConfig, peer: nn.Module) -> RecordingRuntime:
    """masklet with the peer's weights, read as its checkpoint would be."""
    tensors = {key: value.clone() for key, value in peer.state_dict().items()}
    return RecordingRuntime(read_with(layout, tensors, config))


def config_at(side: int) -> NetworkConfig:
    """EdgeTAM for pictures of `side` pixels."""
    return replace(PRESETS[NAME], picture_size=side)


def draw(peer: Any, trunk: nn.Module, head: nn.Module, side: int, presence: float) -> Any:
    """Random weights: presence goes both ways, memories weigh as much as the picture, and no layer's scale makes
    rounding alone move masks. head: the layer that tells whether the object is there; presence: its bias."""
    kept = {name: value.clone() for name, value in peer.named_buffers() if "inv_freq" in name}  # of rotary positions
    draw_weights(peer, 0)
    with torch.no_grad():
        for name, value in kept.items():
            peer.get_buffer(name).copy_(value)
        head.weight.mul_(20)
        head.bias.fill_(presence)
        for name, value in peer.named_parameters():
            if ".neck.convs." in name and name.endswith("weight"):
                value.mul_(0.2)  # logits of some tens, so that their last bit stays small
            elif name.startswith("memory_encoder") and name.endswith(("gamma", "scale")):
                value.fill_(0.1)
            elif "cross_attn_image" in name and name.endswith(("v_proj.weight", "out_proj.weight", "o_proj.weight")):
                value.mul_(2)
        norms = [part for part in trunk.modules() if isinstance(part, nn.BatchNorm2d)]
        for norm in norms:  # of real features, as training leaves them: else each block makes them twice as large
            norm.train().reset_running_stats()
            norm.momentum = None
        trunk(torch.from_numpy(normalised(scene(side, side, seed=5)))[None])
    return peer.eval()


def normalised(levels_HW3: np.ndarray) -> np.ndarray:
    """3HW float32, as the network takes it."""
    config = PRESETS[NAME]
    return np.moveaxis((levels_HW3 - config.mean) / config.deviation, -1, -3).astype(np.float32)


def without_rounding(patch: pytest.MonkeyPatch) -> None:
    """Memories stay as they are: rounded to bfloat16, a difference in a number's last bit becomes one of a 256th."""
    patch.setattr(torch.Tensor, "bfloat16", lambda self: self)


# --- the published code


@contextmanager
def published(package: str = NAME) -> Iterator[None]:
    """EdgeTAM's package, or EfficientTAM's, which call themselves sam2, is `sam2` within, and whatever was it before is
    it again after."""
    hydra = pytest.importorskip(
        "hydra.core.global_hydra", reason="peers are not installed (make test-peers)"
    ).GlobalHydra
    folder = Path(sys.prefix) / f"peers-{package}"
    if not folder.is_dir():
        pytest.skip(f"the published code of {package} is not installed (make test-peers)")
    before, composing = _taken_out(), hydra.instance().hydra
    hydra.instance().clear()
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        _taken_out()
        sys.modules.update(before)
        hydra.instance().hydra = composing


def _taken_out() -> dict[str, Any]:
    return {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "sam2"}


def build_published(side: int, *, video: bool) -> Any:
    """The network, at `side` pixels, as pictures' or videos' predictor. Within `published`."""
    import sam2.modeling.backbones.timm as trunk
    from sam2.build_sam import build_sam2, build_sam2_video_predictor
    from timm.models import create_model

    def untrained(name: str, **rest: Any) -> nn.Module:
        return create_model(name.split(".")[0], **{**rest, "pretrained": False})

    trunk.create_model = untrained
    grid = side // 16
    extra = [
        f"++model.image_size={side}",
        f"++model.memory_attention.layer.cross_attention.q_sizes=[{grid},{grid}]",
    ]
    make = build_sam2_video_predictor if video else build_sam2
    peer = make("configs/edgetam.yaml", None, device="cpu", hydra_overrides_extra=extra)
    peer.fill_hole_area = 0  # what it does to masks afterwards is no part of the network
    # drawn weights would lose every object: presence is set so that it goes both ways, as below
    return draw(peer, peer.image_encoder.trunk, peer.sam_mask_decoder.pred_obj_score_head.layers[-1], side, 10.5)


class PublishedVideo:
    """A video in the published predictor, a state for each object: EdgeTAM's perceiver cannot view two at once."""

    def __init__(self, peer: Any, pictures: Sequence[np.ndarray], folder: Path) -> None:
        self.peer, self._folder = peer, folder
        for t, picture in enumerate(pictures):
            Image.fromarray(picture).save(folder / f"{t:05d}.png", format="PNG")
        self.states: dict[str, Any] = {}
        self._shown: dict[tuple[str, int], Shown] = {}
        heads = peer._forward_sam_heads

        def noting(*args: Any, **named: Any) -> Any:
            out = heads(*args, **named)
            _, _, ious, low_masks, _, _, presence = out
            # of several masks the best is taken
            self._said = Shown(low_masks[0, 0].float().numpy(), float(ious.max()), float(presence.flatten()[0]))
            return out

        peer._forward_sam_heads = noting

    def prompt(
        self, name: str, frame: int, points: Any = (), labels: Any = (), box: Any = (), mask: Any = None
    ) -> None:
        """Clicks, a box (its corners, as the predictor takes them), or a mask."""
        state = self.states[name] = self.peer.init_state(str(self._folder))
        if mask is not None:
            self.peer.add_new_mask(state, frame, 1, mask)
            held = state["temp_output_dict_per_obj"][0]["cond_frame_outputs"][frame]
            self._shown[name, frame] = Shown(held["pred_masks"][0, 0].float().numpy(), 1.0, 10.0)
            return
        places = [*np.reshape(box, (-1, 2)).tolist(), *points]
        kinds = [*((2, 3) if len(box) else ()), *labels]
        self.peer.add_new_points(state, frame, 1, points=places, labels=kinds)
        self._shown[name, frame] = self._said

    def track(self, start: int, reverse: bool) -> None:
        """To the end."""
        for name, state in self.states.items():
            for frame, _, _ in self.peer.propagate_in_video(state, start_frame_idx=start, reverse=reverse):
                self._shown.setdefault((name, frame), self._said)

    def shown(self) -> dict[tuple[str, int], Shown]:
        """(object, frame) -> what it says of it."""
        return self._shown


def reads_png_exactly(patch: pytest.MonkeyPatch) -> None:
    """The published reader of folders takes JPEG files alone, and the predictor rounds memories. Within `published`."""
    import sam2.sam2_video_predictor as predictor
    import sam2.utils.misc as misc

    split = os.path.splitext

    class WithoutRounding:
        bfloat16 = torch.float32

        def __getattr__(self, name: str) -> object:
            return getattr(torch, name)

    patch.setattr(predictor, "torch", WithoutRounding())
    patch.setattr(misc.os.path, "splitext", lambda path: (split(path)[0], split(path)[1].replace(".png", ".jpg")))


# --- transformers


def build_transformers(side: int, presence: float = 0.0) -> nn.Module:
    """transformers' `EdgeTamVideoModel` as the published weights have it, at `side` pixels."""
    import transformers

    trunk = transformers.TimmWrapperConfig(
        architecture="repvit_m1", model_args={"in_chans": 3, "features_only": True, "out_indices": (0, 1, 2, 3)}
    )
    sizes = [[side // stride] * 2 for stride in (4, 8, 16)]
    peer = transformers.EdgeTamVideoModel(
        transformers.EdgeTamVideoConfig(
            vision_config=transformers.EdgeTamVisionConfig(backbone_config=trunk, backbone_feature_sizes=sizes),
            prompt_encoder_config={"image_size": side},
            image_size=side,
            memory_attention_rope_feat_sizes=sizes[-1],
            enable_temporal_pos_encoding_for_object_pointers=False,
            enable_occlusion_spatial_embedding=False,
        )
    )
    head = peer.mask_decoder.pred_obj_score_head.proj_out
    drawn = draw(peer, peer.vision_encoder.backbone, head, side, presence)
    shared = peer.prompt_encoder.shared_embedding.positional_embedding
    with torch.no_grad():  # one and the same tensor, kept twice
        shared.copy_(peer.shared_image_embedding.positional_embedding)
    return drawn


class TransformersVideo:
    """A video of pictures of the network's own size in transformers' model, a session for each object: it cannot answer
    for one of a given mask and others at once."""

    def __init__(self, side: int, pictures: Sequence[np.ndarray]) -> None:
        from transformers.models.edgetam_video.modeling_edgetam_video import EdgeTamVideoInferenceSession

        self.peer: Any = build_transformers(side, presence=-6.3)
        video = torch.from_numpy(normalised(np.stack(pictures)))
        self._open = partial(EdgeTamVideoInferenceSession, video, side, side, dtype=torch.float32)
        self.sessions: dict[str, Any] = {}
        self._ious: dict[tuple[str, int], float] = {}
        run, forward = self.peer._run_single_frame_inference, self.peer._single_frame_forward

        def noting(*args: Any, **named: Any) -> Any:
            said = forward(*args, **named)
            self._ious[self._at] = float(said.iou_scores.max())
            return said

        def telling(*args: Any, **named: Any) -> Any:
            self._at = named["inference_session"].obj_ids[0], named["frame_idx"]
            out = run(*args, **named)
            if named["mask_inputs"] is not None:
                self._ious[self._at] = 1.0
            return out

        self.peer._run_single_frame_inference, self.peer._single_frame_forward = telling, noting

    @torch.inference_mode()
    def prompt(self, name: str, frame: int, **said: Any) -> None:
        """Clicks, a box, or a mask."""
        session = self.sessions[name] = self._open()
        index = session.obj_id_to_idx(name)
        if "mask" in said:
            session.add_mask_inputs(index, frame, torch.from_numpy(said["mask"])[None, None].float())
        else:
            points = [*np.reshape(said.get("box", ()), (-1, 2)), *said.get("points", ())]
            labels = [*((2, 3) if "box" in said else ()), *said.get("labels", ())]
            inputs = {
                "point_coords": torch.tensor(np.array(points, np.float32))[None, None],
                "point_labels": torch.tensor(labels, dtype=torch.int32)[None, None],
            }
            session.add_point_inputs(index, frame, inputs)
        session.obj_with_new_inputs = [name]
        self.peer(session, frame_idx=frame)

    @torch.inference_mode()
    def track(self, start: int, reverse: bool) -> None:
        """To the end."""
        for session in self.sessions.values():
            list(self.peer.propagate_in_video_iterator(session, start_frame_idx=start, reverse=reverse))

    def shown(self) -> dict[tuple[str, int], Shown]:
        """(object, frame) -> what it says of it."""
        return {
            (name, frame): Shown(
                one["pred_masks"][0, 0].numpy(),
                self._ious[name, frame],
                float(one["object_score_logits"].flatten()[0]),
            )
            for name, session in self.sessions.items()
            for frames in session.output_dict_per_obj[0].values()
            for frame, one in frames.items()
        }
