"""Histograms as one picture. Drawn with Pillow, so that bar charts need no plotting library."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from masklet.data.sets.stats import Histogram, Stats
from masklet.media.overlay import COLOURS, Colour
from masklet.values import Picture

_PANEL = (760, 460)
_MARGIN = (70, 60, 30, 70)  # left, top, right, bottom
_WIDEST = 120  # of a bar and its gap
_INK, _FAINT, _PAPER = (40, 40, 40), (220, 220, 220), (255, 255, 255)


def draw_stats(stats: Stats) -> Picture:
    """Mask sizes, durations (or resolutions, of pictures), objects per item and resolutions, as one RGB picture."""
    objects = "masklets" if stats.kind == "videos" else "objects"
    one = "video" if stats.kind == "videos" else "picture"
    panels = [_bars("masks by their part of the picture", _parts(stats.sizes), COLOURS[0])]
    if stats.kind == "videos":
        unit = "s" if stats.duration_unit == "seconds" else "frames"
        panels.append(_bars(f"masklets by duration ({unit})", _ranges(stats.durations), COLOURS[1]))
    buckets = [(name, count) for name, count in stats.buckets.items()]
    panels.append(_bars(f"{objects} per {one}", _counts(stats.per_item), COLOURS[2]))
    panels.append(_bars(f"{stats.kind} by resolution", _resolutions(stats), COLOURS[5]))
    if stats.kind == "pictures":
        panels.append(_bars("objects by area (small < 32x32, medium < 96x96 pixels)", buckets, COLOURS[1]))
    rows = [np.concatenate(panels[i : i + 2], axis=1) for i in range(0, len(panels), 2)]
    return np.concatenate(rows)


def _bars(title: str, bars: Sequence[tuple[str, int]], colour: Colour) -> Picture:
    """One bar chart; bars: what stands below each, and how high it is."""
    image = Image.new("RGB", _PANEL, _PAPER)
    draw = ImageDraw.Draw(image)
    width, height = _PANEL
    left, top, right, bottom = _MARGIN
    floor, room = height - bottom, width - left - right
    draw.text((left, 18), title, fill=_INK, font=ImageFont.load_default(20))
    highest = max((count for _, count in bars), default=0) or 1
    step = _round_step(highest)
    for count in range(0, highest + 1, step):
        y = floor - (floor - top) * count / highest
        draw.line([(left, y), (width - right, y)], fill=_FAINT if count else _INK)
        draw.text((left - 8, y), _short(count), fill=_INK, font=ImageFont.load_default(13), anchor="rm")
    each = min(room / max(len(bars), 1), _WIDEST)
    for place, (name, count) in enumerate(bars):
        x0, x1 = left + each * (place + 0.12), left + each * (place + 0.88)
        y = floor - (floor - top) * count / highest
        if count:
            draw.rectangle([x0, min(y, floor - 1), x1, floor], fill=colour)
            draw.text(((x0 + x1) / 2, y - 3), _short(count), fill=_INK, font=ImageFont.load_default(12), anchor="mb")
        size = 12 if len(bars) > 6 else 14
        lines = name.replace(" ", "\n")
        draw.multiline_text(
            ((x0 + x1) / 2, floor + 8), lines, fill=_INK, font=ImageFont.load_default(size), anchor="ma", align="center"
        )
    return np.asarray(image, np.uint8)


def _round_step(highest: int) -> int:
    """1, 2 or 5 times a power of ten, so that three to seven of it reach the highest."""
    power = 1
    while highest > 70 * power:
        power *= 10
    return next(power * step for step in (1, 2, 5, 10) if highest <= 7 * power * step)


def _parts(histogram: Histogram) -> list[tuple[str, int]]:
    names = [f"< {_percent(stop)}" for stop in histogram.edges[1:]]
    return list(zip(names, histogram.counts, strict=True))


def _ranges(histogram: Histogram) -> list[tuple[str, int]]:
    pairs = pairwise(histogram.edges)
    names = [f">= {start:g}" if stop == float("inf") else f"< {stop:g}" for start, stop in pairs]
    return list(zip(names, histogram.counts, strict=True))


def _counts(histogram: Histogram) -> list[tuple[str, int]]:
    names = []
    for start, stop in pairwise(histogram.edges):
        last = stop - 1
        names.append(
            f">= {start:g}" if stop == float("inf") else f"{start:g}" if last == start else f"{start:g}-{last:g}"
        )
    return list(zip(names, histogram.counts, strict=True))


def _resolutions(stats: Stats) -> list[tuple[str, int]]:
    shown = [(f"{width}x {height}", count) for (width, height), count in stats.resolutions[:7]]
    rest = sum(count for _, count in stats.resolutions[7:])
    return [*shown, ("others", rest)] if rest else shown


def _percent(part: float) -> str:
    return f"{part * 100:g}%"


def _short(value: float) -> str:
    for size, sign in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{sign}"
    return f"{value:.3g}"
