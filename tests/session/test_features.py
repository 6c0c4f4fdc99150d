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
