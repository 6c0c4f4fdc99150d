"""Which frames count: the conventions of DAVIS, SA-V, YouTube-VOS and MOSE for scoring an object through a video.

An object is scored on frames on which something is said of it: where it is marked, and where it is known to be absent.
Both masks empty count in full. Each object's mask is compared with its own truth, so objects may overlap.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from masklet.data.sets.values import VideoItem
from masklet.data.sets.vos_folder import annotated_frames
from masklet.errors import InputError

Rule = Literal["davis", "sav", "youtube-vos", "all"]
"""Which of an object's annotated frames count.

davis: all from the object's first appearance on, in the truth or the prediction, but for the video's first and last
annotated frame: DAVIS 2016 and 2017, MOSE. sav: all of the object's own annotated frames but for its first and last,
from its first appearance among these on; an object that does not appear among these is left out. This is what SA-V's
code and `vos-benchmark` count; they differ from DAVIS's where an object that was given is gone on the next frame.
youtube-vos: all after the frame on which the object first appears, the last one too. all: all from the first
appearance on, both ends too (unsupervised protocols).
"""

RULES: tuple[Rule, ...] = get_args(Rule)

_OF_LAYOUTS: dict[str, Rule] = {
    "davis-2016": "davis",
    "davis-2017": "davis",
    "mose": "davis",
    "youtube-vos": "youtube-vos",
}


def rule_of(layout: str) -> Rule:
    """The rule that a set's format implies; "sav" for those that imply none."""
    return _OF_LAYOUTS.get(layout, "sav")


def first_appearance(item: VideoItem, thing: int) -> int | None:
    """The first frame on which the truth shows an object; None when no frame does."""
    frames = (t for t, truth in item.truths.items() if any(region.thing == thing for region in truth.regions))
    return min(frames, default=None)


def gives_alone(item: VideoItem) -> bool:
    """Whether the maps only give the objects, each where it first appears, and the truth is with a server.

    So the sets for submissions have it (YouTube-VOS, LVOS, MOSE): each map marks new objects alone, and that earlier
    ones are not on it does not say that they are gone.
    """
    if not 1 < len(item.truths) < len(item):
        return False  # a single annotated frame never counts beside the given one
    marked = [{region.thing for region in item.truths[t].regions} for t in sorted(item.truths)]
    numbers = [number for on_frame in marked for number in on_frame]
    return all(marked) and len(set(numbers)) == len(numbers)


def counted_frames(rule: Rule, item: VideoItem, thing: int, predicted: Iterable[int] = ()) -> list[int]:
    """The frames on which an object counts, in order; none when it never appears.

    predicted: the frames on which the prediction shows it. A prediction before the true appearance counts against it,
    where the rule has it so. None count where the truth is not there (`gives_alone`). Raises InputError for an unknown
    rule.
    """
    if rule not in RULES:
        raise InputError(f"{rule!r} is no rule for counting frames; there are {', '.join(RULES)}")
    first = first_appearance(item, thing)
    if first is None or gives_alone(item):
        return []
    own = annotated_frames(item, thing)
    if rule == "youtube-vos":
        return [t for t in own if t > first]
    ends = {"davis": sorted(item.truths), "sav": own, "all": []}[rule]
    counted = [t for t in own if t not in {*ends[:1], *ends[-1:]}]
    if rule == "sav":
        shown = [t for t in counted if any(region.thing == thing for region in item.truths[t].regions)]
        if not shown:
            return []
        first = shown[0]
    start = min((t for t in predicted if t in set(counted)), default=first)
    return [t for t in counted if t >= min(start, first)]
