"""Names and heads of files: looking through folders without reading what lies in them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from masklet.errors import MediaError
from masklet.media.picture import open_picture, upright_size

PICTURES = (".jpg", ".jpeg", ".png", ".webp")
_BAD_PART = re.compile(r"[\x00-\x1f]")


def folders_in(folder: Path) -> list[str]:
    """The names of the folders in it, sorted; none when it is not there. Hidden ones are passed over."""
    return sorted(entry.name for entry in _entries(folder) if entry.is_dir() and not entry.name.startswith("."))


def files_in(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """The files in it that end so, sorted by name; none when it is not there. Hidden ones are passed over."""
    names = sorted(
        entry.name
        for entry in _entries(folder)
        if entry.name.lower().endswith(suffixes) and not entry.name.startswith(".") and entry.is_file()
    )
    return [folder / name for name in names]


def first_file(folder: Path, suffixes: tuple[str, ...]) -> Path | None:
    """Some file in it that ends so, the first that is met."""
    for entry in _entries(folder):
        if entry.name.lower().endswith(suffixes) and not entry.name.startswith("."):
            return folder / entry.name
    return None


def first_folder(folder: Path) -> Path | None:
    """Some folder in it, the first that is met."""
    for entry in _entries(folder):
        if entry.is_dir() and not entry.name.startswith("."):
            return folder / entry.name
    return None


def picture_size(path: Path) -> tuple[int, int]:
    """(height, width) of a picture file, upright, from its head. Raises MediaError naming the file."""
    with open_picture(path) as image:
        return upright_size(image)


def is_safe_name(name: str) -> bool:
    """Whether a name from a file may be used as a path below a folder: relative, and never upwards."""
    parts = name.replace("\\", "/").split("/")
    return bool(name) and ":" not in parts[0] and not any(p in ("", ".", "..") or _BAD_PART.search(p) for p in parts)


def flat_name(name: str) -> str:
    """The name without folders."""
    return name.replace("/", "__")


def copy_into(source: Path, target: Path) -> None:
    """Copy a file's bytes. Raises MediaError when the source cannot be read, OSError when the target is at fault."""
    import shutil

    try:
        file = source.open("rb")
    except OSError as error:
        raise MediaError(f"{source} cannot be read: {error.strerror}") from None
    target.parent.mkdir(parents=True, exist_ok=True)
    with file, target.open("wb") as out:
        shutil.copyfileobj(file, out, 1 << 20)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise MediaError(f"{folder} cannot be read: {error.strerror}") from error
