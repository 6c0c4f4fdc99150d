"""Objects of two records as points: what is above the diagonal is better in the second."""

from __future__ import annotations

from collections.abc import Sequence

from masklet.evaluate.pages.charts import svg
from masklet.evaluate.pages.document import Element, tag

_SIDE, _LEFT, _BOTTOM, _REST = 360.0, 40.0, 40.0, 10.0
MOST = 2000
"""More points would be a blot and a large page."""


def scatter(title: str, points: Sequence[tuple[str, float, float]], across: str, up: str) -> Element:
    """A square plot of fractions with its diagonal. points: (name, x, y); each tells its name when it is pointed at."""
    span = _SIDE - _LEFT - _REST

    def x(value: float) -> float:
        return round(_LEFT + span * min(1.0, max(0.0, value)), 1)

    def y(value: float) -> float:
        return round(_SIDE - _BOTTOM - (span - _BOTTOM + _LEFT) * min(1.0, max(0.0, value)), 1)

    parts = []
    for k in range(5):
        parts.append(tag("path", d=f"M{_LEFT:g} {y(k / 4):g}H{_SIDE - _REST:g}", class_="grid" if k else "axis"))
        parts.append(tag("path", d=f"M{x(k / 4):g} {y(0):g}V{y(1):g}", class_="grid" if k else "axis"))
        parts.append(tag("text", f"{25 * k}", x=_LEFT - 5, y=y(k / 4) + 4, text_anchor="end"))
        parts.append(tag("text", f"{25 * k}", x=x(k / 4), y=y(0) + 15, text_anchor="end" if k == 4 else "middle"))
    parts.append(tag("path", d=f"M{x(0):g} {y(0):g}L{x(1):g} {y(1):g}", class_="axis", stroke_dasharray="4 4"))
    parts.append(tag("text", f"{across} →", x=_SIDE - _REST, y=_SIDE - 6, text_anchor="end"))
    parts.append(tag("text", f"↑ {up}", x=_LEFT + 6, y=y(1) + 14))
    for name, first, second in points[:MOST]:
        dot = tag("title", f"{name}: {100 * first:.1f} and {100 * second:.1f}")
        look = "f2" if second >= first else "f1"
        parts.append(tag("circle", dot, cx=x(first), cy=y(second), r=4, class_=look, opacity=0.75))
    above = sum(second > first for _, first, second in points)
    below = sum(second < first for _, first, second in points)
    said = f"{len(points)} objects: {above} are higher in {up}, {below} are higher in {across}"
    return tag("figure", tag("figcaption", f"{title}. {said}."), svg(_SIDE, _SIDE, title, said, *parts))
