"""The reference runtime: the four verbs in PyTorch, on any device.

B objects, K memories, L pointers, N tokens, P points, M masks, C channels, h w of the stride-16 grid, H W of masks.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from masklet.errors import ModelError
from masklet.model import network as model
from masklet.model.checkpoint import CheckpointError, load_network
from masklet.model.prompt_encoder import TOP_LEFT, Prompts
from masklet.model.trunk.lite import ScaledConv

from .device import device_name, pick_device, pick_precision
from .groups import in_groups
from .preprocess import prepare
from .protocol import (
    Decoded,
    Features,
    Memory,
    NetworkPrompt,
    Recalled,
    Recollection,
    RuntimeFacts,
    RuntimeSpec,
)

LEVELS = 255


@dataclass(frozen=True, eq=False)
class _Recalled:
    """`Recalled`: the picture as it was seen, and as B objects (or one that all share) remember it."""

    features: model.Features
    f16_BChw: Tensor


@dataclass(frozen=True, eq=False)
class _Memory:
    """`Memory`: one object's tokens, and nothing of the batch it came in."""

    tokens_NC: Tensor


class TorchRuntime:
    """`Runtime` over a `Network`. Keeps no state between calls; the same input gives the same output.

    device: "cpu", "cuda", "cuda:1", "mps" …, or "auto" for the best there is. precision: "float32", "bfloat16",
    "float16", or "auto" for bfloat16 on CUDA devices that have it and float32 elsewhere. own: the network may be
    changed in place; otherwise a copy is taken, so that one in training stays as it is. strict: what differs on
    purpose from SAM 2's published code is done as there: pictures are resized by its filter, memories kept in bfloat16.
    Raises ModelError when the device or precision is unknown or not there.
    """

    def __init__(
        self,
        network: model.Network,
        device: str = "auto",
        precision: str = "auto",
        *,
        own: bool = False,
        strict: bool = False,
    ) -> None:
        self.device = pick_device(device)
        self.dtype = pick_precision(precision, self.device)
        network = network if own else copy.deepcopy(network)
        network = network.eval().requires_grad_(False)
        self._parameters = sum(parameter.numel() for parameter in network.parameters())
        for part in network.modules():
            if isinstance(part, ScaledConv):
                part.fold()
        # strided convolutions and the depthwise ones of the embedded trunk are faster with channels innermost
        self.network = network.to(device=self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        config = network.config
        self.spec = RuntimeSpec(
            name=config.name,
            picture_size=config.picture_size,
            mask_size=config.mask_size,
            candidates=config.decoder.candidates,
            recent_memories=config.memory.recent if config.memory else 0,
            pointers=config.memory.pointers if config.memory else 0,
            least_iou=config.least_iou,
            least_stability=config.least_stability,
            most_overlap=config.most_overlap,
            letterbox=config.letterbox,
            mask_limit=config.prompt.mask_limit,
            reach=math.inf if strict else config.reach,
            slots=() if strict else config.slots,
            absences=strict or config.absences,
            steady=config.decoder.steady,
            closer=config.closer and not strict,
            middle=0.0 if strict else config.middle,
            likeness=config.likeness and not strict,
            strict=strict,
        )

    @property
    def facts(self) -> RuntimeFacts:
        """Where it runs, for reports."""
        device = device_name(self.device)
        most = torch.cuda.max_memory_allocated(self.device) if self.device.type == "cuda" else None
        precision, library = str(self.dtype).removeprefix("torch."), f"torch {torch.__version__}"
        return RuntimeFacts(library, device, precision, torch.get_num_threads(), self._parameters, most)

    def wait(self) -> None:
        """Come back once the device has done all that it was given."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        elif self.device.type == "mps":
            torch.mps.synchronize()

    def count(self, call: Callable[[], object]) -> int:
        """The operations that torch does within the call, as it counts them itself."""
        from torch.nn.attention import SDPBackend, sdpa_kernel
        from torch.utils.flop_counter import FlopCounterMode

        # of its fused attention on CPUs it counts nothing
        with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
            call()
        return int(counter.get_total_flops())

    def see(self, picture: NDArray[np.uint8]) -> Features:
        """Features of one picture, HxWx3 uint8 RGB of any size. Raises ValueError for anything else."""
        with self._inference():
            seen = self.network.see(self._prepare(picture).to(self.device))
            return cast(Features, model.Features(*(x.float() for x in (seen.f16_BChw, seen.f8_BCHW, seen.f4_BCHW))))

    def _prepare(self, picture: NDArray[np.uint8]) -> Tensor:
        """The picture on the network's square, normalised: 1,3,S,S."""
        config = self.network.config
        side, mean, deviation = config.picture_size, config.mean, config.deviation
        if not self.spec.strict or config.letterbox:
            return torch.from_numpy(prepare(picture, side, mean, deviation, letterbox=config.letterbox))
        # SAM 2's published code averages while it shrinks, and never rounds the result to whole levels; it counts them
        # from 0 to 1, whose last bits the masks show
        square = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float() / LEVELS
        if square.shape[2:] != (side, side):
            square = F.interpolate(square, (side, side), mode="bilinear", antialias=True)
        mean_311, deviation_311 = (torch.tensor([c / LEVELS for c in of])[:, None, None] for of in (mean, deviation))
        return (square - mean_311) / deviation_311

    def depict(self, features: Features) -> NDArray[np.float32]:
        """C,h,w: a picture's features at stride 16."""
        return cast(model.Features, features).f16_BChw[0].float().cpu().numpy()

    def recall(self, features: Features, recollections: Sequence[Recollection]) -> Recalled:
        """The picture's features conditioned on what each of B objects remembers (may be nothing)."""
        seen = cast(model.Features, features)
        with self._inference():
            if all(_structure(r) == (0, 0) for r in recollections):
                f16 = self.network.recall(seen.f16_BChw, None).float()
                return cast(Recalled, _Recalled(seen, f16.expand(len(recollections), -1, -1, -1)))
            parts = in_groups(recollections, _structure, lambda group, _: self._recall_group(seen, group))
            return cast(Recalled, _Recalled(seen, torch.stack(parts)))

    def _recall_group(self, seen: model.Features, group: Sequence[Recollection]) -> Sequence[Tensor]:
        """f16_Chw of each object of a group whose objects recall equally many memories and pointers."""
        if _structure(group[0]) == (0, 0):
            return [self.network.recall(seen.f16_BChw, None)[0].float()] * len(group)
        memory, device, count = self.network.config.video, self.device, len(group)
        tokens = [cast(_Memory, m).tokens_NC for r in group for _, m in r.memories]
        pointers = np.array([p for r in group for _, p in r.pointers], np.float32)
        memories = model.Memories(
            tokens_BKNC=torch.stack(tokens).unflatten(0, (count, -1))
            if tokens
            else seen.f16_BChw.new_zeros(count, 0, 1, memory.channels),
            slots_BK=torch.tensor([[slot for slot, _ in r.memories] for r in group], dtype=torch.long, device=device),
            pointers_BLC=torch.from_numpy(pointers).to(device).reshape(count, -1, self.network.config.channels),
            distances_BL=torch.tensor([[d for d, _ in r.pointers] for r in group], dtype=torch.float32, device=device),
        )
        return self.network.recall(seen.f16_BChw, memories).float().unbind(0)

    def decode(self, recalled: Recalled, prompts: Sequence[NetworkPrompt]) -> Decoded:
        """Masks for B prompts; `recalled` holds B objects, or one that all prompts share (still pictures).

        Raises ValueError when there are neither as many objects as prompts nor one, or an array has a wrong shape.
        """
        known = cast(_Recalled, recalled)
        objects = len(known.f16_BChw)
        if objects not in (1, len(prompts)):
            raise ValueError(f"{len(prompts)} prompts for {objects} objects")
        for prompt in prompts:
            self._check(prompt)

        def decode_group(group: Sequence[NetworkPrompt], index: Sequence[int]) -> Sequence[model.Decoded]:
            own = known.f16_BChw if objects == 1 else known.f16_BChw[torch.tensor(index, device=self.device)]
            return _singles(self._decode_group(known.features, own, group))

        with self._inference():
            return self._together(in_groups(prompts, self._kind, decode_group))

    def _decode_group(self, seen: model.Features, f16: Tensor, group: Sequence[NetworkPrompt]) -> model.Decoded:
        """The answers to prompts of one kind; f16 of one or of as many objects."""
        given = [p.given_mask for p in group if p.given_mask is not None]
        if given:
            masks_B1HW = torch.from_numpy(np.stack(given).astype(np.float32))[:, None].to(self.device)
            return self.network.read_given_mask(seen, masks_B1HW)
        points = torch.from_numpy(np.stack([p.points for p in group]).astype(np.float32)).to(self.device)
        labels = torch.from_numpy(np.stack([p.labels for p in group]).astype(np.int64)).to(self.device)
        earlier = [p.mask_logits for p in group if p.mask_logits is not None]
        masks = torch.from_numpy(np.stack(earlier).astype(np.float32)).to(self.device) if earlier else None
        sure = torch.tensor([p.surely_there for p in group], device=self.device)
        boxed = bool(labels.shape[1]) and int(group[0].labels[0]) == TOP_LEFT
        return self.network.decode(f16, seen, Prompts(points, labels, masks, boxed=boxed), sure)

    def _kind(self, prompt: NetworkPrompt) -> tuple[bool, int, bool, bool]:
        """What the prompts of a group have in common, so that they are one batch."""
        if prompt.given_mask is not None:
            return True, 0, False, False
        count = len(prompt.labels)
        alike = self.network.config.prompt.always_closed
        return False, count, prompt.mask_logits is not None, not alike and count > 0 and prompt.labels[0] == TOP_LEFT

    def _check(self, prompt: NetworkPrompt) -> None:
        sizes = (
            ("points", prompt.points.shape, (len(prompt.labels), 2)),
            ("mask_logits", getattr(prompt.mask_logits, "shape", None), (self.spec.mask_size,) * 2),
            ("given_mask", getattr(prompt.given_mask, "shape", None), (self.spec.picture_size,) * 2),
        )
        for name, shape, wanted in sizes:
            if shape is not None and shape != wanted:
                raise ValueError(f"{name} has shape {shape}, not {wanted}")

    def remember(
        self,
        features: Features,
        mask_logits: NDArray[np.float32],
        presence: NDArray[np.float32],
        prompted: Sequence[bool],
    ) -> list[Memory]:
        """Memories of B objects on this picture, from the B,h,w logits chosen for them (any h and w)."""
        seen = cast(model.Features, features)
        if not len(mask_logits) == len(presence) == len(prompted):
            raise ValueError(f"{len(mask_logits)} masks, {len(presence)} presences, {len(prompted)} flags")
        if len(mask_logits) == 0:
            return []
        with self._inference():
            tokens_BNC = self.network.remember(
                seen.f16_BChw,
                torch.from_numpy(np.ascontiguousarray(mask_logits, np.float32)).to(self.device),
                torch.from_numpy(np.ascontiguousarray(presence, np.float32)).to(self.device),
                torch.tensor(list(prompted), dtype=torch.bool, device=self.device),
            )
            if self.spec.strict:
                tokens_BNC = tokens_BNC.bfloat16()
            # clones: a memory that is kept must not keep its neighbours in the batch alive
            return [cast(Memory, _Memory(m.float().contiguous().clone())) for m in tokens_BNC]

    def _together(self, answers: Sequence[model.Decoded]) -> Decoded:
        """One answer of B objects, in numpy, from B answers of one."""
        if not answers:
            masks, size = 1 + self.spec.candidates, self.spec.mask_size
            channels = self.network.config.channels if self.network.config.memory else 0
            shapes = (0, masks, size, size), (0, masks), (0,), (0, masks, channels)
            return Decoded(*(np.zeros(shape, np.float32) for shape in shapes))

        def joined(tensors: Sequence[Tensor]) -> NDArray[np.float32]:
            return np.asarray(torch.stack(tuple(tensors)).float().cpu().numpy())

        return Decoded(
            joined([a.mask_logits_BMHW for a in answers]),
            joined([a.iou_BM for a in answers]),
            joined([a.presence_B for a in answers]),
            joined([a.pointers_BMC for a in answers]),
        )

    @contextmanager
    def _inference(self) -> Iterator[None]:
        mixed = self.dtype != torch.float32
        with torch.inference_mode(), torch.autocast(self.device.type, self.dtype, enabled=mixed):
            yield


def open_runtime(weights: Path, device: str = "auto", precision: str = "auto", *, strict: bool = False) -> TorchRuntime:
    """The runtime of a weights file. Raises ModelError when the file or the device will not do."""
    chosen = pick_device(device)  # before the file is read: a misspelt device should not cost that time
    pick_precision(precision, chosen)
    try:
        network = load_network(weights)
    except CheckpointError as error:
        raise ModelError(str(error)) from None
    return TorchRuntime(network, device, precision, own=True, strict=strict)


def _singles(answer: model.Decoded) -> list[model.Decoded]:
    """B answers without their object axis."""
    rows = zip(answer.mask_logits_BMHW, answer.iou_BM, answer.presence_B, answer.pointers_BMC, strict=True)
    return [model.Decoded(*row) for row in rows]


def _structure(recollection: Recollection) -> tuple[int, int]:
    return len(recollection.memories), len(recollection.pointers)
