"""The ImageNet start: batch norms become scale and bias exactly."""

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from masklet.errors import ModelError
from masklet.model.trunk.lite import Lite
from masklet.train.imagenet import BATCH_NORM_EPS, load_imagenet
from tests.train.tiny import TINY


def published_layout(trunk: Lite) -> dict[str, torch.Tensor]:
    """Random weights under the names of EfficientNet-Lite's file, sized for `trunk`."""
    state: dict[str, torch.Tensor] = {}

    def put(conv: torch.nn.Module, weights: str, norm: str) -> None:
        shape = conv.weight.shape  # type: ignore[union-attr]
        state[weights + ".weight"] = torch.randn(shape)  # type: ignore[arg-type]
        for name in ("weight", "bias", "running_mean"):
            state[f"{norm}.{name}"] = torch.randn(shape[0])  # type: ignore[index]
        state[norm + ".running_var"] = torch.rand(shape[0]) + 0.5  # type: ignore[index]

    put(trunk.stem, "_conv_stem", "_bn0")
    for n, block in enumerate(trunk.blocks):
        if block.expand is not None:
            put(block.expand, f"_blocks.{n}._expand_conv", f"_blocks.{n}._bn0")  # type: ignore[arg-type]
        put(block.filter, f"_blocks.{n}._depthwise_conv", f"_blocks.{n}._bn1")  # type: ignore[arg-type]
        put(block.project, f"_blocks.{n}._project_conv", f"_blocks.{n}._bn2")  # type: ignore[arg-type]
    return state


def test_the_stem_computes_convolution_then_batch_norm(tmp_path: Path) -> None:
    torch.manual_seed(0)
    trunk = Lite(TINY.trunk)  # type: ignore[arg-type]
    state = published_layout(trunk)
    torch.save(state, tmp_path / "lite.pth")
    load_imagenet(trunk, tmp_path / "lite.pth")
    x = torch.randn(1, 3, 16, 16)
    y = F.conv2d(x, state["_conv_stem.weight"], stride=2, padding=1)
    norm = [state[f"_bn0.{name}"] for name in ("running_mean", "running_var", "weight", "bias")]
    expected = F.relu6(F.batch_norm(y, *norm, training=False, eps=BATCH_NORM_EPS))
    torch.testing.assert_close(trunk.stem(x), expected, atol=1e-4, rtol=1e-4)


def test_another_file_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.pth").write_bytes(b"no weights")
    for path in (tmp_path / "x.pth", tmp_path / "missing.pth"):
        with pytest.raises(ModelError, match="EfficientNet-Lite"):
            load_imagenet(Lite(TINY.trunk), path)  # type: ignore[arg-type]
