"""Tests of Hiera: windows, pooling, and the reach of local and global blocks."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from masklet.model.config import HieraConfig
from masklet.model.trunk.hiera import Hiera, HieraBlock, into_windows, out_of_windows, pool_cells

SMALL = HieraConfig(channels=16, blocks=(1, 1, 2, 1), global_blocks=(3,), windows=(8, 4, 6, 4), position_size=(3, 3))


@settings(deadline=None)
@given(st.integers(1, 2), st.integers(1, 13), st.integers(1, 13), st.integers(1, 6))
def test_windows_go_in_and_out(batch, height, width, side):
    x = torch.arange(batch * height * width * 2.0).reshape(batch, height, width, 2)
    windows = into_windows(x, side)
    assert windows.shape[1:] == (side, side, 2)
    assert torch.equal(out_of_windows(windows, x.shape), x)


def test_windows_hold_neighbours():
    x = torch.arange(16.0).reshape(1, 4, 4, 1)
    assert into_windows(x, 2)[1, ..., 0].tolist() == [[2, 3], [6, 7]]
    assert into_windows(x, 3)[1, ..., 0].tolist() == [[3, 0, 0], [7, 0, 0], [11, 0, 0]]


def test_pooling_takes_maxima():
    assert pool_cells(torch.arange(16.0).reshape(1, 4, 4, 1))[0, ..., 0].tolist() == [[5, 7], [13, 15]]


def test_strides_and_channels():
    with torch.no_grad():
        features = Hiera(SMALL)(torch.randn(2, 3, 96, 160))
    assert [tuple(f.shape) for f in features] == [(2, 16 * s // 4, 96 // s, 160 // s) for s in (4, 8, 16, 32)]


@pytest.mark.parametrize(("window", "reached"), [(4, 16), (0, 64)])
def test_a_block_reaches_its_window_or_everything(window, reached):
    torch.manual_seed(0)
    block = HieraBlock(8, 8, 2, window, pool=False)
    x = torch.randn(1, 8, 8, 8)
    with torch.no_grad():
        before = block(x)
        x[0, 1, 1] += torch.randn(8)  # a constant would be normalised away
        changed = (block(x) != before).any(-1)
    assert int(changed.sum()) == reached


def test_blocks_that_open_a_stage_still_use_the_windows_of_the_one_before():
    assert [block.window for block in Hiera(SMALL).blocks] == [8, 8, 4, 0, 6]
