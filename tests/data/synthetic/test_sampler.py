import numpy as np

from masklet.data.packed import Packed
from masklet.data.synthetic.drawn import DRAWN
from masklet.data.synthetic.materials import gather
from masklet.data.synthetic.sampler import SyntheticSampler


def test_a_sample_is_a_function_of_seed_and_number(packed_pictures: Packed) -> None:
    materials = gather(packed_pictures)
    ours = [SyntheticSampler(materials, 96, frames=5).sample(3, k) for k in range(4)]
    alone = SyntheticSampler(materials, 96, frames=5).sample(3, 3)
    assert np.array_equal(ours[3].pictures, alone.pictures) and np.array_equal(ours[3].masks, alone.masks)
    assert not np.array_equal(ours[2].pictures, ours[3].pictures)


def test_shapes_first_frames_and_disappearances() -> None:
    sampler = SyntheticSampler(DRAWN, 96, frames=6, objects=3)
    gone = 0
    for number in range(25):
        sample = sampler.sample(0, number)
        assert sample.pictures.shape == (6, 96, 96, 3) and sample.masks.shape[1:] == (6, 96, 96)
        assert 1 <= len(sample.masks) <= 3 and sample.masks.max() == 1
        assert (sample.masks[:, 0].sum((1, 2)) >= round(150 * (96 / 384) ** 2)).all()
        assert (sample.masks.sum(0) <= 1).all()
        gone += int((sample.masks.sum((2, 3)) == 0).any())
    assert gone > 2  # objects leave and are covered within a few frames
