"""Entries survive; a torn line does not stand in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from masklet.app.journal import Journal
from masklet.errors import InputError


def test_entries_come_back_in_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "deep" / "j.jsonl")
    for number in range(3):
        journal.append({"n": number, "text": "ö\n"}, sync=number == 1)
    again = Journal(tmp_path / "deep" / "j.jsonl")  # nothing was closed
    assert [entry["n"] for entry in again.take_entries()] == [0, 1, 2]
    assert again.take_entries() == []


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_line_that_was_cut_off_goes_away_and_the_next_one_stands(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "j.jsonl"
    whole = b'{"n":0}\n{"n":12345}\n'
    path.write_bytes(whole[:-cut])
    journal = Journal(path)
    kept = len(journal.take_entries())
    assert kept == 1
    journal.append({"n": 2})
    assert [entry["n"] for entry in Journal(path).take_entries()] == [0, 2]


def test_damage_in_the_middle_is_told(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    for damage in (b'{"n":0}\n{"n":\n{"n":1}\n', b"[1]\n", b"\x00\xff\n"):
        path.write_bytes(damage)
        with pytest.raises(InputError, match="line [12]: not an entry"):
            Journal(path)
