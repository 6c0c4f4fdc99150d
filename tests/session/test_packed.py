import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from masklet.session.packed import pack_logits, unpack_logits


@given(st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_logits_come_back_to_an_eighth_within_the_clamp(side, seed):
    logits = np.random.default_rng(seed).normal(0, 20, (side, side)).astype(np.float32)
    back = unpack_logits(pack_logits(logits))
    assert back.dtype == np.float32
    assert np.abs(back - np.clip(logits, -32, 31.75)).max() <= 0.125
    np.testing.assert_array_equal(unpack_logits(pack_logits(back)), back)


def test_absent_objects_stay_absent():
    assert (unpack_logits(pack_logits(np.full((4, 4), -1024, np.float32))) == -32).all()
