import numpy as np
import pytest

from masklet.data.augment import Wave, placement
from masklet.data.clips import Actor, ClipSampler, Scene
from masklet.data.compose import cut_out
from masklet.data.motion import Path
from masklet.data.packed import Packed
from tests.data.drawn import colours_within, inside, numbers_by_colour


def sampler(pictures: Packed, videos: Packed, real: float, frames: int = 5, objects: int = 2) -> ClipSampler:
    return ClipSampler(pictures, videos, 96, frames=frames, objects=objects, real=real)


@pytest.mark.parametrize("real", [0.0, 1.0])
def test_a_clip_is_a_function_of_seed_and_index(packed_pictures: Packed, packed_videos: Packed, real: float) -> None:
    clips = sampler(packed_pictures, packed_videos, real)
    later = [clips.sample(3, i) for i in range(6)][5]
    alone = sampler(packed_pictures, packed_videos, real).sample(3, 5)
    assert np.array_equal(later.pictures, alone.pictures)
    assert np.array_equal(later.masks, alone.masks)
    assert not np.array_equal(alone.pictures, clips.sample(4, 5).pictures)


@pytest.mark.parametrize("real", [0.0, 1.0])
def test_shapes_and_first_frames(packed_pictures: Packed, packed_videos: Packed, real: float) -> None:
    clips = sampler(packed_pictures, packed_videos, real)
    for i in range(40):
        clip = clips.sample(0, i)
        assert clip.pictures.shape == (5, 96, 96, 3)
        assert clip.pictures.dtype == clip.masks.dtype == np.uint8
        assert clip.masks.shape[1:] == (5, 96, 96)
        assert 1 <= len(clip.masks) <= 2
        assert (clip.masks[:, 0].sum((1, 2)) >= 150 * (96 / 384) ** 2).all()
        assert clip.masks.sum(0).max() == 1
        assert clip.source in (("a", "b"))


@pytest.mark.usefixtures("plain_light")
@pytest.mark.parametrize("real", [0.0, 1.0])
def test_masks_follow_their_objects(packed_pictures: Packed, packed_videos: Packed, real: float) -> None:
    clips = sampler(packed_pictures, packed_videos, real)
    checked = 0
    for i in range(40):
        clip = clips.sample(2, i)
        for track in clip.masks:
            seen = set.union(*map(colours_within, clip.pictures, track))
            # One object is one colour on all frames; a pasted thing that hides it would bring in a second one.
            assert len(seen) <= 1
            assert 0 not in seen
            checked += len(seen)
    assert checked > 40


def test_things_go_away_and_some_come_back(packed_pictures: Packed, packed_videos: Packed) -> None:
    clips = sampler(packed_pictures, packed_videos, 0.0, objects=1)
    tracks = np.array([clips.sample(5, i).masks[0].any((1, 2)) for i in range(150)])
    assert tracks[:, 0].all()
    gone = ~tracks.all(1)
    assert 0.08 < gone.mean() < 0.5
    returned = [track[np.argmin(track) :].any() for track in tracks[gone]]
    assert any(returned)
    assert not all(returned)


def test_real_clips_run_both_ways_at_several_speeds(packed_pictures: Packed, packed_videos: Packed) -> None:
    clips = sampler(packed_pictures, packed_videos, 1.0, frames=3)
    steps = set()
    for i in range(150):
        scene = clips._real_scene(np.random.default_rng(i))[0]
        entry = next(e for e in packed_videos.entries if e.start <= scene.frames[0] < e.stop)
        assert all(entry.start <= frame < entry.stop for frame in scene.frames)
        difference = set(np.diff(scene.frames).tolist())
        assert len(difference) == 1
        steps |= difference
    assert steps == {s * k for s in (-1, 1) for k in (1, 2, 3, 4, 5)}  # 12 frames: strides up to 5 fit


def test_a_clip_longer_than_the_video_waits_at_its_end(packed_pictures: Packed, packed_videos: Packed) -> None:
    clip = sampler(packed_pictures, packed_videos, 1.0, frames=20).sample(0, 0)
    assert clip.pictures.shape[0] == 20


def test_a_single_frame_is_no_clip(packed_pictures: Packed, packed_videos: Packed) -> None:
    with pytest.raises(ValueError, match="at least 2"):
        sampler(packed_pictures, packed_videos, 0.0, frames=1)


@pytest.mark.usefixtures("plain_light")
@pytest.mark.parametrize("wave", [None, Wave(3, 2, 160, 0.5, 1.5)])
def test_a_scene_draws_back_to_front(packed_pictures: Packed, wave: Wave | None) -> None:
    source, side = packed_pictures.side, 128
    rng = np.random.default_rng(0)
    cutout = cut_out(packed_pictures.pictures[0], packed_pictures.labels[0], rng, 40)
    assert cutout is not None
    camera = placement((source / 2, source / 2), (side / 2, side / 2), (-1.0, 1.1), 10)
    still = {"scale": np.ones(2), "degrees": np.zeros(2)}
    actors = (
        Actor(cutout, Path(np.array([40.0, 60.0]), np.array([64.0, 64.0]), **still), 10),
        Actor(cutout, Path(np.array([90.0, 60.0]), np.array([64.0, 64.0]), **still), 11, wave and cutout_wave()),
    )
    scene = Scene(packed_pictures, (2, 2), (camera, camera), actors, wave, 0.7)
    pixels, labels = scene.draw(0, side)
    for k in (1, 2, 3):
        assert (numbers_by_colour(pixels)[inside(labels == k)] == k).all()
    assert (labels == 10).sum() == pytest.approx((labels == 11).sum(), rel=0.15)
    _, labels = scene.draw(1, side)
    assert (labels == 10).sum() < 0.2 * (labels == 11).sum()  # the later actor stands in front


def cutout_wave() -> Wave:
    return Wave(1.5, 1, 44, 0, 1)
