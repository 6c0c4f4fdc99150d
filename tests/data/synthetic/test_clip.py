"""Clips are true: what they say of masks, presence, motion is what is drawn."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masklet.data.synthetic.clip import SyntheticClip
from masklet.data.synthetic.conditions import PRESETS, Preset, preset_named
from masklet.data.synthetic.drawn import DRAWN
from masklet.data.synthetic.materials import Materials
from masklet.errors import InputError

SIZE = (96, 128)


def clip(
    preset: str = "mixed", seed: int = 0, index: int = 0, frames: int = 24, materials: Materials = DRAWN
) -> SyntheticClip:
    return SyntheticClip(PRESETS[preset], materials, seed, index, frames=frames, size=SIZE)


@given(st.integers(0, 10**6), st.integers(0, 50), st.integers(1, 30))
@settings(max_examples=15)
def test_a_frame_is_a_function_of_seed_number_and_time(seed: int, index: int, frames: int) -> None:
    one, other = clip(seed=seed, index=index, frames=frames), clip(seed=seed, index=index, frames=frames)
    t = frames // 2
    for _ in zip(range(t), one, strict=False):
        pass  # one has drawn others before
    ours, theirs = one.draw(t), other.draw(t)
    assert ours.picture.tobytes() == theirs.picture.tobytes()
    assert ours.labels.tobytes() == theirs.labels.tobytes()
    assert ours.picture.shape == (*SIZE, 3) and ours.picture.dtype == ours.labels.dtype == np.uint8


def test_other_seeds_numbers_and_spaces_give_other_clips() -> None:
    first = clip("easy").draw(0).picture
    assert not np.array_equal(first, clip("easy", seed=1).draw(0).picture)
    assert not np.array_equal(first, clip("easy", index=1).draw(0).picture)
    other = SyntheticClip(PRESETS["easy"], DRAWN, 0, 0, space="evaluation", frames=24, size=SIZE)
    assert not np.array_equal(first, other.draw(0).picture)


@given(st.integers(0, 10**6), st.sampled_from(sorted(PRESETS)))
@settings(max_examples=25)
def test_masks_are_what_depth_leaves_of_the_things_and_presence_counts_them(seed: int, preset: str) -> None:
    drawn = clip(preset, seed)
    order = [actor.label for actor in drawn.script.actors if actor.label]
    for t in (0, 11, 23):
        frame = drawn.draw(t)
        assert set(np.unique(frame.labels)) - {0} <= set(frame.objects) == set(drawn.numbers)
        alone = {k: drawn.alone(k, t) for k in order}
        nearer = np.zeros(SIZE, bool)
        for k in reversed(order):
            assert not (frame.mask(k) & ~alone[k]).any()  # nothing outside of itself
            assert not (frame.mask(k) & nearer).any()  # nor before what stands nearer
            nearer |= alone[k]
        for k, truth in frame.objects.items():
            assert (truth.visible > 0) == frame.mask(k).any()
            assert 0 <= truth.visible <= truth.in_frame <= 1
            if alone[k].any():
                whole = alone[k].sum() / truth.in_frame
                assert truth.visible == pytest.approx(frame.mask(k).sum() / whole)


def test_an_object_that_nothing_covers_is_wholly_visible() -> None:
    drawn = clip("easy")
    for t in range(0, 24, 6):
        frame = drawn.draw(t)
        assert all(truth.visible == truth.in_frame == 1.0 for truth in frame.objects.values())


def test_the_matrix_takes_the_thing_to_its_mask_and_shifts_add_up() -> None:
    still = Preset("rigid", "", lambda rng: _without_bending())
    drawn = SyntheticClip(still, DRAWN, 4, frames=20, size=SIZE)
    frames = list(drawn)
    for k in drawn.numbers:
        cover = next(actor.cutout.cover for actor in drawn.script.actors if actor.label == k)
        truth = frames[10].objects[k]
        moved = cv2.warpAffine(cover, truth.matrix, SIZE[::-1], flags=cv2.INTER_LINEAR) > 127
        ours = frames[10].mask(k)
        assert (moved & ours).sum() / (moved | ours).sum() > 0.97
        assert frames[0].objects[k].shift is None
        total = np.sum([frame.objects[k].shift for frame in frames[1:]], axis=0)
        assert np.allclose(total, np.subtract(frames[-1].objects[k].centre, frames[0].objects[k].centre))


def _without_bending():
    from dataclasses import replace

    from masklet.data.synthetic.conditions import EASY

    return replace(EASY, bending=0.0, speed=0.02, swelling=2.0, turning=40.0, camera=0.05)


def test_presets_differ_in_one_thing_alone() -> None:
    easy, dark, exits = (clip(name, frames=60).draw(0) for name in ("easy", "dark", "exits"))
    assert np.array_equal(easy.labels, dark.labels)
    assert dark.picture.mean() < 0.2 * easy.picture.mean()
    assert np.array_equal(easy.picture, exits.picture)


@pytest.mark.parametrize("frames", [1, 2, 3])
@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_any_length_and_shape(preset: str, frames: int) -> None:
    assert [frame.index for frame in clip(preset, frames=frames)] == list(range(frames))
    narrow = SyntheticClip(PRESETS[preset], DRAWN, 0, frames=frames, size=(33, 70))
    assert narrow.draw(frames - 1).picture.shape == (33, 70, 3)


def test_a_long_clip_is_not_held_in_memory() -> None:
    import tracemalloc

    long = SyntheticClip(PRESETS["mixed"], DRAWN, 2, frames=4000, size=(64, 64))
    for t in range(50):
        long.draw(t)
    tracemalloc.start()
    for t in range(50, 130):
        long.draw(t)
    assert tracemalloc.get_traced_memory()[0] < 2_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"frames": 0}, "at least 1 frame"),
        ({"size": (8, 64)}, "sides are 32 to 8192"),
        ({"seed": -1}, "a seed is a whole number"),
    ],
)
def test_what_no_clip_can_be_is_refused(wrong: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        SyntheticClip(PRESETS["easy"], DRAWN, **{"seed": 0, **wrong})


def test_an_unknown_preset_is_told_with_all_names() -> None:
    with pytest.raises(InputError, match="'fog' is no preset; there are mixed, easy"):
        preset_named("fog")
