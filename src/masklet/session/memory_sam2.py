"""SAM 2's memory (Ravi et al. 2024, section 4): prompted frames, the last few frames, and object pointers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from masklet.runtime.protocol import Memory, Pointer, Recollection
from masklet.session.answer import Answer
from masklet.session.memory import Keep, MemoryBank, Step, Trace


@dataclass(frozen=True)
class Sam2Policy:
    """Every frame is written, or those that show the object. Read are the prompted frames in slot 0, wherever in the
    video they lie; the frames 1…N before in the direction of tracking in slots 1…N; and the pointers of the prompted
    frames already passed and of the frames 1…`pointers`-1 before, with their distances.

    recent: N. max_prompted: with more prompted frames than that, the first one prompted and those nearest to the
    frame are read, and the first one and the latest prompted are kept; None: all of them. stretch: pointers'
    distances are given so many times as long. SAM 2's published code measures them in shares of a short video's length.
    slots: of the N frames before only those so many frames back are read as memories; none named: all.
    absences: frames on which the object is absent are written, too. If not, a frame so many back stands for the next
    one beyond it that was written: a network that was once told that its object is gone may else never look again.
    itself: a prompted frame that is prompted again recalls its own earlier answer too, as in the published code.
    """

    recent: int = 6
    pointers: int = 16
    max_prompted: int | None = None
    stretch: float = 1.0
    itself: bool = False
    slots: tuple[int, ...] = ()
    absences: bool = True

    @property
    def name(self) -> str:
        """What it is chosen by."""
        return "sam2"

    def writes(self, bank: MemoryBank, frame: int, step: Step, answer: Answer) -> bool:
        """Where the object is seen; with `absences` always: that it is absent is worth remembering, too."""
        return self.absences or answer.presence > 0

    def read(self, bank: MemoryBank, frame: int, step: Step) -> Recollection:
        """See the class. Frames without a trace leave their slots empty."""
        memories: list[tuple[int, Memory]] = []
        pointers: list[tuple[float, Pointer]] = []
        for one in self._nearest(bank, frame):
            trace = bank.prompted[one]
            assert trace.memory is not None  # prompted traces keep theirs
            memories.append((0, trace.memory))
            if (frame - one) * step > 0 or one == frame:
                pointers.append(((frame - one) * step * self.stretch, trace.pointer))
        tracked = bank.tracked(step)
        memories += self._recent(tracked, frame, step)
        for distance in range(1, self.pointers):
            passed = tracked.get(frame - distance * step)
            if passed is not None:
                pointers.append((distance * self.stretch, passed.pointer))
        return Recollection(tuple(memories), tuple(pointers))

    def keep(self, bank: MemoryBank, frame: int, step: Step) -> Keep:
        """The window behind `frame`, that frame included, as the next frame will read it."""
        prompted = list(bank.prompted)
        if self.max_prompted is not None and len(prompted) > self.max_prompted:
            prompted = [prompted[0], *prompted[len(prompted) - self.max_prompted + 1 :]]
        memories = {frame - back * step for back in range(self.recent)}
        if not self.absences:
            latest = sorted(_remembered(bank.tracked(step), frame + step, step))[: self.recent]
            memories.update(frame + step - back * step for back in latest)
        return Keep(
            frozenset(prompted),
            frozenset(memories),
            frozenset(frame - back * step for back in range(self.pointers - 1)),
        )

    def _recent(self, tracked: Mapping[int, Trace], frame: int, step: Step) -> list[tuple[int, Memory]]:
        """Slots and their memories."""
        passed = _remembered(tracked, frame, step)
        filled: dict[int, int] = {}  # how far back -> slot
        for slot in self.slots or range(1, self.recent + 1):
            back = slot if self.absences else min((one for one in passed if one >= slot), default=0)
            if back in passed:
                filled.setdefault(back, slot)
        return [(slot, passed[back]) for back, slot in filled.items()]

    def _nearest(self, bank: MemoryBank, frame: int) -> list[int]:
        """The prompted frames to read, in the order they were prompted."""
        others = [one for one in bank.prompted if self.itself or one != frame]
        if self.max_prompted is None or len(others) <= self.max_prompted:
            return others
        first, rest = others[0], others[1:]
        nearest = set(sorted(rest, key=lambda one: abs(frame - one))[: self.max_prompted - 1])
        return [one for one in others if one == first or one in nearest]


def _remembered(tracked: Mapping[int, Trace], frame: int, step: Step) -> dict[int, Memory]:
    """The memories of frames passed before `frame`, by how many frames ago."""
    passed = ((frame - one) * step for one in tracked)
    return {back: memory for back in passed if back > 0 and (memory := tracked[frame - back * step].memory) is not None}
