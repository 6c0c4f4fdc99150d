"""Copying a source's sound into a video that is being written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import cast

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.codec import Codec
from av.container import OutputContainer
from av.error import ArgumentError, FFmpegError, InvalidDataError, PatchWelcomeError
from av.packet import Packet

from masklet.media.frames import SoundTrack


@dataclass(frozen=True)
class SoundRules:
    """What a container takes: codecs that players expect in it; sound in others is encoded anew with `encoder`.

    rate: of what is encoded anew; None: the source's. least_rate: of what is copied.
    """

    codecs: tuple[str, ...]
    encoder: str
    rate: int | None = None
    least_rate: int = 0


MP4 = SoundRules(("aac", "mp3", "mp3float", "ac3", "eac3", "alac", "opus"), "aac", least_rate=16_000)  # slower MP3
MOV = SoundRules(("aac", "mp3", "mp3float", "ac3", "eac3", "alac"), "aac")
WEBM = SoundRules(("opus", "vorbis"), "libopus", 48_000)


class Resampler:
    """Brings frames of any form, which may change on the way, into one."""

    def __init__(self, form: str, layout: str, rate: int) -> None:
        """form: the samples' format, by FFmpeg's name."""
        self._new = partial(AudioResampler, form, layout, rate)
        self._inner: AudioResampler | None = None
        self._given: tuple[str, str, int] | None = None  # the form of what the inner one takes

    def resample(self, frame: AudioFrame | None) -> list[AudioFrame]:
        """What can be had by now; None: the rest."""
        given = (frame.format.name, frame.layout.name, frame.sample_rate) if frame else None
        found: list[AudioFrame | None] = []
        if self._inner is not None and given != self._given:
            found, self._inner = [*self._inner.resample(None)], None
        if frame is not None:
            self._inner, self._given = self._inner or self._new(), given
            found += self._inner.resample(frame)
        return [one for one in found if one is not None]


_UNFIT = (ArgumentError, InvalidDataError, PatchWelcomeError)  # a full disk is none of these


class SoundCopy:
    """The first sound track of a file, cut to begin with a given frame and fed in step with the pictures.

    Packets are copied as they are where the container can hold them, and encoded anew otherwise. Sound that breaks
    off ends there, and what is damaged or goes back in time is left out; it never stops the pictures.
    """

    def __init__(self, track: SoundTrack, output: OutputContainer, rules: SoundRules = MP4) -> None:
        self._output = output
        self._track = track
        self._begin = track.start
        self._input = av.open(str(track.path), metadata_errors="ignore")
        self._source = next(stream for stream in self._input.streams.audio if stream.codec_context is not None)
        self._file_start = (self._input.start_time or 0) / av.time_base
        rate = self._source.codec_context.sample_rate or 48_000
        self._copied = self._source.codec_context.name in rules.codecs and rate >= rules.least_rate
        self._ended = False
        self._packets = _with_lengths(self._input.demux(self._source))
        self._waiting: Packet[AudioStream] | None = None
        self._last: int | None = None  # the stamp of what was written last
        if self._copied:
            self._target = output.add_stream_from_template(self._source)
        else:
            rate = rules.rate or _rate_for(rules.encoder, rate)
            self._target = cast(AudioStream, output.add_stream(rules.encoder, rate=rate))
            self._target.layout = "mono" if self._source.codec_context.channels == 1 else "stereo"
            self._resampler = Resampler(self._target.format.name, self._target.layout.name, self._target.rate)

    def begin_at(self, seconds: float) -> None:
        """The sound shall begin with the frame shown at `seconds` of the source's own times."""
        self._begin = self._track.start + seconds

    def copy_until(self, seconds: float | None) -> None:
        """Write the sound up to `seconds` of the source's own times; None: to its end. Raises OSErrors of writing."""
        end = None if seconds is None else self._track.start + seconds
        while not self._ended:
            packet = self._waiting or next(self._packets, None)
            self._waiting = None
            if packet is None:
                self._ended = True
                return
            at = self._time_of(packet)
            if end is not None and at >= end:
                self._waiting = packet
                return
            # Copied sound keeps one packet from before: decoders need it to start, and players do not play it.
            early = _length_of(packet) + 1e-3 if self._copied else 0.0
            if at + _length_of(packet) > self._begin - early:
                self._put(packet)

    def close(self) -> None:
        """Write what an encoder still holds, and let go of the source's file."""
        if not self._copied and self._target.codec_context.is_open:
            self._encode(self._resampler.resample(None))
            self._mux(self._target.encode(None))
        self._input.close()

    def _put(self, packet: Packet[AudioStream]) -> None:
        assert packet.time_base is not None and packet.pts is not None
        if self._copied:
            shift = round((self._begin + self._file_start) / packet.time_base)
            packet.pts -= shift
            packet.dts = packet.pts
            packet.stream = self._target
            self._mux([packet])
            return
        try:
            frames: list[AudioFrame] = packet.decode()
        except (FFmpegError, OSError):
            return
        for frame in frames:
            if frame.pts is not None and frame.time_base:
                frame.pts -= round((self._begin + self._file_start) / frame.time_base)
            self._encode(self._resampler.resample(frame))

    def _encode(self, frames: Sequence[AudioFrame]) -> None:
        self._output.start_encoding()
        for frame in frames:
            with suppress(*_UNFIT):
                self._mux(self._target.encode(frame))

    def _mux(self, packets: Sequence[Packet[AudioStream]]) -> None:
        """Write them, save what no container takes: times that go back, as where recordings were joined, or garbage."""
        self._output.start_encoding()  # what it raises is no fault of these packets
        for packet in packets:
            if packet.pts is None or (self._last is not None and packet.pts <= self._last):
                continue
            self._last = packet.pts
            with suppress(*_UNFIT):
                self._output.mux(packet)

    def _time_of(self, packet: Packet[AudioStream]) -> float:
        assert packet.time_base is not None and packet.pts is not None
        return float(packet.pts * packet.time_base) - self._file_start


def _rate_for(encoder: str, rate: int) -> int:
    """The least sample rate of the encoder's that keeps all that is heard at `rate`, or its highest."""
    rates = sorted(Codec(encoder, "w").audio_rates or [rate])
    return next((one for one in rates if one >= rate), rates[-1])


def _with_lengths(packets: Iterator[Packet[AudioStream]]) -> Iterator[Packet[AudioStream]]:
    """The packets with sound in them; where the container does not say how long one is, it lasts until the next."""
    held: Packet[AudioStream] | None = None
    length = 0
    while True:
        try:
            packet = next(packets, None)
        except (FFmpegError, OSError):
            packet = None
        if packet is not None and (not packet.size or packet.pts is None):
            continue
        if held is not None:
            if not held.duration:
                if packet is not None and packet.pts is not None and held.pts is not None:
                    length = max(packet.pts - held.pts, 0)
                held.duration = length
            yield held
        if packet is None:
            return
        held = packet


def _length_of(packet: Packet[AudioStream]) -> float:
    return float((packet.duration or 0) * packet.time_base) if packet.time_base else 0.0
