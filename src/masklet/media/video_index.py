"""What frames a video file holds and where, found by reading its packets without decoding them.

Packets lie in decoding order and frames are shown in another (B-frames); the link between the two is the
presentation stamp. Where a container keeps no true stamps (AVI, raw streams), packets are numbered instead and the
file is decoded once to see in which order the numbers come out. Either way a frame carries the "stamp" of its packet
through the decoder, and `VideoIndex.place_of` says which frame that is, wherever decoding began.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from masklet.errors import MediaError

# Containers that store a presentation stamp with each packet. In others FFmpeg makes stamps up.
_STAMPED_CONTAINERS = {"mov", "mp4", "matroska", "webm", "mpegts", "mpeg", "flv", "asf", "mjpeg", "ivf", "nut", "mxf"}
# Containers whose header says how long the whole is; in others FFmpeg guesses it from what is there.
_DECLARING_CONTAINERS = {"mov", "mp4", "matroska", "webm", "avi", "flv", "asf"}

_TS_PACKET_BYTES = 188
_SEEKS_BY_PTS = 0x4000000  # AVFMT_SEEK_TO_PTS
_COVER_ART = 0x400  # AV_DISPOSITION_ATTACHED_PIC


@dataclass(frozen=True)
class Restart:
    """A key frame, where decoding can begin. place: its frame. seek_to: what the container is asked for."""

    place: int
    seek_to: int | None


@dataclass(frozen=True, eq=False)
class VideoIndex:
    """All frames of one video stream, in the order in which they are shown.

    place_of: stamp of a packet -> frame. number_of: decoding stamp -> packet number for containers without
    presentation stamps (None: packets already carry theirs). restarts: by rising place; the first is where the file
    begins. times: seconds, the first at 0. start: the time of frame 0 in the file, counted from the file's beginning.
    declared: how many frames the container claims, 0 when it makes no claim. cut_off: the file ends earlier than its
    header says, or within a packet.
    """

    place_of: Mapping[int, int]
    number_of: Mapping[int, int] | None
    restarts: Sequence[Restart]
    times: NDArray[np.float64]
    time_base: Fraction
    fps: float
    start: float
    declared: int
    cut_off: bool
    has_sound: bool


class _Packet(NamedTuple):  # there are hundreds of thousands, and a tuple is made in a third of a dataclass's time
    pts: int | None
    dts: int | None
    key: bool
    hidden: bool  # decoded at most, never shown
    corrupt: bool


@dataclass(frozen=True)
class _Reading:
    """What one reading of the file found: the video's packets in decoding order, and the end (s) over all streams."""

    packets: list[_Packet]
    end: float
    failed: bool


def open_video(path: Path) -> tuple[InputContainer, VideoStream]:
    """The file and its first real video stream, ready to decode on several threads. Raises MediaError."""
    try:
        container = av.open(str(path), mode="r", metadata_errors="ignore")
    except (FFmpegError, OSError, ValueError) as error:
        raise MediaError(_unreadable(path)) from error
    streams = [stream for stream in container.streams.video if not int(stream.disposition) & _COVER_ART]
    if not streams:
        container.close()
        raise MediaError(f"{path} has no video in it, only sound or data")
    stream = streams[0]
    if not _has_decoder(stream):
        container.close()
        raise MediaError(f"{path} holds video in a coding that this FFmpeg does not know")
    stream.thread_type = "AUTO"
    return container, stream


def _has_decoder(stream: Stream) -> bool:
    """Whether FFmpeg knows the stream's coding; PyAV's stubs do not tell that there may be no context."""
    context: object = stream.codec_context
    return context is not None


def read_index(path: Path) -> VideoIndex:
    """Read all packets of the file. Raises MediaError when it is no video or holds no frames."""
    container, stream = open_video(path)
    with container:
        reading = _read_packets(container, stream)
        if not reading.packets:
            raise MediaError(f"{path} holds no video frames")
        names = set(container.format.name.split(","))
        base = stream.time_base or Fraction(1, 90000)
        file_start = (container.start_time or 0) / av.time_base
        declared = stream.frames if names & {"mov", "mp4"} else 0
        declares_end = bool(names & _DECLARING_CONTAINERS) and not declared
        declared_end = (container.duration or 0) / av.time_base if declares_end else 0.0
        rate = stream.average_rate or stream.guessed_rate
        seeks_by_pts = bool(int(container.format.flags) & _SEEKS_BY_PTS)
        has_sound = any(_has_decoder(stream) for stream in container.streams.audio)
    number_of: Mapping[int, int] | None = None
    order = _by_stamps(reading.packets, seeks_by_pts) if names & _STAMPED_CONTAINERS else None
    if order is None:
        order, number_of = _by_decoding(path, reading.packets)
    timing = _timing(order, base, rate)
    cut_off = (
        reading.failed
        or reading.packets[-1].corrupt
        or declared > len(reading.packets)
        or declared_end - reading.end > max(0.1, 2.5 / timing.fps)
        or ("mpegts" in names and path.stat().st_size % _TS_PACKET_BYTES > 0)
    )
    start = float(order.stamps[0] * base) - file_start if order.stamps else 0.0
    return VideoIndex(
        place_of=order.place_of,
        number_of=number_of,
        restarts=order.restarts,
        times=timing.times,
        time_base=timing.base,
        fps=timing.fps,
        start=max(start, 0.0),
        declared=declared,
        cut_off=cut_off,
        has_sound=has_sound,
    )


def decode_packets(
    container: InputContainer, stream: VideoStream, number_of: Mapping[int, int] | None
) -> Iterator[VideoFrame]:
    """Decode on from where the container stands; each frame's pts is its packet's stamp.

    Packets that cannot be decoded are passed over, and a file that breaks off ends the frames. number_of: as in
    `VideoIndex`; an empty mapping numbers packets from 0, which is right only from the beginning of the file.
    """
    count = 0
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, FFmpegError, OSError):
            break
        if packet.size == 0:  # a dropped frame, or the end; to the decoder both would mean the end
            continue
        if number_of is not None:
            packet.pts = count if not number_of else None if packet.dts is None else number_of.get(packet.dts)
            count += 1
        yield from _decode(stream, packet)
    yield from _decode(stream, None)


def _decode(stream: VideoStream, packet: Packet[VideoStream] | None) -> Sequence[VideoFrame]:
    try:
        return stream.codec_context.decode(packet)
    except (FFmpegError, OSError):
        return ()


def _read_packets(container: InputContainer, stream: VideoStream) -> _Reading:
    packets: list[_Packet] = []
    ends: dict[int, int] = {}  # by stream, in its unit
    failed, own = False, stream.index
    vp8 = stream.codec_context.name in ("vp8", "libvpx")
    source = container.demux()
    while True:
        try:
            packet = next(source)
        except StopIteration:
            break
        except (FFmpegError, OSError):
            failed = True
            break
        if packet.size == 0:
            continue
        stamp = packet.pts if packet.pts is not None else packet.dts
        number = packet.stream_index
        if stamp is not None:
            stamp += packet.duration or 0
            if stamp > ends.get(number, 0):
                ends[number] = stamp
        if number == own:
            # Not shown: what an edit list cuts away, and VP8's reference-only frames (show_frame, RFC 6386 §9.1).
            hidden = packet.is_discard or (vp8 and not bytes(packet)[0] >> 4 & 1)
            packets.append(_Packet(packet.pts, packet.dts, packet.is_keyframe, hidden, packet.is_corrupt))
    bases = {one.index: one.time_base for one in container.streams}
    end = max((float(stamp * (bases.get(number) or 0)) for number, stamp in ends.items()), default=0.0)
    return _Reading(packets, end, failed)


@dataclass(frozen=True, eq=False)
class _Order:
    """The frames in the order of showing. stamps: of that order, in the stream's unit; None: there are none."""

    count: int
    place_of: dict[int, int]
    restarts: list[Restart]
    stamps: list[int] | None


def _by_stamps(packets: list[_Packet], seeks_by_pts: bool) -> _Order | None:
    """Frames ordered by presentation stamps; None when packets lack them or share one.

    What is shown before the first key frame cannot be decoded: recordings may begin in the middle.
    """
    first = next((number for number, packet in enumerate(packets) if packet.key), 0)
    begin = packets[first].pts
    shown = [packet.pts for packet in packets[first:] if not packet.hidden and not packet.corrupt]
    stamps = sorted(stamp for stamp in shown if stamp is not None and begin is not None and stamp >= begin)
    if None in shown or len(set(stamps)) < len(stamps) or not stamps:
        return None
    restarts = {0: Restart(0, None)}
    for packet in packets[first:]:
        if packet.key and packet.pts is not None:
            place = bisect_left(stamps, packet.pts)
            by_pts = seeks_by_pts or packet.dts is None
            restarts.setdefault(place, Restart(place, packet.pts if by_pts else packet.dts))
    in_order = [restarts[place] for place in sorted(restarts) if place < len(stamps)]
    return _Order(len(stamps), {stamp: place for place, stamp in enumerate(stamps)}, in_order, stamps)


def _by_decoding(path: Path, packets: list[_Packet]) -> tuple[_Order, dict[int, int]]:
    """Frames in the order in which one decoding of the whole file, without conversion to RGB, gives them.

    Also the packet numbers by decoding stamp; empty when there are no such stamps, and then every way to a frame
    leads from the beginning.
    """
    container, stream = open_video(path)
    with container:
        given = [frame.pts for frame in decode_packets(container, stream, {}) if frame.pts is not None]
    place_of = {number: place for place, number in enumerate(dict.fromkeys(given))}
    if not place_of:
        raise MediaError(f"{path}: not one frame of it can be decoded")
    dts = [packet.dts for packet in packets if packet.dts is not None]
    if len(set(dts)) < len(packets):
        return _Order(len(place_of), place_of, [Restart(0, None)], None), {}
    restarts = {place_of[n]: dts[n] for n, packet in enumerate(packets) if packet.key and place_of.get(n)}
    in_order = [Restart(0, None), *(Restart(place, restarts[place]) for place in sorted(restarts))]
    slots = sorted(dts[number] for number in place_of if number < len(dts))
    return _Order(len(place_of), place_of, in_order, slots), {stamp: number for number, stamp in enumerate(dts)}


@dataclass(frozen=True, eq=False)
class _Timing:
    times: NDArray[np.float64]
    base: Fraction
    fps: float


def _timing(order: _Order, base: Fraction, rate: Fraction | None) -> _Timing:
    """Times from 0. Steady ones that a coarse clock has rounded (Matroska: milliseconds) are made exact again."""
    rate = rate if rate and 0 < rate < 1000 else Fraction(25)
    steady = np.arange(order.count) / float(rate)
    if order.stamps is None:
        return _Timing(steady, 1 / rate, float(rate))
    stamps = np.array(order.stamps, np.float64) - order.stamps[0]
    times = stamps * float(base)
    if np.abs(times - steady).max() <= 1.01 * float(base):
        return _Timing(steady, 1 / rate, float(rate))
    mean = (order.count - 1) / times[-1] if times[-1] > 0 else float(rate)
    near = abs(float(rate) / mean - 1) < 0.02
    return _Timing(times, base, float(rate) if near else float(mean))


def _unreadable(path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    if head[4:8] == b"ftyp":
        return f"{path} was cut off: the index at the end of the file is missing, so that nothing can be decoded"
    return f"{path} is neither a video that FFmpeg can read nor a picture"
