"""Pictures and videos at one square size in memory-mapped files, so that training reads a frame in no time.

Everything is squashed to the square, as the network sees it; aspect is not kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from masklet.data.davis import VOID, DavisSequence, DavisSet
from masklet.data.pictures import PictureSet
from masklet.errors import InputError, MediaError, OutputError

FORMAT = 1
_LISTING = "listing.json"


@dataclass(frozen=True)
class Entry:
    """One picture or one video of a pack: its frames are start … stop - 1 of the arrays."""

    name: str
    source: str
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, eq=False)
class Packed:
    """A pack, opened read-only.

    pictures: F,S,S,3 uint8 RGB, memory-mapped. labels: F,S,S uint16 (pictures) or uint8 (videos), 0 unlabelled.
    entries: one per picture or video. broken: a line on each that was left out because a file of it cannot be read.
    """

    folder: Path
    pictures: NDArray[np.uint8] = field(repr=False)
    labels: NDArray[np.uint16] | NDArray[np.uint8] = field(repr=False)
    entries: tuple[Entry, ...] = field(repr=False)
    broken: tuple[str, ...] = ()

    @classmethod
    def open(cls, folder: Path | str) -> Packed:
        """Opens what pack_pictures or pack_videos wrote. Raises InputError when there is none or it is broken."""
        folder = Path(folder)
        try:
            listing = json.loads((folder / _LISTING).read_text(encoding="utf-8"))
            entries = tuple(Entry(**entry) for entry in listing["entries"])
            broken = tuple(listing.get("broken", ()))
            pictures = np.load(folder / "pictures.npy", mmap_mode="r")
            labels = np.load(folder / "labels.npy", mmap_mode="r")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{folder}: not a pack of pictures or videos ({error}); pack it again") from None
        return cls(folder, pictures, labels, entries, broken)

    def __len__(self) -> int:
        return len(self.entries)

    def __reduce__(self) -> tuple[Callable[[Path], Packed], tuple[Path]]:
        # A worker process opens the files itself; pickling a memory map would copy all of it.
        return Packed.open, (self.folder,)

    @property
    def side(self) -> int:
        """S, the side of the square."""
        return int(self.pictures.shape[1])


def pack_pictures(pictures: PictureSet, folder: Path | str, side: int = 448) -> Packed:
    """Packs a set of pictures into `folder`, or opens the pack that already lies there for the same files.

    Pictures that cannot be read are left out, each with a line in `broken`. Raises InputError when none is left,
    OutputError when the folder cannot be written; either way the folder is left as it was.
    """
    entries = [Entry(r.picture.stem, r.source, i, i + 1) for i, r in enumerate(pictures.rows)]

    def frame(i: int) -> _Frame:
        read = pictures.read(i)
        return read.pixels, read.labels

    files = [path for row in pictures.rows for path in (row.picture, row.labels)]
    return _pack(Path(folder), side, entries, files, frame, np.uint16)


def pack_videos(videos: DavisSet, folder: Path | str, side: int = 448) -> Packed:
    """Packs the annotated frames of all sequences; void pixels become unlabelled. Else as pack_pictures: a sequence
    with a frame that cannot be read is left out."""
    entries, files, start = [], [], 0
    where: list[tuple[DavisSequence, int]] = []
    for sequence in videos.sequences:
        entries.append(Entry(sequence.name, sequence.name, start, start + len(sequence.annotated)))
        start = entries[-1].stop
        files += [path for t in sequence.annotated for path in (sequence.frames[t], sequence.annotation(t))]
        where += [(sequence, t) for t in sequence.annotated]

    def frame(i: int) -> _Frame:
        sequence, t = where[i]
        labels = sequence.labels(t)
        return sequence.picture(t), np.where(labels == VOID, np.uint8(0), labels)

    return _pack(Path(folder), side, [e for e in entries if len(e)], files, frame, np.uint8)


_Frame = tuple[NDArray[np.uint8], NDArray[np.uint16] | NDArray[np.uint8]]


def _pack(
    folder: Path,
    side: int,
    entries: list[Entry],
    files: list[Path],
    frame: Callable[[int], _Frame],
    label_type: type[np.uint16] | type[np.uint8],
) -> Packed:
    if not entries:
        raise InputError(f"{folder}: nothing to pack, no frame has annotations")
    digest = _hash(files, entries, side)
    if _hash_of(folder) == digest:
        # A pack whose arrays were damaged since is written anew.
        with contextlib.suppress(InputError):
            return Packed.open(folder)
    count = entries[-1].stop
    whole, broken = [], []
    with _replacing(folder) as part:
        pictures = np.lib.format.open_memmap(part / "pictures.npy", "w+", np.uint8, (count, side, side, 3))
        labels = np.lib.format.open_memmap(part / "labels.npy", "w+", label_type, (count, side, side))
        for entry in entries:
            try:
                for i in range(entry.start, entry.stop):
                    _pack_frame(frame(i), pictures[i], labels[i])
            except MediaError as error:
                broken.append(str(error))  # its rows stay, and nothing points at them
            else:
                whole.append(entry)
        if not whole:
            raise InputError(f"{folder}: nothing to pack, no file can be read; the first: {broken[0]}")
        pictures.flush()
        labels.flush()
        listing = {"hash": digest, "side": side, "entries": [asdict(e) for e in whole], "broken": broken}
        (part / _LISTING).write_text(json.dumps(listing), encoding="utf-8")
    return Packed.open(folder)


def _pack_frame(frame: _Frame, pixels_out: NDArray[np.uint8], labels_out: NDArray[Any]) -> None:
    pixels, numbers = frame
    size = (labels_out.shape[1], labels_out.shape[0])
    how = cv2.INTER_AREA if min(pixels.shape[:2]) > size[0] else cv2.INTER_LINEAR
    pixels_out[:] = cv2.resize(pixels, size, interpolation=how)
    labels_out[:] = cv2.resize(numbers, size, interpolation=cv2.INTER_NEAREST_EXACT)


def _hash(files: list[Path], entries: list[Entry], side: int) -> str:
    """Of everything the pack depends on: names, sizes and times of the files, so a changed set is packed anew."""
    digest = hashlib.sha256(f"{FORMAT} {side}".encode())
    for entry in entries:
        digest.update(repr(entry).encode())
    for path in files:
        try:
            stat = path.stat()
        except OSError:
            raise InputError(f"{path}: listed, but there is no such file") from None
        digest.update(f"{path.name} {stat.st_size} {stat.st_mtime_ns}".encode())
    return digest.hexdigest()


def _hash_of(folder: Path) -> str | None:
    try:
        found = json.loads((folder / _LISTING).read_text(encoding="utf-8"))["hash"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return str(found)


class _replacing:
    """A folder written beside `folder` under another name, which takes its place only when all went well."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def __enter__(self) -> Path:
        if self._folder.exists() and (not self._folder.is_dir() or self._is_foreign()):
            raise OutputError(f"{self._folder}: holds something other than a pack; give another folder")
        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            self._part = Path(tempfile.mkdtemp(prefix=f".{self._folder.name}-", dir=self._folder.parent))
        except OSError as error:
            raise OutputError(f"{self._folder}: cannot be written ({error.strerror}); give another folder") from None
        return self._part

    def _is_foreign(self) -> bool:
        return any(p.name not in ("pictures.npy", "labels.npy", _LISTING) for p in self._folder.iterdir())

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            if kind is None:
                if self._folder.exists():
                    shutil.rmtree(self._folder)
                os.chmod(self._part, 0o755)
                os.replace(self._part, self._folder)
        except OSError as failure:
            raise OutputError(f"{self._folder}: cannot be replaced ({failure.strerror})") from None
        finally:
            shutil.rmtree(self._part, ignore_errors=True)
        if isinstance(error, OSError):
            raise OutputError(f"{self._folder}: cannot be written ({error.strerror}); is the disk full?") from None
