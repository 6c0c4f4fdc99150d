"""Sequences shared out over the machines of a Ray cluster, with Ray Data; without one, over this machine's cores.

Every machine must see the data set under the same path. Parts come back to the machine that asked, which writes them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from masklet.errors import InputError
from masklet.evaluate.parts import Bench, Ended, Order, write_part


class _Actor:
    def __init__(self, order: Order) -> None:
        self._bench = Bench(order)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        text, error = self._bench.work(int(row["number"]))
        return {"number": row["number"], "text": text or "", "error": error or ""}


def over_ray(order: Order, numbers: Sequence[int], workers: int) -> Iterator[Ended]:
    """Works out the sequences of these numbers in `workers` actors. Raises InputError when Ray is not installed."""
    try:
        import ray
        import ray.data
    except ImportError:
        raise InputError("evaluation over machines needs Ray: pip install 'masklet[ray]'") from None
    if not numbers:
        return
    if not ray.is_initialized():
        ray.init(log_to_driver=False, logging_level=logging.ERROR)
    rows = ray.data.from_items([{"number": number} for number in numbers], override_num_blocks=len(numbers))
    found = rows.map(_Actor, fn_constructor_args=(order,), concurrency=max(1, min(workers, len(numbers))))
    for row in found.iter_rows():
        if row["text"]:
            write_part(order[3], int(row["number"]), row["text"])
        yield int(row["number"]), row["error"] or None
