"""An upload's sound as the page plays it: written once, in a process that is bounded as the decoder is.

    python -m masklet.app.sound VIDEO SECONDS_OF_FRAME_0 SOUND MEMORY MAX_BYTES

Standard output has one line of JSON: {"seconds"} or {"problem"}.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from masklet.app.decoder import bound_process
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
        try:
            ran = subprocess.run(
                [sys.executable, "-m", "masklet.app.sound", *words],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=20 * settings.decoder_seconds,
                check=False,
            )
            told = json.loads(ran.stdout)
        except subprocess.TimeoutExpired:
            raise InputError("the sound takes too long to read") from None
        except ValueError:
            raise InputError("the sound cannot be read: the file is broken, or needs too much memory") from None
    if "problem" in told:
        raise InputError(str(told["problem"]))
    return path


def main(arguments: list[str]) -> None:
    """Write the sound, and print how it went."""
    video, start, out = Path(arguments[0]), float(arguments[1]), Path(arguments[2])
    bound_process(*map(int, arguments[3:5]))
    if hasattr(os, "nice"):  # not on Windows
        os.nice(5)  # whoever waits for an answer goes first
    try:
        print(json.dumps({"seconds": write_sound(SoundTrack(video, start), out)}))
    except (OSError, OutputError):
        print(json.dumps({"problem": "there is no room for the sound, or it is larger than is allowed here"}))
    except InputError:
        print(json.dumps({"problem": "the sound cannot be decoded"}))
    except MemoryError:
        print(json.dumps({"problem": "the sound needs more memory than is allowed here"}))


if __name__ == "__main__":
    main(sys.argv[1:])
