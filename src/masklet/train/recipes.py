"""The trainings that made the models in the package, stage by stage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from .config import DataConfig, OptimiserConfig, TrainConfig


def nano(packed: Path) -> tuple[TrainConfig, ...]:
    """The embedded model: mostly pictures at 256 pixels, then pictures and clips at 384."""
    data = DataConfig(str(packed / "pictures"), str(packed / "videos"), side=256, clip_share=0.3)
    fast = TrainConfig(data, steps=1300, optimiser=OptimiserConfig(last_rate=0.3))
    sharp = TrainConfig(
        replace(data, side=384, pictures_per_step=4, clips_per_step=3, clip_share=0.45),
        steps=1600,
        seed=1,
        optimiser=OptimiserConfig(rate=3e-4, trunk_rate=1.2e-4, warm_up=60),
    )
    return fast, sharp
