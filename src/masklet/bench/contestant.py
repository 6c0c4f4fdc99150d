"""A model that takes part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from masklet.runtime.protocol import Runtime


@dataclass(frozen=True, eq=False)
class Contestant:
    """One model of a run.

    label: what tables call it, unlike any other's of the run. weights_bytes: the size of its weights' files.
    """

    label: str
    runtime: Runtime
    weights_bytes: int

    @property
    def follows_videos(self) -> bool:
        """Whether it remembers at all; SAM and its kin know pictures alone."""
        return self.runtime.spec.recent_memories > 0


def labels(models: Sequence[str | Path], names: Iterable[str]) -> list[str]:
    """A label for each model: its name, or its file's (or folder's) without the folders that it lies in.

    names: those that models are known by. What comes twice gets a number: "nano", "nano (2)".
    """
    known, taken = set(names), dict[str, int]()
    found = []
    for model in models:
        label = str(model) if str(model) in known else Path(model).resolve().name.removesuffix(".safetensors")
        taken[label] = taken.get(label, 0) + 1
        found.append(label if taken[label] == 1 else f"{label} ({taken[label]})")
    return found


def size_of(weights: Path) -> int:
    """Bytes of a weights file, or of all files of a folder of them."""
    if weights.is_dir():
        return sum(path.stat().st_size for path in weights.rglob("*") if path.is_file())
    return weights.stat().st_size
