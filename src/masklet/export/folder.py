"""The folder of an exported model: there as a whole or not at all."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from masklet.errors import ModelError, OutputError
from masklet.media.files import make_folder, output_error
from masklet.runtime.manifest import FILE_NAME, FileSpec, read_manifest


def check_folder(folder: Path) -> None:
    """Raises OutputError unless `folder` is new, empty, or holds an earlier export and nothing else."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise OutputError(f"cannot write to {folder}: it is a file, not a folder; give another one")
    try:
        found = {one.name for one in folder.iterdir()}
    except OSError as error:
        raise output_error(folder, error) from error
    if not found:
        return
    try:
        ours = {FILE_NAME, *read_manifest(folder).files}
    except ModelError:
        ours = set()
    if foreign := sorted(found - ours):
        raise OutputError(f"{folder} holds what is no export's ({foreign[0]}): give a new or an empty folder")


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary folder beside `folder`; on leaving, it becomes `folder`, in place of an earlier export.

    Leaving by an exception (Ctrl-C too) removes it, and what was there before stays. Raises OutputError when the place
    cannot be written to or holds what is no export's.
    """
    check_folder(folder)
    mark = secrets.token_hex(6)
    target = folder.resolve()
    temporary, earlier = (target.with_name(f".{target.name}.{mark}.{what}") for what in ("part", "old"))
    try:
        make_folder(target.parent)
        temporary.mkdir()
        yield temporary
        if target.exists():
            check_folder(folder)  # it took its time
            target.rename(earlier)
        try:
            temporary.rename(target)
        except OSError:
            if earlier.exists():
                earlier.rename(target)
            raise
    except OSError as error:
        raise output_error(folder, error) from error
    finally:
        for left in (temporary, earlier):
            shutil.rmtree(left, ignore_errors=True)


def describe_files(folder: Path) -> dict[str, FileSpec]:
    """Size and SHA-256 of every file in a folder, by name."""
    return {path.name: FileSpec(path.stat().st_size, _sha256(path)) for path in sorted(folder.iterdir())}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
