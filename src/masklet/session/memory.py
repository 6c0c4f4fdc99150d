"""What an object remembers, and the seam for what to write there and what to read from it.

A `MemoryBank` holds one object's memories; a `MemoryPolicy` chooses. Policies keep no state of their own: one
instance serves all objects of a session. Each lies in its own file beside this one and is chosen by name.

Directions: step 1 is forward through the video, -1 is backward. Memories of tracked frames are kept apart by
direction, so that a run backward gives the same whether or not a run forward came before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from masklet.errors import InputError
from masklet.runtime.protocol import Memory, Pointer, Recollection, RuntimeSpec, pictures_alone
from masklet.session.answer import Answer
from masklet.session.likeness import Look

Step = Literal[1, -1]


@dataclass(frozen=True, eq=False)
class Trace:
    """What one frame left in an object's memory.

    memory: None once only the pointer is still of use. score: predicted IoU. presence: logit. cover: hxw, where the
    object was, at the network's mask size; None where nobody asks. look: of a prompted frame, what the object looks
    like there; None where nobody asks, or it is not seen.
    """

    memory: Memory | None
    pointer: Pointer = field(repr=False)
    score: float
    presence: float
    cover: NDArray[np.bool_] | None = field(default=None, repr=False)
    look: Look | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Keep:
    """Which frames a bank must keep: prompted ones, and of the tracked ones memories and pointers."""

    prompted: frozenset[int]
    memories: frozenset[int]
    pointers: frozenset[int]


class MemoryBank:
    """One object's memories: of prompted frames, in the order they were prompted, and of tracked ones by direction."""

    def __init__(self, *, one_store: bool = False) -> None:
        """one_store: as in SAM 2's published code, tracked frames of both directions lie together and all are kept."""
        self._one_store = one_store
        self._prompted: dict[int, Trace] = {}
        forward: dict[int, Trace] = {}
        self._tracked: dict[Step, dict[int, Trace]] = {1: forward, -1: forward if one_store else {}}

    @property
    def prompted(self) -> Mapping[int, Trace]:
        """Prompted frame -> its trace; the frame prompted first comes first."""
        return self._prompted

    def tracked(self, step: Step) -> Mapping[int, Trace]:
        """Tracked frame -> its trace, of runs in direction `step`."""
        return self._tracked[step]

    def last_cover(self, frame: int, step: Step) -> NDArray[np.bool_] | None:
        """Where the object was on the nearest frame, of those passed before `frame` in direction `step`, that shows it;
        None when no such frame is remembered."""
        passed = [
            ((frame - one) * step, trace.cover)
            for one, trace in (*self._prompted.items(), *self._tracked[step].items())
            if (frame - one) * step > 0 and trace.cover is not None
        ]
        return next((cover for _, cover in sorted(passed, key=lambda one: one[0]) if cover.any()), None)

    def write_prompted(self, frame: int, trace: Trace) -> None:
        """A prompt stands on `frame`: its trace replaces whatever was known of that frame."""
        self._prompted[frame] = trace
        for traces in self._tracked.values():
            traces.pop(frame, None)

    def write_tracked(self, frame: int, step: Step, trace: Trace) -> None:
        """`frame` was tracked in direction `step`."""
        self._tracked[step][frame] = trace

    def outdate_around(self, frame: int) -> None:
        """A correction on `frame`: forget the tracked frames from the prompted one before it to the one after it."""
        before = max((one for one in self._prompted if one < frame), default=None)
        after = min((one for one in self._prompted if one > frame), default=None)
        for traces in self._tracked.values():
            for one in list(traces):
                if (before is None or one > before) and (after is None or one < after):
                    del traces[one]

    def trim(self, policy: MemoryPolicy, frame: int, step: Step) -> None:
        """Let go of what `policy` cannot recall any more once `frame` was passed in direction `step`."""
        if self._one_store:
            return
        keep = policy.keep(self, frame, step)
        traces = self._tracked[step]
        for one in list(traces):
            if one in keep.memories:
                continue
            if one not in keep.pointers:
                del traces[one]
            elif traces[one].memory is not None:
                traces[one] = replace(traces[one], memory=None)
        for one in list(self._prompted):
            if one not in keep.prompted:
                del self._prompted[one]

    def copy(self) -> MemoryBank:
        """A bank of its own with the same traces."""
        twin = MemoryBank(one_store=self._one_store)
        twin._prompted = dict(self._prompted)
        for step, traces in self._tracked.items():
            twin._tracked[step].update(traces)
        return twin

    def forget_tracked(self) -> None:
        """Keep the prompted frames alone."""
        for traces in self._tracked.values():
            traces.clear()


class MemoryPolicy(Protocol):
    """What an object writes to its memory, what it reads from it, and what need not be kept."""

    @property
    def name(self) -> str:
        """What it is chosen by."""
        ...

    def writes(self, bank: MemoryBank, frame: int, step: Step, answer: Answer) -> bool:
        """Whether `frame`, just tracked with that answer, goes into the memory. Prompted frames always do."""
        ...

    def read(self, bank: MemoryBank, frame: int, step: Step) -> Recollection:
        """What to recall on `frame` in direction `step`."""
        ...

    def keep(self, bank: MemoryBank, frame: int, step: Step) -> Keep:
        """What may still be recalled once `frame` was passed in direction `step`."""
        ...


POLICIES: Sequence[str] = ("sam2",)


def load_policy(
    policy: str | MemoryPolicy, spec: RuntimeSpec, *, max_prompted: int | None = None, frames: int | None = None
) -> MemoryPolicy:
    """The policy of that name for a network, or the given policy itself.

    max_prompted: how many prompted frames are kept and recalled at most; None: all of them. frames: of the video, None
    for a stream; for a strict runtime, videos' memories are read as in SAM 2's published code.
    Raises InputError for an unknown name, ModelError for a network that has no memory to manage.
    """
    if spec.recent_memories == 0:
        raise pictures_alone(spec.name)
    if not isinstance(policy, str):
        return policy
    if policy == "sam2":
        from masklet.session.memory_sam2 import Sam2Policy

        stretch, published = 1.0, spec.strict and frames is not None
        if published and frames is not None and frames < spec.pointers:
            stretch = (spec.pointers - 1) / max(frames - 1, 1)
        return Sam2Policy(
            spec.recent_memories, spec.pointers, max_prompted, stretch, published, spec.slots, spec.absences
        )
    raise InputError(f"memory policy {policy!r} is unknown: choose one of {', '.join(POLICIES)}")
