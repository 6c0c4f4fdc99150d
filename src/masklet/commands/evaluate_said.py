"""What `masklet evaluate` prints: tables of records, in per cent."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from masklet.evaluate.record import Record

_VIDEO = {
    "jf": "J&F",
    "j": "J",
    "j_recall": "recall",
    "j_decay": "decay",
    "f": "F",
    "f_recall": "recall",
    "f_decay": "decay",
    "boundary_iou": "boundary IoU",
    "presence_f1": "presence F1",
    "g": "G",
    "hota": "HOTA",
}


def video_lines(records: Sequence[Record]) -> list[str]:
    """J&F of every video and the means, a group of columns per record; below, a row per record with all figures."""
    from rich.table import Table

    from masklet.evaluate.summary import by_sequence, over_objects

    each = Table(title="J&F", title_justify="left")
    each.add_column("sequence")
    for record in records:
        each.add_column(name_of_run(record), justify="right")
    found = [by_sequence(record.items) for record in records]
    for name in dict.fromkeys(name for one in found for name in one):
        each.add_row(name, *(percent(over_objects(one[name])["jf"]) if name in one else "" for one in found))
    whole = Table(title="All objects", title_justify="left")
    whole.add_column("run")
    shown = [key for key in _VIDEO if any(key in record.figures for record in records)]
    for key in shown:
        whole.add_column(_VIDEO[key], justify="right")
    whole.add_column("id switches", justify="right")
    whole.add_column("objects", justify="right")
    for record in records:
        cells = [percent(record.figures[key]) if key in record.figures else "" for key in shown]
        switches = f"{record.figures.get('id_switches', 0):.0f}"
        whole.add_row(name_of_run(record), *cells, switches, str(len(record.items)))
    return [*lines_of(each), "", *lines_of(whole)] if any(record.items for record in records) else [_NOTHING]


_NOTHING = "No object has a frame that counts: there are no figures."


def picture_lines(record: Record, clicks: int) -> list[str]:
    """IoU by source, after each number of clicks and from boxes, and the numbers of clicks to a quality."""
    from rich.table import Table

    from masklet.evaluate.summary import by_source, over_objects

    if not record.items:
        return ["There is no object on these pictures."]
    ways = [str(n) for n in range(1, clicks + 1) if n in (1, 2, 3, 5, 10, 20, clicks)]
    ways += ["box"] if "iou@box" in record.figures else []
    table = Table(title="Mean IoU; the model's own choice, and the best of its candidates", title_justify="left")
    table.add_column("source")
    table.add_column("objects", justify="right")
    for how in ways:
        table.add_column("box" if how == "box" else "1 click" if how == "1" else f"{how} clicks", justify="right")
        table.add_column("best", justify="right")
    for source, of in by_source(record.items).items():
        figures = over_objects(of)
        cells = [percent(figures[f"{kind}@{how}"]) for how in ways for kind in ("iou", "best")]
        table.add_row(source, str(len(of)), *cells)
    table.add_section()
    for title, ending in (("mean over sources", "_sources"), ("mean over objects", "")):
        cells = [percent(record.figures[f"{kind}{ending}@{how}"]) for how in ways for kind in ("iou", "best")]
        table.add_row(title, str(len(record.items)), *cells)
    lines = lines_of(table)
    for target in (85, 90):
        noc, failed = record.figures[f"noc@{target}"], record.figures[f"failed@{target}"]
        lines.append(f"NoC@{target}: {noc:.2f} of at most {clicks} clicks; not reached by {percent(failed)} %")
    return lines


def recall_lines(record: Record) -> list[str]:
    """Average recall of proposals."""
    from rich.table import Table

    table = Table(title="Recall of all objects", title_justify="left")
    for column in ("proposals", "AR 0.5–0.95", "recall at IoU 0.5"):
        table.add_column(column, justify="right")
    for count in (100, 1000):
        if f"ar@{count}" in record.figures:
            table.add_row(
                str(count), percent(record.figures[f"ar@{count}"]), percent(record.figures[f"recall50@{count}"])
            )
    return [*lines_of(table), f"{len(record.items)} objects"]


def name_of_run(record: Record) -> str:
    """A run in a word or two: what objects were given by, and the baseline."""
    system = str(record.protocol.get("system", "full"))
    return " ".join([str(record.protocol.get("given", record.model)), *([] if system == "full" else [f"({system})"])])


def lines_of(table: Table) -> list[str]:
    """A table as lines of text, as wide as they need to be."""
    from rich.console import Console

    text = StringIO()
    Console(file=text, width=1000, no_color=True).print(table)
    return [line.rstrip() for line in text.getvalue().splitlines()]


def percent(fraction: float) -> str:
    """Per cent with one digit."""
    return f"{100 * fraction:.1f}"


def effort_lines(records: Sequence[Record]) -> list[str]:
    """J&F round by round, what it takes to a quality, and how many interactions less the whole system needs."""
    from rich.table import Table

    from masklet.evaluate.effort import savings, shared_quality
    from masklet.evaluate.interactive import TARGETS

    clicks = " or ".join(dict.fromkeys(str(one.protocol["clicks"]) for one in records))
    rounds = Table(title=f"J&F by annotated frames per object, {clicks} clicks each", title_justify="left")
    rounds.add_column("system")
    shown = [k for k in range(8) if any(k < len(one.curves["jf over rounds"]) for one in records)]
    for k in shown:
        rounds.add_column(str(k + 1), justify="right")
    rounds.add_column("end", justify="right")
    costs = Table(title="Clicks (and seconds) per object to a J&F of", title_justify="left")
    costs.add_column("system")
    for target in TARGETS:
        costs.add_column(str(target), justify="right")
    for one in records:
        name = f"{one.protocol['mode']}, {one.protocol['system']}"
        curve = one.curves["jf over rounds"]
        cells = [percent(curve[k][1]) if k < len(curve) else "" for k in shown]
        rounds.add_row(name, *cells, percent(one.figures["jf"]) if curve else "")
        costs.add_row(name, *(_cost(one, target) for target in TARGETS))
    lines = [*lines_of(rounds), "", *lines_of(costs), "seconds: an annotator's; >: not reached with so many clicks"]
    for full in (one for one in records if one.protocol["system"] == "full"):
        for other in records:
            if other is not full and other.protocol["mode"] == full.protocol["mode"]:
                said = savings(full.figures, other.figures)
                both = shared_quality(full.curves, other.curves)
                if both is not None:
                    said.append(str(both))
                lines += ["", f"{full.protocol['mode']}, full against {other.protocol['system']}:"]
                lines += [f"  {line}" for line in said]
    return lines


def _cost(record: Record, target: int) -> str:
    clicks = record.figures.get(f"clicks_to_jf{target}")
    if clicks is None:
        return f"> {record.figures.get('clicks', 0):.1f}"
    return f"{clicks:.1f} ({record.figures[f'seconds_to_jf{target}']:.0f} s)"


def transfer_lines(records: Sequence[Record]) -> list[str]:
    """A row per data set: IoU on pictures, J&F on videos, and the means over sets."""
    from rich.table import Table

    rows = transfer_table(records)
    ways = list(dict.fromkeys(way for row in rows.values() for way in row))
    table = Table(title="Zero-shot transfer", title_justify="left")
    table.add_column("data set")
    for way in ("objects", *ways):
        table.add_column(way, justify="right")
    objects = {_set_of(one): str(len(one.items)) for one in records}  # the same however they were given
    for name, row in rows.items():
        table.add_row(name, objects[name], *(percent(row[way]) if way in row else "" for way in ways))
    table.add_section()
    means = [[row[way] for row in rows.values() if way in row] for way in ways]
    table.add_row("mean over sets", "", *(percent(sum(of) / len(of)) for of in means))
    return lines_of(table)


def transfer_table(records: Sequence[Record]) -> dict[str, dict[str, float]]:
    """By data set, the figures of all its records by the names of the table's columns."""
    found: dict[str, dict[str, float]] = {}
    for one in records:
        found.setdefault(_set_of(one), {}).update(_transfer_figures(one))
    return found


def _set_of(record: Record) -> str:
    return record.data.split("/")[-1]


def _transfer_figures(record: Record) -> dict[str, float]:
    if record.kind == "vos":
        return {f"J&F, {record.protocol['given']}": record.figures["jf"]} if "jf" in record.figures else {}
    ways = {"1": "1 click", "3": "3 clicks", "5": "5 clicks", "box": "box"}
    return {
        f"IoU, {said}": record.figures[f"iou@{how}"] for how, said in ways.items() if f"iou@{how}" in record.figures
    }
