"""Copying a source's sound into a video that is being written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.error import FFmpegError
from av.packet import Packet

from masklet.media.frames import SoundTrack


@dataclass(frozen=True)
class SoundRules:
    """What a container takes: codecs that players expect in it; sound in others is encoded anew with `encoder`."""

    codecs: tuple[str, ...]
    encoder: str
    rate: int | None = None


MP4 = SoundRules(("aac", "mp3", "mp3float", "ac3", "eac3", "alac", "opus"), "aac")
WEBM = SoundRules(("opus", "vorbis"), "libopus", 48_000)


class SoundCopy:
    """The first sound track of a file, cut to begin with a given frame and fed in step with the pictures.

    Packets are copied as they are where the container can hold them, and encoded anew otherwise. Sound that breaks
    off or cannot be decoded ends there; it never stops the pictures.
    """

    def __init__(self, track: SoundTrack, output: OutputContainer, rules: SoundRules = MP4) -> None:
        self._output = output
        self._track = track
        self._begin = track.start
        self._input = av.open(str(track.path), metadata_errors="ignore")
        self._source = next(stream for stream in self._input.streams.audio if stream.codec_context is not None)
        self._file_start = (self._input.start_time or 0) / av.time_base
        self._copied = self._source.codec_context.name in rules.codecs
        self._ended = False
        self._packets: Iterator[Packet[AudioStream]] = iter(self._input.demux(self._source))
        self._waiting: Packet[AudioStream] | None = None
        if self._copied:
            self._target = output.add_stream_from_template(self._source)
        else:
            rate = rules.rate or self._source.codec_context.sample_rate or 48000
            self._target = cast(AudioStream, output.add_stream(rules.encoder, rate=rate))
            self._target.layout = "mono" if self._source.codec_context.channels == 1 else "stereo"
            self._resampler = AudioResampler(
                format=self._target.format, layout=self._target.layout, rate=self._target.rate
            )

    def begin_at(self, seconds: float) -> None:
        """The sound shall begin with the frame shown at `seconds` of the source's own times."""
        self._begin = self._track.start + seconds

    def copy_until(self, seconds: float | None) -> None:
        """Write the sound up to `seconds` of the source's own times; None: to its end. Raises OSErrors of writing."""
        end = None if seconds is None else self._track.start + seconds
        while not self._ended:
            packet = self._waiting or self._next_packet()
            self._waiting = None
            if packet is None:
                self._ended = True
                return
            at = self._time_of(packet)
            if end is not None and at >= end:
                self._waiting = packet
                return
            # Copied sound keeps one packet from before: decoders need it to start, and players do not play it.
            early = self._length_of(packet) + 1e-3 if self._copied else 0.0
            if at + self._length_of(packet) > self._begin - early:
                self._put(packet)

    def close(self) -> None:
        """Write what an encoder still holds, and let go of the source's file."""
        if not self._copied and self._target.codec_context.is_open:
            for frame in self._resampler.resample(None):
                self._output.mux(self._target.encode(frame))
            self._output.mux(self._target.encode(None))
        self._input.close()

    def _next_packet(self) -> Packet[AudioStream] | None:
        try:
            for packet in self._packets:
                if packet.size and packet.pts is not None:
                    return packet
        except (FFmpegError, OSError):
            pass
        return None

    def _put(self, packet: Packet[AudioStream]) -> None:
        assert packet.time_base is not None and packet.pts is not None
        if self._copied:
            shift = round((self._begin + self._file_start) / packet.time_base)
            packet.pts -= shift
            packet.dts = packet.pts
            packet.stream = self._target
            self._output.mux(packet)
            return
        try:
            frames: list[AudioFrame] = packet.decode()
        except (FFmpegError, OSError):
            return
        for frame in frames:
            if frame.pts is not None and frame.time_base:
                frame.pts -= round((self._begin + self._file_start) / frame.time_base)
            for resampled in self._resampler.resample(frame):
                self._output.mux(self._target.encode(resampled))

    def _time_of(self, packet: Packet[AudioStream]) -> float:
        assert packet.time_base is not None and packet.pts is not None
        return float(packet.pts * packet.time_base) - self._file_start

    @staticmethod
    def _length_of(packet: Packet[AudioStream]) -> float:
        return float((packet.duration or 0) * packet.time_base) if packet.time_base else 0.0
