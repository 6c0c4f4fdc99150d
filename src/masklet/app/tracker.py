"""A project's session with the network: made when it is needed, brought to what the history says, never the truth.

What is shown comes from the history. After a restart, or when a session was let go to save memory, a new one is told
the masks that stand on prompted frames, and, before following goes on, the masks of the frame where it left off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from masklet.app.history import History, Thing
from masklet.media.rle import decode_mask
from masklet.values import Frame, Mask, ObjectFrame, Prompt

if TYPE_CHECKING:
    from masklet.media.frames import FrameSource
    from masklet.net import Net
    from masklet.session.video import VideoSession


class Tracker:
    """Call it with a turn held."""

    def __init__(self, net: Net, frames: FrameSource, history: History) -> None:
        self._net, self._frames, self._history = net, frames, history
        self._session: VideoSession | None = None
        self._told: list[int] = []  # the actions that the session knows, in its order; -1: a mask it was told

    def answer(self, thing: Thing, frame: int, prompt: Prompt) -> ObjectFrame:
        """The session's answer to a prompt. Raises PromptError; nothing has changed then."""
        session = self._ready()
        self._remind(session, thing, frame)
        said = {"points": prompt.points, "labels": prompt.labels, "box": prompt.box, "mask": prompt.mask}
        return session.prompt(thing.id, frame=frame, **said)  # type: ignore[arg-type]

    def took(self, action: int) -> None:
        """The answer was accepted as that action."""
        self._told.append(action)

    def refused(self) -> None:
        """The answer was not accepted after all."""
        self.drop()

    def take_back(self, action: int) -> None:
        """That action was undone."""
        if self._session is not None and self._told and self._told[-1] == action:
            self._told.pop()
            self._session.undo()
        else:
            self.drop()

    def forget(self, thing: Thing, action: int) -> None:
        """The object was forgotten by that action."""
        if self._session is not None and thing.id in self._session.objects:
            self._session.forget(thing.id)
            self._told.append(action)

    def follow(self, start: int, step: int) -> Iterator[Frame]:
        """Track from `start` in the direction of `step`, to the end of the video; the work is done frame by frame."""
        session = self._ready()
        for thing in self._history.alive:
            prompted = thing.prompted()
            if prompted and 0 <= start - step < len(self._frames) and (start - step - min(prompted)) * step >= 0:
                self._remind(session, thing, start - step)
        return session.track(start=start, reverse=step < 0)

    def drop(self) -> None:
        """Let the session go; the next call makes one anew."""
        self._session, self._told = None, []

    def _ready(self) -> VideoSession:
        if self._session is not None:
            return self._session
        session = self._net.open_video(self._frames)
        self._session, self._told = session, []
        for thing in self._history.alive:
            standing = [(frame, self._mask(thing, frame)) for frame in thing.prompted()]
            # a session cannot begin an object with "it is not there"
            for frame, mask in sorted(standing, key=lambda one: one[1] is None or not one[1].any()):
                if mask is not None and (mask.any() or thing.id in session.objects):
                    self._tell(session, thing, frame, mask)
        return session

    def _remind(self, session: VideoSession, thing: Thing, frame: int) -> None:
        """Tell the session what is shown of the object on a frame, when it does not know."""
        if thing.id in session.objects and session.result(thing.id, frame) is not None:
            return
        mask = self._mask(thing, frame)
        if mask is not None and mask.any():
            self._tell(session, thing, frame, mask)

    def _tell(self, session: VideoSession, thing: Thing, frame: int, mask: Mask) -> None:
        session.prompt(thing.id, frame=frame, mask=mask)
        self._told.append(-1)

    def _mask(self, thing: Thing, frame: int) -> Mask | None:
        shown = thing.at(frame)
        return None if shown is None else decode_mask({"size": list(self._frames.size), "counts": shown.counts})
