"""The process that reads masks of other tools, bounded as the decoder is.

    python -m masklet.app.bring_process FILE HEIGHT WIDTH FRAMES MEMORY

FILE may have a file FILE.member beside it for a while. Standard output has one JSON object:
{"objects": {name: {frame: {"counts", "score", "presence"}}}} or {"problem"}.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path
from typing import Any

from masklet.app.bounded_process import answer, bound_process
from masklet.app.bring_found import Found
from masklet.app.bring_json import read_json
from masklet.app.bring_zip import MAX_MEMBER, read_zip
from masklet.errors import InputError


def main(arguments: list[str]) -> None:
    """Read the file and print what it holds."""
    path, (height, width, frames, memory) = Path(arguments[0]), map(int, arguments[1:5])
    bound_process(memory, MAX_MEMBER)
    answer(lambda: _read(path, Found((height, width), frames)), "the file", str(path))


def _read(path: Path, found: Found) -> dict[str, Any]:
    try:
        if zipfile.is_zipfile(path):
            read_zip(path, found)
        else:
            read_json(path, found)
    except RecursionError:
        raise InputError("the JSON is nested too deeply") from None
    objects = found.told()
    if not objects:
        raise InputError("the file holds no mask of this video's frames")
    return {"objects": objects}


if __name__ == "__main__":
    main(sys.argv[1:])
