"""What a network is made of: a frozen dataclass per part, and a preset per published model."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Literal

Stages = tuple[int, int, int, int]
Pooling = Literal["counted", "raised"]


@dataclass(frozen=True)
class HieraConfig:
    """Hiera (Ryali et al. 2023) as SAM 2 uses it. Defaults: tiny."""

    channels: int = 96  # of the first stage; each later stage doubles channels and heads
    heads: int = 1
    blocks: Stages = (1, 2, 7, 2)
    global_blocks: tuple[int, ...] = (5, 7, 9)  # blocks that attend over the whole picture
    windows: Stages = (8, 4, 14, 7)  # side of the attention windows, per stage
    position_size: tuple[int, int] = (7, 7)  # of the background position embedding

    @property
    def out_channels(self) -> Stages:
        """Channels at strides 4, 8, 16, 32."""
        c = self.channels
        return c, 2 * c, 4 * c, 8 * c


@dataclass(frozen=True)
class LiteConfig:
    """EfficientNet-Lite (Tan & Le 2019; the Lite variants drop squeeze-excitation and swish). Defaults: Lite0."""

    stem: int = 32
    # per stage: expansion, kernel, stride, channels, blocks
    stages: tuple[tuple[int, int, int, int, int], ...] = (
        (1, 3, 1, 16, 1),
        (6, 3, 2, 24, 2),
        (6, 5, 2, 40, 2),
        (6, 3, 2, 80, 3),
        (6, 5, 1, 112, 3),
        (6, 5, 2, 192, 4),
        (6, 3, 1, 320, 1),
    )

    @property
    def out_channels(self) -> Stages:
        """Channels of the last block at strides 4, 8, 16, 32."""
        by_stride: dict[int, int] = {}
        stride = 2
        for _, _, step, channels, _ in self.stages:
            stride *= step
            by_stride[stride] = channels
        return by_stride[4], by_stride[8], by_stride[16], by_stride[32]


@dataclass(frozen=True)
class VitConfig:
    """ViT as SAM uses it (Kirillov et al. 2023; Li et al. 2022): windows, a few global blocks, relative positions.

    Defaults: base.
    """

    channels: int = 768
    heads: int = 12
    blocks: int = 12
    global_blocks: tuple[int, ...] = (2, 5, 8, 11)  # blocks that attend over the whole picture
    window: int = 14  # side of the attention windows
    patch: int = 16  # side of the patches, and the stride

    @property
    def out_channels(self) -> Stages:
        """Channels at strides 4, 8, 16, 32: stride 16 alone is there."""
        return 0, 0, self.channels, 0


@dataclass(frozen=True)
class PlainVitConfig:
    """ViT as EfficientTAM uses it (Xiong et al. 2024): windows, a few global blocks, no relative positions.

    Defaults: small.
    """

    channels: int = 384
    heads: int = 6
    blocks: int = 12
    global_blocks: tuple[int, ...] = (2, 5, 8, 11)  # blocks that attend over the whole picture
    window: int = 14  # side of the attention windows
    patch: int = 16  # side of the patches, and the stride
    position_side: int = 14  # of the position embedding, which is resized to the picture's

    @property
    def out_channels(self) -> Stages:
        """Channels at strides 4, 8, 16, 32: stride 16 alone is there."""
        return 0, 0, self.channels, 0


@dataclass(frozen=True)
class TinyVitConfig:
    """TinyViT (Wu et al. 2022) as MobileSAM uses it: its last stage stays at stride 16. Defaults: 5M."""

    channels: Stages = (64, 128, 160, 320)
    blocks: Stages = (2, 2, 6, 2)
    heads: Stages = (2, 4, 5, 10)  # the first stage is convolutions, and has none
    windows: Stages = (7, 7, 14, 7)
    classes: int = 1000  # of the classifier it was distilled from; published weights carry it; nothing reads it

    @property
    def out_channels(self) -> Stages:
        """Channels at strides 4, 8, 16, 32: stride 16 alone is there."""
        return 0, 0, self.channels[3], 0


@dataclass(frozen=True)
class RepVitConfig:
    """RepViT (Wang et al. 2024) as EdgeTAM uses it: convolutions alone. Defaults: M1."""

    channels: Stages = (48, 96, 192, 384)
    blocks: Stages = (2, 2, 14, 2)

    @property
    def out_channels(self) -> Stages:
        """Channels at strides 4, 8, 16, 32."""
        return self.channels


@dataclass(frozen=True)
class NeckConfig:
    """Feature pyramid.

    top_down: the strides that receive the next coarser level. widths: channels at strides 4, 8, 16; None means the
    network's own at all three, straight from the laterals (SAM 2); given, each level is smoothed by a 3x3 convolution.
    """

    top_down: tuple[int, ...] = (16,)
    widths: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class PlainNeckConfig:
    """No pyramid: the trunk's stride 16 goes through two convolutions, and the decoder has no skips, as in SAM."""


@dataclass(frozen=True)
class PromptConfig:
    """mask_channels: of the mask's downscaling. maps: prompts also enter as maps of clicks and box at stride 4,
    and each click's token carries the picture's feature under it (a small network learns to use clicks far sooner).
    always_closed: a token "nothing more" ends every prompt (SAM 2); otherwise only clicks without a box (SAM).
    mask_limit: the logits of an earlier answer are cut off at ± this before they enter (SAM does not)."""

    mask_channels: int = 16
    maps: bool = False
    always_closed: bool = True
    mask_limit: float = 32.0


@dataclass(frozen=True)
class DecoderConfig:
    """SAM's two-way decoder.

    presence: it says whether the object is in the picture at all. bounded_iou: the predicted IoU passes a sigmoid,
    otherwise it may leave 0…1 a little. steady: an unstable single mask gives way to the best candidate. All three
    came with SAM 2. judged: the predicted IoU also looks at the mask itself (see `MaskJudge`).
    """

    layers: int = 2
    heads: int = 8
    mlp: int = 2048
    candidates: int = 3
    presence: bool = True
    bounded_iou: bool = True
    steady: bool = True
    judged: bool = False


@dataclass(frozen=True)
class PerceiverConfig:
    """EdgeTAM's spatial perceiver (Zhou et al. 2025, section 3.2): a memory map becomes fewer tokens. Defaults: as
    published.

    latents: tokens that look at the whole map. side: of the grid of tokens that look at one window of it each.
    """

    latents: int = 256
    side: int = 16
    layers: int = 2
    mlp: int = 256


@dataclass(frozen=True)
class MemoryConfig:
    """Memory encoder, memory attention and pointers.

    perceiver: what makes memories smaller, if anything. pooling: how keys and values of several memories are pooled in
    squares of four when a picture looks at them, if at all (EfficientTAM's efficient cross-attention, Xiong et al.
    2024, section 3.2): a pooled key counts as the four that it stands for ("counted"), or log 4 is added to each of its
    channels ("raised").
    """

    channels: int = 64
    layers: int = 4
    mlp: int = 2048
    heads: int = 1
    fuser_blocks: int = 2
    recent: int = 6  # frames recalled besides the prompted ones
    pointers: int = 16
    pointer_time: bool = True  # pointers know how long ago they are (SAM 2.1)
    absent_embedding: bool = True  # memories of frames without the object are marked (SAM 2.1)
    perceiver: PerceiverConfig | None = None
    pooling: Pooling | None = None


TrunkConfig = HieraConfig | LiteConfig | VitConfig | TinyVitConfig | RepVitConfig | PlainVitConfig


@dataclass(frozen=True)
class NetworkConfig:
    """A whole network. Defaults: SAM 2.1 tiny without its name.

    memory: None where the network knows pictures alone. no_memory: one learned vector is added to a picture of which
    nothing is remembered, as in SAM 2, with memory or without. letterbox: a picture's longest side becomes
    `picture_size` and the rest of the square is zeros, below or to the right (SAM); otherwise it is stretched.
    """

    name: str
    picture_size: int = 1024
    channels: int = 256
    trunk: TrunkConfig = field(default_factory=HieraConfig)
    neck: NeckConfig | PlainNeckConfig = NeckConfig()
    prompt: PromptConfig = PromptConfig()
    decoder: DecoderConfig = DecoderConfig()
    memory: MemoryConfig | None = MemoryConfig()
    no_memory: bool = True
    letterbox: bool = False
    mean: tuple[float, float, float] = (123.675, 116.28, 103.53)  # of RGB in 0…255
    deviation: tuple[float, float, float] = (58.395, 57.12, 57.375)
    # what a mask needs to be kept when everything is segmented, and how much two may overlap; SAM's values, calibrated
    # anew for smaller models
    least_iou: float = 0.8
    least_stability: float = 0.92
    most_overlap: float = 0.7
    # how far from where it was an object's parts may lie, in the square root of its area; SAM 2 does not ask
    reach: float = inf
    # the recent frames whose memories are recalled, by how many frames ago; none named: all of `MemoryConfig.recent`
    slots: tuple[int, ...] = ()
    # frames on which an object is absent enter its memory, as SAM 2 has it
    absences: bool = True
    # what is small in a picture is looked at again through a window of its own
    closer: bool = False
    # what it counts that one click lies in a candidate's middle; SAM 2 goes by the predicted IoU alone
    middle: float = 0.0
    # how like its prompted frames an object looks counts for its presence when it is followed
    likeness: bool = False

    @property
    def mask_size(self) -> int:
        """Side of the mask logits: stride 4."""
        return self.picture_size // 4

    @property
    def grid_size(self) -> int:
        """Side of the stride-16 feature map."""
        return self.picture_size // 16

    @property
    def video(self) -> MemoryConfig:
        """The memory's configuration. Raises ValueError where the network knows pictures alone."""
        if self.memory is None:
            raise ValueError(f"{self.name} knows pictures alone: it has no memory")
        return self.memory


NANO = NetworkConfig(
    name="nano",
    picture_size=384,
    channels=128,
    trunk=LiteConfig(),
    neck=NeckConfig(top_down=(4, 8, 16), widths=(32, 64, 128)),
    prompt=PromptConfig(maps=True),
    decoder=DecoderConfig(heads=4, mlp=256, judged=True),
    memory=MemoryConfig(layers=2, mlp=512, fuser_blocks=1),
    mean=(127.0, 127.0, 127.0),
    deviation=(128.0, 128.0, 128.0),
    least_iou=0.3,
    least_stability=0.3,
    most_overlap=0.5,
    reach=0.5,
    absences=False,  # what was once thought gone was seldom found again
    closer=True,
    middle=1.0,  # beside a predicted IoU of 0 to 1
    likeness=True,  # what covers an object is taken for it otherwise
    slots=(1, 3, 6),  # recalling is half as dear so; development videos are followed no worse than with all six
)
