"""Graphs of published weights for the light runtime: made once, by torch, and kept under the cache folder.

They are made in a process of its own, which gives back all that torch and the exporter took.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from filelock import FileLock

from masklet.errors import ModelError

from .catalogue import KEPT_SUFFIXES, PUBLISHED, cache_folder
from .manifest import FILE_NAME
from .weights import network_named_in

GRAPHS = 2  # of the graphs that masklet makes: another number when they change, and all are made anew
NEEDED = ("torch", "onnx", "onnxscript")
BEGUN = "begun"  # what a conversion prints once it has read the weights
WATCHED = "--watched"  # a conversion that was given this word ends when its standard input does
MADE = "made"  # and with two numbers after each part: how many are made, of how many
PARTS_MADE = "masklet.conversion"  # the logger that hears those numbers, at level INFO
CANNOT, NO_WEIGHTS = 3, 4  # exit codes of a conversion that would fail again, and of one that found nothing to convert
LEAST_BYTES = 2 * min(PUBLISHED.values())  # no published network is smaller, even in half precision
SHOWN = 16  # digits of the hash in a folder's name
WEIGHTS_SUFFIXES = (*KEPT_SUFFIXES, ".bin")


class Converted:
    """Published weights, and masklet's own files of published networks, by way of `masklet.export.converting`."""

    def folder_for(self, weights: Path) -> Path | None:
        """See GraphSource. Weights that are none, and those that nobody here can convert, have no graphs."""
        if find_spec("openvino") is None or _bytes_of(weights) < LEAST_BYTES:
            return None
        folder = place_of(weights)
        if (folder / FILE_NAME).is_file():
            return folder
        if find_spec("torch") is None:
            return None
        if missing := [name for name in NEEDED if find_spec(name) is None]:
            raise ModelError(
                f"OpenVINO's graphs of {weights.name} cannot be made without {missing[0]} "
                '(pip install "masklet[export]")'
            )
        return folder if _make(weights, folder) else None


def place_of(weights: Path) -> Path:
    """Where the graphs of these weights lie, or would: told apart by what the weights are and what made the graphs."""
    name = network_named_in(weights) or weights.stem
    made_with = f"{GRAPHS}-{'.'.join(version('openvino').split('.')[:2])}"
    return cache_folder() / "graphs" / f"{name}-{digest(weights)[:SHOWN]}-{made_with}"


def digest(weights: Path) -> str:
    """SHA-256 of a weights file, or of all weights files of a folder with their names."""
    if weights.is_file():
        with weights.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    each = ((path.name, digest(path)) for path in _weights_in(weights))
    return hashlib.sha256(repr(list(each)).encode()).hexdigest()


def _weights_in(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if path.is_file() and path.suffix in WEIGHTS_SUFFIXES)


def _bytes_of(weights: Path) -> int:
    if weights.is_dir():
        return sum(path.stat().st_size for path in _weights_in(weights))
    return weights.stat().st_size if weights.is_file() else 0


def _make(weights: Path, folder: Path) -> bool:
    """Makes the folder, or waits for the process that does; False where the file holds nothing that could be converted:
    torch says what is wrong with it. Raises ModelError with the reason when it cannot be made."""
    failed = folder.with_name(f"{folder.name}.failed")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f".{folder.name}.lock")):  # goes with its process, however that ends
            if (folder / FILE_NAME).is_file():
                return True
            if failed.is_file():
                raise ModelError(failed.read_text(encoding="utf-8"))
            _remove_begun(folder)  # by a process that was killed
            try:
                code, said = _convert(weights, folder)
            except BaseException:
                _remove_begun(folder)
                raise
            if code == NO_WEIGHTS:
                return False
            if code:
                why = f"OpenVINO's graphs of {weights.name} cannot be made ({said})"
                if code == CANNOT:
                    failed.write_text(why, encoding="utf-8")
                raise ModelError(why)
            return True
    except OSError as problem:
        raise ModelError(f"OpenVINO's graphs of {weights.name} cannot be kept: {problem}") from None


def _remove_begun(folder: Path) -> None:
    for left in folder.parent.glob(f".{folder.name}.*.part"):
        shutil.rmtree(left, ignore_errors=True)


def _convert(weights: Path, folder: Path) -> tuple[int, str]:
    """The exit code of the conversion, and the last line that it said of what went wrong."""
    words = [sys.executable, "-m", "masklet.export.converting", str(weights), str(folder), WATCHED]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        # of its standard input it waits for the end alone, which comes with this process's, however that is
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True) as child:
            try:
                assert child.stdout is not None
                for line in child.stdout:
                    word, *numbers = line.split() or [""]
                    if word == MADE:
                        logging.getLogger(PARTS_MADE).info("%s of %s parts are made", *numbers)
                    if word == BEGUN:
                        logging.getLogger("masklet").warning(
                            f"making OpenVINO's graphs of {weights.name}, once, which takes a minute or two; "
                            "--runtime torch does without"
                        )
                code = child.wait()
            except BaseException:
                child.kill()
                raise
        said.seek(0)
        lines = said.read().strip().splitlines() or [f"the conversion ended with {code}"]
    return code, lines[-1][:200]
