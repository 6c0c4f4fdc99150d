"""Writing the log while things happen: events as they are, tracking joined into one event per run."""

from __future__ import annotations

from dataclasses import replace

from masklet.session.log import Direction, Event, Kind, PromptLog
from masklet.values import Prompt


class Recorder:
    """The writing end of a session's log."""

    def __init__(self, log: PromptLog) -> None:
        self._log = log
        self._running: Event | None = None

    @property
    def log(self) -> PromptLog:
        """The log, with what was tracked up to now. Raises OutputError when the disk refuses that."""
        self.end_run()
        return self._log

    def write(
        self, kind: Kind, when: float, name: str | None = None, frame: int | None = None, prompt: Prompt | None = None
    ) -> Event:
        """Log what the user does now, after what was tracked before. Raises OutputError as `PromptLog.append`."""
        self.end_run()
        event = Event(len(self._log), when, kind, name, frame, prompt)
        self._log.append(event)
        return event

    def passed(self, frame: int, direction: Direction, when: float) -> None:
        """Tracking went over `frame`."""
        step = 1 if direction == "forward" else -1
        running = self._running
        if running is not None and running.direction == direction and running.last == frame - step:
            self._running = replace(running, last=frame)
            return
        self.end_run()
        self._running = Event(len(self._log), when, "track", frame=frame, last=frame, direction=direction)

    def end_run(self) -> None:
        """Log what was tracked, if anything."""
        if self._running is not None:
            running, self._running = self._running, None
            self._log.append(running)
