"""How figures and records are called where people read them: names, units, and headings of several side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from masklet.errors import InputError
from masklet.evaluate.bootstrap import Interval
from masklet.evaluate.record import Record

_NAMES = {
    "jf": "J&F",
    "j": "J",
    "f": "F",
    "g": "G",
    "hota": "HOTA",
    "iou": "IoU",
    "miou": "mIoU",
    "given_iou": "IoU of the answer to the prompt",
    "boundary_iou": "boundary IoU",
    "presence_f1": "presence F1",
    "best": "best candidate's IoU",
    "best_iou": "best proposal's IoU",
    "predicted": "IoU as the model predicts it",
    "score_error": "error of the predicted IoU",
    "noc": "clicks to an IoU of",
    "failed": "objects that never reach an IoU of",
    "ar": "average recall",
    "recall50": "recall at IoU 50",
}
_PROPOSALS = ("ar", "recall50", "best_iou")
_LETTERS = re.compile(r"^([jfg])_(.*)$")
_NUMBERS = (
    "noc",
    "clicks",
    "interactions",
    "rounds",
    "seconds",
    "fps",
    "frames",
    "switches",
    "delay",
    "objects",
    "area",
)
_OUTCOMES = (
    "evaluated",
    "failed",
    "incomplete",
    "uncounted",
)  # what came of a run, in its protocol; no setting that a run is called by
_SPLIT = re.compile(r"[@_ -]")


def name_of(figure: str) -> str:
    """A figure's name for people: "J&F", "IoU, 1 click", "clicks to an IoU of 85"; its own where none is better."""
    stem, at, amount = figure.partition("@")
    over = ", over sources" if "_sources" in stem else ""
    stem = stem.replace("_sources", "")
    named = _NAMES.get(stem) or _LETTERS.sub(lambda found: f"{found[1].upper()} {found[2]}", stem).replace("_", " ")
    named = named.replace("jf", "J&F")
    if not at:
        return named + over
    if stem in ("noc", "failed"):
        return f"{named} {amount}"
    if stem in _PROPOSALS or stem.startswith("ar_"):
        return f"{named}, {amount} proposals"
    said = ("1 click" if amount == "1" else f"{amount} clicks") if amount.isdecimal() else amount
    return f"{named}, {said}{over}".replace("_", " ")


def said_of(source: str, sequence: str) -> str:
    """A sequence in words: its name, and its source where the name does not tell it."""
    told = source in ("", ".") or sequence.startswith((f"{source}/", f"{source}-"))
    return sequence if told else f"{sequence} ({source})"


def is_fraction(figure: str) -> bool:
    """Whether a figure is one of 0 to 1, shown in per cent; others are plain numbers (clicks, seconds)."""
    return not any(part in _NUMBERS for part in _SPLIT.split(figure.lower()))


def shown(figure: str, value: float | None, *, signed: bool = False) -> str:
    """A figure's value as text: per cent with one digit, or a plain number; "–" for none."""
    if value is None:
        return "–"
    text = f"{100 * value:+.1f}" if is_fraction(figure) else f"{value:+.3g}" if abs(value) < 1000 else f"{value:+.0f}"
    if text in ("+0.0", "-0.0", "+0", "-0"):
        text = "+0.0" if "." in text else "+0"
    text = text.replace("-", "−")
    return text if signed else text.removeprefix("+")


def shown_interval(figure: str, given: Interval | None, *, signed: bool = False) -> str:
    """An interval's ends as text: "61.2 to 70.3", "–" where there is none, "(few)" behind one of few sequences."""
    if given is None or given.low is None or given.high is None:
        return "–"
    ends = f"{shown(figure, given.low, signed=signed)} to {shown(figure, given.high, signed=signed)}"
    return f"{ends} (few)" if given.few else ends


def headings(records: Sequence[Record]) -> list[str]:
    """What tells records apart when they stand side by side: what they were given by, the model, the set …

    A record alone is called by what it was given by, or by its kind.
    """
    named = dict.fromkeys(name for record in records for name in record.protocol)
    settings = [name for name in named if name not in _OUTCOMES]
    told = [
        {"model": record.model, "data": record.data, "kind": record.kind}
        | {name: str(record.protocol.get(name, "–")) for name in settings}
        for record in records
    ]
    differing = [name for name in told[0] if len({one[name] for one in told}) > 1] if told else []
    chosen = differing or (["given"] if "given" in settings else ["kind"])
    names = [", ".join(one[name] for name in chosen) for one in told]
    return [f"{name} ({names[: i + 1].count(name)})" if names.count(name) > 1 else name for i, name in enumerate(names)]


def main_figures(record: Record) -> list[str]:
    """The figures of a record's items that stand for it: J&F, IoU after 1, 3, 5, 10 clicks, or the headline's own."""
    own = dict.fromkeys(name for one in record.items for name in one.figures)
    known = known_figures(own)
    chosen = known or [name for name in record.figures if name in own] or list(own)[:1]
    if not chosen:
        raise InputError(f"the record of {record.data} has no figures of single objects; evaluate again")
    return chosen


def known_figures(names: Iterable[str]) -> list[str]:
    """Of an object's figures those that stand for it in every record: J&F, or IoU after 1, 3, 5, 10 clicks."""
    there = set(names)
    return ["jf"] if "jf" in there else [name for name in (f"iou@{n}" for n in (1, 3, 5, 10)) if name in there]


def first_figures(record: Record) -> list[str]:
    """The headline figures that are looked at first, in order; the others belong in a table below."""
    first = ("g", "jf", "j", "f", "hota", "boundary_iou", "presence_f1", "ar@100", "ar@1000", "noc@85", "noc@90")
    wanted = [f"{stem}@{n}" for stem in ("iou_sources", "iou") for n in ("1", "3", "5", "10", "box")]
    chosen = [name for name in (*first[:7], *wanted, *first[7:]) if name in record.figures]
    return chosen or list(record.figures)[:8]
