"""What is said to the network, laid out as the packaged graphs take it."""

from __future__ import annotations

from typing import cast

import numpy as np

from masklet.runtime.graph_sources import packaged_folder
from masklet.runtime.inputs import prompt_inputs, recollection_inputs
from masklet.runtime.manifest import read_manifest
from masklet.runtime.protocol import Memory, NetworkPrompt, Recollection

RECALL = read_manifest(packaged_folder("nano")).parts["recall"]


def test_what_an_object_lacks_is_filled_up_and_marked() -> None:
    ones = cast(Memory, np.ones((576, 64), np.float32))
    pointer = np.full(128, 2, np.float32)
    much, little = Recollection(((0, ones), (3, ones)), ((1.0, pointer),)), Recollection(((2, ones),))
    found = recollection_inputs([much, little], 2, 1, RECALL)
    assert found["memories"].shape == (2, 2, 576, 64)
    np.testing.assert_array_equal(found["slots"], [[0, 3], [2, 0]])
    np.testing.assert_array_equal(found["has_memory"], [[True, True], [True, False]])
    np.testing.assert_array_equal(found["has_pointer"], [[True], [False]])
    np.testing.assert_array_equal(found["distances"], [[1], [0]])
    assert (found["memories"][1, 1] == 0).all()
    assert (found["pointers"][0] == 2).all()
    assert (found["pointers"][1] == 0).all()


def test_prompts_with_and_without_an_earlier_answer_lie_in_one_array() -> None:
    points, labels = np.array([[5, 6]], np.float32), np.array([1])
    earlier = np.full((4, 4), 3, np.float32)
    group = [NetworkPrompt(points, labels, earlier), NetworkPrompt(points, labels, surely_there=True)]
    found = prompt_inputs(group, np.zeros((2, 1, 1, 1), np.float32), 4)
    assert found["points"].shape == (2, 1, 2)
    np.testing.assert_array_equal(found["has_earlier"], [True, False])
    np.testing.assert_array_equal(found["surely_there"], [False, True])
    assert (found["earlier"][0] == 3).all()
    assert (found["earlier"][1] == 0).all()


def test_given_masks_stand_alone() -> None:
    mask = np.ones((8, 8), np.float32)
    found = prompt_inputs([NetworkPrompt(given_mask=mask)] * 2, np.zeros((2, 1, 1, 1), np.float32), 2)
    assert list(found) == ["masks"]
    assert found["masks"].shape == (2, 1, 8, 8)
