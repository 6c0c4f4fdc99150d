"""A command's model, loaded: graphs that are made for it first are shown in the making, and what was chosen is said."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from masklet.commands.report import Report, Steps, counted
from masklet.runtime import Foreseen, check_follows, foresee

if TYPE_CHECKING:
    from masklet.net import Net


def open_net(
    report: Report,
    model: str | Path,
    device: str = "auto",
    precision: str = "auto",
    *,
    runtime: str = "auto",
    strict: bool = False,
    fine: bool | None = None,
    follows: bool = False,
) -> Net:
    """`masklet.load`. Where a choice was left to masklet, a line on standard error tells it, unless the report is
    quiet. follows: the command is of no use with a model that knows pictures alone. Raises ModelError."""
    import masklet

    if follows:
        check_follows(model)
    with _conversion_shown(report):
        net = masklet.load(model, device, precision, runtime=runtime, strict=strict, fine=fine)
    if "auto" in (precision, runtime):
        facts = net.runtime.facts
        _say(report, Foreseen(net.name, facts.library, facts.device, facts.precision), facts.threads)
    return net


def foresee_net(
    report: Report, model: str, device: str = "auto", precision: str = "auto", *, runtime: str = "auto", threads: int
) -> None:
    """Say the same line of a model that other processes will load, each with so many threads, and make the graphs that
    they will need. Raises ModelError."""
    with _conversion_shown(report):
        found = foresee(model, device, precision, runtime=runtime)
    if "auto" in (precision, runtime):
        _say(report, found, threads)


def _say(report: Report, found: Foreseen, threads: int) -> None:
    if not report.quiet:
        where = counted(threads, "thread") if found.device == "cpu" else found.device
        report.remark(f"{found.name} runs by {found.library} in {found.precision}, {where}")


@contextmanager
def _conversion_shown(report: Report) -> Iterator[None]:
    """Within it, a progress bar shows how far a conversion is, if there is one."""
    from masklet.runtime.converted import PARTS_MADE

    logger = logging.getLogger(PARTS_MADE)
    level = logger.level
    with ExitStack() as stack:
        handler = _Shown(report, stack)
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        try:
            yield
        finally:
            logger.setLevel(level)
            logger.removeHandler(handler)


class _Shown(logging.Handler):
    def __init__(self, report: Report, stack: ExitStack) -> None:
        super().__init__()
        self._report, self._stack = report, stack
        self._steps: Steps | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """The record's arguments: how many parts are made, and how many there will be."""
        assert isinstance(record.args, tuple)
        done, total = (int(str(number)) for number in record.args)
        if self._steps is None:
            self._steps = self._stack.enter_context(self._report.progress("making graphs", total))
        self._steps.to(done, total)
