from __future__ import annotations

from masklet.bench.scene import Scene
from masklet.bench.verbs import open_verbs
from tests.bench.runtimes import PictureRuntime
from tests.session.fake_runtime import FakeRuntime


def test_recall_has_as_full_a_memory_as_the_network_knows() -> None:
    runtime = FakeRuntime()
    verbs = open_verbs(runtime, Scene())
    before = runtime.calls.see
    for task in verbs.all():
        task()
    assert len(verbs.all()) == 4
    assert runtime.calls.see == before + 1
    (recalled,) = runtime.calls.recall[-1]
    assert [slot for slot, _ in recalled.memories] == [0, 1, 2, 3]
    assert recalled.distances == (1, 2, 3, 4, 5, 6)
    (click,) = runtime.calls.decode[-1]
    assert click.points.shape == (1, 2)
    assert runtime.calls.remember[-1] == [False]


def test_without_memory_there_is_neither_recall_nor_remember() -> None:
    verbs = open_verbs(PictureRuntime(), Scene())
    assert verbs.recall is verbs.remember is None
    assert len(verbs.all()) == 2
    for task in verbs.all():
        task()
