"""The objects of a video session, and the way back through what was said of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from masklet.errors import PromptError
from masklet.session.log import Event
from masklet.session.track import Track


@dataclass(frozen=True, eq=False)
class _Done:
    """A prompt or a forgetting that can be taken back; `forgotten` stood at `position` among the objects."""

    event: Event
    forgotten: Track | None = None
    position: int = 0


class Objects:
    """Tracks by name, in the order in which they were first prompted. Iterating gives the tracks."""

    def __init__(self) -> None:
        self._tracks: dict[str, Track] = {}
        self._done: list[_Done] = []

    def __len__(self) -> int:
        return len(self._tracks)

    def __iter__(self) -> Iterator[Track]:
        return iter(self._tracks.values())

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(self._tracks)

    @property
    def undoable(self) -> bool:
        """Whether something is left to take back."""
        return bool(self._done)

    def find(self, name: str) -> Track | None:
        """The object of that name; None when there is none."""
        return self._tracks.get(name)

    def of(self, name: str) -> Track:
        """The object of that name. Raises PromptError when there is none."""
        if name not in self._tracks:
            raise PromptError(f"there is no object {name!r}; there are: {', '.join(self._tracks) or 'none yet'}")
        return self._tracks[name]

    def prompted(self, track: Track, event: Event) -> None:
        """`track` has taken the prompt of `event`; it may be new."""
        self._tracks[track.name] = track
        self._done.append(_Done(event))

    def forget(self, name: str, event: Event) -> None:
        """Drop an object, as `event` says."""
        position = self.names.index(name)
        self._done.append(_Done(event, self._tracks.pop(name), position))

    def undo(self) -> Event:
        """Take the last prompt or forgetting back; the event that was taken back."""
        done = self._done.pop()
        name = str(done.event.name)
        if done.forgotten is not None:
            items = list(self._tracks.items())
            items.insert(done.position, (name, done.forgotten))
            self._tracks = dict(items)
        elif not self._tracks[name].undo():
            del self._tracks[name]
        return done.event
