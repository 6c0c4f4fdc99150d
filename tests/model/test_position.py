"""Tests of the codes of places."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from masklet.model.position import FourierPosition, rotary_2d, rotate, sine_1d, sine_2d

CPU = torch.device("cpu")
cells = st.integers(0, 4)


@settings(deadline=None)
@given(cells, cells, cells, cells, st.integers(0, 3), st.integers(0, 3))
def test_rotated_products_depend_on_the_offset_alone(y0, x0, y1, x1, dy, dx):
    side = 8
    cos, sin = rotary_2d(32, side, side, CPU)
    generator = torch.Generator().manual_seed(1)
    q, k = torch.randn(2, 1, 1, 1, 32, generator=generator)

    def product(qy, qx, ky, kx):
        n, m = qy * side + qx, ky * side + kx
        return (rotate(q, cos[[n]], sin[[n]]) * rotate(k, cos[[m]], sin[[m]])).sum().item()

    assert product(y0, x0, y1, x1) == pytest.approx(product(y0 + dy, x0 + dx, y1 + dy, x1 + dx), abs=1e-4)


def test_rotation_tells_rows_from_columns():
    cos, sin = rotary_2d(32, 8, 8, CPU)
    x = torch.ones(1, 1, 1, 32)
    right, below = rotate(x, cos[[1]], sin[[1]]), rotate(x, cos[[8]], sin[[8]])
    assert torch.equal(right[..., 16:], x[..., 16:])  # the second half knows of y alone
    assert torch.equal(below[..., :16], x[..., :16])
    assert not torch.allclose(right, below)


def test_rotary_rates_are_rounded_as_in_published_code():
    """Another way to the same rates turns last bits, and the farthest places' angles a hundred times as much."""
    side, rate = 64, 1 / 10000.0 ** (torch.arange(0, 256, 4).float() / 256)
    cos, sin = rotary_2d(256, side, side, CPU)
    angle = torch.arange(side)[:, None] * rate
    assert torch.equal(cos[:side, :64], angle.cos())
    assert torch.equal(sin[::side, 64:], angle.sin())


def test_sine_2d_says_y_first_and_ends_at_two_pi():
    code = sine_2d(8, 4, 6, CPU)
    assert code.shape == (8, 4, 6)
    assert (code[:4] == code[:4, :, :1]).all()
    assert (code[4:] == code[4:, :1, :]).all()
    assert code[0, 1, 0].item() == pytest.approx(math.sin(2 * math.pi * 2 / 4), abs=1e-4)
    assert code[5, 0, -1].item() == pytest.approx(1, abs=1e-4)  # cos(2 pi)


def test_sine_1d_is_sines_then_cosines():
    code = sine_1d(torch.tensor([0.0, -0.5]), 16)
    assert torch.equal(code[0], torch.cat([torch.zeros(8), torch.ones(8)]))
    assert code[1, 0].item() == pytest.approx(math.sin(-0.5))
    assert code[1, 8].item() == pytest.approx(math.cos(0.5))


def test_fourier_grid_is_the_code_of_cell_centres():
    torch.manual_seed(0)
    position = FourierPosition(16)
    grid = position.grid(3, 5)
    assert torch.allclose(grid[:, 2, 1], position(torch.tensor([1.5 / 5, 2.5 / 3])), atol=1e-6)


def test_codes_first_made_in_inference_serve_training_too():
    with torch.inference_mode():
        cos, sin = rotary_2d(8, 3, 7, CPU)
        place = sine_2d(8, 3, 7, CPU)
    x = torch.randn(1, 1, 21, 8, requires_grad=True)
    (rotate(x, cos, sin) * place.flatten(1).T).sum().backward()
    assert x.grad is not None
