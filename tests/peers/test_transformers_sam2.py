"""SAM 2.1 gives what Hugging Face's models give with the same weights, on pictures and videos.

The weights come from the published code's network by way of masklet, so that conversion is tried as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from masklet.model.checkpoint import blank_network
from masklet.model.formats import transformers_sam2
from masklet.model.formats.layout import pictures_only
from masklet.model.network import Network
from masklet.model.presets import PRESETS
from masklet.runtime.torch import TorchRuntime
from masklet.session.features import to_square_as_frames
from masklet.session.image import ImageSession
from masklet.session.video import VideoSession

pytest.importorskip("transformers", reason="transformers is not installed")
pytest.importorskip("sam2", reason="the published SAM 2 code is not installed")
from tests.peers.agreement import Agreement
from tests.peers.sam2_family import build, compare, moving, ours
from tests.peers.sam_family import read_with, scene

SIDE = 128
CLICK, BOX = np.array([[60.0, 70.0]]), np.array([100.0, 30.0, 180.0, 110.0])


def config(kind: Any, release: str) -> Any:
    """Hugging Face's configuration of the tiny network, at 128 pixels."""
    grids = [[SIDE // stride] * 2 for stride in (4, 8, 16)]
    hiera = {"model_type": "sam2_hiera_det_model", "image_size": [SIDE, SIDE]}
    more: dict[str, Any] = {}
    if kind.model_type == "sam2_video":
        new = release == "sam2.1"
        more = {"image_size": SIDE, "memory_attention_rope_feat_sizes": grids[-1]}
        more |= {"enable_occlusion_spatial_embedding": new, "enable_temporal_pos_encoding_for_object_pointers": new}
    return kind(
        vision_config={
            "model_type": "sam2_vision_model",
            "backbone_config": hiera,
            "backbone_feature_sizes": grids,
            "image_size": SIDE,
        },
        prompt_encoder_config={"image_size": SIDE},
        **more,
    )


def networks(kind: Any, made: Any, release: str, presence: float, folder: Path) -> tuple[torch.nn.Module, Network]:
    """Hugging Face's model as its folder gives it back, and masklet's network as it is read from the same file."""
    from safetensors.torch import load_file

    name = f"{release}-tiny"
    network = ours(name, SIDE, build(name, SIDE, video=True, presence=presence))
    preset = replace(PRESETS[name], picture_size=SIDE)
    state = network.state_dict()
    if kind.model_type != "sam2_video":
        preset = replace(pictures_only(PRESETS[name]), picture_size=SIDE)
        names = blank_network(preset).state_dict().keys()
        state = {key: value for key, value in state.items() if key in names}
    model = made(config(kind, release)).eval()
    model.load_state_dict({key: value.clone() for key, value in transformers_sam2.LAYOUT.from_ours(state).items()})
    model.save_pretrained(folder)
    read = read_with(transformers_sam2.LAYOUT, load_file(folder / "model.safetensors"), preset)
    return made.from_pretrained(folder).eval(), read


@torch.no_grad()
def test_pictures(tmp_path: Path, agree: Agreement) -> None:
    from transformers import Sam2Config, Sam2Model

    model, network = networks(Sam2Config, Sam2Model, "sam2.1", 0.0, tmp_path)
    runtime = TorchRuntime(network, "cpu", "float32", own=True, strict=True)
    picture = scene(190, 310)
    pixels, session = runtime._prepare(picture), ImageSession(runtime, picture)
    scale = SIDE / np.array([310, 190])
    points, labels = np.array([[100.0, 60.0], [200.5, 120.25]]), np.array([1, 0])
    for count, boxed in ((1, False), (2, False), (0, True), (2, True)):
        said: dict[str, Any] = {"points": points[:count], "labels": labels[:count], "box": BOX if boxed else None}
        found = session.segment(**said)
        theirs: dict[str, torch.Tensor] = {}
        if count:
            theirs["input_points"] = tensor(points[:count] * scale)[None, None]
            theirs["input_labels"] = torch.from_numpy(labels[:count])[None, None]
        if boxed:
            theirs["input_boxes"] = tensor(BOX.reshape(2, 2) * scale).reshape(1, 1, 4)
        out = model(pixel_values=pixels, multimask_output=len(found) > 1, **theirs)
        scores = out.iou_scores[0, 0].numpy()
        for candidate, k in zip(found, np.argsort(-scores, kind="stable"), strict=True):
            agree.scores(candidate.score, scores[k])
            agree.logits(candidate.logits, out.pred_masks[0, 0, k].numpy())


class TransformersVideo:
    """A video in Hugging Face's session; everything is said before it is tracked."""

    def __init__(self, model: torch.nn.Module, pictures: Sequence[np.ndarray], runtime: TorchRuntime) -> None:
        from transformers import Sam2VideoInferenceSession

        frames = torch.cat([runtime._prepare(to_square_as_frames(one, SIDE)) for one in pictures])
        height, width = pictures[0].shape[:2]
        self.model, self.scale = model, SIDE / np.array([width, height])
        self.session = Sam2VideoInferenceSession(frames, height, width, dtype=torch.float32)

    def prompt(self, frame: int, said: dict[str, dict[str, Any]]) -> None:
        """What is said of each object on a frame."""
        for name, one in said.items():
            index = self.session.obj_id_to_idx(name)
            if "mask" in one:
                mask = torch.nn.functional.interpolate(tensor(one["mask"])[None, None], (SIDE, SIDE), mode="area")
                self.session.add_mask_inputs(index, frame, (mask >= 0.5).float())
                continue
            place = one["points"] if "points" in one else np.reshape(one["box"], (2, 2))
            labels = [1] * len(place) if "points" in one else [2, 3]
            given = {"point_coords": tensor(place * self.scale)[None, None], "point_labels": torch.tensor([[labels]])}
            self.session.add_point_inputs(index, frame, given)
        self.session.obj_with_new_inputs = list(said)
        with torch.inference_mode():
            self.model(inference_session=self.session, frame_idx=frame)

    def track(self) -> None:
        """To the end."""
        list(self.model.propagate_in_video_iterator(self.session, start_frame_idx=0))

    def shown(self) -> dict[tuple[str, int], tuple[np.ndarray, float, None]]:
        """(object, frame) -> its logits and presence (a logit); predicted IoU is not told."""
        found = {}
        for index, parts in self.session.output_dict_per_obj.items():
            for frame, one in {**parts["non_cond_frame_outputs"], **parts["cond_frame_outputs"]}.items():
                name = self.session.obj_idx_to_id(index)
                found[name, frame] = one["pred_masks"][0, 0].numpy(), float(one["object_score_logits"].max()), None
        return found


@pytest.fixture
def unrounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both sides keep memories as they are."""
    import transformers.models.sam2_video.modeling_sam2_video as modeling

    from tests.peers.sam2_family import WithoutRounding

    monkeypatch.setattr(modeling, "torch", WithoutRounding())
    monkeypatch.setattr(torch.Tensor, "bfloat16", lambda self: self)


def followed(
    said: dict[str, dict[str, Any]], pictures: Sequence[np.ndarray], folder: Path, agree: Agreement
) -> dict[tuple[str, int], bool]:
    """Both follow what is said of the first frame; gives where which object is present."""
    from transformers import Sam2VideoConfig, Sam2VideoModel

    model, network = networks(Sam2VideoConfig, Sam2VideoModel, "sam2.1", -2.0, folder)
    runtime = TorchRuntime(network, "cpu", "float32", own=True, strict=True)
    theirs, video = TransformersVideo(model, pictures, runtime), VideoSession(runtime, pictures)
    theirs.prompt(0, said)
    for name, one in said.items():
        video.prompt(name, frame=0, **one)
    compare(video, theirs, agree)
    theirs.track()
    for _ in video.track():
        pass
    return compare(video, theirs, agree)


def test_videos(unrounded: None, tmp_path: Path, agree: Agreement) -> None:
    frames = 18
    # edges between the pixels of the mask's grid: see below
    stripe = np.zeros((SIDE, 2 * SIDE), bool)
    stripe[32:96] = True
    said = {"click": {"points": CLICK}, "box": {"box": BOX}, "mask": {"mask": stripe}}
    there = followed(said, moving(frames, SIDE, 2 * SIDE), tmp_path, agree)
    assert len(there) == 3 * frames
    assert any(there.values()) and not all(there.values())


@pytest.mark.parametrize("as_published", [True, False])
def test_a_given_mask_is_remembered_as_given_there_and_as_its_grid_holds_it_in_published_code(
    as_published: bool, unrounded: None, tmp_path: Path, agree: Agreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Strict follows Meta's. With transformers' one line as Meta has it, all agrees; as it is, what is tracked does
    not."""
    from transformers import Sam2VideoModel

    answer = Sam2VideoModel._use_mask_as_output

    def by_its_grid(self: Any, *given: Any) -> Any:
        out = answer(self, *given)
        out.high_res_masks = torch.nn.functional.interpolate(out.pred_masks, (SIDE, SIDE), mode="bilinear")
        return out

    if as_published:
        monkeypatch.setattr(Sam2VideoModel, "_use_mask_as_output", by_its_grid)
    else:
        agree.bounds = {"logits": float("inf"), "scores": float("inf")}
    mask = np.zeros((SIDE, SIDE), bool)
    mask[21:94, 35:] = mask[50:59, 13:40] = True
    there = followed({"mask": {"mask": mask}}, moving(6, SIDE, SIDE), tmp_path, agree)
    assert len(there) == 6
    assert (agree.largest["logits"] > 1e-3) is not as_published


def tensor(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.asarray(values, np.float32))
