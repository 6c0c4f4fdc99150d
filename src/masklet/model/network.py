"""The whole network: see, recall, decode, remember. Tensors in, tensors out; no state between calls.

SAM, which knows pictures alone, has no `remember`, and recalls nothing.

B objects (or pictures, in `see`), K memories, L pointers, M masks, N places or tokens, C channels, h w of the stride-16
grid, H W of masks or pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import (
    HieraConfig,
    LiteConfig,
    MemoryConfig,
    NetworkConfig,
    PlainNeckConfig,
    PlainVitConfig,
    RepVitConfig,
    VitConfig,
)
from .layers import MLP
from .mask_decoder import MaskDecoder
from .memory_attention import MemoryAttention
from .memory_encoder import MemoryEncoder
from .neck import Neck, PlainNeck
from .perceiver import Perceiver, token_places
from .position import sine_1d, sine_2d
from .prompt_encoder import PromptEncoder, Prompts

MASK_SCALE, MASK_BIAS = 20.0, -10.0  # mask probabilities enter the memory as -10…10


@dataclass(frozen=True)
class Features:
    """What the trunk and neck see in B pictures. f4 and f8 are ready for the decoder's upscaling; they have no channel
    where it has no skips."""

    f16_BChw: Tensor
    f8_BCHW: Tensor
    f4_BCHW: Tensor

    def select(self, index: Tensor) -> Features:
        """The features of some pictures, in this order, repeats allowed."""
        return Features(*(_rows(x, index) for x in (self.f16_BChw, self.f8_BCHW, self.f4_BCHW)))


@dataclass(frozen=True)
class Memories:
    """What B objects recall: tokens_BKNC of `remember`, at temporal slots_BK (0: prompted; 1: the frame before …),
    and pointers_BLC with their signed distances_BL in frames (positive: already passed). has_memory_BK,
    has_pointer_BL: which of them count, where objects of fewer are filled up (both or neither; None: all)."""

    tokens_BKNC: Tensor
    slots_BK: Tensor
    pointers_BLC: Tensor
    distances_BL: Tensor
    has_memory_BK: Tensor | None = None
    has_pointer_BL: Tensor | None = None


@dataclass(frozen=True)
class Decoded:
    """mask_logits_BMHW, iou_BM (0…1; SAM's may leave that a little), presence_B (logits; SAM's: always present),
    pointers_BMC (absence blended in; C is 0 where there is no memory); mask 0 is the one for unambiguous prompts."""

    mask_logits_BMHW: Tensor
    iou_BM: Tensor
    presence_B: Tensor
    pointers_BMC: Tensor


class Network(nn.Module):
    """SAM 2 (Ravi et al. 2024) or SAM (Kirillov et al. 2023), in the sizes that `config` names."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.trunk: nn.Module = build_trunk(config)
        self.neck: nn.Module = build_neck(config)
        self.prompt_encoder = PromptEncoder(config)
        self.mask_decoder = MaskDecoder(config)
        if config.memory is not None:
            self._build_memory(config, config.memory)
        self.no_memory = nn.Parameter(torch.zeros(1, config.channels)) if config.no_memory else None
        if self.no_memory is not None:
            nn.init.trunc_normal_(self.no_memory, std=0.02)

    def _build_memory(self, config: NetworkConfig, memory: MemoryConfig) -> None:
        c = config.channels
        self.memory_encoder = MemoryEncoder(config)
        self.perceiver = Perceiver(memory.perceiver, memory.channels) if memory.perceiver else None
        self.memory_attention = MemoryAttention(config)
        self.pointer = MLP(c, c, c, 3)
        self.pointer_time = nn.Linear(c, memory.channels) if memory.pointer_time else None
        self.memory_time = nn.Parameter(torch.zeros(memory.recent + 1, memory.channels))
        self.no_memory_position = nn.Parameter(torch.zeros(1, c))  # published weights carry it; nothing reads it
        self.absent_pointer = nn.Parameter(torch.zeros(1, c))
        self.absent_memory = nn.Parameter(torch.zeros(1, memory.channels)) if memory.absent_embedding else None
        self.given_mask = nn.Conv2d(1, 1, 4, 4)
        for embedding in (self.memory_time, self.no_memory_position, self.absent_pointer):
            nn.init.trunc_normal_(embedding, std=0.02)
        if self.absent_memory is not None:
            nn.init.trunc_normal_(self.absent_memory, std=0.02)

    def see(self, pictures_B3HW: Tensor) -> Features:
        """pictures: normalised with the config's mean and deviation, on the picture_size square."""
        f4, f8, f16 = self.neck(self.trunk(pictures_B3HW))
        return Features(f16, self.mask_decoder.skip8(f8), self.mask_decoder.skip4(f4))

    def recall(self, f16_BChw: Tensor, memories: Memories | None) -> Tensor:
        """f16_BChw conditioned on B objects' memories; None: nothing is known, as on a first frame or a still.

        f16 may be one that all objects share: what does not depend on memories is worked out once, then.

        Raises ValueError for memories where the network knows pictures alone.
        """
        if memories is None:
            return f16_BChw if self.no_memory is None else f16_BChw + self.no_memory[..., None, None]
        grid = (f16_BChw.shape[-2], f16_BChw.shape[-1])
        keys, values, pointer_tokens = self._memory_tokens(memories, grid)
        position = sine_2d(f16_BChw.shape[1], *grid, device=f16_BChw.device)
        x = (f16_BChw + 0.1 * position).flatten(2).transpose(1, 2)
        counts_BN = _which_count(memories, keys.shape[1] - pointer_tokens, pointer_tokens)
        x = self.memory_attention(x, keys, values, grid, pointer_tokens, counts_BN)
        return x.transpose(1, 2).unflatten(2, grid)

    def _memory_tokens(self, memories: Memories, grid: tuple[int, int]) -> tuple[Tensor, Tensor, int]:
        """keys_BNC, values_BNC and how many of them, at the end, are pointers."""
        config, values = self.config.video, memories.tokens_BKNC
        width, device = values.shape[3], values.device
        if config.perceiver is None:
            place_NC = sine_2d(width, *grid, device=device).flatten(1).T
        else:
            place_NC = token_places(config.perceiver, width, device)
        when_BK1C = self.memory_time[memories.slots_BK - 1][:, :, None]  # slot 0 is the last row
        keys = (values + (place_NC + when_BK1C)).flatten(1, 2)
        values = values.flatten(1, 2)
        pointers = memories.pointers_BLC
        if pointers.shape[1] == 0:
            return keys, values, 0
        pieces = pointers.shape[2] // width
        pointer_values = pointers.unflatten(2, (pieces, width)).flatten(1, 2)
        pointer_keys = pointer_values
        if self.pointer_time is not None:
            time = memories.distances_BL.float() / (config.pointers - 1)
            code = self.pointer_time(sine_1d(time.flatten(), pointers.shape[2])).unflatten(0, time.shape)
            pointer_keys = pointer_values + code.repeat_interleave(pieces, dim=1)
        return (
            torch.cat([keys, pointer_keys], dim=1),
            torch.cat([values, pointer_values], dim=1),
            pointer_values.shape[1],
        )

    def decode(
        self, f16_BChw: Tensor, features: Features, prompts: Prompts, surely_there_B: Tensor | None = None
    ) -> Decoded:
        """Masks for B prompts. f16: from `recall`; `features` gives the skips. Either may be one shared by all.

        surely_there_B: bool, objects whose pointers are kept also where the network thinks that they are absent.
        """
        count = prompts.labels_BP.shape[0]
        encoded = self.prompt_encoder(prompts, f16_BChw.expand(count, -1, -1, -1))
        position = self.prompt_encoder.position.grid(*f16_BChw.shape[-2:]).flatten(1).T
        out = self.mask_decoder(f16_BChw, features.f8_BCHW, features.f4_BCHW, position, encoded)
        if self.config.memory is None:
            no_pointers = out.tokens_BMC[..., :0]
            return Decoded(out.mask_logits_BMHW, out.iou_BM, out.presence_B, no_pointers)
        present_B = out.presence_B > 0
        if surely_there_B is not None:
            present_B = present_B | surely_there_B
        pointers = self.blend_absence(self.pointer(out.tokens_BMC), present_B)
        return Decoded(out.mask_logits_BMHW, out.iou_BM, out.presence_B, pointers)

    def blend_absence(self, pointers_BMC: Tensor, present_B: Tensor) -> Tensor:
        """The pointer of an object that is not in the picture is one learned vector."""
        return torch.where(present_B[:, None, None], pointers_BMC, self.absent_pointer)

    def read_given_mask(self, features: Features, masks_B1HW: Tensor) -> Decoded:
        """The answer to masks given by the user (0…1, on the picture's square): the masks themselves.

        IoU is 1, presence is ±10, the pointer is what the decoder makes of the mask. Needs a network with memory.
        """
        logits = masks_B1HW * MASK_SCALE + MASK_BIAS
        size = (masks_B1HW.shape[-2] // 4, masks_B1HW.shape[-1] // 4)
        low = F.interpolate(logits, size=size, mode="bilinear", antialias=True)
        count, masks = low.shape[0], 1 + self.config.decoder.candidates
        nothing = Prompts(
            low.new_zeros(count, 0, 2),
            torch.zeros(count, 0, dtype=torch.long, device=low.device),
            self.given_mask(masks_B1HW)[:, 0],
        )
        present = masks_B1HW.flatten(1).any(1)
        pointers = self.blend_absence(self.decode(features.f16_BChw, features, nothing).pointers_BMC[:, :1], present)
        return Decoded(
            low.expand(-1, masks, -1, -1),
            low.new_ones(count, masks),
            present.float() * MASK_SCALE + MASK_BIAS,
            pointers.expand(-1, masks, -1),
        )

    def remember(self, f16_BChw: Tensor, mask_logits_BHW: Tensor, presence_B: Tensor, certain_B: Tensor) -> Tensor:
        """Memory tokens_BNC: the places of the stride-16 grid, row by row, or what the perceiver makes of them.

        mask_logits: of any size, resized to the picture's square; certain: made binary first. Needs a network with
        memory.
        """
        size = (f16_BChw.shape[-2] * 16, f16_BChw.shape[-1] * 16)
        logits = mask_logits_BHW
        if logits.shape[-2:] != size:
            logits = F.interpolate(logits[:, None], size=size, mode="bilinear", align_corners=False)[:, 0]
        mask = torch.where(certain_B[:, None, None], (logits > 0).to(logits.dtype), logits.sigmoid())
        memory: Tensor = self.memory_encoder(f16_BChw, (mask * MASK_SCALE + MASK_BIAS)[:, None])
        if self.absent_memory is not None:
            absent = (presence_B <= 0).to(memory.dtype)[:, None, None, None]
            memory = memory + absent * self.absent_memory[..., None, None]
        tokens: Tensor = memory.flatten(2).transpose(1, 2) if self.perceiver is None else self.perceiver(memory)
        return tokens


def _rows(x_BCHW: Tensor, index: Tensor) -> Tensor:
    """Some rows, in the memory layout of the whole (index_select alone gives up channels-last)."""
    return x_BCHW.permute(0, 2, 3, 1).index_select(0, index).permute(0, 3, 1, 2)


def _which_count(memories: Memories, memory_tokens: int, pointer_tokens: int) -> Tensor | None:
    """BN bool, which of the memories' tokens count; None: all."""
    if memories.has_memory_BK is None or memories.has_pointer_BL is None:
        return None
    parts = (memories.has_memory_BK, memory_tokens), (memories.has_pointer_BL, pointer_tokens)
    return torch.cat(
        [has.repeat_interleave(tokens // has.shape[1], dim=1) for has, tokens in parts if has.shape[1]], dim=1
    )


def build_trunk(config: NetworkConfig) -> nn.Module:
    """The trunk that the configuration names: pictures_B3HW -> features at strides 4, 8, 16, 32, or at 16 alone."""
    trunk = config.trunk
    if isinstance(trunk, LiteConfig):
        from .trunk.lite import Lite

        return Lite(trunk)
    if isinstance(trunk, HieraConfig):
        from .trunk.hiera import Hiera

        return Hiera(trunk)
    if isinstance(trunk, PlainVitConfig):
        from .trunk.plain_vit import PlainVit

        return PlainVit(trunk)
    if isinstance(trunk, RepVitConfig):
        from .trunk.repvit import RepVit

        return RepVit(trunk)
    if isinstance(trunk, VitConfig):
        from .trunk.vit import Vit

        return Vit(trunk, config.picture_size // trunk.patch)
    from .trunk.tiny_vit import TinyVit

    return TinyVit(trunk)


def build_neck(config: NetworkConfig) -> nn.Module:
    """The neck that the configuration names: what the trunk gives -> features at strides 4, 8, 16."""
    if isinstance(config.neck, PlainNeckConfig):
        return PlainNeck(config.trunk.out_channels, config.channels)
    return Neck(config.neck, config.trunk.out_channels, config.channels)
