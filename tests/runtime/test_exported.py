"""The runtime of exported parts, beside torch's; torch runs the parts here, so that no graph need be written."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from masklet.errors import ModelError
from masklet.export.clip import draw_clip
from masklet.runtime import exported
from masklet.runtime.catalogue import find_weights
from masklet.runtime.exported import ExportedRuntime
from masklet.runtime.graph_sources import packaged_folder
from masklet.runtime.graphs import Graph
from masklet.runtime.protocol import NetworkPrompt, Recollection, Runtime
from tests.export.eager import eager_runtime
from tests.model.small import small_network

PICTURE = draw_clip(1)[0]
FIXED = {"objects": 2, "memories": 3, "pointers": 2, "points": 3}
CLICK = NetworkPrompt(np.array([[40, 50]], np.float32), np.array([1]))
BOX = NetworkPrompt(np.array([[10, 20], [90, 80]], np.float32), np.array([2, 3]))


def click_again(side: int = 32) -> NetworkPrompt:
    logits = np.random.default_rng(0).normal(size=(side, side)).astype(np.float32)
    return NetworkPrompt(CLICK.points, CLICK.labels, mask_logits=logits, surely_there=True)


def given() -> NetworkPrompt:
    mask = np.zeros((128, 128), np.float32)
    mask[30:60, 40:90] = 1
    return NetworkPrompt(given_mask=mask)


@pytest.fixture(params=[{}, FIXED], ids=["any", "fixed"])
def both(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Runtime, ExportedRuntime]:
    return eager_runtime(small_network("small-lite"), tmp_path, monkeypatch, **request.param)


def recollections(runtime: Runtime, count: int) -> list[Recollection]:
    """Of objects that recall 0, 1, 2 … memories and 0, 1 pointers."""
    features = runtime.see(PICTURE)
    logits = np.random.default_rng(1).normal(size=(3, 32, 32)).astype(np.float32) * 5
    memories = runtime.remember(features, logits, np.array([5, -5, 5], np.float32), [True, False, False])
    pointers = np.random.default_rng(2).normal(size=(2, 128)).astype(np.float32)
    return [
        Recollection(tuple((k, memories[k]) for k in range(n % 4)), tuple((k + 1, pointers[k]) for k in range(n % 3)))
        for n in range(count)
    ]


def test_every_verb_answers_as_torch_does(both: tuple[Runtime, ExportedRuntime]) -> None:
    answers = []
    prompts = [BOX, NetworkPrompt(), click_again(), given(), CLICK]
    for runtime in both:
        if "points" in both[1].manifest.fixed:
            prompts = [both[1].fill(prompt) for prompt in prompts]
        recalled = runtime.recall(runtime.see(PICTURE), recollections(runtime, len(prompts)))
        answers.append(runtime.decode(recalled, prompts))
    wanted, got = answers
    for name in ("mask_logits", "iou", "presence", "pointers"):
        np.testing.assert_allclose(getattr(got, name), getattr(wanted, name), atol=1e-4, err_msg=name)


def test_one_picture_is_shared_by_many_prompts(both: tuple[Runtime, ExportedRuntime]) -> None:
    exported = both[1]
    recalled = exported.recall(exported.see(PICTURE), [Recollection()])
    together = exported.decode(recalled, [CLICK, BOX, CLICK])
    alone = exported.decode(recalled, [BOX])
    np.testing.assert_allclose(together.mask_logits[1], alone.mask_logits[0], atol=1e-5)
    with pytest.raises(ValueError, match="3 prompts for 2 objects"):
        exported.decode(exported.recall(exported.see(PICTURE), [Recollection()] * 2), [CLICK] * 3)


def test_a_memory_keeps_nothing_of_its_batch(both: tuple[Runtime, ExportedRuntime]) -> None:
    exported = both[1]
    logits = np.zeros((3, 32, 32), np.float32)
    memories = exported.remember(exported.see(PICTURE), logits, np.zeros(3, np.float32), [False] * 3)
    assert all(isinstance(one, np.ndarray) and one.base is None for one in memories)
    assert exported.remember(exported.see(PICTURE), logits[:0], np.zeros(0, np.float32), []) == []


def test_more_than_an_export_has_room_for_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, exported = eager_runtime(small_network("small-lite"), tmp_path, monkeypatch, **FIXED)
    features = exported.see(PICTURE)
    (memory,) = exported.remember(features, np.zeros((1, 32, 32), np.float32), np.zeros(1, np.float32), [True])
    with pytest.raises(ModelError, match="3 memories, not 4"):
        exported.recall(features, [Recollection(((0, memory),) * 4)])
    many = NetworkPrompt(np.zeros((4, 2), np.float32), np.ones(4, np.int64))
    with pytest.raises(ModelError, match="3 points, not 4"):
        exported.decode(exported.recall(features, [Recollection()]), [many])


def test_prompts_that_are_not_always_closed_get_a_point_that_closes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, exported = eager_runtime(small_network("small-vit"), tmp_path, monkeypatch)
    assert exported.fill(CLICK).labels.tolist() == [1, -1]
    assert exported.fill(BOX).labels.tolist() == [2, 3]
    assert exported.facts.device == "cpu"
    features = exported.see(PICTURE)
    with pytest.raises(ModelError, match="without the part remember"):
        exported.remember(features, np.zeros((1, 32, 32), np.float32), np.zeros(1, np.float32), [True])


def test_a_folder_without_an_export_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no exported model"):
        ExportedRuntime(tmp_path)


def test_parts_that_are_made_ready_open_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, runtime = eager_runtime(small_network("small-lite"), tmp_path, monkeypatch)
    opened, opening = list[str](), exported.open_graph

    def slowly(target: str, path: Path, *how: object) -> Graph:
        opened.append(path.stem)
        time.sleep(0.05)
        return opening(target, path, *how)  # type: ignore[arg-type]

    monkeypatch.setattr(exported, "open_graph", slowly)
    runtime.make_ready()
    runtime.recall(runtime.see(PICTURE), recollections(runtime, 2))
    for thread in threading.enumerate():
        if thread.name == "masklet-opening":
            thread.join()
    assert sorted(opened) == ["recall", "remember"]


def test_how_the_threads_are_dealt_out_changes_no_bit() -> None:
    answers = []
    for threads, lanes in ((1, 1), (2, 1), (2, 2)):
        runtime = ExportedRuntime(packaged_folder("nano"), threads, weights=find_weights("nano"), lanes=lanes)
        features = runtime.see(PICTURE)
        first = runtime.decode(runtime.recall(features, [Recollection()] * 3), [CLICK, BOX, click_again(96)])
        memories = runtime.remember(features, first.mask_logits[:, 0], first.presence, [True] * 3)
        known = [Recollection(((0, memory),), ((1, first.pointers[n, 0]),)) for n, memory in enumerate(memories)]
        answers.append(runtime.decode(runtime.recall(features, known), [NetworkPrompt()] * 3).mask_logits)
    np.testing.assert_array_equal(answers[0], answers[1])
    np.testing.assert_array_equal(answers[0], answers[2])
