"""The protocols over whole sets, as jobs that `parts` shares out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, ClassVar

from masklet.data.sets.issues import Issues
from masklet.data.sets.label_maps import mask_png
from masklet.data.sets.layouts import open_set
from masklet.data.sets.seam import DataSet
from masklet.data.sets.values import PictureItem, VideoItem
from masklet.errors import InputError
from masklet.evaluate.answers import Given, Model, VideoAnswers
from masklet.evaluate.effort import rounds_as_json
from masklet.evaluate.interactive import Settings, annotate_video
from masklet.evaluate.parts import Part, Work
from masklet.evaluate.pictures import evaluate_picture
from masklet.evaluate.predictions_in import read_predictions, stamp_of
from masklet.evaluate.predictions_out import Form, as_kept, write_predictions
from masklet.evaluate.proposals import compare_proposals
from masklet.evaluate.rules import Rule
from masklet.evaluate.scoring import Places, score_video
from masklet.evaluate.systems import System, open_system
from masklet.evaluate.vos import evaluate_video
from masklet.media.files import atomic_write
from masklet.values import Mask

Load = Callable[[], Model]
"""Loads the model in the process that needs it; can be pickled."""


@dataclass(frozen=True)
class SetJob:
    """What jobs over a set share. layout: its format, by its contents when None. taken: the names to evaluate."""

    protocol: ClassVar[str]
    folder: Path
    layout: str | None
    taken: tuple[str, ...]

    def names(self) -> Sequence[str]:
        """See Job."""
        return self.taken

    def settings(self) -> Mapping[str, Any]:
        """See Job: all fields but the names, which are told apart by themselves, and what loads the model."""
        said = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in ("taken", "load")}
        return {"protocol": self.protocol, **json.loads(json.dumps(said, default=_plain))}

    def stamp(self, name: str) -> str:
        """See Job."""
        return ""

    @cached_property
    def data(self) -> DataSet:
        """The set, opened where it is first needed."""
        return open_set(self.folder, layout=self.layout, issues=Issues())

    def read(self, name: str) -> tuple[PictureItem | VideoItem, tuple[str, ...]]:
        """An item, and what is wrong with it. Raises InputError when it cannot be read at all."""
        self.data.issues.kept.clear()
        item = self.data.read(name)
        told = tuple(str(issue) for issue in self.data.issues.kept)
        if item is None:
            raise InputError(told[0] if told else f"{self.folder}: {name} cannot be read")
        if isinstance(item, VideoItem) and not item.truths:
            raise InputError(
                told[0] if told else f"{self.folder}: {name} has no annotation; restore it, or leave it out"
            )
        return item, told

    def places(self, predictions: Path | None = None) -> Places:
        """Where to look at an item's files."""
        return Places(set_name(self.folder), self.folder, predictions)

    def __getstate__(self) -> dict[str, Any]:
        # the opened set stays where it is
        return {key: value for key, value in self.__dict__.items() if key != "data"}


@dataclass(frozen=True)
class VosJob(SetJob):
    """The semi-supervised protocol. save: the form in which masks are kept, and the folder; scored is what is kept."""

    protocol: ClassVar[str] = "vos"
    load: Load
    model: str
    given: Given
    rule: Rule
    system: System = "full"
    hota: bool = False
    save: tuple[Form, Path] | None = None

    def start(self) -> Work:
        """See Job."""
        model = self.load()

        def work(name: str) -> Part:
            item, issues = self.read(name)
            assert isinstance(item, VideoItem)
            video = open_system(self.system, model, item.open_frames())
            places = self.places(None if self.save is None else self.save[1])
            seen = None if self.save is None else partial(as_kept, self.save[0], item)  # a server sees no more
            scored, followed = evaluate_video(
                video, item, self.given, self.rule, places=places, hota=self.hota, seen=seen
            )
            if self.save is not None:
                write_predictions(self.save[0], item, followed.shown, self.save[1])
            more = {"hota": scored.hota, "categories": categories_of(item)}
            return Part(scored.items, scored.left_out, followed.frames, followed.seconds, issues, more)

        return work


@dataclass(frozen=True)
class PredictionsJob(SetJob):
    """Masks that another tool made."""

    protocol: ClassVar[str] = "predictions"
    predictions: Path
    rule: Rule
    hota: bool = False

    def stamp(self, name: str) -> str:
        """See Job: predictions are mended and scored again."""
        return stamp_of(self.predictions, name)

    def start(self) -> Work:
        """See Job."""

        def work(name: str) -> Part:
            item, issues = self.read(name)
            assert isinstance(item, VideoItem)
            shown = read_predictions(self.predictions, item, self.rule)
            scored = score_video(item, shown, self.rule, places=self.places(self.predictions), hota=self.hota)
            more = {"hota": scored.hota, "categories": categories_of(item)}
            return Part(scored.items, scored.left_out, len(item), 0.0, issues, more)

        return work


@dataclass(frozen=True)
class ImagesJob(SetJob):
    """Clicks and boxes on pictures. save: where masks after one click are kept, as PICTURE/OBJECT.png."""

    protocol: ClassVar[str] = "images"
    load: Load
    model: str
    clicks: int
    box: bool = True
    save: Path | None = None

    def start(self) -> Work:
        """See Job."""
        model = self.load()

        def work(name: str) -> Part:
            item, issues = self.read(name)
            assert isinstance(item, PictureItem)
            image = model.open_image(item.pixels())
            first: dict[int, Mask] = {}
            items = evaluate_picture(
                image, item, self.clicks, box=self.box, annotations=self.folder, predictions=self.save, first=first
            )
            if self.save is not None:
                for number, mask in first.items():
                    with atomic_write(self.save / name / f"{number}.png", sync=False) as temporary:
                        temporary.write_bytes(mask_png(mask))
            return Part(items, (), 1, 0.0, issues)

        return work


@dataclass(frozen=True)
class EverythingJob(SetJob):
    """All masks of pictures, against all objects."""

    protocol: ClassVar[str] = "everything"
    load: Load
    model: str

    def start(self) -> Work:
        """See Job."""
        model = self.load()

        def work(name: str) -> Part:
            item, issues = self.read(name)
            assert isinstance(item, PictureItem)
            items, more = compare_proposals(item, model.everything(item.pixels()), annotations=self.folder)
            return Part(items, (), 1, 0.0, issues, more)

        return work


@dataclass(frozen=True)
class InteractiveJob(SetJob):
    """The interactive protocols."""

    protocol: ClassVar[str] = "interactive"
    load: Load
    model: str
    rule: Rule
    how: Settings
    system: System = "full"

    def start(self) -> Work:
        """See Job."""
        model = self.load()

        def work(name: str) -> Part:
            item, issues = self.read(name)
            assert isinstance(item, VideoItem)

            def opened() -> VideoAnswers:
                return open_system(self.system, model, item.open_frames())

            found = annotate_video(opened, item, self.rule, self.how, places=self.places())
            more = {"rounds": rounds_as_json(found.rounds)}
            return Part(found.items, found.left_out, found.tracked, found.seconds, issues, more)

        return work


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def categories_of(item: VideoItem) -> dict[str, str]:
    """The categories of a video's objects, by their numbers as text."""
    return {str(thing.id): thing.category for thing in item.things if thing.category is not None}


def set_name(folder: Path) -> str:
    """A set's name: its folder's last two parts, enough to know it by, and nothing of the machine."""
    return "/".join(folder.resolve().parts[-2:])
