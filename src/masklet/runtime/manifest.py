"""What an exported model's manifest.json says. No torch here: it is read where there is none."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from masklet.errors import ModelError

from .protocol import RuntimeSpec

FORMAT, VERSION, FILE_NAME = "masklet-export", 1, "manifest.json"
SEE, RECALL, DECODE, DECODE_UNPROMPTED, REMEMBER = "see", "recall", "decode", "decode_unprompted", "remember"
READ_GIVEN_MASK = "read_given_mask"
LABELS = {
    "-1": "no point: fills up; one alone stands for no points at all",
    "0": "a click outside the object",
    "1": "a click on the object",
    "2": "a box's top-left corner",
    "3": "a box's bottom-right corner; a box comes before the clicks",
}
DTYPES = ("float32", "int64", "bool")


@dataclass(frozen=True)
class Port:
    """One input or output of a part. shape: an axis is a number, or the name of what may be of any number there."""

    name: str
    shape: tuple[int | str, ...]
    dtype: str
    meaning: str


@dataclass(frozen=True)
class PartSpec:
    """One graph. file: its name in the manifest's folder."""

    file: str
    meaning: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]


@dataclass(frozen=True)
class PictureSpec:
    """How a picture becomes the input of `see`: brought to a square of `size` pixels, RGB, (0…255 - mean) / deviation.

    letterbox: its longest side fits the square, zeros below or to the right; otherwise it is stretched.
    """

    size: int
    letterbox: bool
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]


@dataclass(frozen=True)
class FileSpec:
    """A file beside the manifest."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """An exported model. Its fields are those of manifest.json.

    model: its name, or its weights file's. target: "onnx" or "openvino". precision: of the weights and the
    arithmetic. session: what a session must know of the network, `RuntimeSpec`'s fields (null: infinity). labels:
    what a point's label means. closed: false where each prompt without a box must end in a point of label -1 of its
    own. fixed: axes that have one size in this export (objects, memories, pointers, points); the others may have
    any. slots, distances: what they mean in `recall`. parameters: numbers that the network was trained to.
    versions: of what made the files. check: what was measured when the parts were run against torch. weights: where the
    graphs hold no weights, name -> shape of those that they take from a weights file, as inputs of these names.
    """

    model: str
    target: str
    precision: str
    opset: int
    parameters: int
    picture: PictureSpec
    session: Mapping[str, Any]
    closed: bool
    fixed: Mapping[str, int]
    parts: Mapping[str, PartSpec]
    files: Mapping[str, FileSpec]
    versions: Mapping[str, str]
    check: Mapping[str, Any] | None = None
    weights: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=lambda: dict(LABELS))
    slots: str = "0: a prompted frame; 1: the frame before, in the direction of tracking; 2: the one before that; …"
    distances: str = "frames since the pointer's frame, in the direction of tracking; positive: already passed"

    @property
    def spec(self) -> RuntimeSpec:
        """What a session must know of the network."""
        known = {one.name for one in fields(RuntimeSpec)}
        given: dict[str, Any] = {
            name: math.inf if value is None else tuple(value) if isinstance(value, list) else value
            for name, value in self.session.items()
            if name in known
        }
        return RuntimeSpec(**given)

    def as_json(self) -> dict[str, Any]:
        """The document."""
        return {"format": FORMAT, "version": VERSION, **asdict(self)}


def session_fields(spec: RuntimeSpec) -> dict[str, Any]:
    """`Manifest.session` of a runtime's spec."""
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(spec).items()}
    return {name: None if value == math.inf else value for name, value in plain.items()}


def read_manifest(folder: str | Path) -> Manifest:
    """The manifest of an exported model's folder. Raises ModelError when there is none, or it is no whole one."""
    path = Path(folder) / FILE_NAME
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise ModelError(f"{folder} is no exported model: there is no {FILE_NAME} in it") from None
    except ValueError:
        raise ModelError(f"{path}: not a whole JSON document; export the model anew") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ModelError(f"{path}: not an exported model's manifest")
    if document.get("version") != VERSION:
        raise ModelError(f"{path}: of version {document.get('version')!r:.20}, not {VERSION}; export the model anew")
    try:
        manifest = _manifest(document)
        for name in (*manifest.files, *(part.file for part in manifest.parts.values())):
            if Path(name).name != name:
                raise ValueError(f"the file {name!r:.60} is not in the folder")
        manifest.spec  # noqa: B018  a wrong field shows here
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise ModelError(f"{path}: damaged ({problem!r:.120}); export the model anew") from None
    return manifest


def _manifest(document: Mapping[str, Any]) -> Manifest:
    known = {one.name for one in fields(Manifest)}
    plain = {name: value for name, value in document.items() if name in known}
    picture = document["picture"]
    plain["picture"] = PictureSpec(
        int(picture["size"]), bool(picture["letterbox"]), tuple(picture["mean"]), tuple(picture["deviation"])
    )
    plain["parts"] = {
        name: PartSpec(str(one["file"]), str(one["meaning"]), _ports(one["inputs"]), _ports(one["outputs"]))
        for name, one in document["parts"].items()
    }
    plain["files"] = {
        str(name): FileSpec(int(one["bytes"]), str(one["sha256"])) for name, one in document["files"].items()
    }
    plain["weights"] = {str(name): tuple(map(int, shape)) for name, shape in document.get("weights", {}).items()}
    return Manifest(**plain)


def _ports(described: Any) -> tuple[Port, ...]:
    ports = tuple(Port(str(p["name"]), tuple(p["shape"]), str(p["dtype"]), str(p["meaning"])) for p in described)
    for port in ports:
        if port.dtype not in DTYPES:
            raise ValueError(f"{port.name} is {port.dtype!r:.20}")
    return ports
