"""Graphs of published weights: made once, kept, and told apart by what they are of."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from masklet.errors import ModelError
from masklet.runtime import converted
from masklet.runtime.catalogue import find_weights
from masklet.runtime.choice import Choice, choose_runtime
from masklet.runtime.converted import CANNOT, NO_WEIGHTS, Converted, place_of
from masklet.runtime.manifest import FILE_NAME
from tests.export import unending


class Conversions:
    """Stands for the process that converts: keeps what it was asked for, and ends as it is told."""

    def __init__(self) -> None:
        self.asked: list[Path] = []
        self.ends: tuple[int, str] = (0, "")

    def __call__(self, weights: Path, folder: Path) -> tuple[int, str]:
        self.asked.append(weights)
        if not self.ends[0]:
            folder.mkdir()
            (folder / FILE_NAME).write_text("{}")
        return self.ends


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Conversions:
    found = Conversions()
    monkeypatch.setattr(converted, "_convert", found)
    monkeypatch.setattr(converted, "LEAST_BYTES", 4)
    monkeypatch.setenv("MASKLET_HOME", str(tmp_path / "home"))
    return found


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "sam.pt"
    path.write_bytes(b"some weights")
    return path


def without(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setattr(converted, "find_spec", lambda name: None if name == missing else object())


def test_weights_are_converted_once(conversions: Conversions, weights: Path, tmp_path: Path) -> None:
    folder = Converted().folder_for(weights)
    assert folder is not None and folder.parent == tmp_path / "home" / "graphs"
    assert Converted().folder_for(weights) == folder
    moved = weights.rename(tmp_path / "sam.pth")  # under its name with another suffix
    assert Converted().folder_for(moved) == folder
    assert conversions.asked == [weights]


def test_other_weights_and_other_versions_are_told_apart(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = place_of(weights)
    monkeypatch.setattr(converted, "version", lambda _: "1999.1.0")
    other_library = place_of(weights)
    monkeypatch.setattr(converted, "GRAPHS", converted.GRAPHS + 1)
    other_graphs = place_of(weights)
    weights.write_bytes(b"more weights")
    assert len({first, other_library, other_graphs, place_of(weights)}) == 4


def test_a_folder_of_weights_is_told_by_what_it_holds(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"some weights")
    first = place_of(folder)
    (folder / "README.md").write_text("words")
    assert place_of(folder) == first
    (folder / "model.safetensors").write_bytes(b"more weights")
    assert place_of(folder) != first


def test_two_at_once_convert_once(conversions: Conversions, weights: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(Converted().folder_for, [weights] * 4))
    assert len(folders) == 1 and conversions.asked == [weights]


def test_what_a_killed_process_left_is_removed(conversions: Conversions, weights: Path) -> None:
    place = place_of(weights)
    left = place.with_name(f".{place.name}.abc.part")
    left.mkdir(parents=True)
    Converted().folder_for(weights)
    assert not left.exists()


def test_what_an_interrupted_conversion_left_is_removed(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: Path, folder: Path) -> None:
        folder.with_name(f".{folder.name}.abc.part").mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(converted, "_convert", interrupted)
    monkeypatch.setattr(converted, "LEAST_BYTES", 4)
    monkeypatch.setenv("MASKLET_HOME", str(tmp_path / "home"))
    with pytest.raises(KeyboardInterrupt):
        Converted().folder_for(weights)
    assert not list((tmp_path / "home/graphs").glob("*.part"))


def test_what_cannot_be_is_not_tried_again(conversions: Conversions, weights: Path) -> None:
    conversions.ends = (CANNOT, "it pools memories")
    for _ in range(2):
        with pytest.raises(ModelError, match=r"graphs of sam\.pt cannot be made \(it pools memories\)"):
            Converted().folder_for(weights)
    assert len(conversions.asked) == 1
    conversions.ends = (0, "")
    weights.write_bytes(b"more weights")
    assert Converted().folder_for(weights)


def test_what_went_wrong_by_chance_is_tried_again(conversions: Conversions, weights: Path) -> None:
    conversions.ends = (-9, "the conversion ended with -9")
    for _ in range(2):
        with pytest.raises(ModelError, match="ended with -9"):
            Converted().folder_for(weights)
    assert len(conversions.asked) == 2


def test_what_is_no_weights_file_has_no_graphs(conversions: Conversions, weights: Path) -> None:
    conversions.ends = (NO_WEIGHTS, "of no network that masklet knows")
    assert Converted().folder_for(weights) is None
    weights.write_bytes(b"...")
    assert Converted().folder_for(weights) is None
    assert len(conversions.asked) == 1


def test_a_place_that_cannot_be_written_is_told(
    conversions: Conversions, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("MASKLET_HOME", str(tmp_path / "file"))
    with pytest.raises(ModelError, match=r"graphs of sam\.pt cannot be kept"):
        Converted().folder_for(weights)


def test_without_torch_none_are_made(conversions: Conversions, weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "torch")
    assert Converted().folder_for(weights) is None and not conversions.asked


def test_graphs_made_earlier_need_no_torch(
    conversions: Conversions, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Converted().folder_for(weights)
    without(monkeypatch, "torch")
    assert Converted().folder_for(weights) == folder


def test_a_missing_exporter_is_named(conversions: Conversions, weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "onnxscript")
    with pytest.raises(ModelError, match=r'without onnxscript \(pip install "masklet\[export\]"\)'):
        Converted().folder_for(weights)
    assert not conversions.asked


def test_torch_stands_in_where_the_conversion_fails(
    conversions: Conversions, weights: Path, caplog: pytest.LogCaptureFixture
) -> None:
    conversions.ends = (CANNOT, "it pools memories")
    assert choose_runtime("sam.pt", weights, "cpu", "auto") == Choice()
    said = [one.getMessage() for one in caplog.records]
    assert said == ["OpenVINO's graphs of sam.pt cannot be made (it pools memories); torch runs sam.pt, more slowly"]
    with pytest.raises(ModelError, match="cannot be made .*: say --runtime torch"):
        choose_runtime("sam.pt", weights, "cpu", "auto", runtime="openvino")


def test_the_process_says_why_it_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"no weights at all")
    code, said = converted._convert(broken, tmp_path / "out")
    assert code == NO_WEIGHTS and str(broken) in said
    assert not (tmp_path / "out").exists()


CONVERTING = """
import functools, subprocess, sys
from pathlib import Path
from masklet.runtime import converted

sys.executable, weights, folder, held = sys.argv[1:]
converted.subprocess.Popen = functools.partial(subprocess.Popen, pass_fds=[int(held)])
converted._convert(Path(weights), Path(folder))
"""


def test_a_conversion_ends_with_the_process_that_wanted_it(tmp_path: Path) -> None:
    converts = tmp_path / "python"
    converts.write_text(f'#!/bin/sh\nexec {sys.executable} {unending.__file__} "$@"\n')
    converts.chmod(0o755)
    out = tmp_path / "graphs/out"
    ours, theirs = os.pipe()  # it ends once nobody holds the other end: neither the process nor its child
    words = [sys.executable, "-c", CONVERTING, str(converts), str(find_weights("nano")), str(out), str(theirs)]
    parent = subprocess.Popen(words, pass_fds=[theirs], stderr=subprocess.DEVNULL)
    os.close(theirs)
    waited = time.monotonic() + 120
    while not list(out.parent.glob(".out.*.part/*")):
        assert parent.poll() is None and time.monotonic() < waited
        time.sleep(0.05)
    parent.terminate()
    parent.wait(timeout=60)
    ended, _, _ = select.select([ours], [], [], 60)
    assert ended and os.read(ours, 1) == b""
    os.close(ours)
    assert not list(out.parent.iterdir())
