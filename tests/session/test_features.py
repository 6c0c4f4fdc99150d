from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from masklet.session.features import FeatureCache
from tests.session.drawn import draw
from tests.session.fake_runtime import FakeRuntime


def test_the_frames_used_last_are_kept():
    runtime = FakeRuntime()
    cache = FeatureCache(runtime, capacity=2)
    first = cache.see(0, draw(0))
    cache.see(1, draw(1))
    assert cache.see(0, draw(0)) is first
    cache.see(2, draw(2))
    assert len(cache) == 2
    assert cache.see(0, draw(0)) is first
    assert runtime.calls.see == 3
    cache.see(1, draw(1))
    assert runtime.calls.see == 4


def test_a_frame_that_is_known_is_there_while_another_is_being_seen_and_one_is_seen_once(monkeypatch):
    runtime = FakeRuntime()
    cache, see, go = FeatureCache(runtime), runtime.see, Event()
    first = cache.see(0, draw(0))

    def slowly(picture):
        assert go.wait(30)
        return see(picture)

    monkeypatch.setattr(runtime, "see", slowly)
    with ThreadPoolExecutor(2) as workers:
        both = [workers.submit(cache.see, 1, draw(1)) for _ in range(2)]
        assert cache.see(0, draw(0)) is first
        assert not any(one.done() for one in both)
        go.set()
        assert both[0].result() is both[1].result()
    assert runtime.calls.see == 2


def test_what_could_not_be_seen_is_tried_again(monkeypatch):
    runtime = FakeRuntime()
    cache = FeatureCache(runtime)
    monkeypatch.setattr(runtime, "see", lambda picture: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cache.see(0, draw(0))
    monkeypatch.undo()
    assert cache.see(0, draw(0)) is cache.see(0, draw(0))
