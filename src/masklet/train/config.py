"""A training, in numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

Precision = Literal["float32", "bfloat16"]


class Strict:
    """Settings read from a file may hold nothing that has no name here."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}


@dataclass(frozen=True)
class DataConfig(Strict):
    """How much is drawn per step. pictures, videos: packed folders, which a `Training` fills in from its sources."""

    pictures: str = ""
    videos: str = ""
    side: int = 384  # of the square that the network sees
    pictures_per_step: int = 8
    objects_per_picture: int = 5
    close_share: float = 0.0  # of pictures: seen through a window around one object, as a closer look shows it
    clips_per_step: int = 4
    frames: int = 4
    objects_per_clip: int = 2
    clip_share: float = 0.3  # of steps
    synthetic_share: float = 0.0  # of clips: drawn by masklet.data.synthetic, with exits, covers, cuts, look-alikes
    icons: str = ""  # folder of icons with alpha for these; their other things are cut from the pictures
    workers: int = 1  # per training process

    @property
    def wants_videos(self) -> bool:
        """Whether real videos are drawn from."""
        return self.clip_share > 0 and self.synthetic_share < 1


@dataclass(frozen=True)
class InteractionConfig(Strict):
    """SAM 2's simulated annotator (Ravi et al. 2024, appendix D)."""

    mask_share: float = 0.5  # of a clip's first prompts; pictures get clicks and boxes alone
    point_share: float = 0.25  # of a clip's first prompts; the rest are boxes
    picture_point_share: float = 0.6  # of a picture's first prompts
    second_prompted_frame: float = 0.3
    corrections: int = 3  # clicks after the first prompt of a picture, at most
    clip_corrections: int = 1
    from_truth: float = 0.1  # of correction clicks
    centre_first: float = 0.4  # of first clicks in the object's centre, as evaluation has it; else anywhere on it


@dataclass(frozen=True)
class LossConfig(Strict):
    """SAM 2's weights. alpha: focal loss' weight of object pixels; all_candidates: a small share of the loss on each
    candidate, which keeps them alive early on."""

    focal: float = 5.0
    alpha: float = 0.75
    gamma: float = 2.0
    dice: float = 1.0
    iou: float = 1.0
    presence: float = 1.0
    all_candidates: float = 0.1
    single_mask: float = 0.5  # of the loss on mask 0 where the candidates are asked for


@dataclass(frozen=True)
class OptimiserConfig(Strict):
    """AdamW, its schedule, and what stays as it is."""

    rate: float = 6e-4
    trunk_rate: float = 2e-4
    last_rate: float = 0.02  # share of the rate that the cosine ends on
    warm_up: int = 150
    decay: float = 0.02
    betas: tuple[float, float] = (0.9, 0.98)
    clip: float = 1.0
    average: float = 0.998  # of the weights' moving average
    layer_decay: float = 1.0  # each of the trunk's blocks learns so much slower than the one above it
    frozen: tuple[str, ...] = ("trunk.stem", "trunk.blocks.0.", "trunk.blocks.1.", "trunk.blocks.2.")
    clip_steps_train_trunk: bool = False
    accumulate: int = 1  # parts that a step's batch is taken in, one after the other, to save memory


@dataclass(frozen=True)
class TrainConfig(Strict):
    """One stage. steps: of the whole schedule; the cosine falls over them."""

    data: DataConfig = field(default_factory=DataConfig)
    steps: int = 1000
    interaction: InteractionConfig = field(default_factory=InteractionConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    seed: int = 0
    threads: int = 2
    precision: Precision = "float32"  # of the network's products; weights, losses and the optimiser stay float32
    save_every: int = 200
    validate_every: int = 500
    log_every: int = 20
    shown: int = 6  # pictures drawn for the board at each validation

    def __post_init__(self) -> None:
        """Raises ValueError for numbers that cannot be meant."""
        if self.save_every % self.log_every:
            raise ValueError("save_every must be a multiple of log_every: a resumed run then logs what it would have")
        for name in ("pictures_per_step", "clips_per_step"):
            if getattr(self.data, name) % self.optimiser.accumulate:
                raise ValueError(f"data.{name} must be a multiple of optimiser.accumulate")


@dataclass(frozen=True)
class Sources(Strict):
    """Folders of training pictures and videos, and one with pictures/dev and videos/dev to validate on ("": none).

    side: of the squares that they are packed to, once.
    """

    pictures: str = ""
    videos: str = ""
    development: str = ""
    side: int = 448


@dataclass(frozen=True)
class Training(Strict):
    """All that `masklet train` does, stage after stage.

    model: the preset trained. start: weights to begin with, a model's name or a checkpoint's path; "" for random ones.
    trunk: ImageNet weights of the trunk alone (EfficientNet-Lite's .pth), which come before `start`.
    """

    model: str = "nano"
    start: str = ""
    trunk: str = ""
    sources: Sources = field(default_factory=Sources)
    stages: tuple[TrainConfig, ...] = (TrainConfig(),)

    def __post_init__(self) -> None:
        """Raises ValueError when there is no stage."""
        if not self.stages:
            raise ValueError("a training has at least one stage")
