"""What a project is, folded from its journal: objects, prompts, masks, and what can be taken back.

Prompts and forgettings are actions; they are undone in reverse order and redone. A mask belongs to the action that
was its object's latest when it was computed: it is shown as long as that action stands, and comes back when it is
redone. Nothing here computes masks, so that all of it can be rebuilt from disk in no time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from masklet.app.journal import Entry
from masklet.session.frame_step import join_prompts
from masklet.values import Prompt

_ID = re.compile(r"o[0-9]{1,6}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

Counts = str
"""COCO's compressed run lengths as text; the size is the video's."""


@dataclass(frozen=True)
class Shown:
    """One object on one frame. step: 1 tracked forward, -1 backward, 0 prompted or given. action: its basis."""

    counts: Counts = field(repr=False)
    score: float
    presence: float
    step: int
    action: int


@dataclass
class Action:
    """A prompt (with its frame) or a forgetting (frame None) of an object; stands until it is undone."""

    number: int
    target: str
    frame: int | None
    prompt: Prompt | None
    stands: bool = True


@dataclass
class Thing:
    """An object. shown: frame -> everything that was ever shown there, the latest last."""

    id: str
    name: str
    colour: str
    actions: list[Action] = field(default_factory=list)
    shown: dict[int, list[Shown]] = field(default_factory=dict)

    @property
    def forgotten(self) -> bool:
        """Whether a forgetting stands."""
        return any(action.frame is None for action in self.standing())

    @property
    def latest(self) -> int:
        """The number of the latest action that stands; -1 before the first."""
        return max((action.number for action in self.standing()), default=-1)

    def standing(self) -> Iterator[Action]:
        """The actions that stand, in order."""
        return (action for action in self.actions if action.stands)

    def prompted(self) -> dict[int, Prompt]:
        """Frame -> all that stands there, joined as a session joins it."""
        found: dict[int, Prompt] = {}
        for action in self.standing():
            if action.frame is not None and action.prompt is not None:
                found[action.frame] = join_prompts(found.get(action.frame), action.prompt)
        return dict(sorted(found.items()))

    def at(self, frame: int) -> Shown | None:
        """What is shown on a frame."""
        standing = {action.number for action in self.standing()} | {-1}
        return self._at(frame, standing)

    def frames(self) -> dict[int, Shown]:
        """All that is shown, in the order of frames."""
        standing = {action.number for action in self.standing()} | {-1}
        known = ((frame, self._at(frame, standing)) for frame in sorted(self.shown))
        return {frame: shown for frame, shown in known if shown is not None}

    def is_stale(self, frame: int, shown: Shown) -> bool:
        """Whether a later prompt lies on the way on which the mask was tracked, so that it would come out anew.

        Forward that is any frame before it; backward, where tracking begins at the first prompt, the nearest prompt.
        """
        later = {
            action.frame for action in self.standing() if action.number > shown.action and action.frame is not None
        }
        if shown.step > 0:
            return any(said <= frame for said in later)
        above = [action.frame for action in self.standing() if action.frame is not None and action.frame >= frame]
        return shown.step < 0 and min(above, default=None) in later

    def _at(self, frame: int, standing: set[int]) -> Shown | None:
        return next((one for one in reversed(self.shown.get(frame, ())) if one.action in standing), None)


class History:
    """See the head of this file. `apply` takes the journal's entries one by one."""

    def __init__(self) -> None:
        self.things: dict[str, Thing] = {}
        self._done: list[Action] = []
        self._undone: list[Action] = []
        self._count = 0

    @property
    def alive(self) -> list[Thing]:
        """The objects that were not forgotten, in order."""
        return [thing for thing in self.things.values() if not thing.forgotten]

    @property
    def can_undo(self) -> bool:
        """Whether an action can be taken back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether an action that was taken back can be done again."""
        return bool(self._undone)

    @property
    def last_done(self) -> Action | None:
        """The action that undo would take back."""
        return self._done[-1] if self._done else None

    def apply(self, entry: Entry) -> None:
        """Take an entry. Raises KeyError, TypeError or ValueError for one that cannot be."""
        kind = entry["kind"]
        if kind == "object":
            self._name(entry)
        elif kind == "prompt":
            thing = self.things[entry["object"]]
            action = self._act(thing, int(entry["frame"]), prompt_of(entry))
            self._show(thing, int(entry["frame"]), entry["answer"], 0, action.number)
        elif kind == "forget":
            self._act(self.things[entry["object"]], None, None)
        elif kind == "undo":
            action = self._done.pop()
            action.stands = False
            self._undone.append(action)
        elif kind == "redo":
            action = self._undone.pop()
            action.stands = True
            self._done.append(action)
        elif kind == "masks":
            for target, answer in entry["objects"].items():
                thing = self.things[target]
                self._show(thing, int(entry["frame"]), answer, int(entry["step"]), thing.latest)
        else:
            raise ValueError(f"unknown kind {kind!r}")

    def needs(self, thing: Thing, frame: int, step: int) -> bool:
        """Whether following in the direction of `step` has something to compute for an object on a frame."""
        prompted = thing.prompted()
        return _needs(thing, prompted, frame, step)

    def next_run(self, count: int, step: int) -> int | None:
        """The first frame, in the direction of `step`, on which an object's mask is missing or stale."""
        firsts = []
        for thing in self.alive:
            prompted = thing.prompted()
            if prompted:
                start = min(prompted)
                frames = range(start + 1, count) if step > 0 else range(start - 1, -1, -1)
                firsts += [next((n for n in frames if _needs(thing, prompted, n, step)), None)]
        known = [first for first in firsts if first is not None]
        return None if not known else min(known) if step > 0 else max(known)

    def _name(self, entry: Entry) -> None:
        if not _ID.fullmatch(entry["object"]) or not _COLOUR.fullmatch(entry["colour"]):
            raise ValueError("an object's id or colour is of another form")
        known = self.things.get(entry["object"])
        if known is None:
            self.things[entry["object"]] = Thing(entry["object"], str(entry["name"]), str(entry["colour"]))
        else:
            known.name, known.colour = str(entry["name"]), str(entry["colour"])

    def _act(self, thing: Thing, frame: int | None, prompt: Prompt | None) -> Action:
        action = Action(self._count, thing.id, frame, prompt)
        self._count += 1
        thing.actions.append(action)
        self._done.append(action)
        self._undone.clear()
        return action

    def _show(self, thing: Thing, frame: int, answer: Mapping[str, Any], step: int, action: int) -> None:
        shown = Shown(str(answer["counts"]), float(answer["score"]), float(answer["presence"]), step, action)
        if not isfinite(shown.score) or not isfinite(shown.presence) or frame < 0:
            raise ValueError("a mask's numbers are out of range")
        there = thing.shown.setdefault(frame, [])
        if there and there[-1].action == action and there[-1].step == step:
            there[-1] = shown
        else:
            there.append(shown)


def prompt_of(entry: Mapping[str, Any]) -> Prompt:
    """The prompt in a journal's entry."""
    from masklet.media.rle import decode_mask

    box, mask = entry.get("box"), entry.get("mask")
    return Prompt(
        points=tuple((float(x), float(y)) for x, y in entry.get("points") or ()),
        labels=tuple(int(label) for label in entry.get("labels") or ()),
        box=None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3])),
        mask=None if mask is None else decode_mask(mask),
    )


def _needs(thing: Thing, prompted: Mapping[int, Prompt], frame: int, step: int) -> bool:
    if not prompted or frame in prompted or (frame - min(prompted)) * step <= 0:
        return False
    shown = thing.at(frame)
    return shown is None or thing.is_stale(frame, shown)
