"""The CSV of attributes: what it may look like, and one clear line for what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from masklet.errors import InputError
from masklet.evaluate.attributes import read_attributes
from tests.evaluate.records import item


def write(folder: Path, text: str) -> Path:
    path = folder / "people.csv"
    path.write_text(text, encoding="utf-8")
    return path


ITEMS = [item("street", 1), item("street", 2), item("park", 1)]


@pytest.mark.parametrize(
    "text",
    [
        "sequence,object,gender\nstreet,,f\nstreet,2,m\npark,,f\n",
        "\ufeffvideo;gender;object\r\nstreet;f;\r\nstreet;m;2\r\n\r\npark; f ;1\r\n",
        'picture\tobject\tgender\n"street"\t\tf\nstreet\t2\tm\npark\t1\tf',
    ],
)
def test_objects_stand_above_their_sequence(tmp_path: Path, text: str) -> None:
    told = read_attributes(write(tmp_path, text))
    told.check_known(ITEMS)
    assert told.names == ("gender",)
    assert told.groups_of("gender", ITEMS) == ["f", "m", "f"]


def test_an_empty_cell_is_not_known(tmp_path: Path) -> None:
    told = read_attributes(write(tmp_path, "sequence,object,gender,age\nstreet,,f,\nstreet,2,,50+\npark,,m,50+\n"))
    assert told.groups_of("age", ITEMS) == [None, "50+", "50+"]
    assert told.groups_of("gender", ITEMS) == ["f", "f", "m"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        ("sequence,gender\n", "nothing below"),
        ("name,gender\nstreet,f\n", "needs one column `sequence`"),
        ("sequence,video,gender\nstreet,street,f\n", "needs one column `sequence`"),
        ("sequence,object\nstreet,1\n", "has no attribute"),
        ("sequence,gender,gender\nstreet,f,f\n", "two columns are called 'gender'"),
        ("sequence,gender,\nstreet,f,\n", "a column has no name"),
        ("sequence,gender\nstreet,f,m\n", "line 2: 3 cells where the header has 2"),
        ("sequence,gender\nstreet\n", "line 2: 1 cells"),
        ("sequence,gender\n,f\n", "line 2: the cell of 'sequence' is empty"),
        ("sequence,gender\nstreet,f\npark,m\nstreet,m\n", "line 4: 'street' stands in line 2 already"),
        ("sequence,object,gender\nstreet,1,f\nstreet,1,f\n", "'street' object '1' stands in line 2"),
        ("sequence,gender\nstreet,Female\npark,female\n", "both 'Female' and 'female'"),
        ("sequence,age\n" + "".join(f"s{k},{k}\n" for k in range(30)), "30 different values"),
        ('sequence,gender\nstreet,"f\n', "is no CSV"),
    ],
)
def test_a_broken_csv_is_told_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match="people.csv") as caught:
        read_attributes(write(tmp_path, text))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_and_binary_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_attributes(tmp_path / "none.csv")
    path = tmp_path / "table.csv"
    path.write_bytes(b"\xff\xfe\x00s")
    with pytest.raises(InputError, match="UTF-8"):
        read_attributes(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_attributes(tmp_path)


def test_unknown_names_are_told_with_their_lines(tmp_path: Path) -> None:
    told = read_attributes(write(tmp_path, "sequence,object,gender\nstreet,,f\nstret,,m\npark,,m\n"))
    with pytest.raises(InputError, match=r"no sequence 'stret' \(line 3\); correct"):
        told.check_known(ITEMS)
    told = read_attributes(write(tmp_path, "sequence,object,gender\nstreet,9,f\nstreet,7,m\npark,,m\n"))
    with pytest.raises(InputError, match=r"no object 'street' object '9' \(line 2\), 'street' object '7'"):
        told.check_known(ITEMS)
