"""A video's sound as a file of its own, which begins with the first picture: for players that show single frames."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.error import FFmpegError

from masklet.errors import MediaError
from masklet.media.files import atomic_write
from masklet.media.frames import SoundTrack
from masklet.media.sound import Resampler

RATE = 44_100
_SILENCE = RATE  # samples written at once where nothing is heard
_JITTER = RATE // 50  # samples: files' times are round, and a click at each frame would be heard


def write_sound(track: SoundTrack, path: Path) -> float:
    """Write the first sound track as an mp3 of 128 kbit/s; gives its length in seconds. Its second 0 is frame 0's.

    Sound before the first picture is cut off; where sound begins later, or has a gap, there is silence. It ends where
    the file breaks. Raises MediaError when nothing can be decoded, OutputError when `path` cannot be written.
    """
    with atomic_write(path) as temporary, av.open(str(temporary), "w", format="mp3") as output:
        target = output.add_stream("libmp3lame", rate=RATE)
        target.layout, target.bit_rate, target.format = "stereo", 128_000, "fltp"  # type: ignore[assignment]
        done = 0
        for at, samples in _placed(track):
            at = done if abs(at - done) < _JITTER else at
            while done < at:
                done += _put(output, target, np.zeros((2, min(at - done, _SILENCE)), np.float32), done)
            fresh = samples[:, max(0, done - at) :]
            if fresh.size:
                done += _put(output, target, fresh, done)
        if done == 0:
            raise MediaError(f"{track.path}: its sound cannot be decoded")
        output.mux(target.encode(None))
    return done / RATE


def _placed(track: SoundTrack) -> Iterator[tuple[int, np.ndarray]]:
    """Parts of the sound, 2xN from -1 to 1, with the sample at which each begins; 0 is when frame 0 is shown."""
    resampler = Resampler("fltp", "stereo", RATE)
    try:
        with av.open(str(track.path), metadata_errors="ignore") as container:
            stream = next((one for one in container.streams.audio if one.codec_context is not None), None)
            start = (container.start_time or 0) / av.time_base + track.start
            for packet in container.demux(stream) if stream is not None else ():
                try:
                    frames = packet.decode()
                except (FFmpegError, OSError):
                    continue
                for frame in frames:
                    if frame.pts is None or frame.time_base is None:
                        continue
                    at = float(frame.pts * frame.time_base) - start
                    for part in resampler.resample(frame):
                        yield round(at * RATE), part.to_ndarray()
                        at += part.samples / RATE
    except (FFmpegError, OSError, ValueError):
        return  # what was heard so far is what there is


def _put(output: av.container.OutputContainer, target: AudioStream, samples: np.ndarray, done: int) -> int:
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples, np.float32), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts = RATE, done
    for packet in target.encode(frame):
        output.mux(packet)
    return samples.shape[1]
