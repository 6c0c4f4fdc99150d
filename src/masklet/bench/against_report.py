"""Comparisons with peers as tables for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from .against import Comparison, Side
from .machine import Machine

ABSENT = "–"
WORDS = {
    "set_picture": "a picture made ready",
    "prompt": "a click on it",
    "frame": "a frame, memory full",
    "see": "  trunk (see)",
    "recall": "  memory attention (recall)",
    "decode": "  decoder (decode)",
    "remember": "  memory encoder (remember)",
}
ANSWERS = {"click": "click", "masks": "followed masks"}


@dataclass(frozen=True)
class AgainstRun:
    """All that one run measured. missing: peer -> why it could not take part. drawn: weights drawn at random ran."""

    machine: Machine
    model: str
    drawn: bool
    rounds: int
    titles: Mapping[str, str]
    comparisons: tuple[Comparison, ...]
    missing: Mapping[str, str]


def as_lines(run: AgainstRun) -> Sequence[str]:
    """A table per peer, and a line for each that is missing."""
    machine = run.machine
    weights = "weights drawn at random" if run.drawn else "its own weights"
    lines = [
        f"{machine.processor}, {machine.usable_cores} of {machine.cores} cores; {run.model}, {weights}; medians of "
        f"{run.rounds} rounds in turns"
    ]
    for one in run.comparisons:
        lines += ["", *_table(one, run.titles[one.peer], run.model)]
    lines += [f"{run.titles[name]}: left out. {why}" for name, why in run.missing.items()]
    return lines


def _table(one: Comparison, title: str, model: str) -> list[str]:
    versions = ", ".join(f"{name} {version}" for name, version in one.versions.items())
    head = [f"{title} ({versions}), {one.network}, float32"]
    columns = [f"masklet, {side.facts.precision}, {side.facts.library}" for side in one.sides]
    rows = [["seconds", title, *columns]]
    for thing, seconds in one.seconds.items():
        rows.append([_words(thing), f"{median(seconds):.3f}", *(_cell(one, side, thing) for side in one.sides)])
    for kind, words in ANSWERS.items():
        cells = [_apart(side, kind) for side in one.sides]
        if any(cell != ABSENT for cell in cells):
            rows.append([f"{words}: logits differ by, least IoU", "", *cells])
    if any(share is not None for side in one.sides for share in side.shares.values()):
        for part in ("see", "recall", "decode", "remember"):
            rows.append([f"{part}: GFLOP, share of peak", "", *(_share(side, part) for side in one.sides)])
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    table = [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]
    if one.network != model:
        head.append(f"({model} is another network than {one.network}: answers are not compared)")
    return [*head, *(line.rstrip() for line in table)]


def _words(thing: str) -> str:
    name, _, objects = thing.partition(", ")
    return f"{WORDS[name]}{f', {objects}' if objects else ''}"


def _cell(one: Comparison, side: Side, thing: str) -> str:
    ratio = one.ratio(side, thing)
    return ABSENT if ratio is None else f"{median(side.seconds[thing]):.3f} ({ratio:.2f}×)"


def _apart(side: Side, kind: str) -> str:
    found = (side.apart or {}).get(kind)
    return ABSENT if found is None else f"{found.logits:.1e}, {found.iou:.4f}"


def _share(side: Side, part: str) -> str:
    count, share = side.operations.get(part), side.shares.get(part)
    return ABSENT if count is None or share is None else f"{count / 1e9:.1f}, {share:.0%}"


def as_json(run: AgainstRun) -> dict[str, Any]:
    """The same with every round. Ratios above 1: masklet takes less time."""
    return {
        "machine": asdict(run.machine),
        "model": run.model,
        "drawn_weights": run.drawn,
        "rounds": run.rounds,
        "against": [_comparison(one, run.titles[one.peer]) for one in run.comparisons],
        "missing": dict(run.missing),
    }


def _comparison(one: Comparison, title: str) -> dict[str, Any]:
    return {
        "peer": one.peer,
        "title": title,
        "network": one.network,
        "versions": dict(one.versions),
        "seconds": {thing: list(seconds) for thing, seconds in one.seconds.items()},
        "masklet": [
            {
                "runtime": asdict(side.facts),
                "seconds": {thing: list(seconds) for thing, seconds in side.seconds.items()},
                "ratios": {thing: one.ratio(side, thing) for thing in one.seconds},
                "apart": None if side.apart is None else {kind: asdict(found) for kind, found in side.apart.items()},
                "operations": dict(side.operations),
                "share_of_peak": dict(side.shares),
            }
            for side in one.sides
        ],
    }
