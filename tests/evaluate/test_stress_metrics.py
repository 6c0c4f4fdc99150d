import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from masklet.evaluate.stress_metrics import (
    Return,
    StressFrame,
    false_mask_rate,
    other_rate,
    presence_auc,
    returns,
    score_error,
    seen_scores,
)


def frame(index: int, visible: float, j: float = 1.0, **how: object) -> StressFrame:
    known = {"f": j, "shown": j > 0 and visible > 0, "other": False, "presence": visible, "score": j}
    return StressFrame(index, visible, j, **{**known, **how})  # type: ignore[arg-type]


def track(visible: str, j: str | None = None, first: int = 1) -> list[StressFrame]:
    """A letter per frame: visible 1 or 0; J in tenths."""
    values = [int(c) / 10 for c in j] if j else [1.0] * len(visible)
    return [frame(first + i, float(v), value) for i, (v, value) in enumerate(zip(visible, values, strict=True))]


def test_a_return_is_found_with_its_delay() -> None:
    frames = track("1110001111111", "9990000025999")
    assert returns(frames) == [Return(7, 3)]
    assert returns(frames, window=3) == [Return(7, None)]


def test_a_return_ends_where_the_object_is_gone_again_and_short_ones_do_not_count() -> None:
    assert returns(track("10011111001111111", "90000000099999999")) == [Return(4, None), Return(11, 0)]
    assert returns(track("1001111")) == []


def test_an_object_that_was_never_gone_does_not_return() -> None:
    assert returns(track("1" * 20)) == []
    assert returns([]) == []


def test_after_a_cut_an_object_must_be_found_again() -> None:
    frames = track("1" * 16, "9999900999999999")
    assert returns(frames, [6]) == [Return(6, 2)]
    assert returns(frames, [6, 12]) == [Return(6, 2), Return(12, 0)]


def test_masks_of_what_is_not_there_are_counted() -> None:
    frames = [frame(1, 1.0), frame(2, 0.0, shown=True), frame(3, 0.0), frame(4, 0.0), frame(5, 0.0)]
    assert false_mask_rate(frames) == 0.25
    assert false_mask_rate(frames[:1]) is None
    assert other_rate([*frames, frame(6, 1.0, other=True)]) == pytest.approx(1 / 6)


def test_scores_are_over_frames_that_show_the_object() -> None:
    frames = [frame(1, 1.0, 0.8, f=0.6), frame(2, 0.0, 1.0), frame(3, 0.5, 0.4, f=0.2)]
    assert seen_scores(frames) == pytest.approx((0.6, 0.4))
    assert seen_scores(frames[1:2]) is None


def test_the_error_of_the_predicted_iou() -> None:
    frames = [frame(1, 1.0, 0.8, score=0.9), frame(2, 1.0, 0.5, score=0.2), frame(3, 0.0, 0.0, score=0.7, shown=True)]
    assert score_error(frames) == pytest.approx(0.2)
    assert score_error(frames[2:]) is None


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=30))
def test_the_auc_is_the_chance_of_the_right_order(pairs: list[tuple[bool, int]]) -> None:
    frames = [frame(i, float(there), presence=said) for i, (there, said) in enumerate(pairs)]
    there, gone = ([s for t, s in pairs if t is kind] for kind in (True, False))
    found = presence_auc(frames)
    if not there or not gone:
        assert found is None
        return
    wins = [(a > b) + 0.5 * (a == b) for a in there for b in gone]
    assert found == pytest.approx(np.mean(wins))


def test_slivers_can_be_left_out_of_the_auc() -> None:
    frames = [frame(1, 1.0, presence=0.9), frame(2, 0.01, presence=0.1), frame(3, 0.0, presence=0.5)]
    assert presence_auc(frames) == 0.5
    assert presence_auc(frames, least=0.1) == 1.0
