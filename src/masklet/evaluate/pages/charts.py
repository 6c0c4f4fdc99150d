"""Charts as inline SVG: drawn for a column of 360 pixels, told to screen readers by a title and a description."""

from __future__ import annotations

from collections.abc import Sequence

from masklet.evaluate.breakdown import ErrorKind
from masklet.evaluate.pages.document import Element, tag
from masklet.evaluate.record import FrameFigures

Points = Sequence[tuple[float, float]]

WIDTH = 360
SERIES = 6
"""So many lines look different; a chart with more uses some looks twice."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 10, 10, 34
_NAME = 14  # room for the y axis's name, above all lines


def svg(width: float, height: float, title: str, said: str, *children: Element, class_: str | None = None) -> Element:
    """A picture with a name and a description."""
    return tag(
        "svg",
        tag("title", title),
        tag("desc", said),
        *children,
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_label=f"{title}. {said}",
        class_=class_,
    )


def line_chart(
    title: str,
    series: Sequence[tuple[str, Points]],
    *,
    across: str,
    up: str,
    height: float = 210,
    top: float | None = 1.0,
) -> Element:
    """Lines over a common x axis, with a key below when there are several.

    across, up: the axes' names. top: the highest y; None takes it from the data, and y then is a plain number instead
    of a fraction shown in per cent.
    """
    drawn = [(name, points) for name, points in series if points]
    xs = [x for _, points in drawn for x, _ in points] or [0.0]
    ys = [y for _, points in drawn for _, y in points] or [0.0]
    floor = 0.0 if top is not None else min(0.0, *ys)
    frame = _Axes(min(xs), max(xs), floor, top or max(ys) or 1.0, height, _TOP + (_NAME if up else 0))
    parts = frame.drawn(across, up, per_cent=top is not None)
    for place, (_, points) in enumerate(drawn):
        parts.append(frame.line(points, place))
        if len(points) <= 12:
            parts += [tag("circle", cx=frame.x(x), cy=frame.y(y), r=3, class_=f"f{place % SERIES}") for x, y in points]
    said = "; ".join(f"{name}: {_told(points, per_cent=top is not None)}" for name, points in drawn)
    caption = tag("figcaption", title)
    keys = key([name for name, _ in drawn]) if len(drawn) > 1 else None
    return tag("figure", caption, svg(WIDTH, height, title, said or "no values", *parts), keys)


def key(names: Sequence[str]) -> Element:
    """Which line is which."""
    return tag("ul", *(tag("li", _swatch(place), name) for place, name in enumerate(names)), class_="key")


def time_chart(title: str, frames: Sequence[FrameFigures]) -> Element:
    """J and F of one object over a video, and below a strip of the frames on which its presence was wrong."""
    height, strip = 150.0, 14.0
    frame = _Axes(frames[0].index, max(frames[-1].index, frames[0].index + 1), 0.0, 1.0, height)
    parts = frame.drawn("frame", "", per_cent=True)
    parts += [
        frame.line([(one.index, one.j) for one in frames], 0),
        frame.line([(one.index, one.f) for one in frames], 1),
    ]
    parts += _presence(frames, frame, height + 4, strip)
    false, missed = (
        sum(one.predicted_visible and not one.truth_visible for one in frames),
        sum(one.truth_visible and not one.predicted_visible for one in frames),
    )
    mean_j, mean_f = (100 * sum(values) / len(frames) for values in ([o.j for o in frames], [o.f for o in frames]))
    said = (
        f"mean J {mean_j:.1f}, mean F {mean_f:.1f} over {len(frames)} frames; lowest J "
        f"{100 * min(o.j for o in frames):.1f} on frame {min(frames, key=lambda o: o.j).index}; "
        f"frames with a false mask: {false}, without a mask that should be there: {missed}"
    )
    return tag("figure", tag("figcaption", title), svg(WIDTH, height + strip + 8, title, said, *parts))


def time_key() -> Element:
    """What the lines and colours of `time_chart` mean."""
    names = ("false mask (object out of sight)", "missed (visible, no mask)", "rightly nothing")
    blocks = [tag("li", _block(kind), name) for name, kind in zip(names, ("f3", "f1", "good"), strict=True)]
    lines = [tag("li", _swatch(place), name) for place, name in enumerate(("J (region)", "F (outline)"))]
    return tag("ul", *lines, *blocks, class_="key")


def bar(
    value: float, low: float | None, high: float | None, *, floor: float = 0.0, ceiling: float = 1.0, said: str
) -> Element:
    """A small bar for a table's cell, with the interval as a line over it; the cell beside it has the numbers."""
    width, height = 120.0, 14.0

    def place(number: float) -> float:
        return width * min(1.0, max(0.0, (number - floor) / (ceiling - floor)))

    start, end = sorted((place(0.0), place(value)))
    parts = [
        tag("rect", x=0, y=5, width=width, height=4, class_="track"),
        tag("rect", x=start, y=3, width=max(end - start, 1), height=8, class_="f0" if value >= 0 else "f1"),
    ]
    if low is not None and high is not None:
        x0, x1 = place(low), place(high)
        path = f"M{x0:.1f} 1V13M{x0:.1f} 7H{x1:.1f}M{x1:.1f} 1V13"
        parts.append(tag("path", d=path, stroke="currentColor", stroke_width=1.5, fill="none"))
    return svg(width, height, said, "", *parts, class_="bar")


def error_bars(kinds: Sequence[ErrorKind]) -> Element:
    """Two bars in parts: of all frames, and of all the J that is missing."""
    total = sum(kind.frames for kind in kinds) or 1
    parts: list[Element] = []
    for row, (name, shares) in enumerate(
        (("frames", [kind.frames / total for kind in kinds]), ("missing J", [kind.lost for kind in kinds]))
    ):
        y, x = 18.0 + 48 * row, 0.0
        parts.append(tag("text", name, x=0, y=y - 5))
        for place, share in enumerate(shares):
            parts.append(
                tag("rect", x=round(x, 2), y=y, width=round(WIDTH * share, 2), height=20, class_=_look(place, kinds))
            )
            if share > 0.08:
                label = f"{100 * share:.0f}"
                parts.append(tag("text", label, x=x + WIDTH * share / 2, y=y + 14, text_anchor="middle", style=_ON_BAR))
            x += WIDTH * share
    said = "; ".join(
        f"{kind.name}: {100 * kind.frames / total:.0f} % of frames, {100 * kind.lost:.0f} % of the missing J"
        for kind in kinds
    )
    return tag(
        "figure",
        svg(WIDTH, 92, "Where frames were lost", said, *parts),
        tag("ul", *(tag("li", _block(_look(i, kinds)), kind.name) for i, kind in enumerate(kinds)), class_="key"),
    )


_ON_BAR = "fill: var(--paper); font-weight: 600"


def _look(place: int, kinds: Sequence[ErrorKind]) -> str:
    return "good" if place == len(kinds) - 1 else f"f{(3, 1, 4, 5, 0)[place % 5]}"


class _Axes:
    """The place of a chart's lines: from numbers to its pixels."""

    def __init__(self, x0: float, x1: float, y0: float, y1: float, height: float, top: float = _TOP) -> None:
        self.x0, self.x1, self.y0, self.y1 = x0, x1 if x1 > x0 else x0 + 1, y0, y1
        self.height, self.top = height, top

    def x(self, value: float) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * (value - self.x0) / (self.x1 - self.x0), 1)

    def y(self, value: float) -> float:
        share = min(1.0, max(0.0, (value - self.y0) / (self.y1 - self.y0)))
        return round(self.height - _BOTTOM - (self.height - self.top - _BOTTOM) * share, 1)

    def line(self, points: Points, place: int) -> Element:
        path = "M" + "L".join(f"{self.x(x):g} {self.y(y):g}" for x, y in points)
        return tag("path", d=path, class_=f"line l{place % SERIES}")

    def _middle(self) -> float:
        """Between the ends; a whole number where the ends are, since there is no half frame."""
        middle = (self.x0 + self.x1) / 2
        return float(int(middle)) if float(self.x0).is_integer() and float(self.x1).is_integer() else middle

    def drawn(self, across: str, up: str, *, per_cent: bool) -> list[Element]:
        parts = []
        for k in range(5):
            value = self.y0 + (self.y1 - self.y0) * k / 4
            y = self.y(value)
            parts.append(tag("path", d=f"M{_LEFT} {y:g}H{WIDTH - _RIGHT}", class_="grid" if k else "axis"))
            said = f"{100 * value:.0f}" if per_cent else f"{value:.3g}"
            parts.append(tag("text", said, x=_LEFT - 5, y=y + 4, text_anchor="end"))
        floor = self.height - _BOTTOM
        for value in (self.x0, self._middle(), self.x1):
            anchor = "start" if value == self.x0 else "end" if value == self.x1 else "middle"
            parts.append(tag("text", f"{value:.4g}", x=self.x(value), y=floor + 15, text_anchor=anchor))
        parts.append(tag("text", across, x=(WIDTH + _LEFT) / 2, y=floor + 30, text_anchor="middle"))
        if up:
            parts.append(tag("text", up, x=_LEFT, y=self.top - 10))
        return parts


def _presence(frames: Sequence[FrameFigures], axes: _Axes, top: float, height: float) -> list[Element]:
    """The strip's blocks: frames in a row of one kind are one block."""
    runs: list[tuple[str, int, int]] = []
    for place, one in enumerate(frames):
        kind = _kind(one)
        if runs and runs[-1][0] == kind and runs[-1][2] == place - 1:
            runs[-1] = (kind, runs[-1][1], place)
        elif kind:
            runs.append((kind, place, place))
    step = (frames[-1].index - frames[0].index) / max(1, len(frames) - 1)
    floor, ceiling = axes.x(axes.x0), axes.x(axes.x1)
    blocks = [tag("rect", x=floor, y=top, width=ceiling - floor, height=height, class_="track")]
    for kind, first, last in runs:
        x0 = max(floor, axes.x(frames[first].index - step / 2))
        x1 = min(ceiling, axes.x(frames[last].index + step / 2))
        blocks.append(tag("rect", x=x0, y=top, width=max(2.0, round(x1 - x0, 1)), height=height, class_=kind))
    return blocks


def _kind(frame: FrameFigures) -> str:
    if frame.truth_visible:
        return "" if frame.predicted_visible else "f1"
    return "f3" if frame.predicted_visible else "good"


def _told(points: Points, *, per_cent: bool) -> str:
    """A line in words: its first, its last and its lowest and highest point."""

    def say(point: tuple[float, float]) -> str:
        return f"{100 * point[1]:.1f} at {point[0]:g}" if per_cent else f"{point[1]:.3g} at {point[0]:g}"

    chosen = [points[0], min(points, key=lambda p: p[1]), max(points, key=lambda p: p[1]), points[-1]]
    names = ("first", "lowest", "highest", "last")
    return ", ".join(f"{name} {say(point)}" for name, point in zip(names, chosen, strict=True))


def _swatch(place: int) -> Element:
    line = tag("path", d="M0 6H28", class_=f"line l{place % SERIES}")
    return tag("svg", line, viewBox="0 0 28 12", aria_hidden="true")


def _block(kind: str) -> Element:
    return tag("svg", tag("rect", x=0, y=1, width=28, height=10, class_=kind), viewBox="0 0 28 12", aria_hidden="true")
