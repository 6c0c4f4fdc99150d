"""The verbs as modules of tensors alone: what an exporter traces.

B objects, N tokens, M masks, C channels, h w of the stride-16 grid, H W of masks.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from masklet.model.mask_decoder import skip_channels
from masklet.model.network import MASK_BIAS, MASK_SCALE, Features, Memories, Network
from masklet.model.prompt_encoder import Prompts


class See(nn.Module):
    """picture_13HW -> the features that the other parts take, in the order of `names`."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        skips = ("f8", "f4") if any(skip_channels(network.config)) else ()
        self.names = ["f16", *skips, "fresh"] if network.config.memory is not None else [*skips, "fresh"]

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        """See the class."""
        seen = self.network.see(picture)
        fresh = self.network.recall(seen.f16_BChw, None)
        found = {"f16": seen.f16_BChw, "f8": seen.f8_BCHW, "f4": seen.f4_BCHW, "fresh": fresh}
        return tuple(found[name] for name in self.names)


class Recall(nn.Module):
    """`Network.recall` of one picture for B objects."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(
        self,
        f16: Tensor,
        memories: Tensor,
        slots: Tensor,
        pointers: Tensor,
        distances: Tensor,
        has_memory: Tensor | None = None,
        has_pointer: Tensor | None = None,
    ) -> Tensor:
        """recalled_BChw."""
        known = Memories(memories, slots, pointers, distances, has_memory, has_pointer)
        return self.network.recall(f16, known)


class _Decoding(nn.Module):
    def __init__(self, network: Network, skips: Sequence[str], made: Sequence[str]) -> None:
        super().__init__()
        self.network, self.skips, self.made = network, tuple(skips), tuple(made)

    def answer(
        self, recalled: Tensor, skips: Sequence[Tensor], prompts: Prompts, surely_there: Tensor | None
    ) -> tuple[Tensor, ...]:
        """The outputs in the order of `made`."""
        nothing = recalled.new_zeros(1, 0, 1, 1)
        known = {"f8": nothing, "f4": nothing, **dict(zip(self.skips, skips, strict=True))}
        features = Features(recalled, known["f8"], known["f4"])
        said = self.network.decode(recalled, features, prompts, surely_there)
        found = {
            "mask_logits": said.mask_logits_BMHW,
            "iou": said.iou_BM,
            "presence": said.presence_B,
            "pointers": said.pointers_BMC,
        }
        return tuple(found[name] for name in self.made)


class Decode(_Decoding):
    """`Network.decode`. Prompts are closed outside where the network's are not always: see `Manifest.closed`."""

    def forward(self, recalled: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        """rest: skips, points, labels, earlier, has_earlier, and surely_there where the network has memory."""
        skips, (points, labels, earlier, has_earlier, *sure) = rest[: len(self.skips)], rest[len(self.skips) :]
        prompts = Prompts(points, labels, earlier, has_earlier, boxed=True)
        return self.answer(recalled, skips, prompts, sure[0] if sure else None)


class DecodeUnprompted(_Decoding):
    """`Network.decode` without a prompt."""

    def forward(self, recalled: Tensor, *skips: Tensor) -> tuple[Tensor, ...]:
        """The outputs in the order of `made`."""
        count = recalled.shape[0]
        none = Prompts(recalled.new_zeros(count, 0, 2), torch.zeros(count, 0, dtype=torch.long))
        return self.answer(recalled, skips, none, None)


class Remember(nn.Module):
    """`Network.remember` of one picture for B objects."""

    enlarge: Tensor

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network, config = network, network.config
        # as a matrix: OpenVINO 2026.4 resizes a single channel as if it were sixteen
        rows = torch.eye(config.mask_size)[None, None]
        size = (config.picture_size, config.mask_size)
        self.register_buffer("enlarge", F.interpolate(rows, size=size, mode="bilinear", align_corners=False)[0, 0])

    def forward(self, f16: Tensor, mask_logits: Tensor, presence: Tensor, certain: Tensor) -> Tensor:
        """memory_BNC."""
        # expanded first: OpenVINO 2026.4 joins a convolution with a sum that broadcasts, and is wrong then
        each = f16.expand(mask_logits.shape[0], -1, -1, -1)
        return self.network.remember(each, self.enlarge @ mask_logits @ self.enlarge.T, presence, certain)


class ReadGivenMask(nn.Module):
    """`Network.read_given_mask`, and the memory of that mask."""

    shrink: Tensor

    def __init__(self, network: Network, skips: Sequence[str]) -> None:
        super().__init__()
        self.network, self.skips, config = network, tuple(skips), network.config
        # antialiased shrinking, as a matrix: OpenVINO 2026.4 leaves the antialiasing out
        rows = torch.eye(config.picture_size)[None, None]
        size = (config.mask_size, config.picture_size)
        self.register_buffer("shrink", F.interpolate(rows, size=size, mode="bilinear", antialias=True)[0, 0])

    def forward(self, f16: Tensor, *rest: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """rest: skips, masks -> mask_logits_BHW, presence_B, pointer_BC, memory_BNC."""
        *skips, masks = rest
        each = f16.expand(masks.shape[0], -1, -1, -1)
        known = dict(zip(self.skips, skips, strict=True))
        nothing = f16.new_zeros(1, 0, 1, 1)
        seen = Features(each, known.get("f8", nothing), known.get("f4", nothing))
        said = self.network.read_given_mask(seen, masks)
        logits = masks[:, 0] * MASK_SCALE + MASK_BIAS
        certain = torch.zeros_like(said.presence_B, dtype=torch.bool)
        memory = self.network.remember(each, logits, said.presence_B, certain)
        return self.shrink @ logits @ self.shrink.T, said.presence_B, said.pointers_BMC[:, 0], memory
