"""What a machine can do at most: the figure beside which a network's speed says how well it is used."""

from __future__ import annotations

import time

import numpy as np

from masklet.runtime.graphs import HINTS, openvino_core, precisions

SIDE, TIMES = 2048, 4


def measure_peak(precision: str, threads: int) -> float | None:
    """Operations a second of a large matrix product on the CPU, the best of a few; None where it cannot be measured.

    precision: as in RuntimeFacts. threads: that it may use.
    """
    if precision not in precisions("openvino"):
        return None
    import openvino
    from openvino import opset13 as ops

    random = np.random.default_rng(0)
    left, right = (random.normal(size=(SIDE, SIDE)).astype(np.float32) for _ in range(2))
    given = ops.parameter([SIDE, SIDE], np.float32)
    model = openvino.Model([ops.matmul(given, ops.constant(right), False, True)], [given])
    how = {"INFERENCE_PRECISION_HINT": HINTS[precision], "INFERENCE_NUM_THREADS": threads}
    request = openvino_core().compile_model(model, "CPU", how).create_infer_request()
    request.infer([left])
    best = float("inf")
    for _ in range(TIMES):
        started = time.perf_counter()
        request.infer([left])
        best = min(best, time.perf_counter() - started)
    return 2.0 * SIDE**3 / best
