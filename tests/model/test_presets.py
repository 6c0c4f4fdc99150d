"""Tests of the presets: as many parameters as the published networks have."""

import pytest

from masklet.model.checkpoint import blank_network
from masklet.model.config import NANO
from masklet.model.presets import PRESETS

# Counted over parameters() of the networks that the PyPI package sam2 1.1.0 builds from its configuration files;
# its read-me states them rounded: 38.9, 46, 80.8 and 224.4 million.
PUBLISHED = {
    "sam2-tiny": 38_945_986,
    "sam2-small": 46_043_842,
    "sam2-base+": 80_833_666,
    "sam2-large": 224_430_130,
    "sam2.1-tiny": 38_962_498,
    "sam2.1-small": 46_060_354,
    "sam2.1-base+": 80_850_178,
    "sam2.1-large": 224_446_642,
    # segment_anything 1.0 and, for MobileSAM, ultralytics 8.4.190: 93.7, 312.3, 641.1 and 10.1 million.
    "sam-vit-b": 93_735_472,
    "sam-vit-l": 312_342_832,
    "sam-vit-h": 641_090_608,
    "mobile-sam": 10_130_092,
    # transformers 5.23.0, and edgetam-dimos 1.0.1, which is Meta's code: 13.9 million.
    "edgetam": 13_895_794,
    # efficient-track-anything 1.0; its paper states 34 and 18 million.
    **{f"efficienttam-s{way}": 34_055_842 for way in ("", "-512x512", "-1", "-2")},
    **{f"efficienttam-ti{way}": 17_866_018 for way in ("", "-512x512", "-1", "-2")},
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_counts(name):
    assert sum(p.numel() for p in blank_network(PRESETS[name]).parameters()) == PUBLISHED[name]


def test_names():
    assert set(PRESETS) == {"nano", *PUBLISHED}
    assert PRESETS["nano"] is NANO
    assert all(config.name == name for name, config in PRESETS.items())


def test_sizes():
    smaller = {"nano", "efficienttam-s-512x512", "efficienttam-ti-512x512"}
    sizes = {name: (c.picture_size, c.mask_size, c.grid_size) for name, c in PRESETS.items()}
    assert {size for name, size in sizes.items() if name not in smaller} == {(1024, 256, 64)}
    assert sizes["efficienttam-s-512x512"] == (512, 128, 32)
    assert (NANO.picture_size, NANO.mask_size, NANO.grid_size) == (384, 96, 24)
