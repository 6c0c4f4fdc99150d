"""Attributes of objects or videos, from a CSV: gender, age, skin tone, weather, camera, or anything.

    sequence,object,gender,age
    street,1,female,18-26
    street,2,male,50+
    park,,male,26-50

The column `sequence` (or `video`, or `picture`) is needed, `object` may be left out or left empty: then the line is
for all objects of the sequence. A line of one object stands above one of its sequence. An empty cell is not known.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from masklet.errors import InputError
from masklet.evaluate.record import Item

Key = tuple[str, str | None]
"""A sequence, and an object in it as text, or None for all of them."""

MOST_GROUPS = 20

_SEQUENCE, _OBJECT = ("sequence", "video", "picture"), "object"
_SEPARATORS = ",;\t"


@dataclass(frozen=True)
class Attributes:
    """What a CSV says. names: the attributes. cells: per attribute and key the group. lines: where a key stands."""

    path: Path
    names: tuple[str, ...]
    cells: Mapping[str, Mapping[Key, str]]
    lines: Mapping[Key, int]

    def groups_of(self, name: str, items: Iterable[Item]) -> list[str | None]:
        """Each item's group by one attribute, None where it is not known."""
        cells = self.cells[name]
        return [cells.get((one.sequence, str(one.object)), cells.get((one.sequence, None))) for one in items]

    def check_known(self, items: Sequence[Item]) -> None:
        """Raise InputError when a line is of a sequence or an object that was not evaluated."""
        sequences = {one.sequence for one in items}
        objects = {(one.sequence, str(one.object)) for one in items}
        strange = [key for key in self.lines if key[0] not in sequences]
        what = "sequence"
        if not strange:
            strange = [key for key in self.lines if key[1] is not None and key not in objects]
            what = "object"
        if strange:
            said = ", ".join(f"{_said(key)} (line {self.lines[key]})" for key in strange[:3])
            more = f" and {len(strange) - 3} more" if len(strange) > 3 else ""
            raise InputError(
                f"{self.path}: the record has no {what} {said}{more}; correct the names, or pass --skip-unknown"
            )


def read_attributes(path: Path) -> Attributes:
    """The attributes in a CSV. Raises InputError, one line, for a broken one."""
    header, rows = _rows(path)
    sequence, names = _columns(path, header)
    cells: dict[str, dict[Key, str]] = {name: {} for name in names}
    lines: dict[Key, int] = {}
    for line, row in rows:
        if len(row) != len(header):
            raise InputError(f"{path}, line {line}: {len(row)} cells where the header has {len(header)}")
        told = dict(zip(header, (cell.strip() for cell in row), strict=True))
        if not told[sequence]:
            raise InputError(f"{path}, line {line}: the cell of {sequence!r} is empty")
        key = told[sequence], told.get(_OBJECT) or None
        if key in lines:
            raise InputError(f"{path}, line {line}: {_said(key)} stands in line {lines[key]} already; remove one")
        lines[key] = line
        for name in names:
            if told[name]:
                cells[name][key] = told[name]
    if not lines:
        raise InputError(f"{path}: has a header and nothing below it")
    for name in names:
        _check_groups(path, name, set(cells[name].values()))
    return Attributes(path, names, cells, lines)


def _rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; give a CSV of attributes") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is no text in UTF-8; save it as CSV in UTF-8") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    first = text.lstrip("\r\n").partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: is no CSV ({error})") from None
    if not rows:
        raise InputError(f"{path}: is empty; its first line must name the columns, such as sequence,object,gender")
    return [name.strip() for name in rows[0][1]], rows[1:]


def _columns(path: Path, header: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The sequences' column, and the attributes'."""
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice or "" in header:
        fault = f"two columns are called {twice[0]!r}" if twice and twice[0] else "a column has no name"
        raise InputError(f"{path}: {fault}; give each column a name of its own")
    found = [name for name in header if name in _SEQUENCE]
    if len(found) != 1:
        has = " and ".join(found) if found else f"only {', '.join(header)}"
        raise InputError(f"{path}: needs one column `sequence`, with the names in the record, and has {has}")
    names = tuple(name for name in header if name not in (found[0], _OBJECT))
    if not names:
        raise InputError(f"{path}: has no attribute; add a column beside {', '.join(header)}, such as gender")
    return found[0], names


def _check_groups(path: Path, name: str, groups: set[str]) -> None:
    if len(groups) > MOST_GROUPS:
        raise InputError(
            f"{path}: {name!r} has {len(groups)} different values; write at most {MOST_GROUPS} groups, such as 18-26"
        )
    alike: dict[str, str] = {}
    for group in sorted(groups):
        other = alike.setdefault(group.casefold(), group)
        if other != group:
            raise InputError(f"{path}: {name!r} has both {other!r} and {group!r}; write a group in one way")


def _said(key: Key) -> str:
    return repr(key[0]) if key[1] is None else f"{key[0]!r} object {key[1]!r}"
