"""The log's figures run over drawn sets, and say what they should of a network that answers nothing."""

from pathlib import Path

import torch

from masklet.data.davis import DavisSet
from masklet.data.pictures import PictureSet
from masklet.model.network import Network
from masklet.train.validate import validate_pictures, validate_videos
from tests.train.tiny import TINY, draw_data


def silent() -> Network:
    """A network whose masks are empty: the upscaled features that mask weights multiply are all zero."""
    torch.manual_seed(0)
    network = Network(TINY).eval()
    for head in network.mask_decoder.mask_heads:
        torch.nn.init.zeros_(head.layers[-1].weight)
        torch.nn.init.zeros_(head.layers[-1].bias)
    return network


def covering() -> Network:
    """A network whose masks cover everything."""
    torch.manual_seed(0)
    network = Network(TINY).eval()
    with torch.no_grad():
        for head in network.mask_decoder.mask_heads:
            head.layers[-1].weight.zero_()
            head.layers[-1].bias.fill_(1.0)
        network.mask_decoder.up4.weight.zero_()
        network.mask_decoder.up4.bias.fill_(9.0)
    return network


def test_empty_masks_have_no_iou(tmp_path: Path) -> None:
    draw_data(tmp_path)
    figures = validate_pictures(silent(), PictureSet(tmp_path / "pictures"))
    assert (figures.one_click, figures.three_clicks, figures.one_click_by_source) == (0.0, 0.0, 0.0)
    assert validate_videos(silent(), DavisSet(tmp_path / "videos")) == 0.0


def test_figures_are_ious(tmp_path: Path) -> None:
    draw_data(tmp_path)
    share = 3.1416 * 16**2 / 96**2  # the disc's, of the picture: its IoU with a mask that covers everything
    figures = validate_pictures(covering(), PictureSet(tmp_path / "pictures"))
    assert abs(figures.one_click - share) < 0.02
