from pathlib import Path

import numpy as np
import pytest

from masklet.data.packed import Packed, pack_pictures
from masklet.data.pictures import PictureSet
from masklet.data.samples import Balance, PictureSampler, choose_objects, masks_of
from masklet.errors import InputError
from tests.data.drawn import colours_within, picture_folder


def test_a_sample_is_a_function_of_seed_and_index(packed_pictures: Packed) -> None:
    first, again = (PictureSampler(packed_pictures, 96) for _ in range(2))
    later = [first.sample(3, i) for i in range(12)][7]
    alone = again.sample(3, 7)
    assert np.array_equal(later.pictures, alone.pictures)
    assert np.array_equal(later.masks, alone.masks)
    assert later.source == alone.source
    for seed, index in ((3, 8), (4, 7)):
        assert not np.array_equal(alone.pictures, first.sample(seed, index).pictures)


def test_shapes_types_and_sizes(packed_pictures: Packed) -> None:
    sampler = PictureSampler(packed_pictures, 96, objects=3)
    counts = set()
    for i in range(60):
        sample = sampler.sample(0, i)
        assert sample.pictures.shape == (1, 96, 96, 3)
        assert sample.pictures.dtype == sample.masks.dtype == np.uint8
        assert sample.masks.shape[1:] == (1, 96, 96)
        assert set(np.unique(sample.masks)) == {0, 1}
        assert (sample.masks.sum((1, 2, 3)) >= 100 * (96 / 384) ** 2).all()
        assert sample.masks.sum(0).max() == 1
        assert sample.source in ("a", "b")
        counts.add(len(sample.masks))
    assert {2, 3} <= counts <= {1, 2, 3}


@pytest.mark.usefixtures("plain_light")
def test_masks_lie_on_their_objects(packed_pictures: Packed) -> None:
    sampler = PictureSampler(packed_pictures, 128, paste=0.6)
    for i in range(60):
        sample = sampler.sample(1, i)
        for mask in sample.masks[:, 0]:
            seen = colours_within(sample.pictures[0], mask)
            assert len(seen) <= 1
            assert 0 not in seen


def test_a_close_sample_shows_an_object_large(packed_pictures: Packed) -> None:
    far, close = (
        [PictureSampler(packed_pictures, 96, objects=1, paste=0, close=share).sample(2, i) for i in range(40)]
        for share in (0.0, 1.0)
    )
    sizes_far, sizes_close = ([float(sample.masks.mean()) for sample in samples] for samples in (far, close))
    assert np.median(sizes_close) > 1.5 * np.median(sizes_far)


@pytest.mark.usefixtures("plain_light")
def test_pasted_objects_are_added(packed_pictures: Packed) -> None:
    counts = [
        np.mean([len(PictureSampler(packed_pictures, 96, paste=chance).sample(0, i).masks) for i in range(60)])
        for chance in (0.0, 1.0)
    ]
    assert counts[0] <= 3
    assert counts[1] > counts[0] + 0.3


def test_small_sources_are_drawn_more_often_than_their_share(packed_pictures: Packed) -> None:
    balance, rng = Balance(packed_pictures), np.random.default_rng(0)
    drawn = [balance.draw(rng) for _ in range(2000)]
    assert set(drawn) == set(range(9))
    share = np.mean([packed_pictures.entries[i].source == "a" for i in drawn])
    assert share == pytest.approx(3**0.5 / (3**0.5 + 6**0.5), abs=0.04)


def test_objects_are_chosen_large_ones_likelier_and_favoured_first() -> None:
    labels = np.zeros((100, 100), np.uint16)
    labels[:80] = 1
    for k in range(2, 12):
        labels[90, 10 * (k - 2) : 10 * (k - 2) + k] = k  # object k has k pixels
    rng = np.random.default_rng(0)
    chosen = [choose_objects(labels, 3, 5, rng) for _ in range(400)]
    assert {len(c) for c in chosen} == {3}
    assert set(np.concatenate(chosen)) == {1, *range(5, 12)}
    assert np.mean([1 in c for c in chosen]) > 0.55  # 3 of 8 would be .375
    assert all(choose_objects(labels, 1, 5, rng, (9,))[0] == 9 for _ in range(20))
    assert not len(choose_objects(labels, 3, 9000, rng))


def test_masks_of_labels() -> None:
    labels = np.array([[[0, 3], [5, 3]], [[5, 5], [0, 0]]], np.uint16)
    masks = masks_of(labels, np.array([5, 3]))
    assert masks.dtype == np.uint8
    assert masks.tolist() == [[[[0, 0], [1, 0]], [[1, 1], [0, 0]]], [[[0, 1], [0, 1]], [[0, 0], [0, 0]]]]


def test_a_set_without_objects_is_blamed(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path / "set", 2)
    for path in folder.rglob("*.png"):
        from PIL import Image

        Image.new("L", Image.open(path).size).save(path)
    packed = pack_pictures(PictureSet(folder), tmp_path / "pack", side=64)
    with pytest.raises(InputError, match="pack: no picture shows an object"):
        PictureSampler(packed, 64).sample(0, 0)
