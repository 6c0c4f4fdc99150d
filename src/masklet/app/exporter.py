"""Taking away, the server's side: one export of a project at a time, in a process of its own, told of as it goes."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from masklet.app.exports import SUFFIXES
from masklet.errors import InputError
from masklet.media.files import make_folder
from masklet.media.masks_out import safe_name

if TYPE_CHECKING:
    from masklet.app.project import Project

_FILE = re.compile(r"[A-Za-z0-9_-]{22}(\.[a-z0-9]{2,8}){1,2}")
_KEPT = 8  # finished files of a project; older ones go
_WORK = "work"  # the folder of what is being made
_ROOM = threading.BoundedSemaphore(2)  # exports at once, of all projects
SILENCE = 300  # seconds without a step after which an export is ended


class Exporter:
    """Made with its project. Events: "export" with done and total, then with file or problem."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._busy = False
        self._stopped = False

    @property
    def folder(self) -> Path:
        """Where the finished files lie."""
        return self._project.folder / "out"

    def start(self, what: str, form: str, look: dict[str, Any] | None, background: Path | None) -> str:
        """Begin; gives the name under which the file can be had once it is finished. Raises InputError."""
        with self._lock:
            if self._busy:
                raise InputError("something is being made for this project already: wait for it, or stop it")
            suffix = SUFFIXES.get(what) or (".zip" if form == "png" else f".{form}")
            name = secrets.token_urlsafe(16) + suffix
            request = self._request(what, form, look, background, name)
            self._busy, self._stopped = True, False
        threading.Thread(target=self._run, args=(request, name), daemon=True).start()
        return name

    def stop(self) -> None:
        """End what is being made."""
        self._stopped = True
        process = self._process
        if process is not None:
            process.kill()
            process.wait()

    def path(self, name: str) -> Path:
        """A finished file. Raises InputError when there is none of that name."""
        path = self.folder / name
        if not _FILE.fullmatch(name) or not path.is_file():
            raise InputError("there is no such file: make it again")
        return path

    def download_name(self, name: str) -> str:
        """What a finished file is called when it is saved."""
        title = str(self._project.about.get("title", "masklet")).rsplit(".", 1)[0]
        return safe_name(title) + name[name.index(".") :]

    def _request(
        self, what: str, form: str, look: dict[str, Any] | None, background: Path | None, name: str
    ) -> dict[str, Any]:
        project = self._project
        state = project.state()
        journal = (project.folder / "journal.jsonl").read_text(encoding="utf-8") if what == "project" else ""
        return {
            "what": what,
            "form": form,
            "look": look,
            "title": state["title"],
            "objects": {one["id"]: {"name": one["name"], "colour": one["colour"]} for one in state["objects"]},
            "shown": project.masks(0, state["frames"]),
            "journal": journal[: journal.rfind("\n") + 1],
            "source": str(project.folder / "source"),
            "background": None if background is None else str(background),
            "out": str(make_folder(self.folder) / _WORK / name),
            "memory": project.settings.decoder_memory,
            "max_bytes": project.settings.max_bytes,
        }

    def _run(self, request: dict[str, Any], name: str) -> None:
        work = self.folder / _WORK
        asked = work / "request.json"
        told: dict[str, Any] = {"problem": "it was ended"}
        try:
            with _ROOM:
                shutil.rmtree(work, ignore_errors=True)  # of a server that was killed
                work.mkdir()
                asked.write_text(json.dumps(request), encoding="utf-8")
                told = self._follow(asked)
                if "written" in told:
                    (work / name).replace(self.folder / name)
                self._trim()
        except OSError as error:
            told = {"problem": f"this cannot be written: {error.strerror}"}
        finally:
            shutil.rmtree(work, ignore_errors=True)
            self._process, self._busy = None, False
            ended = {"file": name} if "written" in told else {"problem": told.get("problem", "it broke off")}
            self._project.hub.publish("export", ended)

    def _follow(self, asked: Path) -> dict[str, Any]:
        command = [sys.executable, "-m", "masklet.app.export_process", str(asked)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        if self._stopped:  # while it waited for its turn
            self._process.kill()
        told: dict[str, Any] = {"problem": "the process that makes it ended: the file is broken or too large"}
        watch = threading.Timer(SILENCE, self._process.kill)
        last = 0.0
        assert self._process.stdout is not None
        for line in self._process.stdout:
            watch.cancel()
            watch = threading.Timer(SILENCE, self._process.kill)
            watch.daemon = True
            watch.start()
            step = json.loads(line)
            if "done" not in step:
                told = step
            elif time.monotonic() - last > 0.2:
                last = time.monotonic()
                self._project.hub.publish("export", step)
        watch.cancel()
        self._process.wait()
        return {"problem": "it was stopped"} if self._stopped else told

    def _trim(self) -> None:
        files = [path for path in self.folder.iterdir() if path.is_file()]
        files.sort(key=lambda path: path.stat().st_mtime)
        for old in files[:-_KEPT]:
            old.unlink(missing_ok=True)
