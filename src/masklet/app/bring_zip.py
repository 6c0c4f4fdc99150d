"""Masks in a zip: pictures per object, label maps (DAVIS), YOLO's outlines, or a JSON as `bring_json` reads it.

Members are unpacked one after another to one file, under a name of our own.
"""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import cv2
import numpy as np

from masklet.app.bring_found import Found, frame_numbers
from masklet.app.bring_json import read_json
from masklet.data.sets.files import picture_size
from masklet.data.sets.label_maps import VOID, Labels, read_label_map, regions_of, shows_one_object
from masklet.errors import InputError, MediaError
from masklet.media.picture import decode_picture
from masklet.media.rle import Rle, encode_mask

MAX_MEMBER = 256 << 20
_PICTURES = ("images", "jpegimages")  # folders with pictures of the video itself, whatever their format
_LISTED = re.compile(r"""^\s*(?:(\d+)\s*:|-)\s*["']?(.*?)["']?\s*$""")


class Unpacked:
    """A zip's members, one at a time, as a file."""

    def __init__(self, archive: zipfile.ZipFile, place: Path) -> None:
        self._archive, self._place = archive, place

    def __call__(self, name: str) -> Path:
        """The file, which the next call overwrites. Raises InputError for one that is too large."""
        left = MAX_MEMBER
        with self._archive.open(name) as packed, self._place.open("wb") as plain:
            while part := packed.read(1 << 20):
                left -= len(part)
                if left < 0:
                    raise InputError(f"a file in the zip has more than {MAX_MEMBER >> 20} MiB")
                plain.write(part)
        return self._place


def read_zip(path: Path, found: Found) -> None:
    """Add what the zip holds. Raises InputError, one line."""
    place = path.with_name(f"{path.name}.member")
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not _is_hidden(name)]
            of = {end: [one for one in names if one.lower().endswith(end)] for end in (".png", ".json", ".txt")}
            masks = [one for one in of[".png"] if not _is_picture(one)]
            labels = [one for one in of[".txt"] if "labels" in _folders(one)]
            unpack = Unpacked(archive, place)
            if masks:
                _read_pngs(masks, unpack, found)
            elif labels:
                listed = next((one for one in names if PurePosixPath(one).name == "data.yaml"), None)
                _read_yolo(labels, [] if listed is None else _listed(unpack(listed)), unpack, found)
            elif of[".json"]:
                read_json(unpack(_the_json(of[".json"])), found)
            else:
                raise InputError("the zip holds no masks: no PNGs, no labels of YOLO's, no JSON")
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        raise InputError("the zip is broken or locked: pack it anew") from error
    finally:
        place.unlink(missing_ok=True)


def _read_pngs(names: Sequence[str], unpack: Unpacked, found: Found) -> None:
    """FOLDER/00000.png: a folder is an object, or, where pixels have several numbers, a video's label maps."""
    folders: dict[PurePosixPath, list[str]] = defaultdict(list)
    for name in sorted(names):
        folders[PurePosixPath(name).parent].append(name)
    nothing = encode_mask(np.zeros(found.size, bool))
    several = 0
    for folder, mine in folders.items():
        frames = zip(mine, frame_numbers(mine, found.frames), strict=True)
        maps = {frame: _regions(unpack(name), frame, found) for name, frame in frames if frame < found.frames}
        numbers = sorted({number for rles in maps.values() for number in rles})
        several += len(numbers) > 1
        for frame, rles in maps.items():
            for number in numbers:
                title = (folder.name or "mask") + (f" {number}" if len(numbers) > 1 else "")
                found.add((folder, number), title, frame, rles.get(number, nothing))
    if several and len(folders) > 1:
        raise InputError("the zip holds label maps of several videos: pack the folder of one of them")


def _regions(path: Path, frame: int, found: Found) -> dict[int, Rle]:
    """A picture's masks by their numbers; 1 alone where it shows one object."""
    try:
        size = picture_size(path)
        if size != found.size:
            raise InputError(found.unlike(frame, size))
        labels = _labels(path)
    except MediaError as error:
        raise InputError(f"the mask of frame {frame} is no picture, or broken") from error
    if not labels.any():
        return {}
    if shows_one_object(path, labels):
        return {1: encode_mask(labels > 127)}
    return {number: rle for number, rle in regions_of(labels).items() if number != VOID}


def _labels(path: Path) -> Labels:
    try:
        return read_label_map(path)
    except MediaError:  # colours of no palette: what is bright
        bright = decode_picture(path.read_bytes(), "the mask").max(axis=2) > 127
        return np.where(bright, VOID, 0).astype(np.uint16)


def _read_yolo(labels: Sequence[str], classes: Sequence[str], unpack: Unpacked, found: Found) -> None:
    """NAME_00000.txt with lines of class x y x y …, 0 to 1. It has no numbers of objects: a class is one object."""
    height, width = found.size
    for name, frame in zip(labels, frame_numbers(labels, found.frames), strict=True):
        for at, line in enumerate(unpack(name).read_text("utf-8", errors="replace").splitlines(), 1):
            if not line.strip():
                continue
            try:
                number, *rest = line.split()
                kind, numbers = int(number), np.array(rest, np.float64)
                if len(numbers) < 6 or len(numbers) % 2 or not (np.abs(numbers) <= 2).all() or kind < 0:
                    raise ValueError
            except ValueError:
                where = f"{PurePosixPath(name).name[:60]}, line {at}"
                raise InputError(f"{where}: no outline of YOLO's (class x y x y …, three points or more)") from None
            drawn = np.zeros(found.size, np.uint8)
            outline = numbers.reshape(-1, 2) * (width, height) - 0.5  # pixel centres lie at whole numbers
            cv2.fillPoly(drawn, [np.round(outline * 16).astype(np.int32)], (1,), shift=4)
            found.add(kind, classes[kind] if kind < len(classes) else f"class {kind}", frame, encode_mask(drawn > 0))


def _listed(path: Path) -> list[str]:
    """The names of classes in data.yaml: a list of them, or numbers with names from 0."""
    lines = path.read_text("utf-8", errors="replace").splitlines()
    start = next((at for at, line in enumerate(lines) if line.startswith("names:")), len(lines))
    first = lines[start].removeprefix("names:").strip() if start < len(lines) else ""
    if first.startswith("["):
        return [one.strip().strip("\"'") for one in first.strip("[]").split(",")]
    found: list[str] = []
    for line in lines[start + 1 :]:
        told = _LISTED.fullmatch(line)
        if told is None or (told[1] is not None and int(told[1]) != len(found)):
            break
        found.append(told[2])
    return found


def _the_json(names: Sequence[str]) -> str:
    if len(names) > 1:
        names = [one for one in names if re.match(r"instances|.*_manual", PurePosixPath(one).name)] or names
    if len(names) > 1:
        raise InputError("the zip holds several JSON files: give the one with the masks")
    return names[0]


def _folders(name: str) -> list[str]:
    return [part.lower() for part in PurePosixPath(name).parts[:-1]]


def _is_picture(name: str) -> bool:
    return any(part in _PICTURES for part in _folders(name))


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)
