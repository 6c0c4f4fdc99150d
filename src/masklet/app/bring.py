"""Bringing back: a project's own file as a new project, and masks of another tool as objects of a project."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import IO

from masklet.app.bounded_process import ask_process
from masklet.app.project import JOURNAL, SOURCE, Project
from masklet.app.store import Store
from masklet.errors import InputError

_PART = 1 << 20


def bring_project(store: Store, file: Path) -> Project:
    """The project in a file that was taken away. Raises InputError when it is none, or passes the store's bounds."""
    folder = store.begin()
    try:
        with zipfile.ZipFile(file) as archive:
            about = json.loads(_small(archive, "project.json"))
            if about["masklet_project"] != 1:
                raise KeyError("masklet_project")
            for name in (SOURCE, JOURNAL):  # these names and no others, whatever else is in there
                with archive.open(name) as packed, (folder / name).open("wb") as plain:
                    _copy(packed, plain, store.settings.max_bytes)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, KeyError, TypeError, ValueError, NotImplementedError, EOFError):
        shutil.rmtree(folder, ignore_errors=True)
        raise InputError("this is no project that masklet has written, or it is damaged") from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return store.finish(folder, str(about.get("title", "")))


def bring_masks(project: Project, file: Path) -> list[str]:
    """Objects with the masks of a file, JSON or a zip, as `bring_json` and `bring_zip` know them. Their ids.

    The file is read in a process of its own. Raises InputError when it holds nothing that fits the project.
    """
    height, width = project.frames.size
    bounds = [str(height), str(width), str(len(project.frames)), str(project.settings.decoder_memory)]
    told = ask_process(
        "masklet.app.bring_process", [str(file), *bounds], 4 * project.settings.decoder_seconds, "the masks"
    )
    objects = {plain_name(name): {int(n): one for n, one in held.items()} for name, held in told["objects"].items()}
    return project.bring(objects)


def plain_name(text: str) -> str:
    """An object's name as it can be shown."""
    return re.sub(r"\s+", " ", "".join(sign for sign in text if sign.isprintable())).strip()[:60] or "object"


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as packed:
        data = packed.read(_PART)
        if packed.read(1):
            raise ValueError(f"{name} is too large")
        return data


def _copy(packed: IO[bytes], plain: IO[bytes], bound: int) -> None:
    left = bound
    while part := packed.read(_PART):
        left -= len(part)
        if left < 0:
            raise InputError(f"the project unpacks to more than {bound:,} bytes, which is the bound here")
        plain.write(part)
