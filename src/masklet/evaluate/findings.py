"""What a record says, worked out once: figures with intervals, breakdowns, and the same in a few sentences.

Pages, JSON and model cards are made from this.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from masklet.evaluate.bootstrap import Interval, figure_interval
from masklet.evaluate.breakdown import (
    ErrorKind,
    Ranked,
    Row,
    along_the_track,
    by_size,
    by_source,
    error_kinds,
    lost_from,
    sequences_by_value,
)
from masklet.evaluate.display import main_figures, name_of, shown
from masklet.evaluate.pages.item_files import ItemFiles
from masklet.evaluate.record import Item, Record


@dataclass(frozen=True)
class Findings:
    """A record and what it says.

    figures: the main figures of its objects, the first of which ranks and groups. headline: every figure of the record
    with its interval over sequences, None where that cannot be told. sources, sizes: rows by source (worst first) and
    by object size. errors: kinds of frames. ranked: sequences, the worst first. lost: objects lost for good, with the
    frame. along: J along the track. sentences: the same in words, for a first look.
    """

    record: Record = field(repr=False)
    figures: tuple[str, ...]
    headline: dict[str, Interval | None]
    sources: tuple[Row, ...]
    sizes: tuple[Row, ...]
    errors: tuple[ErrorKind, ...]
    ranked: tuple[Ranked, ...] = field(repr=False)
    lost: tuple[tuple[Item, int], ...] = field(repr=False)
    along: tuple[tuple[float, float], ...]
    sentences: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As values for JSON, fractions 0 to 1; the worst 20 sequences."""
        return {
            "figures": {
                name: {"value": value, "interval": None if (one := self.headline[name]) is None else asdict(one)}
                for name, value in self.record.figures.items()
            },
            "main_figure": self.figures[0] if self.figures else None,
            "by_source": [_row_json(row) for row in self.sources],
            "by_size": [_row_json(row) for row in self.sizes],
            "frames": [asdict(kind) for kind in self.errors],
            "worst": [{"source": o.name[0], "sequence": o.name[1], "value": o.value} for o in self.ranked[:20]],
            "lost_for_good": [{"sequence": o.sequence, "object": o.object, "frame": frame} for o, frame in self.lost],
            "along_the_track": [list(point) for point in self.along],
            "findings": list(self.sentences),
        }


def find(record: Record) -> Findings:
    """Works out a record. Reads annotations for the objects' sizes where the record does not have these."""
    figures = tuple(main_figures(record)) if record.items else ()
    headline = {name: figure_interval(record, name) for name in record.figures}
    if not figures:
        return Findings(record, (), headline, (), (), (), (), (), (), ("The record has no single objects.",))
    sizes = [ItemFiles(one).size() for one in record.items]
    lost = [(one, frame) for one in record.items if (frame := lost_from(one)) is not None]
    found = Findings(
        record,
        figures,
        headline,
        by_source(record, figures),
        by_size(record.items, sizes, figures),
        error_kinds(record.items),
        sequences_by_value(record, figures[0]),
        tuple(lost),
        along_the_track(record.items),
        (),
    )
    return Findings(**{**vars(found), "sentences": tuple(_sentences(found))})


def _row_json(row: Row) -> dict[str, Any]:
    return {"name": row.name, "figures": {name: asdict(one) for name, one in row.intervals.items()}}


def _sentences(found: Findings) -> Iterator[str]:
    """The plainest failures first; nothing is said that the data does not have."""
    if found.record.kind == "stress":
        from masklet.evaluate.stress_costs import limit_sentences

        yield from limit_sentences(found.record)
    yield from _on_sequences(found)
    yield from _on_errors(found)
    yield from _on_rows(found)
    if len(found.along) > 1:
        first, last = found.along[0][1], found.along[-1][1]
        if first - last >= 0.05:
            yield f"J falls along the track: {100 * first:.1f} in its first tenth, {100 * last:.1f} in its last."
    yield from _on_outlines(found)


def _on_sequences(found: Findings) -> Iterator[str]:
    figure, ranked = found.figures[0], found.ranked
    what = sequences(found.record)
    if len(ranked) < 2:
        return
    worst = ", ".join(f"{one.name[1]} ({shown(figure, one.value)})" for one in ranked[:3])
    best = ranked[-1]
    yield f"Worst {what} by {name_of(figure)}: {worst}. Best: {best.name[1]} ({shown(figure, best.value)})."
    missing = [(1 - one.value) * len(one.items) for one in ranked]
    total, so_far = sum(missing), 0.0
    for count, part in enumerate(sorted(missing, reverse=True), 1):
        so_far += part
        if total > 0 and so_far >= total / 2:
            yield f"Half of all that is missing lies in {count} of {len(ranked)} {what}."
            break


def _on_errors(found: Findings) -> Iterator[str]:
    if found.lost:
        names = ", ".join(f"{one.sequence} {one.object} from frame {frame}" for one, frame in found.lost[:3])
        more = f" and {len(found.lost) - 3} more" if len(found.lost) > 3 else ""
        yield f"{len(found.lost)} of {len(found.record.items)} objects are lost for good: {names}{more}."
    bad = sorted(found.errors[:-1], key=lambda kind: -kind.lost)
    if bad and bad[0].lost > 0:
        frames = sum(kind.frames for kind in found.errors)
        yield (
            f"Most is lost to “{bad[0].name}” ({bad[0].what}): {100 * bad[0].frames / frames:.0f} % of frames, "
            f"{100 * bad[0].lost:.0f} % of the missing J."
        )


def _on_rows(found: Findings) -> Iterator[str]:
    figure = found.figures[0]
    word = source_word(found.record)
    for what, rows in ((word, found.sources), ("object size", found.sizes)):
        if len(rows) > 1 and what != "limit":  # what limits cost is said before
            low, high = (pick(rows, key=lambda row: row.interval.value) for pick in (min, max))
            yield (
                f"By {what}: worst on {low.name} ({shown(figure, low.interval.value)}, objects: {low.interval.items}), "
                f"best on {high.name} ({shown(figure, high.interval.value)}, objects: {high.interval.items})."
            )


def _on_outlines(found: Findings) -> Iterator[str]:
    both = found.record.figures.get("j"), found.record.figures.get("f")
    if both[0] is not None and both[1] is not None and both[0] - both[1] >= 0.03:
        yield f"Outlines are weaker than regions: F {100 * both[1]:.1f}, J {100 * both[0]:.1f}."


def source_word(record: Record) -> str:
    """What an item's source is in records of this kind."""
    return "limit" if record.kind == "stress" else "source"


def sequences(record: Record) -> str:
    """What is drawn anew in records of this kind: "sequences" or "pictures"."""
    return "pictures" if record.kind in ("images", "everything") else "sequences"
