"""Where a command's results go: one folder, tried before the long work starts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from masklet.errors import OutputError
from masklet.media.files import atomic_write

if TYPE_CHECKING:
    from masklet.net import Net
    from masklet.values import Picture


def result_folder(out: Path | None, source: str | Path, ending: str = "masklet") -> Path:
    """The folder for results: `out`, or ./NAME-ending after the source's name. It is made with the first result.

    Raises OutputError when nothing can be written there, which is better known before an hour of tracking.
    """
    folder = out if out is not None else Path(f"{Path(source).stem or 'stream'}-{ending}")
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"cannot write to {folder}: it is a file, not a folder; give another --out")
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    trial = folder / ".writable"
    try:
        with atomic_write(trial, sync=False) as temporary:
            temporary.write_bytes(b"masklet")
    finally:
        with suppress(OSError):
            trial.unlink()
        for one in missing:  # a mistake that is found later leaves no empty folder
            with suppress(OSError):
                one.rmdir()
    return folder


def where_it_ran(net: Net) -> dict[str, Any]:
    """For a result's `runtime`: what computed, where, in which precision, and with how many threads."""
    facts = net.runtime.facts
    return {
        "library": facts.library,
        "device": facts.device,
        "precision": facts.precision,
        "threads": facts.threads,
    }


def picture_result(path: Path, picture: Picture, net: Net, seconds: float) -> dict[str, Any]:
    """What every result on a picture begins with: the picture's path and (width, height), the model, and its time."""
    return {
        "image": str(path),
        "size": [picture.shape[1], picture.shape[0]],
        "model": net.name,
        "runtime": where_it_ran(net),
        "seconds": round(seconds, 3),
    }


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write one JSON object, whole or not at all. Raises OutputError when the place refuses it."""
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(value, ensure_ascii=False, allow_nan=False), encoding="utf-8")
