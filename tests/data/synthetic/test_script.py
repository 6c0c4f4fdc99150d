from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masklet.data.synthetic.conditions import EASY, PRESETS, Preset
from masklet.data.synthetic.drawn import DRAWN
from masklet.data.synthetic.script import ROOM, Script, after, write_script

SIZE = (96, 128)


def script(preset: str | Preset = "easy", index: int = 0, frames: int = 60, seed: int = 0) -> Script:
    preset = PRESETS[preset] if isinstance(preset, str) else preset
    return write_script(preset, DRAWN, ("training", seed, index), frames, SIZE)


def like_easy(**changed: object) -> Preset:
    return Preset("changed", "", lambda rng: replace(EASY, **changed))


@given(st.integers(0, 10**6), st.sampled_from(sorted(PRESETS)), st.integers(1, 80))
@settings(max_examples=25, deadline=None)
def test_shots_fill_the_clip_and_every_object_has_a_way_through_it(seed: int, preset: str, frames: int) -> None:
    one = script(preset, frames=frames, seed=seed)
    assert one.shots[0].start == 0 and one.shots[-1].stop == frames
    assert all(before.stop == shot.start < shot.stop for before, shot in zip(one.shots, one.shots[1:], strict=False))
    assert all(shot.start <= t < shot.stop for t in range(frames) for shot in [one.shot(t)])
    assert sorted(actor.label for actor in one.actors if actor.label) == list(range(1, one.conditions.objects + 1))
    assert all(len(actor.path) == frames for actor in one.actors) and one.cameras.shape == (frames, 4)


def test_cuts_show_in_turn_the_same_place_otherwise_and_another() -> None:
    shots = script(like_easy(cuts=3), frames=100).shots
    first, second, third, fourth = (shot.place for shot in shots)
    assert first == second and third == fourth and first != third
    assert not np.allclose(shots[0].view, shots[1].view)
    assert np.allclose(shots[0].view, shots[2].view)
    middle = shots[0].view @ [SIZE[1] * ROOM / 2 - 0.5, SIZE[0] * ROOM / 2 - 0.5, 1]
    assert np.allclose(middle, [SIZE[1] / 2 - 0.5, SIZE[0] / 2 - 0.5])


def test_only_the_thing_that_a_preset_is_about_is_otherwise() -> None:
    easy, exits = script(frames=80), script("exits", frames=80)
    paths = [{actor.label: actor.path for actor in one.actors} for one in (easy, exits)]
    assert np.array_equal(paths[0][2].x, paths[1][2].x)
    assert not np.array_equal(paths[0][1].x, paths[1][1].x)
    assert np.array_equal(easy.actors[0].cutout.pixels, exits.actors[0].cutout.pixels)


def test_a_hidden_object_has_a_panel_before_it_that_is_larger_for_as_long_as_asked() -> None:
    *things, panel = script("hidden-10").actors
    assert len(things) == 2 and panel.label == 0
    covered = next(actor for actor in things if actor.label == 2)
    together = np.isclose(panel.path.x, covered.path.x) & np.isclose(panel.path.y, covered.path.y)
    assert together.sum() >= 10
    side = min(panel.cutout.cover.shape) - 4
    assert side >= covered.cutout.size * covered.path.scale[together].max()


def test_look_alikes_have_one_shape_and_slightly_other_light() -> None:
    crowd = [actor.cutout for actor in script("crowd").actors]
    assert len(crowd) == 6 and len({one.cover.tobytes() for one in crowd}) == 1
    assert len({one.pixels.tobytes() for one in crowd}) > 1


def test_an_object_moves_by_what_its_middle_moves() -> None:
    one = script(like_easy(camera=0.05, speed=0.03))
    actor = one.actors[0]
    middles = [actor.centre(actor.matrix(t, one.camera(t))) for t in (30, 31)]
    assert actor.shift(31, one.camera(31), one.camera(30)) == pytest.approx(np.subtract(middles[1], middles[0]))


def test_a_bend_swings_about_the_shape_as_it_is() -> None:
    bent, rigid = (script(like_easy(bending=bending)).actors[0] for bending in (0.05, 0.0))
    assert rigid.bend is None and rigid.warp(3) is None
    assert bent.bend is not None and bent.bend.swings.shape == (9, 2)
    assert bent.warp(3) is not None


def test_one_map_after_another() -> None:
    first, second = np.array([[2.0, 0, 1], [0, 2, 3]]), np.array([[0.0, -1, 5], [1, 0, 0]])
    point = np.array([7.0, 11.0])
    once = first @ [*point, 1]
    assert np.allclose(after(second, first) @ [*point, 1], second @ [*once, 1])
