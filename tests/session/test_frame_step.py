from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import get_ident

import numpy as np
import pytest

from masklet.errors import PromptError
from masklet.media.rle import decode_mask
from masklet.runtime.protocol import Recollection
from masklet.session.frame_step import Place, answer_prompt, check_name, commit, join_prompts, track_objects
from masklet.session.memory import MemoryBank
from masklet.session.memory_sam2 import Sam2Policy
from masklet.values import Prompt
from tests.session.drawn import BLUE, HEIGHT, WIDTH, draw
from tests.session.fake_runtime import NEAR, FakeRuntime

CLICK = Prompt(((1.0, 2.0),), (1,))
OTHER = Prompt(((3.0, 4.0),), (0,))
BOX = Prompt(box=(0, 0, 5, 5))
MASK = Prompt(mask=np.ones((2, 2), bool))


def test_clicks_join_and_boxes_and_masks_replace():
    assert join_prompts(None, CLICK) == CLICK
    assert join_prompts(CLICK, OTHER) == Prompt(((1.0, 2.0), (3.0, 4.0)), (1, 0))
    assert join_prompts(BOX, CLICK) == Prompt(CLICK.points, CLICK.labels, BOX.box)
    assert join_prompts(CLICK, BOX) == BOX
    assert join_prompts(CLICK, MASK) == MASK
    assert join_prompts(MASK, CLICK) == CLICK


@pytest.mark.parametrize(
    ("prompt", "there"),
    [(CLICK, True), (BOX, True), (OTHER, False), (Prompt(mask=np.ones((HEIGHT, WIDTH), bool)), False)],
)
def test_the_runtime_hears_that_the_object_was_pointed_at(prompt, there):
    runtime = FakeRuntime()
    answer_prompt(runtime, runtime.see(draw(0)), (HEIGHT, WIDTH), prompt, Recollection(), None)
    assert [one.surely_there for one in runtime.calls.decode[0]] == [there]


class Shy(FakeRuntime):
    """Thinks that the object is gone, and gives the mask that it refines."""

    strict = False

    @property
    def spec(self):
        return replace(super().spec, strict=self.strict)

    def decode(self, recalled, prompts):
        decoded = super().decode(recalled, prompts)
        shown = [decoded.mask_logits[n, 0] if p.mask_logits is None else p.mask_logits for n, p in enumerate(prompts)]
        kept = np.stack([np.repeat(one[None], 4, 0) for one in shown])
        return replace(decoded, mask_logits=kept, presence=np.full_like(decoded.presence, -8))


@pytest.mark.parametrize(
    ("click", "shown", "strict", "stays"),
    [
        ((130, 90), True, False, True),
        ((20, 30), True, False, False),
        ((130, 90), False, False, False),
        ((130, 90), True, True, False),
    ],
    ids=["beside it", "on it", "nothing is shown", "the published code asks the network alone"],
)
def test_a_click_beside_what_is_shown_does_not_make_it_go(click, shown, strict, stays):
    runtime = Shy()
    runtime.strict = strict
    side = runtime.spec.mask_size
    logits = np.full((side, side), -8, np.float32)
    logits[: side // 2, : side // 3] = 8  # the picture's upper left
    where, size = Prompt((click,), (0,)), (HEIGHT, WIDTH)
    refined = logits if shown else None
    answer, _ = answer_prompt(runtime, runtime.see(draw(0)), size, where, Recollection(), refined)
    assert (answer.presence > 0, answer.mask.any()) == (stays, stays)


class Forgetful(Sam2Policy):
    """Remembers every second object only."""

    def writes(self, bank, frame, step, answer):
        return bank is not self.banks[0]


def test_only_what_the_policy_writes_is_remembered():
    runtime, policy = FakeRuntime(), Forgetful()
    banks = [MemoryBank(), MemoryBank()]
    object.__setattr__(policy, "banks", banks)
    place = Place(4, runtime.see(draw(4)), (HEIGHT, WIDTH), 1)
    found = track_objects(runtime, policy, place, banks)
    assert [trace is None for _, trace in found] == [True, False]
    assert runtime.calls.remember == [[False]]
    for bank, (_, trace) in zip(banks, found, strict=True):
        commit(bank, policy, place, trace)
    assert [list(bank.tracked(1)) for bank in banks] == [[], [4]]


def test_memories_may_be_made_in_another_thread_and_are_the_same():
    runtime, policy = FakeRuntime(), Sam2Policy()
    place = Place(1, runtime.see(draw(1)), (HEIGHT, WIDTH), 1)
    banks = [MemoryBank(), MemoryBank()]
    plain = track_objects(runtime, policy, place, banks)
    threads, remember = set(), runtime.remember

    def told(*said):
        threads.add(get_ident())
        return remember(*said)

    runtime.remember = told
    with ThreadPoolExecutor(1) as beside:
        found = track_objects(runtime, policy, place, banks, beside=beside)
    assert threads and get_ident() not in threads
    for (answer, trace), (other, expected) in zip(found, plain, strict=True):
        assert np.array_equal(answer.mask, other.mask)
        assert vars(trace.memory) == vars(expected.memory)
        assert np.array_equal(decode_mask(answer.rle), answer.mask)


@pytest.mark.parametrize("name", ["dog", "the dog", "Hündin 2", "犬"])
def test_good_names(name):
    check_name(name)


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a\\b", ".", "..", ".hidden", "a\nb", "a\0b", "C:", None, 3])
def test_bad_names(name):
    with pytest.raises(PromptError):
        check_name(name)


class Greedy(FakeRuntime):
    """Takes all that has the object's colour for the object."""

    def _tracked(self, features, recollection):
        return np.linalg.norm(features.pixels - recollection.memories[0][1].colour, axis=2) < NEAR


class Reaching(Greedy):
    """Asks where an object was last."""

    @property
    def spec(self):
        return replace(super().spec, reach=0.5)


def test_a_network_with_a_reach_keeps_what_is_far_out_of_mask_and_memory():
    masks = []
    for runtime in (Greedy(), Reaching()):
        bank, size = MemoryBank(), (HEIGHT, WIDTH)
        box = Prompt(box=(4, 4, 24, 24))
        _, trace = answer_prompt(runtime, runtime.see(_blue((4, 4))), size, box, Recollection(), None)
        bank.write_prompted(0, trace)
        place = Place(1, runtime.see(_blue((6, 5), (WIDTH - 44, HEIGHT - 44))), size, 1)
        ((answer, _),) = track_objects(runtime, Sam2Policy(), place, [bank])
        masks.append(answer.mask)
    everywhere, near = masks
    assert everywhere[HEIGHT - 34, WIDTH - 34]
    assert not near[HEIGHT - 34, WIDTH - 34]
    assert everywhere[15, 16] and near[15, 16]


def _blue(*corners):
    """Squares of 20 pixels and, the last of several, 40."""
    picture = np.full((HEIGHT, WIDTH, 3), 200, np.uint8)
    for k, (x, y) in enumerate(corners):
        picture[y : y + 20 * (k + 1), x : x + 20 * (k + 1)] = BLUE
    return picture


def test_a_network_without_a_reach_remembers_no_covers_and_asks_for_none():
    class Unasked(MemoryBank):
        def last_cover(self, frame, step):
            raise AssertionError("nobody needs it")

    runtime, bank, size = FakeRuntime(), Unasked(), (HEIGHT, WIDTH)
    _, trace = answer_prompt(runtime, runtime.see(draw(0)), size, CLICK, Recollection(), None)
    assert trace.cover is None
    bank.write_prompted(0, trace)
    ((_, tracked),) = track_objects(runtime, Sam2Policy(), Place(1, runtime.see(draw(1)), size, 1), [bank])
    assert tracked.cover is None
