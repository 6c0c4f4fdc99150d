"""One object: its prompts, its memories, its results, and the way back before each of its prompts."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from masklet.media.rle import decode_mask
from masklet.session.answer import Answer, probability
from masklet.session.geometry import Logits, mask_to_logits
from masklet.session.log import Direction
from masklet.session.memory import MemoryBank, Step, Trace
from masklet.session.packed import unpack_logits
from masklet.session.results import Result, Results
from masklet.values import Masklet, ObjectFrame, Prompt

EXACT_UNDOS = 32  # the last prompts can be taken back with all that was tracked since


@dataclass(frozen=True, eq=False)
class Said:
    """All that stands on one prompted frame.

    prompt: everything said there, joined. logits: hxw, what it was answered with. step: the direction in which the
    frame had been tracked before it was corrected, None when it had not been: its memories take part in that case.
    """

    prompt: Prompt
    logits: Logits = field(repr=False)
    result: Result
    step: Step | None


@dataclass(frozen=True)
class Span:
    """Frames first … last that were tracked in one go, in the direction of `step`, since the object's last prompt."""

    first: int
    last: int
    step: Step

    def holds(self, frame: int) -> bool:
        """Whether `frame` lies in it."""
        return (frame - self.first) * self.step >= 0 and (self.last - frame) * self.step >= 0


@dataclass(eq=False)
class _Checkpoint:
    """The object as it was before a prompt. results: None once there is no way back to them."""

    said: dict[int, Said]
    bank: MemoryBank
    spans: dict[Step, Span]
    results: array[int] | None


class Track:
    """One object of a video session."""

    def __init__(self, name: str, size: tuple[int, int], mask_size: int) -> None:
        """size: (height, width) of the video. mask_size: side of the network's logits."""
        self.name = name
        self.bank = MemoryBank()
        self._size, self._mask_size = size, mask_size
        self._said: dict[int, Said] = {}
        self._spans: dict[Step, Span] = {}
        self._results = Results(size)
        self._checkpoints: list[_Checkpoint] = []

    @property
    def said(self) -> Mapping[int, Said]:
        """Prompted frame -> what stands there."""
        return self._said

    def has(self, frame: int) -> bool:
        """Whether anything is known of the object on `frame`."""
        return frame in self._results

    def is_stale(self, frame: int) -> bool:
        """Whether the frame's result was tracked before the latest prompt, and would come out anew."""
        step = self._results[frame].step
        return step is not None and not self._is_current(frame, step)

    def can_reuse(self, frame: int, step: Step) -> bool:
        """Whether tracking over `frame` in direction `step` would give what is there already."""
        if frame in self._said:
            return True
        return self._results.step_of(frame) == step and self._is_current(frame, step)

    def earlier_logits(self, frame: int) -> Logits | None:
        """The answer that stands on `frame`, to be refined: hxw logits; None when none does or the object is absent."""
        if frame in self._said:
            logits = self._said[frame].logits
            return logits if (logits > 0).any() else None
        result = self._results.get(frame)
        if result is None:
            return None
        packed = self._results.logits(frame)
        if packed is not None:
            logits = unpack_logits(packed)
        else:
            logits = mask_to_logits(decode_mask(result.rle), self._mask_size)
        return logits if (logits > 0).any() else None

    def direction_at(self, frame: int) -> Step | None:
        """The direction in which `frame` was tracked, before it was corrected if it was; None when never tracked."""
        if frame in self._said:
            return self._said[frame].step
        return self._results.step_of(frame)

    def take_prompt(self, frame: int, prompt: Prompt, answer: Answer, trace: Trace) -> None:
        """A prompt stands on `frame` and was answered; what it contradicts is out of date."""
        step = self.direction_at(frame)
        self._checkpoint()
        self._remember_prompt(frame, trace)
        self._said[frame] = Said(prompt, answer.logits, _result(answer, None), step)
        self._spans.clear()
        self._results.write(frame, self._said[frame].result)

    def take_tracked(self, frame: int, step: Step, answer: Answer) -> None:
        """`frame` was tracked in direction `step`."""
        opposite = self._spans.get(_turned(step))
        if opposite is not None and opposite.holds(frame):
            del self._spans[opposite.step]
        self._results.write(frame, _result(answer, step), answer.packed)

    def passed(self, frame: int, step: Step) -> None:
        """Tracking in direction `step` has gone over `frame`."""
        span = self._spans.get(step)
        if span is not None and span.holds(frame):
            return
        if span is not None and frame == span.last + step:
            self._spans[step] = replace(span, last=frame)
        else:
            self._spans[step] = Span(frame, frame, step)

    def settle(self) -> None:
        """A run is about to go over a frame."""

    def stands(self, frame: int) -> bool:
        """Whether what is shown on `frame` is left as it is when tracking passes: it was prompted."""
        return frame in self._said

    def takes_part(self, frame: int, way: Direction) -> bool:
        """Whether a run of that kind follows the object over `frame`."""
        if way == "forward":
            return min(self._said) <= frame
        return max(self._said) >= frame if way == "reverse" else min(self._said) > frame

    def undo(self) -> bool:
        """Take the last prompt back, with all that was tracked since; False when the object is gone with it."""
        checkpoint = self._checkpoints.pop()
        if checkpoint.results is not None:
            self._results.back_to(checkpoint.results)
        else:
            for frame in self._said.keys() - checkpoint.said.keys():
                self._results.forget(frame)
            for frame, said in checkpoint.said.items():
                self._results.write(frame, said.result)
        self._said, self.bank, self._spans = checkpoint.said, checkpoint.bank, checkpoint.spans
        return bool(self._said)

    def object_frame(self, frame: int) -> ObjectFrame:
        """The object on `frame`; KeyError where nothing is known."""
        result = self._results[frame]
        return ObjectFrame(decode_mask(result.rle), result.score, result.presence, result.step is None)

    def masklet(self) -> Masklet:
        """All that is known, in the order of the frames; masks are read when asked for."""
        return Masklet(
            name=self.name,
            size=self._size,
            rles=self._results.column(lambda result: result.rle),
            scores=self._results.column(lambda result: result.score),
            presences=self._results.column(lambda result: result.presence),
        )

    def _is_current(self, frame: int, step: Step) -> bool:
        span = self._spans.get(step)
        return span is not None and span.holds(frame)

    def _remember_prompt(self, frame: int, trace: Trace) -> None:
        if self.has(frame):
            self.bank.outdate_around(frame)
        self.bank.write_prompted(frame, trace)

    def _checkpoint(self) -> None:
        self._checkpoints.append(
            _Checkpoint(dict(self._said), self.bank.copy(), dict(self._spans), self._results.moment())
        )
        if len(self._checkpoints) > EXACT_UNDOS:
            old = self._checkpoints[-EXACT_UNDOS - 1]
            # Without the results there is no way back to them: what stays is stale until it is tracked anew.
            old.results = None
            old.spans = {}
            old.bank.forget_tracked()


def _result(answer: Answer, step: Step | None) -> Result:
    return Result(answer.rle, answer.score, probability(answer.presence), step)


def _turned(step: Step) -> Step:
    return -1 if step == 1 else 1
