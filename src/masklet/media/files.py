"""Writing files whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from masklet.errors import OutputError


@contextmanager
def atomic_write(path: str | os.PathLike[str], *, sync: bool = True) -> Iterator[Path]:
    """Give a temporary path beside `path`; on leaving, what was written there becomes `path`.

    Until then nothing is seen under `path`, and an earlier file of that name stays. Leaving by an exception
    (Ctrl-C too) removes the temporary file. Missing folders are made. The temporary name keeps the suffix, since
    many libraries choose the format by it. sync=False does not wait for the disk: for thousands of small files.

    Raises OutputError when the place cannot be written to or the disk is full; put nothing but the writing
    inside the block, because any OSError in it is taken as a failure to write.
    """
    target = Path(path)
    temporary = target.with_name(f".{secrets.token_hex(6)}.part{target.suffix}")
    try:
        make_folder(target.parent)
        if target.is_dir():
            raise OutputError(f"cannot write {target}: a folder of that name is in the way")
        temporary.touch(exist_ok=False)
        yield temporary
        if sync:
            _flush_to_disk(temporary)
        os.replace(temporary, target)
    except OSError as error:
        raise output_error(target, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def make_folder(folder: str | os.PathLike[str]) -> Path:
    """The folder, made with its parents when missing. Raises OutputError when that cannot be."""
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(path, error) from error
    return path


def output_error(path: Path, error: OSError) -> OutputError:
    """The one line that tells why `path` could not be written and how to mend it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutputError(f"cannot write {path}: the disk is full; free some space or choose another folder")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError(f"cannot write {path}: no permission to write there; choose another folder")
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return OutputError(f"cannot write {path}: a file is in the way where a folder is needed")
    if error.errno == errno.EFBIG:
        return OutputError(f"cannot write {path}: the file would be larger than this system allows")
    return OutputError(f"cannot write {path}: {error.strerror or error}")


def _flush_to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
