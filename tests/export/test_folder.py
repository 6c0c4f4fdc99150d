"""A folder that is there as a whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from masklet.errors import OutputError
from masklet.export.folder import check_folder, describe_files, whole_folder
from tests.export.eager import eager_runtime
from tests.model.small import small_network


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_it_appears_when_it_is_done(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "out"
    with whole_folder(target) as temporary:
        (temporary / "a").write_text("a")
        assert not target.exists()
    assert (target / "a").read_text() == "a"
    assert names(target.parent) == ["out"]


def test_nothing_is_left_of_one_that_failed(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), whole_folder(tmp_path / "out") as temporary:
        (temporary / "a").write_text("a")
        raise KeyboardInterrupt
    assert names(tmp_path) == []


def test_an_earlier_export_is_replaced_and_stays_when_the_new_one_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    eager_runtime(small_network("small-lite"), target, monkeypatch)
    with pytest.raises(ZeroDivisionError), whole_folder(target):
        raise ZeroDivisionError
    assert names(target) == ["manifest.json"]
    with whole_folder(target) as temporary:
        (temporary / "new").write_text("")
    assert names(target) == ["new"]
    assert names(tmp_path) == ["out"]


def test_what_is_no_exports_is_never_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_folder(tmp_path / "new")
    eager_runtime(small_network("small-lite"), tmp_path, monkeypatch)
    check_folder(tmp_path)
    (tmp_path / "thesis.txt").write_text("ten years")
    with pytest.raises(OutputError, match=r"thesis\.txt"), whole_folder(tmp_path):
        pass
    assert (tmp_path / "thesis.txt").read_text() == "ten years"
    with pytest.raises(OutputError, match="is a file"):
        check_folder(tmp_path / "thesis.txt")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="in the way"), whole_folder(tmp_path / "file" / "out"):
        pass


def test_files_are_described(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    described = describe_files(tmp_path)["a"]
    assert described.bytes == 3
    assert described.sha256 == hashlib.sha256(b"abc").hexdigest()
