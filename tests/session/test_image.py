import numpy as np
import pytest

from masklet.errors import MediaError, PromptError
from masklet.session.image import BATCH, ImageSession
from masklet.values import Prompt
from tests.session.drawn import BLUE, HEIGHT, RED, WIDTH, disc, draw, iou, square, truth
from tests.session.fake_runtime import MASK_SIDE, FakeRuntime


@pytest.fixture
def runtime():
    return FakeRuntime()


@pytest.fixture
def image(runtime):
    return ImageSession(runtime, draw(0))


def test_one_click_gives_candidates_best_first(image):
    found = image.segment(points=[disc(0)])
    assert [round(one.score, 2) for one in found] == [0.9, 0.7, 0.6]
    assert all(one.mask.shape == (HEIGHT, WIDTH) and one.mask.dtype == bool for one in found)
    assert all(one.logits.shape == (MASK_SIDE, MASK_SIDE) and one.stability == 1 for one in found)
    assert iou(found[0].mask, truth(draw(0), RED)) > 0.8


def test_a_box_and_several_clicks_give_one_answer(image):
    x, y = square(0)
    (found,) = image.segment(box=(x - 12, y - 12, x + 13, y + 13))
    assert iou(found.mask, truth(draw(0), BLUE)) > 0.8
    (both,) = image.segment(points=[disc(0), square(0)])
    assert (both.mask & truth(draw(0), BLUE)).any()
    assert (both.mask & truth(draw(0), RED)).any()


def test_refining_starts_from_the_previous_answer(image, runtime):
    both = image.segment(points=[disc(0), square(0)])[0]
    (better,) = image.segment(points=[disc(0), square(0)], labels=[1, 0], previous=both)
    assert not (better.mask & truth(draw(0), BLUE)).any()
    np.testing.assert_array_equal(runtime.calls.decode[-1][0].mask_logits, both.logits)


def test_a_rough_mask_is_refined(image, runtime):
    rough = np.zeros((HEIGHT, WIDTH), bool)
    rough[20:50, 10:40] = True
    assert len(image.segment(mask=rough)) == 1
    (prompt,) = runtime.calls.decode[-1]
    assert prompt.given_mask is None
    assert prompt.mask_logits.shape == (MASK_SIDE, MASK_SIDE)


def test_an_unstable_single_mask_gives_way(image, runtime):
    runtime.unsteady = True
    (found,) = image.segment(points=[disc(0), square(0)])
    assert found.score == pytest.approx(0.9)


def test_the_picture_is_seen_once_and_prompts_are_batched(image, runtime):
    prompts = [Prompt((disc(0) if i % 2 else square(0),), (1,)) for i in range(BATCH + 5)]
    answers = image.segment_many(prompts)
    assert runtime.calls.see == 1
    assert [len(batch) for batch in runtime.calls.decode] == [BATCH, 5]
    for prompt, found in zip(prompts[::17], answers[::17], strict=True):
        single = image.segment(points=prompt.points, labels=prompt.labels)
        assert [one.score for one in single] == [one.score for one in found]
        assert all((a.mask == b.mask).all() for a, b in zip(single, found, strict=True))
    assert image.segment_many([]) == []


def test_previous_answers_belong_to_their_prompts(image, runtime):
    first, second = (found[0] for found in image.segment_many([Prompt((disc(0),), (1,)), Prompt((square(0),), (1,))]))
    image.segment_many([Prompt((disc(0),), (1,)), Prompt((square(0),), (1,))], [None, second])
    assert runtime.calls.decode[-1][0].mask_logits is None
    np.testing.assert_array_equal(runtime.calls.decode[-1][1].mask_logits, second.logits)
    with pytest.raises(PromptError, match="2 previous answers, not 1"):
        image.segment_many([Prompt((disc(0),), (1,))] * 2, [first])


def test_bad_input_is_told_before_anything_is_decoded(image, runtime):
    bad = [
        ({"points": [(WIDTH + 1, 0)]}, "outside"),
        ({"points": [disc(0)], "labels": [0]}, "nothing says what the object is"),
        ({"mask": np.zeros((HEIGHT, WIDTH), bool)}, "nothing says what the object is"),
        ({"mask": np.zeros((3, 3), bool)}, "own size"),
    ]
    for given, words in bad:
        with pytest.raises(PromptError, match=words):
            image.segment(**given)
    assert runtime.calls.decode == []
    with pytest.raises(MediaError):
        ImageSession(runtime, "no-such-picture.png")


def test_a_negative_click_alone_may_refine(image):
    both = image.segment(points=[disc(0), square(0)])[0]
    (less,) = image.segment(points=[square(0)], labels=[0], previous=both)
    assert iou(less.mask, truth(draw(0), RED)) > 0.8


def test_answers_of_another_model_are_refused(image):
    best = image.segment(points=[disc(0)])[0]
    foreign = type(best)(best.mask, best.score, best.stability, np.zeros((7, 7), np.float32))
    with pytest.raises(PromptError, match="refine it with the model that gave it"):
        image.segment(points=[disc(0)], previous=foreign)


def test_previous_is_one_answer(image):
    found = image.segment(points=[disc(0)])
    for previous, kind in ((3, "int"), (found, "list"), (found[0].mask, "ndarray")):
        with pytest.raises(PromptError, match=f"one answer .* not {kind}"):
            image.segment(points=[disc(0)], previous=previous)
