"""The trainings that made the models in the package, stage by stage."""

from __future__ import annotations

from dataclasses import replace

from .config import DataConfig, InteractionConfig, OptimiserConfig, TrainConfig, Training


def nano() -> Training:
    """The embedded model, as docs/training-log.md tells it: mostly pictures at 256 pixels, then pictures and clips at
    384 with more corrections, more and smaller objects and ever longer clips, at last with synthetic ones among them
    and many pictures seen close."""
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
        steps=2500,
        seed=2,
        validate_every=1000,
        interaction=InteractionConfig(corrections=4),
        optimiser=OptimiserConfig(rate=4e-4, trunk_rate=1.5e-4, warm_up=200, average=0.999),
    )
    centred = replace(
        long,
        data=replace(long.data, frames=7, objects_per_clip=2),
        steps=3000,
        seed=12,
        precision="bfloat16",
        interaction=InteractionConfig(corrections=4, centre_first=0.6),
        optimiser=replace(long.optimiser, last_rate=0.04),
    )
    drawn = replace(
        centred,
        data=replace(centred.data, clip_share=0.55, synthetic_share=0.35),
        steps=1400,
        optimiser=replace(centred.optimiser, rate=2e-4, trunk_rate=7e-5, last_rate=0.2),
    )
    lasting = replace(
        drawn,
        data=replace(drawn.data, frames=11),
        steps=200,
        optimiser=replace(centred.optimiser, rate=4e-5, trunk_rate=1.5e-5, warm_up=0, last_rate=0.1),
    )
    close = replace(
        centred,
        data=replace(centred.data, frames=8, clip_share=0.5, synthetic_share=0.2, close_share=0.4),
        steps=2600,
        seed=21,
        optimiser=replace(centred.optimiser, average=0.998),
    )
    return Training(stages=(fast, sharp, long, centred, drawn, lasting, close))


RECIPES = {"nano": nano}
