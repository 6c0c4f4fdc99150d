"""A video: objects are prompted on any frame and followed through the others."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from numpy.typing import NDArray

from masklet.errors import PromptError
from masklet.media.closing import Closing
from masklet.media.frames import FrameSource
from masklet.runtime.protocol import Opening, Recollection, Runtime
from masklet.session.ahead import Ahead
from masklet.session.answer import probability
from masklet.session.closer import Closer
from masklet.session.footage import Footage
from masklet.session.frame_step import Place, answer_prompt, check_name, commit, join_prompts, track_objects
from masklet.session.geometry import make_prompt, names_object
from masklet.session.log import Direction, Event, Header, PromptLog
from masklet.session.memory import MemoryPolicy, Step, load_policy
from masklet.session.objects import Objects
from masklet.session.recorder import Recorder
from masklet.session.track import Track
from masklet.session.track_published import PublishedTrack
from masklet.values import Frame, Masklet, ObjectFrame, Picture, Prompt

AHEAD = 2  # frames made ready beforehand: with one, a processor waits wherever a frame's work has no two halves


class VideoSession(Closing):
    """Objects of one video.

    >>> video.prompt("dog", frame=0, points=[(420, 310)])
    >>> for frame in video.track():
    ...     frame["dog"].mask

    A correction is binding: the corrected frame shows what the correction decoded, also when tracking passes over
    it, and tracking on from there starts there: what had been tracked between the neighbouring prompted frames is
    stale. Stale results are still shown until they are tracked anew, and never recalled. Results that are not stale
    are not computed again.

    Bounded: a few frames' features, the memories that can still be recalled, and masks compressed.
    """

    def __init__(
        self,
        runtime: Runtime,
        frames: FrameSource | str | os.PathLike[str] | Sequence[Any] | NDArray[Any],
        *,
        policy: str | MemoryPolicy = "sam2",
        exclusive: bool = False,
        fine: bool | None = None,
        autosave: str | os.PathLike[str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """frames: whatever `media.frames.open_frames` takes. policy: what objects remember and recall.
        exclusive: no two objects overlap while tracking; prompted ones go first. fine: what is small is looked at
        again through a window of its own, on every frame (one object then takes more than twice as long) or never;
        None: where it is prompted, if the network gains by it (nano). autosave: a new file to which the prompt log
        is written event by event. clock: seconds since 1970.

        Raises MediaError for what is no video, OutputError when `autosave` cannot be written or holds a log already.
        """
        self._runtime = runtime
        self._exclusive = exclusive
        self._closer = Closer.of(fine, runtime.spec)
        self._clock = clock
        self._footage = Footage(runtime, frames)
        self._policy = load_policy(policy, runtime.spec, frames=len(self._footage))
        self._objects = Objects()
        self._beside = ThreadPoolExecutor(1, "masklet-beside")  # starts no thread before it is used
        self._tracking = False  # the frame passed last was worked on, not only looked up
        spec = runtime.spec
        kept = None if fine is None else bool(fine)
        header = Header(self.size, len(self._footage), spec.name, self._policy.name, exclusive, spec.strict, kept)
        self._recorder = Recorder(PromptLog(header, autosave))
        if isinstance(runtime, Opening):
            runtime.make_ready()

    @property
    def frames(self) -> FrameSource:
        """The video itself."""
        return self._footage.source

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the video."""
        return self._footage.size

    @property
    def objects(self) -> tuple[str, ...]:
        """The objects' names, in the order in which they were first prompted."""
        return self._objects.names

    @property
    def log(self) -> PromptLog:
        """All that was done so far, from which `replay` repeats it."""
        return self._recorder.log

    def prompt(
        self,
        name: str,
        *,
        frame: int,
        points: Sequence[Sequence[float]] | NDArray[Any] = (),
        labels: Sequence[int] | NDArray[Any] | None = None,
        box: Sequence[float] | NDArray[Any] | None = None,
        mask: NDArray[Any] | None = None,
    ) -> ObjectFrame:
        """Say what object `name` is on `frame`, new or known, and get that frame's mask at once.

        points: (x, y) pixels; labels: 1 on the object, 0 outside, all 1 when left out; box: x0, y0, x1, y1; mask:
        HxW of the video's size, alone. Clicks add up with the clicks and the box that stand on that frame for that
        object, and refine the mask that is shown there, tracked or prompted; a new box or a new mask replaces all
        of it. An empty mask says that the object is not in that frame.
        Raises PromptError, with nothing changed, when the prompt does not fit.
        """
        number = self._footage.number(frame)
        check_name(name)
        return self._prompt(name, number, make_prompt(self.size, points, labels, box, mask), self._clock())

    def track(
        self, start: int | None = None, stop: int | None = None, reverse: bool = False, both: bool = False
    ) -> Iterator[Frame]:
        """Follow all objects frame by frame; the work is done as the frames are asked for.

        start: the first frame to track; by default the earliest prompted one (reverse: the latest). stop: the frame
        before which it ends, as in `range`; by default the video's end (reverse: its beginning).
        An object takes part from its first prompted frame on (reverse: from its last one backward).
        both: forward, then backward from each object's first prompted frame to the video's beginning; without start
        and stop. Prompts, undo and forget may come between two frames, and count from the next frame on.
        Raises PromptError when there is no object yet or the range holds nothing.
        """
        if not self._objects:
            raise PromptError("there is no object to track yet: prompt one first")
        if both:
            if start is not None or stop is not None or reverse:
                raise PromptError("both=True goes through the whole video: leave out start, stop and reverse")
            return self._track_both()
        prompted = [frame for track in self._objects for frame in track.said]
        first = (max(prompted) if reverse else min(prompted)) if start is None else start
        return self._run(self._footage.numbers(first, stop, reverse), "reverse" if reverse else "forward")

    def undo(self) -> Event:
        """Take back the last prompt or forgetting that stands, with all that was tracked since of that object.

        Gives the event that was taken back. Raises PromptError when there is nothing left to take back.
        """
        return self._undo(self._clock())

    def forget(self, name: str) -> None:
        """Drop an object with all its prompts and results. Raises PromptError for an unknown one."""
        self._forget(name, self._clock())

    def result(self, name: str, frame: int) -> ObjectFrame | None:
        """What is known of an object on a frame; None when nothing is. Raises PromptError for unknown ones."""
        track = self._objects.of(name)
        self._footage.number(frame)
        return track.object_frame(frame) if track.has(frame) else None

    def is_stale(self, name: str, frame: int) -> bool:
        """Whether the result was tracked before the object's latest prompt. Raises PromptError as `result`."""
        track = self._objects.of(name)
        self._footage.number(frame)
        return track.has(frame) and track.is_stale(frame)

    def prompts(self, name: str) -> dict[int, Prompt]:
        """All that stands of an object: frame -> prompt. Raises PromptError for an unknown one."""
        return {frame: said.prompt for frame, said in sorted(self._objects.of(name).said.items())}

    def masklets(self) -> list[Masklet]:
        """Every object through the video, as far as it is known."""
        return [track.masklet() for track in self._objects]

    def apply(self, event: Event) -> None:
        """Do what a log's event says, tracking included, and log it with the event's own time."""
        if event.kind == "undo":
            self._undo(event.time)
        elif event.kind == "forget":
            self._forget(str(event.name), event.time)
        elif event.kind == "prompt":
            assert event.frame is not None and event.prompt is not None
            self._footage.number(event.frame)
            check_name(str(event.name))
            said = event.prompt
            said = make_prompt(self.size, said.points, said.labels, said.box, said.mask)
            self._prompt(str(event.name), event.frame, said, event.time)
        else:
            assert event.frame is not None and event.last is not None and event.direction is not None
            self._footage.number(event.frame)
            step: Step = 1 if event.direction == "forward" else -1
            for _ in self._run(range(event.frame, event.last + step, step), event.direction, event.time):
                pass

    def close(self) -> None:
        """Log what was tracked and let go of the video's file."""
        self._recorder.end_run()
        self._beside.shutdown()
        self._footage.source.close()

    def _prompt(self, name: str, frame: int, said: Prompt, when: float) -> ObjectFrame:
        spec = self._runtime.spec
        kind = PublishedTrack if spec.strict else Track
        track = self._objects.find(name) or kind(name, self.size, spec.mask_size)
        says_gone = said.mask is not None and track.said  # an empty mask, of an object that is known
        if not (track.has(frame) or says_gone or names_object(said)):
            raise PromptError(f"nothing says what {name!r} is: add a click on it (label 1), a box or a mask")
        picture = self._footage.picture(frame)
        features = self._footage.see(frame, picture)
        earlier = track.said[frame].prompt if frame in track.said else None
        prompt = join_prompts(earlier, said)
        fresh = said.mask is not None or (said.box is not None and not spec.strict)
        refined = None if fresh else track.earlier_logits(frame)
        step = track.direction_at(frame)
        known = Recollection() if step is None else self._policy.read(track.bank, frame, step)
        closer = picture if self._closer.prompted else None
        answer, trace = answer_prompt(self._runtime, features, self.size, prompt, known, refined, closer=closer)
        event = self._recorder.write("prompt", when, name=name, frame=frame, prompt=said)
        track.take_prompt(frame, prompt, answer, trace)
        self._objects.prompted(track, event)
        return track.object_frame(frame)

    def _undo(self, when: float) -> Event:
        if not self._objects.undoable:
            raise PromptError("there is nothing to take back")
        self._recorder.write("undo", when)
        return self._objects.undo()

    def _forget(self, name: str, when: float) -> None:
        self._objects.of(name)
        self._objects.forget(name, self._recorder.write("forget", when, name=name))

    def _track_both(self) -> Iterator[Frame]:
        firsts = [min(track.said) for track in self._objects]
        yield from self._run(range(min(firsts), len(self._footage)), "forward")
        if not self._objects:
            return
        firsts = [min(track.said) for track in self._objects]
        last = min(firsts) if self._runtime.spec.strict else max(firsts)  # a strict run forward took all along
        if last > 0:
            yield from self._run(range(last - 1, -1, -1), "fill")

    def _run(self, frames: range, direction: Direction, when: float | None = None) -> Iterator[Frame]:
        try:
            with Ahead(self._prepare) as ahead:
                for number in frames:
                    if not self._objects or number >= len(self._footage):
                        return
                    try:
                        picture = ahead.take(number)
                    except IndexError:  # the file turns out to break off here; `frames.broken_at` tells
                        return
                    ahead.start(*islice(range(number, frames.stop, frames.step), 1, 1 + AHEAD))
                    frame = self._pass(number, picture, direction)
                    self._recorder.passed(number, direction, self._clock() if when is None else when)
                    yield frame
        finally:
            self._recorder.end_run()

    def _prepare(self, number: int) -> Picture:
        """The frame's picture, seen already where the runtime gains by that and the frame before was tracked too."""
        picture = self._footage.read(number)
        if self._runtime.facts.side_by_side and self._tracking:
            self._footage.see(number, picture)
        return picture

    def _pass(self, number: int, picture: Picture, direction: Direction) -> Frame:
        """Track all objects that take part over one frame."""
        step: Step = 1 if direction == "forward" else -1
        present = [track for track in self._objects if track.takes_part(number, direction)]
        for track in present:
            track.settle()
        waiting = [
            track
            for track in present
            if not track.stands(number) and (self._exclusive or not track.can_reuse(number, step))
        ]
        fresh: dict[str, ObjectFrame] = {}
        self._tracking = bool(waiting)
        if waiting:
            place = Place(number, self._footage.see(number, picture), self.size, step)
            others = [track for track in self._objects if track not in waiting and track.has(number)]
            fixed = [track.object_frame(number).mask for track in others] if self._exclusive else None
            beside = self._beside if self._runtime.facts.side_by_side else None
            banks = [track.bank for track in waiting]
            closer = picture if self._closer.tracked else None
            found = track_objects(self._runtime, self._policy, place, banks, fixed, beside=beside, closer=closer)
            for track, (answer, trace) in zip(waiting, found, strict=True):
                track.take_tracked(number, step, answer)
                commit(track.bank, self._policy, place, trace)
                fresh[track.name] = ObjectFrame(answer.mask, answer.score, probability(answer.presence))
        for track in present:
            track.passed(number, step)  # last, so that an interruption before leaves the frame to be done again
        known = {
            name: fresh[name] if name in fresh else track.object_frame(number)
            for name, track in zip(self._objects.names, self._objects, strict=True)
            if track.has(number)
        }
        return Frame(number, known, picture)
