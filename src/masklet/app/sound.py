"""An upload's sound as the page plays it: written once, in a process that is bounded as the decoder is.

    python -m masklet.app.sound VIDEO SECONDS_OF_FRAME_0 SOUND MEMORY MAX_BYTES

Standard output has one line of JSON: {"seconds"} or {"problem"}.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from masklet.app.bounded_process import answer, ask_process, bound_process
from masklet.errors import InputError, OutputError
from masklet.media.frames import SoundTrack
from masklet.media.sound_file import write_sound

if TYPE_CHECKING:
    from masklet.app.project import Project

SOUND = "sound.mp3"
_ROOM = threading.BoundedSemaphore(2)  # at once, of all projects


def sound_of(project: Project) -> Path:
    """The sound's file, which begins with frame 0. Raises InputError, one line, when there is none."""
    track, path, settings = project.frames.sound, project.folder / SOUND, project.settings
    if track is None:
        raise InputError("the video has no sound")
    if path.is_file():
        return path
    words = [str(track.path), repr(track.start), str(path), str(settings.decoder_memory), str(settings.max_bytes)]
    with _ROOM:
        if path.is_file():  # made while this waited
            return path
        ask_process("masklet.app.sound", words, 20 * settings.decoder_seconds, "the sound")
    return path


def main(arguments: list[str]) -> None:
    """Write the sound, and print how it went."""
    video, start, out = Path(arguments[0]), float(arguments[1]), Path(arguments[2])
    bound_process(*map(int, arguments[3:5]))
    if hasattr(os, "nice"):  # not on Windows
        os.nice(5)  # whoever waits for an answer goes first
    answer(lambda: _write(SoundTrack(video, start), out), "the sound", str(video))


def _write(track: SoundTrack, out: Path) -> dict[str, Any]:
    try:
        return {"seconds": write_sound(track, out)}
    except (OSError, OutputError):
        raise InputError("there is no room for the sound, or it is larger than is allowed here") from None
    except InputError:
        raise InputError("the sound cannot be decoded") from None


if __name__ == "__main__":
    main(sys.argv[1:])
