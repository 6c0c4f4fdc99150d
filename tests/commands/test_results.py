"""The folder for results: where it is, and that it is tried early."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from masklet.commands.results import result_folder, write_json
from masklet.errors import OutputError


def test_it_is_named_after_the_source_unless_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert result_folder(None, "some/where/dog.mp4") == Path("dog-masklet")
    assert result_folder(None, "some/where/dog.jpg", "everything") == Path("dog-everything")
    assert result_folder(tmp_path / "a/b", "dog.mp4") == tmp_path / "a/b"


def test_trying_it_leaves_no_trace(tmp_path: Path) -> None:
    result_folder(tmp_path / "a/b", "dog.mp4")
    assert not list(tmp_path.iterdir())
    (tmp_path / "c").mkdir()
    result_folder(tmp_path / "c", "dog.mp4")
    assert list(tmp_path.rglob("*")) == [tmp_path / "c"]


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_file_in_the_way_is_told(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="file"):
        result_folder(tmp_path / "file" / below, "dog.mp4")
    assert (tmp_path / "file").read_text() == "mine"


def test_json_is_written_whole(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"name": "größe"})
    assert json.loads((tmp_path / "a.json").read_text("utf-8")) == {"name": "größe"}
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"not": float("nan")})
    assert json.loads((tmp_path / "a.json").read_text("utf-8")) == {"name": "größe"}
