"""One project: a video or picture, what was said of it, and the work on it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from masklet.app.answers import prompt_to_json, to_json
from masklet.app.decoders import Decoders
from masklet.app.exporter import Exporter
from masklet.app.follower import Follower
from masklet.app.history import History, Thing
from masklet.app.hub import Hub
from masklet.app.journal import Entry, Journal
from masklet.app.pointer import Pointer
from masklet.app.remote_frames import RemoteFrames
from masklet.app.settings import Settings
from masklet.app.tracker import Tracker
from masklet.app.turns import Turns
from masklet.errors import InputError, PromptError
from masklet.media.overlay import colour
from masklet.session.doubt import look_here
from masklet.session.geometry import make_prompt
from masklet.values import ObjectFrame, Picture

if TYPE_CHECKING:
    from masklet.net import Net
    from masklet.session.everything import Region

SOURCE, JOURNAL = "source", "journal.jsonl"


class Project:
    """Opened from its folder, which holds the upload and the journal. All methods may be called from any thread.

    A prompt is in the journal, on disk, before it is told to anyone. lock guards history and journal; the tracker is
    guarded by holding a turn. epoch counts what was said.
    """

    def __init__(
        self,
        folder: Path,
        about: dict[str, Any],
        net: Net,
        turns: Turns,
        settings: Settings,
        decoders: Decoders | None = None,
    ) -> None:
        """about: title and what else the folder's file says. decoders: of all projects.

        Raises InputError when the folder is damaged.
        """
        self.id, self.about = folder.name, about
        self.folder = folder
        self.hub = Hub()
        self.history = History()
        self.turns = turns
        self._net, self.settings = net, settings
        self.lock = threading.RLock()
        self._journal = Journal(folder / JOURNAL)
        for number, entry in enumerate(self._journal.take_entries(), 1):
            try:
                self.history.apply(entry)
            except (KeyError, TypeError, ValueError, IndexError) as error:
                raise InputError(f"the project's journal, line {number}, does not fit; the file is damaged") from error
        self.frames = RemoteFrames(folder / SOURCE, settings, decoders)
        self.tracker = Tracker(net, self.frames, self.history)
        self.pointer = Pointer(net, self.picture, turns, self.id)
        self.follower: Follower | None = None
        self.exporter = Exporter(self)
        self.epoch = 0

    @property
    def busy(self) -> bool:
        """Whether work is going on, or a page is looking on."""
        return self.following or self.hub.listeners > 0

    @property
    def following(self) -> bool:
        """Whether objects are being followed."""
        return self.follower is not None

    def thing(self, name: str) -> Thing:
        """An object that was not forgotten, by its id. Raises PromptError."""
        thing = self.history.things.get(name)
        if thing is None or thing.forgotten:
            raise PromptError(f"there is no object {name!r} in this project")
        return thing

    def name_object(self, target: str | None, name: str | None, tint: str | None) -> Thing:
        """Add an object (target None) or change one. Raises PromptError when there are too many."""
        with self.lock:
            count = len(self.history.things)
            if target is None:
                if len(self.history.alive) >= self.settings.max_objects:
                    raise PromptError(f"there are {self.settings.max_objects} objects already: forget one first")
                red, green, blue = colour(count)
                fresh = {"name": f"object {count + 1}", "colour": f"#{red:02x}{green:02x}{blue:02x}"}
                target = f"o{count + 1}"
            else:
                known = self.thing(target)
                fresh = {"name": known.name, "colour": known.colour}
            entry = {"kind": "object", "object": target, "name": name or fresh["name"], "colour": tint}
            self.write({**entry, "colour": tint or fresh["colour"]})
            self.announce()
            return self.history.things[target]

    def prompt(
        self, target: str, frame: int, points: Sequence[Any], labels: Sequence[int] | None, box: Any, mask: Any
    ) -> ObjectFrame:
        """Say what an object is on a frame, as `VideoSession.prompt`. On disk when it returns. Raises PromptError."""
        said = make_prompt(self.frames.size, points, labels, box, mask)
        with self.turns.turn(self.id, urgent=True):
            thing = self.thing(target)
            answer = self.tracker.answer(thing, frame, said)
            told = {"object": target, "frame": frame, **prompt_to_json(said), "answer": to_json(answer)}
            with self.lock:
                try:
                    self.write({"kind": "prompt", **told})
                except InputError:
                    self.tracker.refused()
                    raise
                self.tracker.took(thing.latest)
                self.epoch += 1
                # in the order in which things happened: a page takes what it hears last for what is so
                self.hub.publish("masks", {"frame": frame, "objects": {target: told["answer"]}})
                self.announce()
        return answer

    def bring(self, masks: Mapping[str, Mapping[int, dict[str, Any]]]) -> list[str]:
        """New objects with masks of another tool: name -> frame -> counts and scores. Their ids. Raises PromptError."""
        with self.turns.turn(self.id, urgent=True), self.lock:
            made = []
            for name, frames in masks.items():
                made.append(self.name_object(None, name, None).id)
                for frame, answer in sorted(frames.items()):
                    entry = {"kind": "masks", "frame": frame, "step": 1, "objects": {made[-1]: answer}}
                    self.write(entry, sync=False)
                self.write({"kind": "object", **self._named(made[-1])})  # and with it all of them are on the disk
            self.announce(everything=True)
        return made

    def forget(self, target: str) -> None:
        """Drop an object; can be undone. Raises PromptError."""
        with self.turns.turn(self.id, urgent=True), self.lock:
            thing = self.thing(target)
            self.write({"kind": "forget", "object": target})
            self.tracker.forget(thing, thing.latest)
            self.epoch += 1
            self.announce(everything=True)

    def undo(self) -> None:
        """Take back the last prompt or forgetting, of any object. Raises PromptError when there is none."""
        with self.turns.turn(self.id, urgent=True), self.lock:
            last = self.history.last_done
            if last is None:
                raise PromptError("there is nothing to take back")
            self.write({"kind": "undo"})
            self.tracker.take_back(last.number)
            self.epoch += 1
            self.announce(everything=True)

    def redo(self) -> None:
        """Do again what was taken back last. Raises PromptError when there is nothing."""
        with self.turns.turn(self.id, urgent=True), self.lock:
            if not self.history.can_redo:
                raise PromptError("there is nothing to do again")
            self.write({"kind": "redo"})
            self.tracker.drop()
            self.epoch += 1
            self.announce(everything=True)

    def everything(self, frame: int, grid: int) -> list[Region]:
        """All that a grid of clicks finds on a frame, best first; nothing is kept. Others take turns meanwhile."""
        picture = self.picture(frame)
        with ExitStack() as holding:
            holding.enter_context(self.turns.turn(self.id))

            def pause(done: int, total: int) -> None:
                holding.close()
                self.hub.publish("work", {"done": done, "total": total})
                holding.enter_context(self.turns.turn(self.id))

            return self._net.everything(picture, grid=grid, progress=pause)

    def follow(self) -> None:
        """Begin to follow all objects through the video, first forward, then backward. Raises PromptError."""
        with self.lock:
            if self.following:
                return
            if not any(thing.prompted() for thing in self.history.alive):
                raise PromptError("there is no object to follow yet: click on one first")
            follower = Follower(self)
            follower.start()  # it waits for the lock
            self.follower = follower
            self.announce()

    def stop(self) -> None:
        """Stop following; what was computed stays."""
        with self.lock:
            follower = self.follower
        if follower is not None:
            follower.stop()

    def state(self) -> dict[str, Any]:
        """All that a page shows, but for the masks."""
        with self.lock:
            height, width = self.frames.size
            return {
                "id": self.id,
                "title": self.about.get("title", ""),
                "kind": "video" if len(self.frames) > 1 else "picture",
                "width": width,
                "height": height,
                "frames": len(self.frames),
                "fps": self.frames.fps,
                "times": self.frames.uneven_times(),
                "sound": self.frames.sound is not None,
                "warning": self.frames.warning,
                "model": self._net.name,
                "objects": [self._told(thing) for thing in self.history.alive],
                **self._moving(),
            }

    def masks(self, first: int, last: int) -> dict[int, dict[str, Any]]:
        """Frame -> object -> its mask's counts and scores, from `first` to `last`, both included."""
        with self.lock:
            found: dict[int, dict[str, Any]] = {}
            for thing in self.history.alive:
                for frame, shown in thing.frames().items():
                    if first <= frame <= last:
                        found.setdefault(frame, {})[thing.id] = {
                            "counts": shown.counts,
                            "score": shown.score,
                            "presence": shown.presence,
                        }
            return dict(sorted(found.items()))

    def picture(self, frame: int) -> Picture:
        """A frame. Raises PromptError when the video has none of that number."""
        if not 0 <= frame < len(self.frames):
            raise PromptError(f"frame {frame} is not in the video: it has frames 0 to {len(self.frames) - 1}")
        try:
            return self.frames[frame]
        except IndexError as error:
            raise PromptError(f"frame {frame} cannot be had: {error}") from error

    def close(self) -> None:
        """Stop working and let go of everything; the project stays on disk."""
        self.stop()
        self.exporter.stop()
        self.hub.close()
        with self.turns.turn(self.id, urgent=True), self.lock:
            self.tracker.drop()
            self.pointer.clear()
            self.frames.close()
            self._journal.close()
        self.turns.forget(self.id)

    def _named(self, target: str) -> dict[str, str]:
        thing = self.history.things[target]
        return {"object": target, "name": thing.name, "colour": thing.colour}

    def _told(self, thing: Thing) -> dict[str, Any]:
        frames = thing.frames()
        prompts = {
            frame: {"points": said.points, "labels": said.labels, "box": said.box, "mask": said.mask is not None}
            for frame, said in thing.prompted().items()
        }
        return {
            "id": thing.id,
            "name": thing.name,
            "colour": thing.colour,
            "prompts": prompts,
            "timeline": {
                frame: [round(s.presence, 3), round(s.score, 3), int(thing.is_stale(frame, s))]
                for frame, s in frames.items()
            },
            "look": look_here(
                {frame: (s.score, s.presence) for frame, s in frames.items()},
                [frame for frame, s in frames.items() if s.step == 0],
                5,
            ),
        }

    def _moving(self) -> dict[str, Any]:
        return {
            "can_undo": self.history.can_undo,
            "can_redo": self.history.can_redo,
            "following": self.following,
        }

    def write(self, entry: Entry, *, sync: bool = True) -> None:
        """Put an entry into the journal and the history. Raises OutputError; nothing has changed then."""
        self._journal.append(entry, sync=sync)
        self.history.apply(entry)

    def announce(self, *, everything: bool = False) -> None:
        """Tell the pages what objects there are now; everything: masks went away or came back, so read them anew."""
        with self.lock:
            objects = [self._told(thing) for thing in self.history.alive]
            self.hub.publish("objects", {"objects": objects, "masks_changed": everything, **self._moving()})
