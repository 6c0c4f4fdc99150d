"""One object as SAM 2's published predictor keeps it: what a strict network's video sessions use in place of `Track`.

What differs from masklet's own way, and why masklet's is another:

- A click on a frame that tracking has passed is no prompt like the first ones. Its answer takes the place of what was
  tracked there until tracking passes again, which computes the frame anew as if nothing had been said; on a frame that
  was prompted before it, the first prompt's answer comes back. masklet's corrections bind.
- What was tracked before a correction is still recalled after it, and frames tracked backward are recalled on the way
  forward, if they lie in reach. masklet forgets the former, and keeps the ways apart.
- Every run computes all frames anew, save the prompted ones. masklet leaves what is not stale.
- An object is followed from where the run starts, also on frames before its first prompt.

Prompts count from the next run on. Nothing is let go: memory grows with the video, as there.
"""

from __future__ import annotations

from collections import OrderedDict
from copy import copy
from dataclasses import dataclass, field

from masklet.session.answer import Answer
from masklet.session.geometry import Logits
from masklet.session.log import Direction
from masklet.session.memory import MemoryBank, Step, Trace
from masklet.session.results import KEPT_LOGITS, Result
from masklet.session.track import Said, Track


@dataclass(eq=False)
class _State:
    """passed: frames that tracking went over -> its direction. standing: prompted before tracking came there, and what
    was said. waiting: traces of prompts since the last run."""

    passed: dict[int, Step] = field(default_factory=dict)
    standing: dict[int, Said] = field(default_factory=dict)
    waiting: dict[int, Trace] = field(default_factory=dict)

    def copy(self) -> _State:
        return _State(copy(self.passed), copy(self.standing), copy(self.waiting))


class PublishedTrack(Track):
    """See the file's head. Everything else is as in `Track`."""

    def __init__(self, name: str, size: tuple[int, int], mask_size: int) -> None:
        super().__init__(name, size, mask_size)
        self.bank = MemoryBank(one_store=True)
        self._state = _State()
        self._earlier_states: list[_State] = []
        # logits as they are: rounded ones, which `Track` keeps, would refine to something else
        self._exact: OrderedDict[int, tuple[Result, Logits]] = OrderedDict()

    def settle(self) -> None:
        """A run begins: what was said since the last one goes into the memory, corrections first."""
        state = self._state
        for frame, trace in state.waiting.items():
            if frame not in state.passed:
                continue
            if frame in state.standing:
                first = state.standing[frame]
                self._said[frame] = Said(self._said[frame].prompt, first.logits, first.result, first.step)
                self._results.write(frame, first.result)
            else:
                self.bank.write_tracked(frame, state.passed[frame], trace)
        for frame, trace in state.waiting.items():
            if frame not in state.passed:
                self.bank.write_prompted(frame, trace)
                state.standing[frame] = self._said[frame]
        state.waiting.clear()

    def stands(self, frame: int) -> bool:
        """Whether what is shown on `frame` is left as it is when tracking passes."""
        return frame in self._state.standing

    def can_reuse(self, frame: int, step: Step) -> bool:
        """Prompted frames alone are not computed again."""
        return self.stands(frame)

    def takes_part(self, frame: int, way: Direction) -> bool:
        """Everywhere."""
        return True

    def earlier_logits(self, frame: int) -> Logits | None:
        """The answer that stands on `frame`, also where the object is absent."""
        result, said, exact = self._results.get(frame), self._said.get(frame), self._exact.get(frame)
        if said is not None and said.result == result:
            return said.logits
        if exact is not None and exact[0] == result:
            return exact[1]
        return super().earlier_logits(frame) if said is None else None

    def direction_at(self, frame: int) -> Step | None:
        """The direction in which tracking went over `frame` last, prompted or not; None when it never did."""
        return self._state.passed.get(frame)

    def take_tracked(self, frame: int, step: Step, answer: Answer) -> None:
        """`frame` was tracked in direction `step`."""
        super().take_tracked(frame, step, answer)
        self._exact[frame] = self._results[frame], answer.logits
        self._exact.move_to_end(frame)
        while len(self._exact) > KEPT_LOGITS:
            self._exact.popitem(last=False)

    def passed(self, frame: int, step: Step) -> None:
        """Tracking in direction `step` has gone over `frame`."""
        super().passed(frame, step)
        self._state.passed[frame] = step

    def undo(self) -> bool:
        """Take the last prompt back, with all that was tracked since; False when the object is gone with it."""
        self._state = self._earlier_states.pop()
        return super().undo()

    def _remember_prompt(self, frame: int, trace: Trace) -> None:
        self._state.waiting[frame] = trace

    def _checkpoint(self) -> None:
        self._earlier_states.append(self._state.copy())
        super()._checkpoint()
