"""`transformers`' Sam2VideoModel: `python -m masklet.peers.hugging_face FOLDER`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .turns import Job, Stopwatch, serve

RECALLED = 16  # frames whose pointers are recalled: with as many behind it, a memory is full


class HuggingFace:
    """The model, and a session for each number of objects: the first picture, its copies, and the second."""

    def __init__(self, job: Job) -> None:
        self._job, self._model = job, _open(job)
        self._sessions: dict[int, Any] = {}
        self._watch = Stopwatch()
        self._watch.listen(self._model, "get_image_features", "see")
        self._watch.listen(self._model, "_prepare_memory_conditioned_features", "recall")
        self._watch.listen(self._model, "_single_frame_forward", "decode")
        self._watch.listen(self._model, "_batch_encode_memories", "remember")
        self._masks = np.zeros(0)

    def picture(self) -> dict[str, float]:
        """See Peer."""
        picture = torch.from_numpy(self._job.given["pictures"][:1])
        click = torch.from_numpy(self._job.given["click"].astype(np.float32))
        start = time.perf_counter()
        seen = self._model.get_image_embeddings(picture)
        ready = time.perf_counter()
        self._model._single_frame_forward(
            image_embeddings=seen,
            input_points=click[None, None],
            input_labels=torch.ones(1, 1, 1, dtype=torch.int32),
            multimask_output=True,
        )
        return {"set_picture": ready - start, "prompt": time.perf_counter() - ready}

    def frame(self, objects: int) -> dict[str, float]:
        """See Peer."""
        session = self._sessions.get(objects) or self._open_session(objects)
        self._sessions[objects] = session

        def work() -> None:
            session.cache.clear_all()
            self._model(inference_session=session, frame_idx=RECALLED)

        took = self._watch.whole(work)
        found = (held["non_cond_frame_outputs"][RECALLED] for held in session.output_dict_per_obj.values())
        self._masks = np.stack([one["pred_masks"][0, 0].float().numpy() for one in found])
        return took

    def answers(self) -> dict[str, np.ndarray]:
        """See Peer. Of a click's candidates it tells the best alone: they are left out."""
        return {"masks": self._masks}

    def _open_session(self, objects: int) -> Any:
        from transformers import Sam2VideoInferenceSession

        first, second = torch.from_numpy(self._job.given["pictures"]).split(1)
        frames = torch.cat([first.expand(RECALLED, -1, -1, -1), second])
        session = Sam2VideoInferenceSession(frames, self._job.side, self._job.side, dtype=torch.float32)
        names = [str(n) for n in range(objects)]
        for name, mask in zip(names, self._job.given["masks"], strict=False):
            given = torch.from_numpy(mask.astype(np.float32))[None, None]
            session.add_mask_inputs(session.obj_id_to_idx(name), 0, given)
        session.obj_with_new_inputs = names
        self._model(inference_session=session, frame_idx=0)
        for held in session.output_dict_per_obj.values():
            said = held["cond_frame_outputs"][0]
            held["non_cond_frame_outputs"].update(dict.fromkeys(range(1, RECALLED), said))
        return session


def _open(job: Job) -> Any:
    import transformers.models.sam2_video.modeling_sam2_video as modeling
    from safetensors.torch import load_file
    from transformers import Sam2VideoConfig, Sam2VideoModel

    class WithoutRounding:
        """torch, for a module that is not to round memories: rounded, the last bit's difference becomes a 256th."""

        bfloat16 = torch.float32

        def __getattr__(self, name: str) -> object:
            return getattr(torch, name)

    modeling.torch = WithoutRounding()
    setattr(torch.Tensor, "bfloat16", lambda self: self)  # noqa: B010  mypy knows the method
    model = Sam2VideoModel(Sam2VideoConfig()).eval()  # its own defaults are SAM 2.1 tiny
    model.load_state_dict({name: value.float() for name, value in load_file(job.checkpoint).items()})
    return model


if __name__ == "__main__":
    serve(Path(sys.argv[1]), HuggingFace, tuple(sys.argv[2:]))
