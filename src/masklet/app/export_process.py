"""The process that writes what is taken away: it decodes the upload, so it is bounded as the decoder is.

    python -m masklet.app.export_process REQUEST.json

Standard output has a line of JSON per step: {"done", "total"}, at the end {"written": true} or {"problem": "one line"}.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from masklet.app.bounded_process import bound_process
from masklet.app.exports import EXPORTS, Job
from masklet.errors import InputError
from masklet.media.frames import open_frames


def main(arguments: list[str]) -> None:
    """Do what the request asks for."""
    request: dict[str, Any] = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    bound_process(int(request["memory"]), 4 * int(request["max_bytes"]))
    if hasattr(os, "nice"):  # not on Windows
        os.nice(5)  # whoever waits for an answer goes first
    try:
        _export(request)
        _tell({"written": True})
    except InputError as problem:
        _tell({"problem": str(problem).replace(request["source"], "the file").replace(request["out"], "the file")})
    except MemoryError:
        _tell({"problem": "this needs more memory than is allowed here"})
    except Exception as problem:
        _tell({"problem": f"this failed ({type(problem).__name__}); it is a fault of masklet's own"})
        raise


def _export(request: dict[str, Any]) -> None:
    behind = request.get("background")
    with open_frames(request["source"]) as frames, tempfile.TemporaryDirectory(dir=Path(request["out"]).parent) as work:
        job = Job(
            title=request["title"],
            frames=frames,
            objects=request["objects"],
            shown={int(frame): told for frame, told in request["shown"].items()},
            out=Path(request["out"]),
            work=Path(work),
            progress=lambda done, total: _tell({"done": done, "total": total}),
            look=request.get("look") or {},
            form=request.get("form") or "mp4",
            background=None if behind is None else open_frames(behind),
            source=Path(request["source"]),
            journal=request.get("journal") or "",
        )
        EXPORTS[request["what"]](job)


def _tell(value: dict[str, Any]) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
