"""The whole system and the baselines that SAM 2's paper measures it against, each as an opened video.

full: one model, whose memory holds what was clicked. masks: the picture model answers clicks, and its mask is all that
the tracker is told (SAM with a mask tracker). propagate: the picture model alone, on every frame with the mask of the
frame before as its prompt. picture: the picture model on each frame by itself; frames that nobody clicked stay empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, Unpack, get_args

import numpy as np

from masklet.errors import InputError
from masklet.evaluate.answers import ImageAnswers, Model, Said, VideoAnswers
from masklet.media.frames import FrameSource
from masklet.media.rle import Rle, decode_mask, encode_mask
from masklet.values import Candidate, Frame, Mask, ObjectFrame, Picture, Prompt

System = Literal["full", "masks", "propagate", "picture"]

SYSTEMS: tuple[System, ...] = get_args(System)


def open_system(system: System, model: Model, frames: FrameSource) -> VideoAnswers:
    """A video opened with the whole system or with a baseline. Raises InputError for an unknown one."""
    if system == "full":
        return model.open_video(frames)
    if system == "masks":
        return MaskTracking(model, frames)
    if system in ("propagate", "picture"):
        return PictureByPicture(model.open_image, frames, propagate=system == "propagate")
    raise InputError(f"{system!r} is no system to evaluate; there are {', '.join(SYSTEMS)}")


class _Clicking:
    """The picture model under the clicks of one frame after another: what was said there adds up."""

    def __init__(self, open_image: Callable[[Picture], ImageAnswers], frames: FrameSource) -> None:
        self._open, self._frames = open_image, frames
        self._here: tuple[int, ImageAnswers] | None = None
        self._said: dict[tuple[str, int], tuple[Prompt, Candidate]] = {}

    def answer(self, name: str, frame: int, prompt: Prompt, shown: Mask | None = None) -> Candidate | None:
        """The best answer to all that was said of an object on a frame; None when that is only what it is not.

        shown: the mask that clicks on this frame refine, where nothing was said before.
        """
        before = self._said.get((name, frame))
        previous: Candidate | None = None
        if prompt.box is None and before is not None:
            said, previous = before
            prompt = Prompt(said.points + prompt.points, said.labels + prompt.labels, said.box)
        elif prompt.box is None and shown is not None and shown.any():
            previous = self.like(frame, shown)
        if previous is None and prompt.box is None and 1 not in prompt.labels:
            return None
        found = self.see(frame).segment_many([prompt], [previous])[0][0]
        self._said[name, frame] = prompt, found
        return found

    def like(self, frame: int, mask: Mask) -> Candidate:
        """The best answer to a rough mask on a frame."""
        return self.see(frame).segment_many([Prompt(mask=mask)])[0][0]

    def see(self, frame: int) -> ImageAnswers:
        """A frame's picture, opened; the last one is kept."""
        if self._here is None or self._here[0] != frame:
            self._here = frame, self._open(self._frames[frame])
        return self._here[1]


class MaskTracking:
    """A VideoAnswers whose tracker sees masks alone: those with which the picture model answers the clicks."""

    def __init__(self, model: Model, frames: FrameSource) -> None:
        self._clicking = _Clicking(model.open_image, frames)
        self._tracker = model.open_video(frames)
        self._size = frames.size
        self._known: set[str] = set()

    def prompt(self, name: str, *, frame: int, **said: Unpack[Said]) -> ObjectFrame:
        """See VideoAnswers; a mask goes to the tracker as it is."""
        mask = said.get("mask")
        if mask is None:
            found = self._clicking.answer(name, frame, _prompt(said))
            mask = np.zeros(self._size, bool) if found is None else found.mask
        if not mask.any() and name not in self._known:
            return ObjectFrame(mask, 0.0, 0.0, prompted=True)  # nothing that a tracker could be told to follow
        self._known.add(name)
        return self._tracker.prompt(name, frame=frame, mask=mask)

    def track(self, *, start: int | None = None, both: bool = False) -> Iterator[Frame]:
        """See VideoAnswers."""
        return self._tracker.track(both=True) if both else self._tracker.track(start=start)

    def close(self) -> None:
        """See VideoAnswers."""
        self._tracker.close()


class PictureByPicture:
    """A VideoAnswers without memory. propagate: what is not clicked on a frame is asked for with the mask of the frame
    before (backward: after); otherwise it stays empty."""

    def __init__(self, open_image: Callable[[Picture], ImageAnswers], frames: FrameSource, *, propagate: bool) -> None:
        self._clicking = _Clicking(open_image, frames)
        self._frames, self._propagate = frames, propagate
        self._set: dict[str, dict[int, Rle]] = {}
        self._shown: dict[str, dict[int, Rle]] = {}

    def prompt(self, name: str, *, frame: int, **said: Unpack[Said]) -> ObjectFrame:
        """See VideoAnswers; a mask stands as it is."""
        answer, score = said.get("mask"), 1.0
        if answer is None:
            near = self._shown.get(name, {}).get(frame)
            found = self._clicking.answer(name, frame, _prompt(said), None if near is None else decode_mask(near))
            answer, score = (np.zeros(self._frames.size, bool), 0.0) if found is None else (found.mask, found.score)
        self._set.setdefault(name, {})[frame] = encode_mask(answer)
        return ObjectFrame(answer, score, 1.0, prompted=True)

    def track(self, *, start: int | None = None, both: bool = False) -> Iterator[Frame]:
        """See VideoAnswers."""
        firsts = {name: min(frames) for name, frames in self._set.items()}
        begin = min(firsts.values()) if start is None or both else start
        yield from self._run(range(begin, len(self._frames)), lambda name, t: t >= min(self._set[name]))
        if both and max(firsts.values()) > 0:
            yield from self._run(range(max(firsts.values()) - 1, -1, -1), lambda name, t: t < firsts[name])

    def _run(self, frames: range, takes_part: Callable[[str, int], bool]) -> Iterator[Frame]:
        last: dict[str, Mask] = {}
        for t in frames:
            picture = self._frames[t]
            objects = {}
            for name, known in self._set.items():  # a prompt may come between two frames
                near = t + (1 if frames.step < 0 else -1)
                if not takes_part(name, t):
                    continue
                if t in known:
                    last[name] = decode_mask(known[t])
                elif self._propagate:
                    before = last[name] if name in last else self._mask_at(known, near)
                    last[name] = self._follow(t, before)
                else:
                    last[name] = np.zeros(picture.shape[:2], bool)
                self._shown.setdefault(name, {})[t] = encode_mask(last[name])
                objects[name] = ObjectFrame(last[name], 1.0, 1.0, prompted=t in known)
            yield Frame(t, objects, picture)
            for name in objects:  # corrected while this frame was shown
                if t in self._set[name]:
                    last[name] = decode_mask(self._set[name][t])

    def _mask_at(self, known: dict[int, Rle], near: int) -> Mask:
        if near in known:
            return decode_mask(known[near])
        return np.zeros(self._frames.size, bool)

    def _follow(self, t: int, before: Mask) -> Mask:
        if not before.any():
            return before  # lost, and nothing to find it again by
        return self._clicking.like(t, before).mask

    def close(self) -> None:
        """See VideoAnswers."""
        self._frames.close()


def _prompt(said: Said) -> Prompt:
    points, labels = tuple((float(x), float(y)) for x, y in said.get("points", ())), said.get("labels")
    return Prompt(points, (1,) * len(points) if labels is None else tuple(labels), said.get("box"))
