"""What interactive annotation of a whole set costs: curves over annotated frames, and interactions to a quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from masklet.evaluate.interactive import TARGETS, Effort, Round

Curve = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Step:
    """All objects after the same number of rounds. frames, clicks, seconds: the means; jf: the mean J&F."""

    frames: float
    clicks: float
    seconds: float
    jf: float


def steps(objects: Sequence[Sequence[Round]]) -> list[Step]:
    """The set round by round. An object that needs no more rounds stays as it is, and costs nothing more."""
    longest = max((len(rounds) for rounds in objects), default=0)
    found = []
    for k in range(longest):
        now = [rounds[min(k, len(rounds) - 1)] for rounds in objects if rounds]
        effort = [(one.effort.frames, one.effort.clicks, one.effort.seconds) for one in now]
        frames, clicks, seconds = (float(np.mean(column)) for column in zip(*effort, strict=True))
        found.append(Step(frames, clicks, seconds, float(np.mean([one.jf for one in now]))))
    return found


def effort_curves(objects: Sequence[Sequence[Round]]) -> dict[str, Curve]:
    """J&F over rounds (annotated frames allowed per object), over clicks made and over an annotator's seconds."""
    each = steps(objects)
    return {
        "jf over rounds": tuple((float(k), one.jf) for k, one in enumerate(each, 1)),
        "jf over clicks": tuple((one.clicks, one.jf) for one in each),
        "jf over seconds": tuple((one.seconds, one.jf) for one in each),
    }


def effort_figures(objects: Sequence[Sequence[Round]]) -> dict[str, float]:
    """The headline: J&F at the end and the mean over rounds ("jf_area"), and, for the targets that the set's J&F
    reaches, the mean frames, clicks and seconds per object ("clicks_to_jf80" …)."""
    each = steps(objects)
    if not each:
        return {}
    figures = {"jf": each[-1].jf, "jf_area": float(np.mean([one.jf for one in each]))}
    for target in TARGETS:
        reached = next((one for one in each if one.jf >= target / 100), None)
        if reached is not None:
            figures[f"frames_to_jf{target}"] = reached.frames
            figures[f"clicks_to_jf{target}"] = reached.clicks
            figures[f"seconds_to_jf{target}"] = reached.seconds
    figures |= {"clicks": each[-1].clicks, "frames_annotated": each[-1].frames, "seconds": each[-1].seconds}
    return figures


@dataclass(frozen=True)
class Shared:
    """The best J&F that two systems both reach, and the clicks and seconds per object that each needs for it."""

    jf: float
    full: tuple[float, float]
    baseline: tuple[float, float]

    def __str__(self) -> str:
        """In a sentence."""
        (own, quick), (other, slow) = self.full, self.baseline
        return (
            f"J&F {100 * self.jf:.1f}, the best that both reach: {own:.1f} clicks and {quick:.0f} s per object instead "
            f"of {other:.1f} and {slow:.0f} s: {_times(own, other, '')}"
        )


def shared_quality(full: Mapping[str, Curve], baseline: Mapping[str, Curve]) -> Shared | None:
    """What two systems need to reach the best J&F that both reach, by their curves; None when one has none.

    Where neither comes to a target, this still tells how many interactions less one needs.
    """
    curves = [[one.get(f"jf over {what}", ()) for what in ("clicks", "seconds")] for one in (full, baseline)]
    if not all(points for one in curves for points in one):
        return None
    level = min(max(jf for _, jf in clicks) for clicks, _ in curves)
    needed = [tuple(next(x for x, jf in points if jf >= level) for points in one) for one in curves]
    return Shared(level, (needed[0][0], needed[0][1]), (needed[1][0], needed[1][1]))


def savings(full: Mapping[str, float], baseline: Mapping[str, float]) -> list[str]:
    """How many interactions less than a baseline the whole system needs, a line for each target that it reaches.

    A baseline that never reaches it needs more than it was given.
    """
    lines = []
    for target in TARGETS:
        name = f"clicks_to_jf{target}"
        if name not in full:
            continue
        own = full[name]
        if name in baseline:
            other, sign = baseline[name], ""
        else:
            other, sign = baseline.get("clicks", 0.0), "more than "
            if other <= own:
                continue  # the baseline was not tried for long enough to say
        lines.append(
            f"J&F {target}: {own:.1f} clicks per object instead of {sign}{other:.1f}: {_times(own, other, sign)}"
        )
    return lines


def _times(own: float, other: float, sign: str) -> str:
    more, less = own / other, other / own
    if f"{less:.1f}" == "1.0" and not sign:
        return "as many"
    return f"{sign}{less:.1f}x fewer" if other > own else f"{more:.1f}x more"


def rounds_as_json(rounds: Mapping[int, Sequence[Round]]) -> dict[str, Any]:
    """As values for JSON."""
    return {
        str(number): [[one.effort.frames, one.effort.clicks, one.effort.seconds, one.jf] for one in of]
        for number, of in rounds.items()
    }


def rounds_from_json(value: Mapping[str, Any]) -> dict[int, tuple[Round, ...]]:
    """The rounds of `rounds_as_json`'s values."""
    return {
        int(number): tuple(Round(Effort(int(f), int(c), float(s)), float(jf)) for f, c, s, jf in of)
        for number, of in value.items()
    }
