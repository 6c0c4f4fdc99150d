"""The models there are, and where their weights lie. No torch here: listing them must take no time."""

from __future__ import annotations

import os
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import platformdirs

from masklet.errors import ModelError

EMBEDDED_FOLDER = Path(__file__).resolve().parent.parent / "weights"
EMBEDDED = {"nano": 4_809_235}  # name -> parameters
PUBLISHED = {
    "sam2-tiny": 38_945_986,
    "sam2-small": 46_043_842,
    "sam2-base+": 80_833_666,
    "sam2-large": 224_430_130,
    "sam2.1-tiny": 38_962_498,
    "sam2.1-small": 46_060_354,
    "sam2.1-base+": 80_850_178,
    "sam2.1-large": 224_446_642,
    "sam-vit-b": 93_735_472,
    "sam-vit-l": 312_342_832,
    "sam-vit-h": 641_090_608,
    "mobile-sam": 10_130_092,
    "edgetam": 13_895_794,
    "efficienttam-s": 34_055_842,
    "efficienttam-s-512x512": 34_055_842,
    "efficienttam-s-1": 34_055_842,
    "efficienttam-s-2": 34_055_842,
    "efficienttam-ti": 17_866_018,
    "efficienttam-ti-512x512": 17_866_018,
    "efficienttam-ti-1": 17_866_018,
    "efficienttam-ti-2": 17_866_018,
}
SUFFIX = ".safetensors"
KEPT_SUFFIXES = (SUFFIX, ".pt", ".pth")  # published files are kept as they are
HUB_FILES = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin")


@dataclass(frozen=True)
class ModelInfo:
    """A model that masklet knows by name.

    parameters: of the network. licence: of the weights, as SPDX names it. embedded: it comes with the package.
    present: its weights are on this machine. path: where they are or would be.
    """

    name: str
    parameters: int
    licence: str
    embedded: bool
    present: bool
    path: Path


def cache_folder() -> Path:
    """Where masklet keeps what it can get or make again: MASKLET_HOME, or the platform's cache folder."""
    home = os.environ.get("MASKLET_HOME")
    return Path(home) if home else platformdirs.user_cache_path("masklet", appauthor=False)


def models_folder() -> Path:
    """Where weights lie that do not come with the package."""
    return cache_folder() / "models"


def list_models() -> list[ModelInfo]:
    """Every model that has a name, the embedded one first."""
    entries = [(name, count, True, EMBEDDED_FOLDER) for name, count in EMBEDDED.items()]
    entries += [(name, count, False, models_folder()) for name, count in PUBLISHED.items()]
    return [
        ModelInfo(name, count, "Apache-2.0", embedded, path.is_file(), path)
        for name, count, embedded, folder in entries
        for path in [_place(folder, name)]
    ]


def _place(folder: Path, name: str) -> Path:
    """Where a model's weights are, in any of the suffixes that published files have, or would be."""
    there = [folder / (name + suffix) for suffix in KEPT_SUFFIXES]
    return next((path for path in there if path.is_file()), there[0])


def find_weights(model: str | Path) -> Path:
    """The weights file of a model's name, or of a path to one. Raises ModelError when there is none."""
    known = {entry.name: entry for entry in list_models()}
    if str(model) in known:
        entry = known[str(model)]
        if entry.present:
            return entry.path
        if entry.embedded:
            raise ModelError(f"the weights of {entry.name} are missing from the installation: install masklet anew")
        raise ModelError(
            f"the weights of {entry.name} are not on this machine: masklet models fetch {entry.name} gets them; or put "
            f"them at {entry.path} (or there as .pt or .pth, as published)"
        )
    path = Path(model)
    if str(model) and path.is_dir():
        found = [path / name for name in HUB_FILES if (path / name).is_file()]
        if found:
            return found[0] if found == [path / HUB_FILES[0]] else path
        raise ModelError(f"{path} is a folder without {HUB_FILES[0]}: give the weights file")
    if path.is_file():
        return path
    raise ModelError(_not_there(str(model), path, list(known)))


def _not_there(model: str, path: Path, known: list[str]) -> str:
    """What may have been meant by words that are neither a model's name nor a path."""
    if path.suffix in (*KEPT_SUFFIXES, ".bin"):
        return f"{path}: there is no such weights file"
    near = get_close_matches(model.lower().replace("_", "-"), known, n=1, cutoff=0.8)
    if near:
        return f"no model {model!r}: did you mean {near[0]}? masklet models list tells all names"
    if len(path.parts) == 2 and not path.parent.exists():
        return f"{path}: there is no such weights file; a repository of the hub opens with masklet.Net.from_pretrained"
    if path.suffix or len(path.parts) > 1:
        return f"{path}: there is no such weights file"
    return f"no model {model!r}: choose {', '.join(known)}, or give the path of a weights file"
