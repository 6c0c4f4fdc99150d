"""What came out on every frame for one object, in memory that hardly grows with the video.

Masks are kept compressed in a temporary file once they are more than a few; of each frame only the place in it stays in
memory, 8 bytes. Nothing in the file is ever changed, so the results of an earlier time are its places of that time.
"""

from __future__ import annotations

import errno
import struct
import tempfile
import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from masklet.errors import OutputError
from masklet.session.memory import Step

T = TypeVar("T")
KEPT_LOGITS = 256  # frames of which the logits are kept for refining; older ones are refined from their masks
IN_MEMORY = 4 << 20  # bytes of masks before there is a file
_HEAD = struct.Struct("<ddbI")  # score, presence, step (0 for none), length of the counts
_NOWHERE = -1


@dataclass(frozen=True)
class Result:
    """One object on one frame, compressed. presence: 0 to 1. step: the direction it was tracked in; None on a prompted
    frame."""

    rle: Mapping[str, Any]
    score: float
    presence: float
    step: Step | None


class Results:
    """Results by frame. size: (height, width) of all masks."""

    def __init__(self, size: tuple[int, int]) -> None:
        """Holds nothing yet."""
        self._records = _Records(size)
        self._places = array("q")
        self._logits: OrderedDict[int, bytes] = OrderedDict()  # by place

    def __contains__(self, frame: int) -> bool:
        return self._place(frame) != _NOWHERE

    def __getitem__(self, frame: int) -> Result:
        place = self._place(frame)
        if place == _NOWHERE:
            raise KeyError(frame)
        return self._records.read(place)

    def get(self, frame: int) -> Result | None:
        """The frame's result; None when there is none."""
        place = self._place(frame)
        return None if place == _NOWHERE else self._records.read(place)

    def step_of(self, frame: int) -> Step | None:
        """The direction in which the frame was tracked; None when it was prompted, or nothing is known."""
        result = self.get(frame)
        return None if result is None else result.step

    def logits(self, frame: int) -> bytes | None:
        """The frame's packed logits, when they are still kept."""
        return self._logits.get(self._place(frame))

    def write(self, frame: int, result: Result, logits: bytes | None = None) -> None:
        """The frame's new result. Raises OutputError when the temporary folder is full."""
        place = self._records.append(result)
        if frame >= len(self._places):
            self._places.extend([_NOWHERE] * (frame + 1 - len(self._places)))
        self._places[frame] = place
        if logits is not None:
            self._logits[place] = logits
            if len(self._logits) > KEPT_LOGITS:
                self._logits.popitem(last=False)

    def forget(self, frame: int) -> None:
        """Nothing is known of the frame any more."""
        if frame in self:
            self._places[frame] = _NOWHERE

    def moment(self) -> array[int]:
        """What `back_to` needs to make all results those of now."""
        return array("q", self._places)

    def back_to(self, moment: array[int]) -> None:
        """All results as they were at a moment."""
        self._places = array("q", moment)

    def column(self, of: Callable[[Result], T]) -> Mapping[int, T]:
        """One part of every result by frame, as they are now, in rising order; each is read when asked for."""
        return _Column(array("q", self._places), self._records, of)

    def _place(self, frame: int) -> int:
        return self._places[frame] if 0 <= frame < len(self._places) else _NOWHERE


class _Column(Mapping[int, T]):
    def __init__(self, places: array[int], records: _Records, of: Callable[[Result], T]) -> None:
        self._places, self._records, self._of = places, records, of

    def __getitem__(self, frame: int) -> T:
        if not 0 <= frame < len(self._places) or self._places[frame] == _NOWHERE:
            raise KeyError(frame)
        return self._of(self._records.read(self._places[frame]))

    def __contains__(self, frame: object) -> bool:
        return isinstance(frame, int) and 0 <= frame < len(self._places) and self._places[frame] != _NOWHERE

    def __iter__(self) -> Iterator[int]:
        return (frame for frame, place in enumerate(self._places) if place != _NOWHERE)

    def __len__(self) -> int:
        return len(self._places) - self._places.count(_NOWHERE)

    def __repr__(self) -> str:
        return f"<{len(self)} frames>"

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)  # the file stays here; a copy for another process holds what is in it


class _Records:
    """Results one after the other, in memory first and then in a file that vanishes with this object."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = [int(side) for side in size]
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        self._end = 0
        self._lock = threading.Lock()  # a reader in another thread must not move the place of writing

    def append(self, result: Result) -> int:
        counts: bytes = result.rle["counts"]
        data = _HEAD.pack(result.score, result.presence, result.step or 0, len(counts)) + counts
        with self._lock:
            try:
                self._file.seek(self._end)
                self._file.write(data)
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                    raise
                raise OutputError(
                    f"no room for masks in the temporary folder {tempfile.gettempdir()}: free some space, or let "
                    "TMPDIR name another folder"
                ) from error
            place, self._end = self._end, self._end + len(data)
        return place

    def read(self, place: int) -> Result:
        with self._lock:
            self._file.seek(place)
            score, presence, step, length = _HEAD.unpack(self._file.read(_HEAD.size))
            counts = self._file.read(length)
        return Result({"size": list(self._size), "counts": counts}, score, presence, step or None)
