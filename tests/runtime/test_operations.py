"""Operations counted on graphs and by torch."""

from __future__ import annotations

import numpy as np
import openvino
import pytest
from openvino import opset13 as ops

from masklet.bench.scene import Scene
from masklet.bench.verbs import open_verbs
from masklet.runtime import load_runtime
from masklet.runtime.operations import count_operations, operations_of
from tests.session.fake_runtime import FakeRuntime


def test_a_graph_of_known_operations_for_any_shape() -> None:
    given = ops.parameter([-1, 3, -1, -1], np.float32, "picture")
    wide = ops.convolution(given, ops.constant(np.ones((8, 3, 3, 3), np.float32)), [2, 2], [1, 1], [1, 1], [1, 1])
    apart = ops.group_convolution(
        wide, ops.constant(np.ones((8, 1, 1, 5, 5), np.float32)), [1, 1], [2, 2], [2, 2], [1, 1]
    )
    up = ops.convolution_backprop_data(apart, ops.constant(np.ones((8, 4, 2, 2), np.float32)), [2, 2])
    model = openvino.Model([ops.matmul(up, up, False, True)], [given])
    model.input(0).get_tensor().set_names({"picture"})
    convolutions = 2 * (8 * 5 * 5) * 27 + 2 * (8 * 5 * 5) * 25 + 2 * (8 * 5 * 5) * 4 * 4
    assert operations_of(model, {"picture": (2, 3, 10, 10)}) == 2 * (convolutions + 2 * (4 * 10 * 10) * 10)
    assert model.input(0).get_partial_shape().is_dynamic


def test_the_light_runtime_and_torch_count_alike() -> None:
    counted = []
    for name in ("openvino", "torch"):
        runtime = load_runtime("nano", "cpu", "float32", runtime=name)
        verbs = open_verbs(runtime, Scene())
        counted.append([count_operations(runtime, task) for task in verbs.all()])
    (see, recall, decode, remember), (its_see, its_recall, its_decode, its_remember) = counted
    assert see == its_see
    assert None not in (recall, its_recall)
    assert recall < its_recall  # values are projected after the weighted sum
    assert decode < its_decode  # no queries, keys or values are made of places
    assert remember == pytest.approx(its_remember, rel=0.15)  # masks are enlarged by a product


def test_who_cannot_count_says_nothing() -> None:
    assert count_operations(FakeRuntime(), lambda: None) is None
