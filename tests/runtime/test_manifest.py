"""manifest.json: read as it was written, and refused in one line when it is not whole."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from masklet.errors import ModelError
from masklet.runtime.manifest import FileSpec, Manifest, PartSpec, PictureSpec, Port, read_manifest, session_fields
from masklet.runtime.protocol import RuntimeSpec

SPEC = RuntimeSpec("small", 128, 32, 3, 6, 16, mask_limit=math.inf)
MANIFEST = Manifest(
    model="small",
    target="onnx",
    precision="float32",
    opset=20,
    parameters=7,
    picture=PictureSpec(128, False, (1.0, 2.0, 3.0), (4.0, 5.0, 6.0)),
    session=session_fields(SPEC),
    closed=True,
    fixed={"objects": 2},
    parts={"see": PartSpec("see.onnx", "sees", (Port("picture", (1, 3, 128, 128), "float32", "it"),), ())},
    files={"see.onnx": FileSpec(3, "00")},
    versions={"masklet": "0"},
)


def write(folder: Path, document: Any) -> Path:
    (folder / "manifest.json").write_text(json.dumps(document, allow_nan=False))
    return folder


def test_it_comes_back_as_it_was(tmp_path: Path) -> None:
    found = read_manifest(write(tmp_path, MANIFEST.as_json()))
    assert found == MANIFEST
    assert found.spec == SPEC


def test_fields_of_later_versions_do_no_harm(tmp_path: Path) -> None:
    document = MANIFEST.as_json()
    document["later"], document["session"]["later"] = 1, 2
    assert read_manifest(write(tmp_path, document)).spec == SPEC


def changed(change: Callable[[dict[str, Any]], Any]) -> Any:
    document = json.loads(json.dumps(MANIFEST.as_json()))
    change(document)
    return document


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "not an exported model"),
        ({"format": "else"}, "not an exported model"),
        (changed(lambda d: d.update(version=2)), "of version 2"),
        (changed(lambda d: d.pop("picture")), "damaged"),
        (changed(lambda d: d["session"].pop("mask_size")), "damaged"),
        (changed(lambda d: d["parts"].update(see=3)), "damaged"),
        (changed(lambda d: d["parts"]["see"].update(file="../../secret.onnx")), "damaged"),
        (changed(lambda d: d["parts"]["see"]["inputs"][0].update(dtype="object")), "damaged"),
    ],
)
def test_what_is_no_manifest_is_told_in_one_line(document: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=words) as told:
        read_manifest(write(tmp_path, document))
    assert "\n" not in str(told.value)


def test_no_folder_and_no_json(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no exported model"):
        read_manifest(tmp_path / "nowhere")
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(ModelError, match="not a whole JSON"):
        read_manifest(tmp_path)
