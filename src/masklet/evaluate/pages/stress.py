"""The head of a stress record's page: every limit as a card, the costliest first, and all of their figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from masklet.evaluate.bootstrap import Interval
from masklet.evaluate.display import shown, shown_interval
from masklet.evaluate.pages.charts import bar
from masklet.evaluate.pages.document import Child, Element, section, table, tag
from masklet.evaluate.stress_costs import LimitCost

_PER_CENT = ("found", "false_masks", "others")
_HEADER = (
    "limit", "J&F", "costs", "95 %", "", "found again", "after, frames", "false masks", "on others", "switches",
    "presence AUC",
)  # fmt: skip


def limit_cards(limits: Sequence[LimitCost]) -> Element:
    """A card for each limit: what J&F loses to it, how sure that is, and what is left."""
    cards = []
    for one in limits:
        left = shown("jf", one.figures.get("jf"))
        if one.cost is None:
            parts = [tag("div", left, class_="value"), _quiet("J&F without a difficulty")]
        else:
            look = "value worse" if one.sure else "value"
            change = _turned(one.cost)
            ends = shown_interval("jf", change, signed=True)
            parts = [tag("div", shown("jf", change.value, signed=True), class_=look), _quiet(one.says)]
            parts += [_quiet(f"J&F {left}" + (f"; 95 %: {ends}" if ends != "–" else ""))]
        cards.append(tag("div", tag("dt", one.name), tag("dd", *parts)))
    return tag("dl", *cards, class_="figures limits")


def limit_section(limits: Sequence[LimitCost]) -> Element:
    """All figures of all limits as a table."""
    rows: list[list[Child]] = [_row(one) for one in limits]
    note = (
        "J&F counts the frames on which an object is seen. What a limit costs is the J&F that the same things in the "
        "same places lose to it. Found again: of all returns into sight and all cuts, within 20 frames. False masks: "
        "of the frames without the object. On others: most of the mask lies on another object. Switches: per object."
    )
    told = table("Limits, the costliest first; per cent", _HEADER, rows)
    return section("What each limit costs", told, tag("p", note, class_="quiet"), name="limits")


def _row(one: LimitCost) -> list[Child]:
    figures = one.figures
    costs: list[Child] = ["", "", ""]
    if one.cost is not None:
        ends, value = shown_interval("jf", one.cost), shown("jf", one.cost.value)
        drawn = bar(
            max(0.0, one.cost.value), one.cost.low, one.cost.high, said=f"{one.name} costs {value} of J&F, 95 % {ends}"
        )
        costs = [tag("span", value, class_="worse" if one.sure else None), ends, drawn]
    delay = f"{figures['delay']:.1f}" if "delay" in figures else "–"
    switches = f"{figures['switches']:.2f}" if "switches" in figures else "–"
    area = f"{figures['presence_auc']:.3f}" if "presence_auc" in figures else "–"
    found, false, others = (shown("jf", figures.get(key)) for key in _PER_CENT)
    return [tag("bdi", one.name), shown("jf", figures.get("jf")), *costs, found, delay, false, others, switches, area]


def _turned(cost: Interval) -> Interval:
    """A cost as a change of J&F."""
    low, high = (None if end is None else -end for end in (cost.high, cost.low))
    return replace(cost, value=-cost.value, low=low, high=high)


def _quiet(text: str) -> Element:
    return tag("span", text, class_="quiet")
