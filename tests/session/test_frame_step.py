import numpy as np
import pytest

from masklet.errors import PromptError
from masklet.runtime.protocol import Recollection
from masklet.session.frame_step import Place, answer_prompt, check_name, commit, join_prompts, track_objects
from masklet.session.memory import MemoryBank
from masklet.session.memory_sam2 import Sam2Policy
from masklet.values import Prompt
from tests.session.drawn import HEIGHT, WIDTH, draw
from tests.session.fake_runtime import FakeRuntime

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


@pytest.mark.parametrize("name", ["dog", "the dog", "Hündin 2", "犬"])
def test_good_names(name):
    check_name(name)


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a\\b", ".", "..", ".hidden", "a\nb", "a\0b", "C:", None, 3])
def test_bad_names(name):
    with pytest.raises(PromptError):
        check_name(name)
