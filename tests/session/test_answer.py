from dataclasses import replace

import numpy as np

from masklet.runtime.protocol import Decoded, NetworkPrompt, RuntimeSpec
from masklet.session.answer import candidates, choose, separate, stability, take

SPEC = RuntimeSpec("fake", picture_size=32, mask_size=8, candidates=3, recent_memories=6, pointers=16)
ONE_CLICK = NetworkPrompt(np.zeros((1, 2), np.float32), np.array([1]))
TWO_CLICKS = NetworkPrompt(np.zeros((2, 2), np.float32), np.array([1, 0]))


def decoded(single=5.0, presence=5.0):
    """Mask 0 with logits of ±single on its left half; candidates ever larger, the third the best."""
    logits = np.full((1, 4, 8, 8), -5.0, np.float32)
    logits[0, 0] = -single
    logits[0, 0, :, :4] = single
    for k in (1, 2, 3):
        logits[0, k, : 2 * k] = 5.0
    iou = np.array([[0.95, 0.5, 0.6, 0.7]], np.float32)
    return Decoded(logits, iou, np.array([presence], np.float32), np.arange(8, dtype=np.float32).reshape(1, 4, 2))


def test_stability_is_an_iou_of_cuts():
    logits = np.array([[[2.0, 0.5, -0.5, -2.0]]], np.float32)
    assert stability(logits, 1.0).tolist() == [1 / 3]
    assert stability(logits, 0.1).tolist() == [1.0]
    assert stability(np.full((1, 2, 2), -9.0, np.float32), 1.0).tolist() == [1.0]


def test_one_click_takes_the_best_candidate_and_two_the_single_mask():
    assert choose(decoded(), 0, ambiguous=True) == 3
    assert choose(decoded(), 0, ambiguous=False) == 0


def test_an_unstable_single_mask_gives_way_to_the_best_candidate():
    assert choose(decoded(single=0.04), 0, ambiguous=False) == 3
    assert choose(decoded(single=0.06), 0, ambiguous=False) == 0


def test_a_network_without_candidates():
    full = decoded()
    lone = Decoded(full.mask_logits[:, :1], full.iou[:, :1], full.presence, full.pointers[:, :1])
    assert choose(lone, 0, ambiguous=True) == 0
    assert len(candidates(lone, 0, ONE_CLICK, (8, 8), SPEC)) == 1


def test_pointer_and_score_are_those_of_the_mask_taken():
    answer = take(decoded(), 0, ONE_CLICK, (16, 16))
    assert answer.pointer.tolist() == [6, 7]
    assert answer.score == np.float32(0.7)
    assert answer.mask[:12].all()
    assert not answer.mask[12:].any()


def test_the_pointer_of_a_clear_prompt_is_the_single_masks_also_where_a_candidate_stands_in():
    answer = take(decoded(single=0.04), 0, TWO_CLICKS, (16, 16))
    assert answer.score == np.float32(0.7)
    assert answer.pointer.tolist() == [0, 1]


def test_absent_objects_have_no_mask_unless_the_user_points_at_them():
    absent = take(decoded(presence=-1.0), 0, ONE_CLICK, (16, 16))
    assert not absent.mask.any()
    assert (absent.logits == -1024).all()
    sure = take(decoded(presence=-1.0), 0, replace(ONE_CLICK, surely_there=True), (16, 16))
    assert sure.mask.any()
    assert sure.presence > 0


def test_candidates_are_several_for_one_click_alone():
    several = candidates(decoded(), 0, ONE_CLICK, (16, 16), SPEC)
    assert [round(one.score, 2) for one in several] == [0.7, 0.6, 0.5]
    assert [one.mask.sum() for one in several] == [12 * 16, 8 * 16, 4 * 16]
    assert len(candidates(decoded(), 0, TWO_CLICKS, (16, 16), SPEC)) == 1
    refined = NetworkPrompt(ONE_CLICK.points, ONE_CLICK.labels, np.zeros((8, 8), np.float32))
    assert len(candidates(decoded(), 0, refined, (16, 16), SPEC)) == 1


def test_an_unstable_single_mask_stands_where_the_network_is_not_steady():
    unstable = decoded(single=0.04)
    assert choose(unstable, 0, ambiguous=False, steady=False) == 0
    assert choose(unstable, 0, ambiguous=True, steady=False) == 3
    (found,) = candidates(unstable, 0, TWO_CLICKS, (16, 16), replace(SPEC, steady=False))
    assert found.score == np.float32(0.95)


def test_what_pads_a_letterbox_is_no_part_of_an_answer():
    answer = decoded()
    answer.mask_logits[0, 1:, 4:] = 0.5  # below the picture, which fills the upper half: unstable, and on the object
    found = candidates(answer, 0, ONE_CLICK, (8, 16), replace(SPEC, letterbox=True))
    assert [one.stability for one in found] == [1, 1, 1]
    assert [one.mask.sum() for one in found] == [8 * 16, 8 * 16, 4 * 16]


def test_separate_gives_each_pixel_to_one_object():
    first = take(decoded(single=5.0), 0, TWO_CLICKS, (8, 8))
    second = take(decoded(single=7.0), 0, TWO_CLICKS, (8, 8))
    fixed = np.zeros((8, 8), bool)
    fixed[:2] = True
    loser, winner = separate([first, second], [fixed], (8, 8))
    assert not loser.mask.any()
    assert winner.mask[2:, :4].all()
    assert not winner.mask[:2].any()
    assert not (loser.logits > 0).any()
    assert (winner.logits[2:, :4] == 7).all()
    assert (winner.logits[:2] < 0).all()


def test_separate_leaves_to_an_object_what_it_alone_shows():
    seen, beside = (take(decoded(single=value), 0, TWO_CLICKS, (8, 8)) for value in (5.0, 7.0))
    shown = np.zeros((8, 8), bool)
    shown[:, 4:] = True  # found by a closer look, where the coarse logits of both deny it
    mask = beside.mask
    seen, beside = separate([replace(seen, shown=shown, logits=seen.logits - 9), beside], [], (8, 8))
    assert np.array_equal(seen.mask, shown & ~mask)
    assert np.array_equal(beside.mask, mask)
