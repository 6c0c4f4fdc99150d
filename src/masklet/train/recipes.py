"""The trainings that made the models in the package, stage by stage."""

from __future__ import annotations

from dataclasses import replace

from .config import DataConfig, InteractionConfig, OptimiserConfig, TrainConfig, Training


def nano() -> Training:
    """The embedded model: mostly pictures at 256 pixels, then pictures and clips at 384, then long at that size with
    more corrections, more and smaller objects, and clips long enough to leave and return."""
    data = DataConfig(side=256, clip_share=0.3)
    fast = TrainConfig(data, steps=1300, optimiser=OptimiserConfig(last_rate=0.3))
    sharp = TrainConfig(
        replace(data, side=384, pictures_per_step=4, clips_per_step=3, clip_share=0.45),
        steps=1600,
        seed=1,
        optimiser=OptimiserConfig(rate=3e-4, trunk_rate=1.2e-4, warm_up=60),
    )
    long = TrainConfig(
        replace(sharp.data, objects_per_picture=6, clips_per_step=2, frames=5, objects_per_clip=3),
        steps=10_000,
        seed=2,
        validate_every=1000,
        interaction=InteractionConfig(corrections=4),
        optimiser=OptimiserConfig(rate=4e-4, trunk_rate=1.5e-4, warm_up=200, average=0.999),
    )
    return Training(stages=(fast, sharp, long))


RECIPES = {"nano": nano}
