"""The process that opens and decodes what users upload, bounded in memory; the server never decodes a file itself.

    python -m masklet.app.decoder MEMORY MAX_PIXELS

Requests come as JSON lines on standard input; the first, {"op": "file", "path": …}, names the file and has no answer.
Each answer on standard output is a JSON line, followed by as many bytes as its "bytes" says. {"op": "open"} tells what
the file is; {"op": "frame", "index": n} gives a frame as HxWx3 RGB bytes; with "width" it gives a JPEG no wider than
that.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from masklet.app.bounded_process import bound_process
from masklet.errors import MediaError

MAX_TIMES = 1 << 20  # frames of which times are handed on


def main(arguments: list[str]) -> None:
    """Answer requests until standard input ends."""
    memory, max_pixels = map(int, arguments)
    bound_process(memory)
    import cv2  # noqa: F401  what is needed later is read from the disk before there is a file

    import masklet.media.video_file  # noqa: F401

    output = sys.stdout.buffer
    named = sys.stdin.buffer.readline()
    if not named:  # none came
        return
    path = Path(json.loads(named)["path"])
    source = _Source(path, max_pixels)
    for line in sys.stdin.buffer:
        request, payload = json.loads(line), b""
        answer: dict[str, Any]
        try:
            if request["op"] == "open":
                answer = source.describe()
            else:
                answer, payload = source.frame(request)
        except MediaError as problem:
            answer = {"error": str(problem).replace(str(path), "the file")}
        except IndexError as problem:
            answer = {"missing": str(problem).replace(str(path), "the file"), **source.state()}
        except MemoryError:
            answer = {"error": "the file needs more memory to be decoded than is allowed here"}
        except Exception as problem:  # whatever a broken file leads to ends here
            answer = {"error": f"the file cannot be decoded ({type(problem).__name__})"}
        output.write(json.dumps({**answer, "bytes": len(payload)}).encode() + b"\n" + payload)
        output.flush()


class _Source:
    """The file, opened when it is first asked for."""

    def __init__(self, path: Path, max_pixels: int) -> None:
        self._path, self._max_pixels = path, max_pixels
        self._frames: Any = None

    def describe(self) -> dict[str, Any]:
        frames = self._open()
        height, width = frames.size
        frames[0]  # what cannot be decoded at all is refused
        sound = frames.sound
        return {
            "height": height,
            "width": width,
            "fps": float(frames.fps),
            "times": [float(time) for time in frames.times[:MAX_TIMES]],
            "time_base": [frames.time_base.numerator, frames.time_base.denominator],
            "sound_start": None if sound is None else float(sound.start),
            **self.state(),
        }

    def state(self) -> dict[str, Any]:
        frames = self._open()
        warning = frames.warning
        return {
            "frames": len(frames),
            "broken_at": frames.broken_at,
            "warning": None if warning is None else warning.replace(self._path.name, "the file"),
        }

    def frame(self, request: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        picture = self._open()[int(request["index"])]
        width = request.get("width")
        if width is None:
            return {}, picture.tobytes()
        import cv2

        height = picture.shape[0] * width // picture.shape[1]
        if width < picture.shape[1] and height > 0:
            picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        done, data = cv2.imencode(".jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])
        if not done:
            raise MediaError("the frame cannot be shown")
        return {}, data.tobytes()

    def _open(self) -> Any:
        if self._frames is None:
            self._check_size()
            from masklet.media.frames import open_frames

            self._frames = open_frames(self._path)
            height, width = self._frames.size
            self._check(width, height)
        return self._frames

    def _check_size(self) -> None:
        """What the file says of its size, before anything of it is decoded."""
        from masklet.media.picture import open_picture
        from masklet.media.video_index import open_video

        try:
            with open_picture(self._path) as image:
                self._check(image.width, image.height)
                return
        except MediaError as problem:
            if "not a picture" not in str(problem):
                raise
        container, stream = open_video(self._path)
        with container:
            self._check(stream.codec_context.width, stream.codec_context.height)

    def _check(self, width: int, height: int) -> None:
        if width * height > self._max_pixels:
            raise MediaError(
                f"the picture is {width}x{height} pixels, and {self._max_pixels:,} are allowed: make it smaller"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
