"""All projects: made from uploads and samples, found by their ids, a bounded number of them in memory."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from masklet.app.decoders import Decoders
from masklet.app.gather import gather, is_zip
from masklet.app.project import SOURCE, Project
from masklet.app.samples import SAMPLES, draw_sample
from masklet.app.settings import Settings
from masklet.app.sight import SharedSight
from masklet.app.turns import Turns
from masklet.errors import InputError
from masklet.media.files import atomic_write, make_folder

if TYPE_CHECKING:
    from masklet.net import Net

_ID = re.compile(r"[A-Za-z0-9_-]{22}")
ABOUT = "project.json"


class UnknownProject(InputError):
    """There is no project of that id."""


class Store:
    """Projects by their ids, 128 random bits that nobody guesses; no name that a user gives reaches the file system."""

    def __init__(self, folder: Path, net: Net, settings: Settings) -> None:
        """Raises OutputError when the folder cannot be made."""
        self.folder = make_folder(folder)
        self.net, self.settings = type(net)(SharedSight(net.runtime)), settings
        self._turns = Turns()
        self._decoders = Decoders(settings)
        self._lock = threading.Lock()
        self._opening: dict[str, threading.Lock] = {}
        self._open: OrderedDict[str, Project] = OrderedDict()
        for left in self.folder.glob("*.new"):  # uploads that a crash cut off
            shutil.rmtree(left, ignore_errors=True)

    def warm_up(self) -> None:
        """Let the network do everything once, in the background: some compile what is used for the first time."""
        threading.Thread(target=self._warm_up, daemon=True).start()

    def begin(self) -> Path:
        """A folder for a new project, which becomes one with `finish`; `SOURCE` in it takes the upload."""
        self._decoders.prepare()  # which takes as long as a small upload
        return make_folder(self.folder / f"{secrets.token_urlsafe(16)}.new")

    def finish(self, folder: Path, title: str) -> Project:
        """Look at the upload, and make the folder a project; it goes away when it is nothing to work on."""
        try:
            if is_zip(folder / SOURCE):
                gather(folder / SOURCE, folder / "gathered", self.settings)
                (folder / "gathered").replace(folder / SOURCE)
            about = {"title": plain_title(title), "made": time.time()}
            with atomic_write(folder / ABOUT) as temporary:
                temporary.write_text(json.dumps(about), encoding="utf-8")
            place = folder.with_suffix("")
            folder.rename(place)
            return self.get(place.name)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(folder.with_suffix(""), ignore_errors=True)
            raise

    def make_sample(self, name: str) -> Project:
        """A project of a clip that masklet draws. Raises InputError for an unknown name."""
        if name not in SAMPLES:
            raise InputError(f"there is no sample {name!r}; there are: {', '.join(SAMPLES)}")
        folder = self.begin()
        draw_sample(name, folder / SOURCE)
        return self.finish(folder, SAMPLES[name])

    def get(self, name: str) -> Project:
        """The project of that id, read from disk when it is not in memory. Raises UnknownProject."""
        if not _ID.fullmatch(name) or not (self.folder / name).is_dir():
            raise UnknownProject("there is no such project")
        with self._lock:
            opening = self._opening.setdefault(name, threading.Lock())
        with opening:  # the others need not wait while one is read
            with self._lock:
                found = self._open.get(name)
                if found is not None:
                    self._open.move_to_end(name)
                    return found
            project = self._read(self.folder / name)
            with self._lock:
                self._open[name] = project
                surplus = self._surplus(name)
        for old in surplus:
            self._close(old)
        return project

    def remove(self, name: str) -> None:
        """Delete a project with all that it holds. Raises UnknownProject."""
        self.get(name)
        self._close(name, delete=True)

    def close(self) -> None:
        """Let go of all projects; they stay on disk."""
        with self._lock:
            projects, self._open = list(self._open.values()), OrderedDict()
        for project in projects:
            with contextlib.suppress(InputError):
                project.close()
        self._decoders.close()

    @property
    def in_memory(self) -> int:
        """How many projects are in memory."""
        return len(self._open)

    def _warm_up(self) -> None:
        grey = [np.full((90, 160, 3), 120 + 20 * number, np.uint8) for number in range(2)]
        with self._turns.turn(""), contextlib.suppress(InputError):
            video = self.net.open_video(grey)
            video.prompt("warm", frame=0, points=[(80, 45)])
            video.prompt("masked", frame=0, mask=np.tri(90, 160, dtype=bool))
            for _ in video.track():
                pass

    def _surplus(self, keep: str) -> list[str]:
        """The projects to let go: those used longest ago, idle ones before those that are looked at or work."""
        over = len(self._open) - self.settings.max_sessions
        idle_first: Callable[[Project], bool] = lambda one: one.busy  # noqa: E731
        candidates = sorted((one for one in self._open.values() if one.id != keep), key=idle_first)
        return [one.id for one in candidates[: max(0, over)]]

    def _close(self, name: str, *, delete: bool = False) -> None:
        """Let go of a project. Whoever asks for it meanwhile waits: two would write into one journal."""
        with self._lock:
            opening = self._opening.setdefault(name, threading.Lock())
        with opening:
            with self._lock:
                project = self._open.pop(name, None)
            if project is not None:
                project.close()
            if delete:
                shutil.rmtree(self.folder / name, ignore_errors=True)

    def _read(self, folder: Path) -> Project:
        try:
            about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        except OSError:
            raise UnknownProject("there is no such project") from None
        except ValueError:
            raise InputError("the project's file is damaged") from None
        return Project(folder, about, self.net, self._turns, self.settings, self._decoders)


def plain_title(text: str) -> str:
    """A title as it can be shown: printable, of at most 120 signs."""
    return "".join(sign for sign in text if sign.isprintable()).strip()[:120] or "untitled"
