"""The published SAM 2 code with random weights, and the same weights in masklet, by way of Meta's file layout."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from masklet.model import position
from masklet.model.formats import sam2
from masklet.model.network import Network
from masklet.model.presets import PRESETS
from masklet.runtime.torch import TorchRuntime
from masklet.session.video import VideoSession
from tests.peers.agreement import Agreement, presence
from tests.peers.sam_family import draw_weights, read_with, scene

FILES = {
    "tiny": "t",
    "small": "s",
    "base+": "b+",
    "large": "l",
}


def build(
    name: str, side: int, *, video: bool, seed: int = 0, presence: float = 0.0, spread: float = 20.0
) -> nn.Module:
    """The published network of a preset, at `side` pixels, with random weights; as pictures' or videos' predictor.

    presence, spread: bias and scale of what the head that tells whether an object is there makes of its last layer."""
    from sam2.build_sam import build_sam2, build_sam2_video_predictor

    release, size = name.split("-")
    config = f"configs/{release}/{release}_hiera_{FILES[size]}.yaml"
    make = build_sam2_video_predictor if video else build_sam2
    peer = make(config, None, device="cpu", hydra_overrides_extra=[f"++model.image_size={side}"])
    draw_weights(peer, seed)
    with torch.no_grad():
        # presence goes both ways, memories weigh as much as the picture, and no layer's scale makes rounding alone move
        # masks
        head = peer.sam_mask_decoder.pred_obj_score_head.layers[-1]
        head.weight.mul_(spread)
        head.bias.fill_(presence)
        for name_, value in peer.named_parameters():
            if "gamma" in name_:
                value.fill_(0.1)
            elif "cross_attn_image.v_proj" in name_ or "cross_attn_image.out_proj" in name_:
                value.mul_(2)
    return peer.eval()


def ours(name: str, side: int, peer: nn.Module) -> Network:
    """masklet's network with the peer's weights, read as its checkpoint would be. Both hold the same tensors."""
    tensors = dict(peer.state_dict())
    return read_with(sam2.LAYOUT, tensors, replace(PRESETS[name], picture_size=side))


def runtime(name: str, side: int, peer: nn.Module) -> TorchRuntime:
    """masklet's runtime that follows the published code."""
    return TorchRuntime(ours(name, side, peer), "cpu", "float32", own=True, strict=True)


class PublishedVideo:
    """A video in the published predictor, prompted and tracked by the words that masklet's sessions have."""

    def __init__(self, peer: nn.Module, pictures: Sequence[np.ndarray], folder: Path) -> None:
        for t, picture in enumerate(pictures):
            Image.fromarray(picture).save(folder / f"{t:05d}.png", format="PNG")
        self.peer = peer
        self.state = peer.init_state(str(folder), async_loading_frames=False)
        self._listen()

    def prompt(self, name: str, frame: int, points: Any = None, labels: Any = None, box: Any = None, mask: Any = None):
        """As `VideoSession.prompt`: clicks add up; a box or a mask replaces what was said."""
        if mask is not None:
            self.peer.add_new_mask(self.state, frame, name, mask)
            return
        labels = [1] * len(points) if points is not None and labels is None else labels
        self.peer.add_new_points_or_box(
            self.state, frame, name, points=points, labels=labels, box=box, clear_old_points=box is not None
        )

    def track(self, start: int | None = None, reverse: bool = False) -> None:
        """As `VideoSession.track`, to the end."""
        list(self.peer.propagate_in_video(self.state, start_frame_idx=start, reverse=reverse))

    def shown(self) -> dict[tuple[str, int], tuple[np.ndarray, float, float]]:
        """(object, frame) -> its logits, presence (a logit) and predicted IoU, as far as they are known."""
        found = {}
        for name in self.state["obj_ids"]:
            index = self.state["obj_id_to_idx"][name]
            held, said = (self.state[key][index] for key in ("output_dict_per_obj", "temp_output_dict_per_obj"))
            for part in (held["non_cond_frame_outputs"], held["cond_frame_outputs"], *said.values()):
                for frame, one in part.items():
                    logits = one["pred_masks"][0, 0].float().numpy()
                    found[name, frame] = logits, float(one["object_score_logits"][0, 0]), one["iou"]
        return found

    def _listen(self) -> None:
        """Its results leave the predicted IoU out: it is taken where the heads give it."""
        run, heads, last = self.peer._run_single_frame_inference, self.peer._forward_sam_heads, [0.0]

        def heads_and_note(*args: Any, **named: Any) -> Any:
            out = heads(*args, **named)
            last[0] = float(out[2].max())
            return out

        def run_and_note(*args: Any, **named: Any) -> Any:
            kept, masks = run(*args, **named)
            kept["iou"] = last[0] if named["mask_inputs"] is None else 1.0
            return kept, masks

        self.peer._run_single_frame_inference, self.peer._forward_sam_heads = run_and_note, heads_and_note


class WithoutRounding:
    """torch, for a module that is not to round to bfloat16."""

    bfloat16 = torch.float32

    def __getattr__(self, name: str) -> object:
        return getattr(torch, name)


def without_rounding(patch: pytest.MonkeyPatch) -> None:
    """Both sides keep memories as they are. Rounded to bfloat16, a difference in a number's last bit becomes one of a
    256th, and with random weights masks drift apart by some thousandths."""
    import sam2.sam2_video_predictor as predictor

    patch.setattr(predictor, "torch", WithoutRounding())
    patch.setattr(torch.Tensor, "bfloat16", lambda self: self)


@contextmanager
def in_double() -> Iterator[None]:
    """Whatever asks for single precision gets double, on both sides."""
    tables = position.rotary_2d, position.sine_2d
    with pytest.MonkeyPatch.context() as patch:
        for owner, name, double in (
            (torch, "float32", torch.float64),
            (torch, "float", torch.float64),
            (np, "float32", np.float64),
            (torch.Tensor, "float", torch.Tensor.double),
            (WithoutRounding, "bfloat16", torch.float64),
        ):
            patch.setattr(owner, name, double)
        before = torch.get_default_dtype()
        torch.set_default_dtype(torch.float64)
        for table in tables:
            table.cache_clear()
        try:
            yield
        finally:
            torch.set_default_dtype(before)
            for table in tables:
                table.cache_clear()


def reads_png(patch: pytest.MonkeyPatch) -> None:
    """Its reader of folders takes JPEG files alone; lossless ones keep the comparison to the networks."""
    import sam2.utils.misc as misc

    split = os.path.splitext

    def png_as_jpeg(path: str) -> tuple[str, str]:
        return split(path)[0], ".jpg" if split(path)[1] == ".png" else split(path)[1]

    patch.setattr(misc.os.path, "splitext", png_as_jpeg)


def moving(frames: int, height: int = 150, width: int = 210) -> list[np.ndarray]:
    """A window that wanders over a larger scene, and a square of another scene that crosses it."""
    large, patch = scene(2 * height, 2 * width, seed=1), scene(40, 40, seed=2)
    out = []
    for t in range(frames):
        frame = large[2 * t : 2 * t + height, 3 * t : 3 * t + width].copy()
        x = (9 * t) % (width - 40)
        frame[50:90, x : x + 40] = patch
        out.append(frame)
    return out


class Shows(Protocol):
    """A video in another implementation."""

    def shown(self) -> Mapping[tuple[str, int], tuple[np.ndarray, float, float | None]]: ...


def compare(video: VideoSession, published: Shows, agree: Agreement) -> dict[tuple[str, int], bool]:
    """All that both show must agree, and both must show the same; gives where which object is present."""
    theirs = published.shown()
    mine = {(track.name, frame) for track in video._objects for frame in range(len(video.frames)) if track.has(frame)}
    assert mine == set(theirs)
    side = video._runtime.spec.picture_size
    tied = {
        name
        for (name, frame), (logits, _, _) in theirs.items()
        if frame in video._objects.of(name).said and _tied(_known(video, name, frame), logits, side)
    }
    there = {}
    for (name, frame), (logits, presence_logit, iou) in theirs.items():
        known, result = _known(video, name, frame), video.result(name, frame)
        assert result is not None
        at_once = frame in video._objects.of(name).said
        agree.logits(known, logits, (name, frame), tied=name in tied and not at_once)
        agree.scores(result.presence, presence(presence_logit), (name, frame))
        if iou is not None:
            agree.scores(result.score, iou, (name, frame))
        there[name, frame] = presence_logit > 0
    return there


def _known(video: VideoSession, name: str, frame: int) -> np.ndarray:
    known = video._objects.of(name).earlier_logits(frame)
    assert known is not None
    return known


def _tied(mine: np.ndarray, theirs: np.ndarray, side: int) -> bool:
    """Whether the masks that a prompted frame's memory is made of, cut at 0 at the picture's size, differ though the
    logits hardly do: a pixel lies on the outline to the last bit."""
    first, second = (
        nn.functional.interpolate(torch.from_numpy(one)[None, None], (side, side), mode="bilinear") > 0
        for one in (mine, np.asarray(theirs, np.float32))
    )
    return bool((first != second).any())
