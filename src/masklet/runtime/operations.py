"""How many operations a call of the network takes: 2 for each multiply-add of its convolutions and matrix products."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any, Protocol, runtime_checkable

from .protocol import Runtime


@runtime_checkable
class Counting(Protocol):
    """A runtime that can count its operations."""

    def count(self, call: Callable[[], object]) -> int | None:
        """The operations that the runtime does within the call; None where what computes does not tell."""
        ...


def count_operations(runtime: Runtime, call: Callable[[], object]) -> int | None:
    """The operations of one call on the runtime; None where nobody can count."""
    return runtime.count(call) if isinstance(runtime, Counting) else None


def operations_of(model: Any, shapes: Mapping[str, tuple[int, ...]]) -> int:
    """The operations of an OpenVINO model for inputs of these shapes; the model stays as it is."""
    shaped = model.clone()
    shaped.reshape(dict(shapes))
    return sum(_operations(one) for one in shaped.get_ordered_ops())


def _operations(operation: Any) -> int:
    kind = operation.get_type_name()
    if kind not in ("MatMul", "Convolution", "GroupConvolution", "ConvolutionBackpropData"):
        return 0
    first, second = (tuple(operation.input(n).get_shape()) for n in (0, 1))
    made = prod(operation.output(0).get_shape())
    if kind == "MatMul":
        return 2 * made * first[-2 if operation.get_attributes()["transpose_a"] else -1]
    if kind == "Convolution":  # O I h w
        return 2 * made * prod(second[1:])
    if kind == "GroupConvolution":  # G O I h w
        return 2 * made * prod(second[2:])
    return 2 * prod(first) * prod(second[1:])  # I O h w
