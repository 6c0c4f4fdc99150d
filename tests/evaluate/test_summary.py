from __future__ import annotations

import pytest

from masklet.errors import InputError
from masklet.evaluate.record import Item
from masklet.evaluate.summary import by_sequence, over_objects, over_sources, youtube_vos_g

ITEMS = [
    Item("a", 1, "many", {"j": 0.2, "f": 0.4, "id_switches": 2, "g_of_its_own": 1.0}),
    Item("a", 2, "many", {"j": 0.4, "f": 0.6, "id_switches": 1}),
    Item("b", 1, "one", {"j": 0.9, "f": 0.8, "id_switches": 0}),
]


def test_each_object_counts_once() -> None:
    assert over_objects(ITEMS) == {"j": pytest.approx(0.5), "f": pytest.approx(0.6), "id_switches": 3}
    assert over_objects([]) == {}


def test_each_source_counts_once() -> None:
    assert over_sources(ITEMS, "j") == pytest.approx((0.3 + 0.9) / 2)
    assert {name: len(of) for name, of in by_sequence(ITEMS).items()} == {"a": 2, "b": 1}


def test_g_is_the_mean_of_four() -> None:
    found = youtube_vos_g(ITEMS, lambda item: item.sequence == "a")
    assert found == {
        "g": pytest.approx((0.3 + 0.5 + 0.9 + 0.8) / 4),
        "j_seen": pytest.approx(0.3),
        "f_seen": pytest.approx(0.5),
        "j_unseen": 0.9,
        "f_unseen": 0.8,
    }
    with pytest.raises(InputError, match="no object of unseen categories"):
        youtube_vos_g(ITEMS, lambda item: True)
