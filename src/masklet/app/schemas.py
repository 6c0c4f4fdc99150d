"""What goes in and out over HTTP, as OpenAPI describes it. Coordinates are pixels, (x, y); boxes are x0, y0, x1, y1."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from masklet.app.looks import Effect
from masklet.media.effects import Where

Number = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Name = Annotated[str, Field(min_length=1, max_length=60)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Rle(_In):
    """A mask as COCO's compressed run-length encoding."""

    size: tuple[int, int] = Field(description="height, width: the video's")
    counts: str = Field(max_length=8_000_000)


class NewProject(_In):
    """A project of a drawn sample, or of what lies at an address, where the server allows that."""

    sample: Annotated[str, Field(max_length=40)] | None = None
    url: Annotated[str, Field(max_length=2000)] | None = None


class ObjectIn(_In):
    """An object's name and colour; what is left out is chosen (new objects) or stays."""

    name: Name | None = None
    colour: Colour | None = None


class PromptIn(_In):
    """Clicks, a box or a mask for an object on a frame. They add up as in `VideoSession.prompt`."""

    object: Annotated[str, Field(max_length=20)]
    frame: Annotated[int, Field(ge=0)]
    points: Annotated[list[tuple[Number, Number]], Field(max_length=200)] = []
    labels: Annotated[list[Annotated[int, Field(ge=0, le=1)]], Field(max_length=200)] | None = Field(
        None, description="1 on the object, 0 outside; all 1 when left out"
    )
    box: tuple[Number, Number, Number, Number] | None = None
    mask: Rle | None = None


class HoverIn(_In):
    """Where the pointer is."""

    frame: Annotated[int, Field(ge=0)]
    x: Number
    y: Number


class SeeIn(_In):
    """Which frame is shown."""

    frame: Annotated[int, Field(ge=0)]


class EverythingIn(_In):
    """Which frame is looked over, with grid x grid clicks."""

    frame: Annotated[int, Field(ge=0)] = 0
    grid: Annotated[int, Field(ge=1, le=64)] = 16


class Region(BaseModel):
    """Something that was found. point: the click that found it."""

    counts: str
    score: float
    area: int
    point: tuple[float, float]


class Regions(BaseModel):
    """All that was found, best first."""

    regions: list[Region]


class Mask(BaseModel):
    """A mask of the project's size with its scores. counts: COCO's compressed run lengths."""

    counts: str
    score: float = Field(description="predicted IoU, 0 to 1")
    presence: float = Field(description="probability that the object is in the picture, 0 to 1")


class ObjectOut(BaseModel):
    """An object. prompts, timeline: by frame; a timeline's entry is presence, score, and 1 when out of date."""

    id: str
    name: str
    colour: str
    prompts: dict[int, dict[str, Any]]
    timeline: dict[int, tuple[float, float, int]]
    look: list[int] = Field(description="frames worth a look, the most doubtful first")


class ProjectOut(BaseModel):
    """A project as it stands."""

    id: str
    title: str
    kind: str = Field(description="video or picture")
    width: int
    height: int
    frames: int
    fps: float
    times: list[float] = Field(description="seconds of each frame, where they are uneven; otherwise n / fps")
    sound: bool
    warning: str | None
    model: str
    objects: list[ObjectOut]
    can_undo: bool
    can_redo: bool
    following: bool


class MasksOut(BaseModel):
    """Frame -> object's id -> mask."""

    frames: dict[int, dict[str, Mask]]


class About(BaseModel):
    """What the server is, and what it allows."""

    version: str
    model: str
    max_bytes: int
    urls: bool = Field(description="whether addresses are fetched")
    samples: dict[str, str]


class LookIn(_In):
    """An effect. strength: 0 to 1. objects: ids, all when left out. background: a project whose video goes behind."""

    effect: Effect
    where: Where = "background"
    objects: Annotated[list[str], Field(max_length=100)] | None = None
    strength: Annotated[float, Field(ge=0, le=1)] = 0.5
    colour: Colour = "#00b140"
    soft: bool = False
    background: Annotated[str, Field(max_length=40)] | None = None


class ExportIn(_In):
    """What is to be made. form: of an effect; mov is ProRes 4444, webm VP9 with alpha, png a zip of pictures."""

    what: Literal["effect", "masks", "sav", "coco", "yolo", "davis", "project"]
    form: Literal["mp4", "mov", "webm", "png"] = "mp4"
    look: LookIn | None = None


class PreviewIn(_In):
    """Which frame is shown with which look, and how wide it may be."""

    frame: Annotated[int, Field(ge=0)]
    look: LookIn
    width: Annotated[int, Field(ge=16, le=8192)] = 1280


class ExportOut(BaseModel):
    """The name of the file that is being made."""

    file: str


class Brought(BaseModel):
    """The ids of the objects that were added."""

    objects: list[str]


class Problem(BaseModel):
    """What was wrong, in one line, and how to mend it."""

    error: str


class Done(BaseModel):
    """It was done."""

    done: bool = True
