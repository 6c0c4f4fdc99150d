"""Meta's `sam2`, and EdgeTAM's package, which calls itself sam2 too: `python -m masklet.peers.published FOLDER`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .turns import Job, Stopwatch, serve

SIZES = {"tiny": "t", "small": "s", "base+": "b+", "large": "l"}
RECALLED = 16  # frames whose pointers are recalled: with as many behind it, a memory is full


class Published:
    """The network of the published code. Its own `track_step` does a frame's work for one object."""

    def __init__(self, job: Job) -> None:
        from sam2.sam2_image_predictor import SAM2ImagePredictor

        self._model = model = _open(job)
        self._still = SAM2ImagePredictor(model)
        self._levels, self._click = job.given["levels"][0], job.given["click"]
        first, self._second = torch.from_numpy(job.given["pictures"]).split(1)
        features = self._see(first)
        self._outputs = []
        for mask in job.given["masks"]:
            said = self._step(0, features, {}, torch.from_numpy(mask.astype(np.float32))[None, None])
            held = {"cond_frame_outputs": {0: said}, "non_cond_frame_outputs": dict.fromkeys(range(1, RECALLED), said)}
            self._outputs.append(held)
        self._watch = Stopwatch()
        self._watch.listen(model, "_prepare_memory_conditioned_features", "recall")
        self._watch.listen(model, "_forward_sam_heads", "decode")
        self._watch.listen(model, "_encode_new_memory", "remember")
        self._watch.listen(self, "_see", "see")
        self._masks: list[np.ndarray] = []
        self._clicked = np.zeros(0)

    def picture(self) -> dict[str, float]:
        """See Peer."""
        start = time.perf_counter()
        self._still.set_image(self._levels)
        ready = time.perf_counter()
        said = self._still.predict(point_coords=self._click, point_labels=np.ones(1), return_logits=True)
        self._clicked = said[2]
        return {"set_picture": ready - start, "prompt": time.perf_counter() - ready}

    def frame(self, objects: int) -> dict[str, float]:
        """See Peer."""

        def work() -> None:
            features = self._see(self._second)
            steps = (self._step(RECALLED, features, held, None) for held in self._outputs[:objects])
            self._masks = [one["pred_masks"][0, 0].float().numpy() for one in steps]

        return self._watch.whole(work)

    def answers(self) -> dict[str, np.ndarray]:
        """See Peer."""
        return {"click": self._clicked, "masks": np.stack(self._masks)}

    def _see(self, picture: torch.Tensor) -> Any:
        _, features, places, sizes = self._model._prepare_backbone_features(self._model.forward_image(picture))
        return features, places, sizes

    def _step(self, frame: int, features: Any, known: dict[str, Any], mask: torch.Tensor | None) -> Any:
        first = frame == 0
        held = known or {"cond_frame_outputs": {}, "non_cond_frame_outputs": {}}
        return self._model.track_step(frame, first, *features, None, mask, held, RECALLED + 1)


def _open(job: Job) -> Any:
    from sam2.build_sam import build_sam2_video_predictor

    if job.model == "edgetam":
        import sam2.modeling.backbones.timm as trunk
        from timm.models import create_model

        # the weights are the checkpoint's: nothing is to be downloaded
        trunk.create_model = lambda name, **rest: create_model(name.split(".")[0], **{**rest, "pretrained": False})
        config = "configs/edgetam.yaml"
    else:
        release, size = job.model.split("-")
        config = f"configs/{release}/{release}_hiera_{SIZES[size]}.yaml"
    return build_sam2_video_predictor(config, str(job.checkpoint), device="cpu")


if __name__ == "__main__":
    serve(Path(sys.argv[1]), Published, tuple(sys.argv[2:]))
