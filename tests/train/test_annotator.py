"""The simulated annotator clicks where a person would, in the network's own pixels."""

import numpy as np
import pytest
import torch

from masklet.model.prompt_encoder import BOTTOM_RIGHT, ON, OUTSIDE, PADDING, TOP_LEFT
from masklet.train.annotator import Annotator, no_prompts
from masklet.train.config import InteractionConfig

SIDE = 64  # the network's square; truths are at stride 4


def disc() -> torch.Tensor:
    y, x = np.mgrid[:16, :16]
    return torch.from_numpy(((x - 5) ** 2 + (y - 9) ** 2 <= 9).astype(np.float32))


def annotator(seed: int = 0, objects: int = 1, **config: float) -> Annotator:
    rngs = [np.random.default_rng((seed, n)) for n in range(objects)]
    return Annotator(InteractionConfig(**config), SIDE, rngs)  # type: ignore[arg-type]


def test_first_click_is_on_the_object_and_centred_when_asked() -> None:
    a = annotator(centre_first=1.0)
    a.begin(disc()[None], boxes=False)
    # cell (5, 9) of 16 has its centre at 5.5 / 16 of the side; a point names a pixel, half a pixel before its centre
    assert a.points[0] == [(5.5 * 4 - 0.5, 9.5 * 4 - 0.5)]
    assert a.labels[0] == [ON]


@pytest.mark.parametrize("seed", range(5))
def test_any_first_click_lies_on_the_object(seed: int) -> None:
    a = annotator(seed, centre_first=0.0)
    a.begin(disc()[None], boxes=False)
    x, y = a.points[0][0]
    assert disc()[int((y + 0.5) / 4), int((x + 0.5) / 4)] == 1


def test_box_surrounds_the_object_roughly() -> None:
    a = annotator()
    a.begin(disc()[None], boxes=True)
    (x0, y0), (x1, y1) = a.points[0]
    assert a.labels[0] == [TOP_LEFT, BOTTOM_RIGHT]
    assert x0 < 5.5 * 4 < x1 and y0 < 9.5 * 4 < y1


def test_correction_goes_to_what_is_wrong() -> None:
    truth = disc()[None]
    a = annotator(from_truth=0.0)
    a.begin(truth, boxes=False)
    a.correct(torch.ones(1, 16, 16, dtype=torch.bool), truth)  # everything predicted: something outside is wrong
    x, y = a.points[0][1]
    assert a.labels[0][1] == OUTSIDE
    assert truth[0, int((y + 0.5) / 4), int((x + 0.5) / 4)] == 0


def test_prompts_of_different_lengths_are_padded() -> None:
    truths = torch.stack([disc(), torch.zeros(16, 16)])
    a = annotator(objects=2)
    a.begin(truths, boxes=True)
    prompts = a.prompts(None)
    # the absent object has one click, the other one two corners: padding counts, so it is there in any share of a batch
    assert prompts.labels_BP.tolist() == [[TOP_LEFT, BOTTOM_RIGHT], [OUTSIDE, PADDING]]
    assert prompts.points_BP2.shape == (2, 2, 2)


def test_no_prompts_is_empty() -> None:
    assert no_prompts(3).labels_BP.shape == (3, 0)
