"""Masks made by other tools, read in the forms in which tools write them.

VIDEO/FRAME.png with the objects' numbers (DAVIS, YouTube-VOS, MOSE); VIDEO/OBJECT/FRAME.png, a mask each (SA-V);
VIDEO.json, VIDEO_manual.json or VIDEO/masklets.json with RLEs (SA-V's JSON, as `masklet track` writes it). The folder
may be the one that holds the videos or one that has an Annotations folder, or a zip of either.
"""

from __future__ import annotations

import functools
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from masklet.data.sets.issues import Issues
from masklet.data.sets.label_maps import VOID, Labels, read_label_map, regions_of
from masklet.data.sets.sav import read_masklets
from masklet.data.sets.values import VideoItem
from masklet.errors import InputError, MediaError
from masklet.evaluate.answers import Predicted
from masklet.evaluate.rules import Rule, counted_frames
from masklet.media.rle import Rle, encode_mask

_INSIDE = ("", "Annotations/", "Annotations/480p/", "Annotations_6fps/", "masks/")


class _Files(Protocol):
    """Files below a folder or in a zip, by their path."""

    def below(self, prefix: str) -> list[str]:
        """All paths that begin so, sorted."""
        ...

    def open(self, path: str) -> Path | io.BytesIO:
        """A file to read."""
        ...

    def stamp(self, path: str) -> str:
        """Changes when the file does."""
        ...


def read_predictions(folder: Path, item: VideoItem, rule: Rule) -> Predicted:
    """The masks of one video.

    Every frame that counts must be there: a missing file is no empty mask. Raises InputError, naming the file, for one
    that is missing, broken or of another size, and for a video that has none at all.
    """
    files = _open(folder)
    found = _locate(files, item.name)
    if found is None:
        raise InputError(f"{folder}: no masks of the video {item.name!r} here")
    where = f"{folder}/{found.place}"
    if found.form == "json":
        return _from_json(files, folder, found.place, item, rule)
    if found.form == "objects":
        return _from_objects(files, where, found.place, item, rule)
    return _from_indexed(files, where, found.place, item, rule)


def check_predictions(folder: Path) -> None:
    """Raise InputError when there is no such folder, or no zip that can be opened."""
    _open(folder)


def stamp_of(folder: Path, name: str) -> str:
    """Changes when a video's files do."""
    files = _open(folder)
    found = _locate(files, name)
    if found is None:
        return "none"
    paths = [found.place] if found.form == "json" else files.below(found.place)
    text = "\n".join(f"{path} {files.stamp(path)}" for path in paths)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class _Found:
    form: str
    place: str


def _locate(files: _Files, name: str) -> _Found | None:
    for inside in _INSIDE:
        for path in (f"{name}.json", f"{name}_manual.json", f"{name}_auto.json", f"{name}/masklets.json"):
            if files.below(inside + path)[:1] == [inside + path]:
                return _Found("json", inside + path)
        place = f"{inside}{name}/"
        pictures = [path for path in files.below(place) if path.endswith(".png")]
        if pictures:
            return _Found("objects" if "/" in pictures[0][len(place) :] else "indexed", place)
    return None


def _needed(item: VideoItem, rule: Rule) -> dict[int, list[int]]:
    return {thing.id: counted_frames(rule, item, thing.id) for thing in item.things}


def _from_indexed(files: _Files, where: str, place: str, item: VideoItem, rule: Rule) -> Predicted:
    needed = {t for frames in _needed(item, rule).values() for t in frames}
    there = {Path(path).stem: path for path in files.below(place)}
    _check_frames(where, item, needed, there)
    one = [thing.id for thing in item.things] == [1]
    shown: dict[int, dict[int, Rle]] = {}
    for t, frame in enumerate(item.frame_names):
        if t not in item.truths or frame not in there:
            continue
        labels = _labels(files, there[frame], where, item)
        if one and labels.any() and labels.max() == VOID and not ((labels > 0) & (labels < 33)).any():
            labels = (labels > 127).astype(np.uint16)  # a mask of one object, 0 and 255
        for number, rle in regions_of(labels).items():
            shown.setdefault(number, {})[t] = rle
    known = [thing.id for thing in item.things]
    if needed and shown and not set(shown) & set(known):  # grey levels of a palette's colours, or 255 for all
        raise InputError(f"{where}: shows {_few(sorted(shown))}, and none of the objects {_few(known)}; save numbers")
    return shown


def _few(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:5])) + (" …" if len(numbers) > 5 else "")


def _from_objects(files: _Files, where: str, place: str, item: VideoItem, rule: Rule) -> Predicted:
    folders: dict[int, dict[str, str]] = {}
    for path in files.below(place):
        inner = path[len(place) :].split("/")
        if len(inner) == 2 and inner[0].isdecimal() and path.endswith(".png"):
            folders.setdefault(int(inner[0]), {})[Path(inner[1]).stem] = path
    shown: dict[int, dict[int, Rle]] = {}
    for number, needed in _needed(item, rule).items():
        if needed and number not in folders:
            raise InputError(
                f"{where}{number:03d}: no masks of this object; an object that is not seen has empty masks"
            )
        there = folders.get(number, {})
        _check_frames(f"{where}{number:03d}/", item, set(needed), there)
        for t, frame in enumerate(item.frame_names):
            if t in item.truths and frame in there:
                mask = _labels(files, there[frame], where, item) > 0
                shown.setdefault(number, {})[t] = encode_mask(mask)
    return shown


def _from_json(files: _Files, folder: Path, path: str, item: VideoItem, rule: Rule) -> Predicted:
    source = files.open(path)
    if not isinstance(source, Path):
        raise InputError(f"{folder}: JSON is read from folders; unpack the zip")
    read = read_masklets(source, Issues(strict=True))
    if read.size != tuple(item.size) or len(read) != len(item):
        said = f"{len(read)} frames of {read.size[1]}x{read.size[0]}"
        raise InputError(f"{source}: {said}, the video has {len(item)} of {item.size[1]}x{item.size[0]}")
    shown: dict[int, dict[int, Rle]] = {thing.id: {} for thing in read.things}
    for t, truth in read.truths.items():
        for region in truth.regions:
            shown[region.thing][t] = region.rle
    for number, needed in _needed(item, rule).items():
        if needed and number not in shown:
            raise InputError(f"{source}: no masks of object {number}; it has {sorted(shown)}")
        unsaid = [t for t in needed if t not in read.truths]
        if unsaid:
            raise InputError(f"{source}: nothing on frame {unsaid[0]}, on which object {number} counts")
    return shown


def _check_frames(where: str, item: VideoItem, needed: Iterable[int], there: Mapping[str, str]) -> None:
    missing = [item.frame_names[t] for t in sorted(needed) if item.frame_names[t] not in there]
    if missing:
        more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise InputError(f"{where}{missing[0]}.png: missing{more}; a frame without objects has an empty mask")


def _labels(files: _Files, path: str, where: str, item: VideoItem) -> Labels:
    named = f"{where}{Path(path).name}"
    source = files.open(path)
    try:
        labels = read_label_map(source) if isinstance(source, Path) else _from_bytes(source)
    except MediaError as error:
        text = str(error)
        raise InputError(text if str(source) in text else f"{named}: {text}") from None
    if labels.shape != tuple(item.size):
        said = f"{labels.shape[1]}x{labels.shape[0]} pixels, the video has {item.size[1]}x{item.size[0]}"
        raise InputError(f"{named}: {said}")
    return labels


def _from_bytes(source: io.BytesIO) -> NDArray[np.uint16]:
    with TemporaryDirectory() as folder:  # the reader looks at a file's head before it decodes it
        path = Path(folder) / "map.png"
        path.write_bytes(source.getvalue())
        try:
            return read_label_map(path)
        except MediaError as error:
            raise MediaError(str(error).removeprefix(str(path)).lstrip(": ")) from None


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def below(self, prefix: str) -> list[str]:
        path = self._folder / prefix
        if not prefix.endswith("/"):
            return [prefix] if path.is_file() else []
        return sorted(p.relative_to(self._folder).as_posix() for p in path.rglob("*") if p.is_file())

    def open(self, path: str) -> Path:
        return self._folder / path

    def stamp(self, path: str) -> str:
        stat = (self._folder / path).stat()
        return f"{stat.st_size} {stat.st_mtime_ns}"


class _Zip:
    def __init__(self, path: Path) -> None:
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise InputError(f"{path}: cannot be read as a zip ({error})") from None
        self._names = sorted(name for name in self._archive.namelist() if not name.endswith("/"))
        self._path = path

    def below(self, prefix: str) -> list[str]:
        return [name for name in self._names if name.startswith(prefix)]

    def open(self, path: str) -> io.BytesIO:
        try:
            return io.BytesIO(self._archive.read(path))
        except (zipfile.BadZipFile, OSError, RuntimeError, zlib.error) as error:
            raise InputError(f"{self._path}, {path}: cannot be read ({error})") from None

    def stamp(self, path: str) -> str:
        info = self._archive.getinfo(path)
        return f"{info.file_size} {info.CRC}"


@functools.lru_cache(maxsize=4)
def _open_zip(path: Path, stamp: tuple[int, int]) -> _Zip:
    return _Zip(path)


def _open(folder: Path) -> _Files:
    if folder.is_dir():
        return _Folder(folder)
    if folder.is_file():
        stat = folder.stat()
        return _open_zip(folder, (stat.st_size, stat.st_mtime_ns))
    raise InputError(f"{folder}: there is no such folder or zip of predictions")
