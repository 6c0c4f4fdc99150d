"""What an object may be given by, and how that is said."""

from __future__ import annotations

import pytest

from masklet.errors import InputError
from masklet.evaluate.answers import check_given, name_of


def test_what_an_object_is_given_by_has_a_name() -> None:
    assert [name_of(given) for given in ("mask", "box", 1, 3)] == ["mask", "box", "1 click", "3 clicks"]
    assert [check_given(given) for given in ("mask", "box", 1, 3)] == ["mask", "box", 1, 3]


@pytest.mark.parametrize("given", ["scribble", "", 0, -1, True, 1.5])
def test_nothing_else_is_a_way_to_give_it(given: object) -> None:
    with pytest.raises(InputError, match="given by"):
        check_given(given)  # type: ignore[arg-type]
