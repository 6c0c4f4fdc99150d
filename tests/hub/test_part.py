"""What has come of a file so far, on disk."""

import hashlib
import json
from pathlib import Path

import pytest

from masklet.errors import ModelError, OutputError
from masklet.hub.part import Part, check_room, hash_of, megabytes

URL = "https://host/weights.pt"
DATA = bytes(range(256)) * 8
SHA256 = hashlib.sha256(DATA).hexdigest()


def test_what_was_left_is_gone_on_with_and_put_into_its_place(tmp_path: Path) -> None:
    target = tmp_path / "weights.pt"
    first = Part(URL, target, SHA256)
    first.name_version('"tag"')
    first.write([DATA[:100], DATA[100:700]], 0)
    second = Part(URL, target, SHA256)
    assert (second.have, second.validator) == (700, '"tag"')
    second.write([DATA[700:]], second.have)
    assert second.finish() == hash_of(target) == SHA256
    assert [path.name for path in tmp_path.iterdir()] == ["weights.pt"]


def test_from_0_on_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    part = Part(URL, tmp_path / "weights.pt", SHA256)
    part.write([b"x" * 5000], 0)
    part.write([DATA], 0)
    assert part.finish() == SHA256


def test_what_comes_before_a_break_is_kept(tmp_path: Path) -> None:
    def broken():
        yield DATA[:300]
        raise EOFError

    part = Part(URL, tmp_path / "weights.pt", SHA256)
    with pytest.raises(EOFError):
        part.write(broken(), 0)
    assert part.have == 300


@pytest.mark.parametrize(
    ("note", "have"),
    [
        ({"url": URL, "validator": '"tag"'}, 9),
        ({"url": URL, "validator": ""}, 0),
        ({"url": "https://elsewhere/weights.pt", "validator": '"tag"'}, 0),
        ([], 0),
        (None, 0),
    ],
)
def test_without_a_hash_only_the_same_versions_bytes_are_kept(tmp_path: Path, note: object, have: int) -> None:
    (tmp_path / ".weights.pt.part").write_bytes(b"beginning")
    if note is not None:
        (tmp_path / ".weights.pt.part.json").write_text(json.dumps(note), encoding="utf-8")
    assert Part(URL, tmp_path / "weights.pt", None).have == have
    (tmp_path / ".weights.pt.part").write_bytes(b"beginning")
    assert Part(URL, tmp_path / "weights.pt", SHA256).have == 9  # the hash will tell


@pytest.mark.parametrize(("data", "words"), [(b" <html>", "gave a web page"), (b"other", "gave another file")])
def test_another_file_is_thrown_away(tmp_path: Path, data: bytes, words: str) -> None:
    part = Part(URL, tmp_path / "weights.pt", SHA256)
    part.name_version('"tag"')
    part.write([data], 0)
    with pytest.raises(ModelError, match=words):
        part.finish()
    assert list(tmp_path.iterdir()) == []


def test_room_is_looked_for_where_the_file_belongs(tmp_path: Path) -> None:
    check_room(tmp_path / "weights.pt", 1)
    with pytest.raises(OutputError, match=rf"^no room for {tmp_path}/weights.pt: 1,000,000,000,000\.0 MB are needed"):
        check_room(tmp_path / "weights.pt", 10**18)
    assert megabytes(1_234_567_890) == "1,234.6 MB"
