from dataclasses import asdict

import numpy as np
import pytest

from masklet.data.synthetic.conditions import EASY, PRESETS, Conditions, preset_named
from masklet.errors import InputError


def drawn(name: str, seed: int = 0) -> Conditions:
    return preset_named(name).draw(np.random.default_rng(seed))


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("easy", set()),
        ("cuts", {"cuts"}),
        *((f"hidden-{frames}", {"hidden"}) for frames in (10, 30, 100, 300)),
        ("exits", {"outside"}),
        ("thin", {"look"}),
        ("crowd", {"objects", "size", "alike", "speed"}),
        ("fast", {"speed", "turning", "shutter"}),
        ("small", {"size"}),
        ("dark", {"exposure", "noise"}),
        ("noise", {"noise"}),
        ("compression", {"quality"}),
    ],
)
def test_a_preset_is_the_easy_one_but_for_what_it_is_named_after(name: str, changed: set[str]) -> None:
    ours, easy = asdict(drawn(name)), asdict(EASY)
    assert {field for field in easy if ours[field] != easy[field]} == changed
    assert drawn(name, 1) == drawn(name)


def test_a_hidden_object_is_hidden_for_as_long_as_the_name_says() -> None:
    assert [drawn(f"hidden-{frames}").hidden for frames in (10, 30, 100, 300)] == [
        (frames, frames) for frames in (10, 30, 100, 300)
    ]


def test_mixed_clips_differ_and_hold_what_can_be_drawn() -> None:
    clips = [drawn("mixed", seed) for seed in range(200)]
    assert len(set(clips)) == 200
    assert drawn("mixed", 3) == clips[3]
    for one in clips:
        assert 1 <= one.objects <= 5 and (one.objects >= 2 or not one.alike)
        assert 0.06 <= one.size[0] <= one.size[1] <= 0.6
        assert 0 <= one.shutter < 1 and one.exposure > 0 and (one.quality is None or 15 <= one.quality < 70)
    for field in ("alike", "outside", "hidden", "passers", "cuts", "camera", "shake", "switch", "noise", "quality"):
        assert 0 < sum(bool(getattr(one, field)) for one in clips) < 200  # each at times


def test_presets_are_found_by_their_names() -> None:
    assert all(preset_named(name) is preset and preset.name == name for name, preset in PRESETS.items())
    with pytest.raises(InputError, match="'hidden-20' is no preset; there are mixed, easy, cuts, hidden-10, "):
        preset_named("hidden-20")
