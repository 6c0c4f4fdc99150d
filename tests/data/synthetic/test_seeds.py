import pytest
from hypothesis import given
from hypothesis import strategies as st

from masklet.data.synthetic.seeds import MOST, key, stream
from masklet.errors import InputError

numbers = st.integers(0, MOST)


@given(numbers, numbers, numbers, numbers)
def test_no_clip_of_the_evaluation_is_one_of_training(a: int, b: int, c: int, d: int) -> None:
    for purpose in ("conditions", "thing", "path", "film"):
        assert key("training", a, b, purpose) != key("evaluation", c, d, purpose)
        ours, theirs = stream("training", a, b, purpose), stream("evaluation", a, b, purpose)
        assert ours.integers(2**63) != theirs.integers(2**63)


@given(st.tuples(numbers, numbers, numbers), st.tuples(numbers, numbers, numbers))
def test_keys_differ_where_anything_differs(one: tuple[int, int, int], other: tuple[int, int, int]) -> None:
    ours, theirs = (key("training", seed, index, "thing", k) for seed, index, k in (one, other))
    assert (ours == theirs) == (one == other)
    assert all(0 <= word <= MOST for word in ours)  # NumPy splits larger ones, and then two keys could meet


@pytest.mark.parametrize("seed", [-1, MOST + 1])
def test_a_seed_out_of_range_is_refused(seed: int) -> None:
    with pytest.raises(InputError, match="a seed is a whole number from 0"):
        stream("training", seed, 0, "film")
