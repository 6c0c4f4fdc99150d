from hypothesis import given
from hypothesis import strategies as st

from masklet.media.frame_cache import FrameCache


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 50))))
def test_bound_holds_and_newest_stays(puts: list[tuple[int, int]]) -> None:
    cache: FrameCache[str] = FrameCache(60)
    sizes: dict[int, int] = {}
    for index, size in puts:
        cache.put(index, f"{index}:{size}", size)
        sizes[index] = size
        assert cache.bytes <= 60
        assert cache.get(index) == f"{index}:{size}"
        assert cache.bytes == sum(sizes[i] for i in range(21) if cache.get(i) is not None)


def test_oldest_goes_first_and_a_giant_is_held_alone() -> None:
    cache: FrameCache[str] = FrameCache(10)
    for index in range(3):
        cache.put(index, "x", 5)
    assert [cache.get(index) for index in range(3)] == [None, "x", "x"]
    cache.put(9, "giant", 100)
    assert len(cache) == 1
    assert cache.get(9) == "giant"
