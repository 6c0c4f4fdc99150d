"""Following a project's objects through its video, a turn per frame, until nothing is missing or out of date."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from masklet.app.answers import to_json
from masklet.errors import InputError
from masklet.values import Frame

if TYPE_CHECKING:
    from masklet.app.project import Project


class Follower:
    """First forward, then backward from the first prompts. What is said meanwhile counts from the next frame on."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._stop = threading.Event()
        self._done, self._began = 0, time.monotonic()
        self._thread = threading.Thread(target=self._follow, name=f"follow {project.id[:6]}", daemon=True)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End after the present frame."""
        self._stop.set()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout=60)

    def _follow(self) -> None:
        project, problem, backward = self._project, None, False
        try:
            for step in (1, -1):
                while not self._stop.is_set():
                    with project.lock:
                        start = project.history.next_run(len(project.frames), step)
                    if start is None:
                        break
                    backward = backward or step < 0
                    if self._run(start, step) == 0:
                        break
        except InputError as error:
            problem = str(error)
        except Exception:
            problem = "following failed; this is a fault of masklet's own"
            raise
        finally:
            if backward:
                with project.turns.turn(project.id):
                    project.tracker.drop()  # a session that went backward is no ground to go on forward from
            with project.lock:  # nobody begins anew in between
                project.follower = None
                project.announce()
                project.hub.publish("followed", {"problem": problem, "stopped": self._stop.is_set()})

    def _run(self, start: int, step: int) -> int:
        """Follow until nothing more is needed in one go, or something was said; how many turns it took."""
        project, turns = self._project, 0
        tracked: Iterator[Frame] | None = None
        epoch = -1
        while not self._stop.is_set():
            with project.turns.turn(project.id):
                if tracked is None:
                    epoch, tracked = project.epoch, project.tracker.follow(start, step)
                turns += 1
                if epoch != project.epoch:  # something was said meanwhile: plan anew
                    return turns
                frame = next(tracked, None)
                if frame is None or not self._take(frame, step):
                    return turns if frame is not None else turns - 1
        return turns

    def _take(self, frame: Frame, step: int) -> bool:
        """Keep what is new of a frame, and tell it; whether the next frame needs something, too."""
        project = self._project
        with project.lock:
            history = project.history
            objects = {
                thing.id: to_json(frame.objects[thing.id])
                for thing in history.alive
                if thing.id in frame.objects and history.needs(thing, frame.index, step)
            }
            if objects:
                entry = {"kind": "masks", "frame": frame.index, "step": step, "objects": objects}
                project.write(entry, sync=False)
            more = any(history.needs(thing, frame.index + step, step) for thing in history.alive)
        self._done += 1
        speed = self._done / max(time.monotonic() - self._began, 1e-6)
        project.hub.publish("masks", {"frame": frame.index, "objects": objects, "speed": round(speed, 2)})
        return more
