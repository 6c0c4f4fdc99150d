"""Pictures without a known end: cameras, network streams, and standard input."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import BinaryIO, Literal

import av
import cv2
import numpy as np
from av.error import FFmpegError

from masklet.errors import MediaError
from masklet.media.picture import decode_picture
from masklet.values import Picture

LiveFormat = Literal["rawvideo", "mjpeg"]
_OPEN_SECONDS = 10.0
_LARGEST_JPEG = 64 << 20  # a stream that goes on longer without an end of picture is no MJPEG
_CHUNK = 1 << 16


def open_live(
    source: str | int, format: str | None = None, size: tuple[int, int] | None = None, *, pipe: BinaryIO | None = None
) -> Iterator[Picture]:
    """Pictures, HxWx3 uint8 RGB, as they come, until the source ends.

    source: a camera's number (0, "0"); "-" for standard input; or an address or device that FFmpeg opens
    (rtsp://…, http://…, /dev/video0).
    format: of standard input: "rawvideo" (rgb24, rows from the top; needs size, (height, width)), "mjpeg"
    (JPEGs one after another), or None: rawvideo when a size is given, and mjpeg otherwise.
    pipe: what is read in place of standard input.

    Raises MediaError, one line, at once when the source cannot be opened, and while reading when its data are not
    of the format. The last picture of a rawvideo pipe is dropped when it is incomplete. Close the iterator (or let
    it run out) to let go of the camera.
    """
    if isinstance(source, int) or source.isdecimal():
        return _camera(int(source))
    if source != "-":
        return _address(source, format)
    if format not in (None, "rawvideo", "mjpeg"):
        raise MediaError(f"standard input is read as rawvideo or mjpeg, not as {format!r}")
    data = pipe or _standard_input()
    if format == "mjpeg" or (format is None and size is None):
        return _mjpeg(data)
    if size is None or min(size) < 1:
        raise MediaError("rawvideo on standard input needs the size of its pictures: give --size WIDTHxHEIGHT")
    return _rawvideo(data, size)


def is_live(source: str) -> bool:
    """Whether the source goes on whether or not it is read: a camera, a device, an address; files and pipes wait."""
    return source.isdecimal() or source.startswith("/dev/") or "://" in source


def parse_size(text: str) -> tuple[int, int]:
    """(height, width) from "640x480", which is width by height. Raises MediaError for another form."""
    match = re.fullmatch(r"([1-9][0-9]{0,5})[xX×]([1-9][0-9]{0,5})", text.strip())
    if match is None:
        raise MediaError(f"a size is written WIDTHxHEIGHT, as in 640x480, not {text!r}")
    return int(match[2]), int(match[1])


def split_jpegs(pipe: BinaryIO) -> Iterator[bytes]:
    """The JPEG files that lie one after another in a stream; bytes between them are passed over.

    Ends are found by walking the segments (ITU-T T.81, annex B), because a thumbnail inside a segment has an end
    marker of its own. An incomplete last one is dropped.
    """
    buffer = bytearray()
    while True:
        start = buffer.find(b"\xff\xd8\xff")
        if start < 0:
            del buffer[:-2]
        else:
            del buffer[:start]
            end = _jpeg_end(buffer)
            if end is not None:
                yield bytes(buffer[:end])
                del buffer[:end]
                continue
        if len(buffer) > _LARGEST_JPEG:
            raise MediaError("the stream is not MJPEG: a picture of it has no end")
        chunk = _some(pipe)
        if not chunk:
            return
        buffer += chunk


def _jpeg_end(data: bytearray) -> int | None:
    """Where the JPEG at the start of `data` ends; None while its end has not come."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:  # broken: go on to the next marker
            at = data.find(b"\xff", at)
            if at < 0:
                return None
            continue
        marker = data[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker == 0xFF or marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
            continue
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:  # coded data follow, up to a marker that is neither a stuffed zero nor a restart
            found = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL).search(data, at)
            if found is None:
                return None
            at = found.start()
    return at + 2 if bytes(data[at : at + 2]) == b"\xff\xd9" else None


def _mjpeg(pipe: BinaryIO) -> Iterator[Picture]:
    """Pictures of an MJPEG pipe; broken ones are passed over, as long as there are good ones."""
    good = bad = 0
    for data in split_jpegs(pipe):
        try:
            picture = decode_picture(data, "a picture of the stream")
        except MediaError:
            bad += 1
            continue
        good += 1
        yield picture
    if good == 0:
        what = "its pictures are broken" if bad else "no JPEG was found in it"
        raise MediaError(f"standard input gave no picture: {what}; for raw pictures give --size WIDTHxHEIGHT")


def _rawvideo(pipe: BinaryIO, size: tuple[int, int]) -> Iterator[Picture]:
    height, width = size
    wanted = height * width * 3
    given = 0
    while True:
        data = bytearray()
        while len(data) < wanted:
            chunk = pipe.read(wanted - len(data))
            if not chunk:
                if given == 0:
                    raise MediaError(
                        f"standard input ended after {len(data)} bytes: one {width}x{height} picture has {wanted}"
                    )
                return
            data += chunk
        given += 1
        yield np.frombuffer(data, np.uint8).reshape(height, width, 3)


def _camera(number: int) -> Iterator[Picture]:
    verbosity = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # the one line below says it
    try:
        capture = cv2.VideoCapture(number)
    finally:
        cv2.utils.logging.setLogLevel(verbosity)
    if not capture.isOpened():
        capture.release()
        raise MediaError(f"camera {number} cannot be opened: it is missing, or another program uses it")

    def pictures() -> Iterator[Picture]:
        try:
            while True:
                done, bgr = capture.read()
                if not done:
                    return
                yield np.ascontiguousarray(bgr[:, :, ::-1])
        finally:
            capture.release()

    return pictures()


def _address(address: str, format: str | None) -> Iterator[Picture]:
    device = "v4l2" if format is None and address.startswith("/dev/video") else format
    # Without FFmpeg's buffering the newest picture comes at once; what was read to probe the stream is lost.
    options = {"fflags": "nobuffer"} if device == "v4l2" or "://" in address else {}
    try:
        container = av.open(address, format=device, options=options, timeout=(_OPEN_SECONDS, None))
        stream = container.streams.video[0]
    except (FFmpegError, OSError, ValueError, IndexError) as error:
        reason = getattr(error, "strerror", None) or "there is no video in it"
        raise MediaError(f"{address} cannot be opened as a stream: {reason}") from error

    def pictures() -> Iterator[Picture]:
        with container:
            try:
                for frame in container.decode(stream):
                    yield np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
            except (FFmpegError, OSError):
                return  # the stream broke off, which is its end

    return pictures()


def _standard_input() -> BinaryIO:
    """Standard input without Python's buffer: a thread that waits in that would bar the way to the program's end."""
    try:
        return open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)
    except (OSError, ValueError):  # it is something else here, as in a notebook
        return sys.stdin.buffer


def _some(pipe: BinaryIO) -> bytes:
    """What has come, without waiting for more than something."""
    read_now = getattr(pipe, "read1", pipe.read)
    data: bytes = read_now(_CHUNK)
    return data
