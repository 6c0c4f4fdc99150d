"""Settings that cannot be meant are refused where they are made."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from masklet.train.config import DataConfig, OptimiserConfig, TrainConfig, Training


def test_a_save_comes_with_a_log() -> None:
    assert TrainConfig(save_every=60, log_every=20).save_every == 60
    with pytest.raises(ValueError, match="save_every must be a multiple of log_every"):
        TrainConfig(save_every=50, log_every=20)


@pytest.mark.parametrize("name", ["pictures_per_step", "clips_per_step"])
def test_a_batch_parts_evenly(name: str) -> None:
    whole = replace(DataConfig(pictures_per_step=6, clips_per_step=6), **{name: 7})
    with pytest.raises(ValueError, match=f"data.{name} must be a multiple of optimiser.accumulate"):
        TrainConfig(whole, optimiser=OptimiserConfig(accumulate=3))


def test_a_training_has_a_stage() -> None:
    with pytest.raises(ValueError, match="at least one stage"):
        Training(stages=())


@pytest.mark.parametrize(
    ("clips", "synthetic", "wants"), [(0.3, 0.0, True), (0.3, 0.5, True), (0.3, 1.0, False), (0.0, 0.0, False)]
)
def test_real_videos_are_wanted_where_they_are_drawn_from(clips: float, synthetic: float, wants: bool) -> None:
    assert DataConfig(clip_share=clips, synthetic_share=synthetic).wants_videos == wants


def test_settings_do_not_change_under_way() -> None:
    with pytest.raises(FrozenInstanceError):
        TrainConfig().steps = 5  # type: ignore[misc]
