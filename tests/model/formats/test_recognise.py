"""Tests of telling networks by their files' names and shapes."""

import pytest

from masklet.model.formats import LAYOUTS
from masklet.model.formats.recognise import layout_for, network_shapes, recognise
from masklet.model.presets import PRESETS

EACH = pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)


@EACH
def test_what_nearly_fits_is_told_with_what_is_wrong(layout):
    config = layout.networks()[0]
    shapes = dict(layout.shapes(network_shapes(config)))
    lost = next(name for name in reversed(shapes) if name != layout.marker and "embedding" not in name)
    del shapes[lost]
    found = recognise(shapes | {"stranger": (1,)}, config.name)
    assert found is not None
    assert found.layout is layout
    assert found.faults[0] == f"lacks {lost}"
    assert "has the unknown stranger" in found.faults


@EACH
def test_the_marker_alone_is_no_network(layout):
    assert recognise({layout.marker: (1,)}) is None


def test_the_files_name_decides_only_between_networks_of_the_same_tensors():
    layout = layout_for("published", PRESETS["efficienttam-s"])
    assert layout is not None
    shapes = layout.shapes(network_shapes(PRESETS["efficienttam-s"]))
    for name, expected in (
        ("efficienttam_s_1", "efficienttam-s-1"),
        ("EfficientTAM_S_512x512", "efficienttam-s-512x512"),
        ("weights", "efficienttam-s"),
        ("efficienttam_ti", "efficienttam-s"),
    ):
        found = recognise(shapes, name)
        assert found is not None and found.config.name == expected


def test_who_has_a_layout_for_whom():
    tiny = PRESETS["sam2.1-tiny"]
    names = {to: getattr(layout_for(to, tiny), "name", None) for to in ("published", "transformers")}
    assert names == {"published": "meta", "transformers": "transformers"}
    assert layout_for("transformers", PRESETS["mobile-sam"]) is None
    assert layout_for("published", PRESETS["nano"]) is None
