"""Where the graphs lie that run a weights file without torch. A further source is a file beside this one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from .catalogue import EMBEDDED, EMBEDDED_FOLDER
from .converted import Converted
from .manifest import FILE_NAME
from .weights import network_named_in


class GraphSource(Protocol):
    """Graphs for weights. One that makes them first (converts, and keeps the outcome) says so to the user itself."""

    def folder_for(self, weights: Path) -> Path | None:
        """The folder with a manifest whose graphs run this weights file; None when this source has none for it.

        Where the manifest names weights, they are taken from the file; otherwise they are in the folder. Raises
        ModelError, with the reason, when it should have some and cannot make them.
        """
        ...


class Packaged:
    """The graphs of the embedded models, which come with the package; they run any weights of those networks."""

    def folder_for(self, weights: Path) -> Path | None:
        """See GraphSource."""
        name = network_named_in(weights)
        folder = packaged_folder(name) if name in EMBEDDED else None
        return folder if folder is not None and (folder / FILE_NAME).is_file() else None


SOURCES: Sequence[GraphSource] = (Packaged(), Converted())


def packaged_folder(name: str) -> Path:
    """Where the graphs of the embedded model of that name lie."""
    return EMBEDDED_FOLDER / name


def find_graphs(weights: Path) -> Path | None:
    """The folder of graphs for a weights file, from the first source that has one. Raises ModelError when a source
    should have them and cannot make them."""
    return next((folder for source in SOURCES if (folder := source.folder_for(weights)) is not None), None)
