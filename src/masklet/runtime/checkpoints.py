"""What a weights file is, and its conversion: the door to them for those who run no network. Imports torch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from masklet.errors import ModelError, OutputError
from masklet.model.checkpoint import CheckpointError, save_network
from masklet.model.drawn import drawn_network
from masklet.model.formats.convert import TARGETS, Description, convert_checkpoint, describe_checkpoint
from masklet.model.presets import PRESETS

__all__ = ["TARGETS", "Description", "convert", "describe", "draw"]


def describe(path: Path) -> Description:
    """What a weights file is, and whether it is whole. Raises ModelError for what is no weights file."""
    with _told():
        return describe_checkpoint(path)


def convert(source: Path, target: Path, to: str) -> str:
    """Writes a weights file in another layout, one of TARGETS, whole or not at all; answers with the network's name.

    Raises ModelError when the source is no whole weights file or the network has no such layout, OutputError when the
    target cannot be written or would replace the source.
    """
    if target.resolve() == source.resolve():
        raise OutputError(f"{target}: this is the source itself; give another name")
    if target.is_dir() or not target.parent.is_dir():
        raise OutputError(f"{target}: not a file's name in a folder that exists")
    with _told():
        try:
            return convert_checkpoint(source, target, to).name
        except OSError as error:
            raise OutputError(f"cannot write {target}: {error.strerror or error}") from None


def draw(network: str, target: Path) -> None:
    """Writes weights drawn at random, of a network by its name, in masklet's layout; the same ones every time.

    Raises ModelError for an unknown name.
    """
    if network not in PRESETS:
        raise ModelError(f"no network {network!r}: choose {', '.join(PRESETS)}")
    save_network(drawn_network(PRESETS[network]), target)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except CheckpointError as error:
        raise ModelError(str(error)) from None
