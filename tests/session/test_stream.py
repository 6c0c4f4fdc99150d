import gc

import numpy as np
import pytest

from masklet.errors import MediaError, PromptError
from masklet.session.stream import MAX_PROMPTED, StreamSession
from masklet.session.video import VideoSession
from tests.session.drawn import HEIGHT, RED, WIDTH, clip, disc, draw, iou, square, truth
from tests.session.fake_runtime import FakeRuntime

COUNT = 30


@pytest.fixture
def runtime():
    return FakeRuntime()


@pytest.fixture
def live(runtime):
    return StreamSession(runtime)


def script(frame):
    """What is said right after a frame came by."""
    x, y = square(frame)
    return {
        0: [("it", {"points": [disc(0)]})],
        5: [("blue", {"box": (x - 12, y - 12, x + 13, y + 13)})],
        12: [("it", {"points": [square(12)]}), ("it", {"points": [disc(12)], "labels": [0]})],
        20: [("blue", {"mask": truth(draw(20), RED)})],
    }.get(frame, [])


def test_a_stream_gives_what_a_video_gives(live, runtime):
    fake = FakeRuntime()
    video = VideoSession(fake, clip(COUNT))
    for name, said in script(0):
        video.prompt(name, frame=0, **said)
    frames = video.track()
    for index, picture in enumerate(clip(COUNT)):
        live.step(picture)
        if index:
            assert next(frames).index == index
        else:
            next(frames)
        answers = {}
        for name, said in script(index):
            answers[name] = live.prompt(name, **said)
            if index:
                video.prompt(name, frame=index, **said)
        for name in live.objects:
            here, there = live.result(name), video.result(name, index)
            assert (here.mask == there.mask).all()
            assert (here.score, here.presence, here.prompted) == (there.score, there.presence, there.prompted)
    assert live.objects == video.objects == ("it", "blue")
    assert runtime.calls.recall == fake.calls.recall
    assert live.result("it").visible


def test_a_prompt_before_the_first_picture_waits_for_it(live):
    assert live.index is None
    assert live.prompt("red", points=[disc(0)]) is None
    assert live.objects == ("red",)
    frame = live.step(draw(0))
    assert (frame.index, live.index) == (0, 0)
    assert frame["red"].prompted
    assert iou(frame["red"].mask, truth(draw(0), RED)) > 0.8
    assert not live.step(draw(1))["red"].prompted


def test_objects_join_and_are_forgotten(live):
    assert dict(live.step(draw(0)).objects) == {}
    assert live.prompt("red", points=[disc(0)]).visible
    live.prompt("blue", points=[square(0)])
    assert list(live.step(draw(1)).objects) == ["red", "blue"]
    live.forget("red")
    assert list(live.step(draw(2)).objects) == ["blue"]
    with pytest.raises(PromptError, match="no object 'red'; there are: blue"):
        live.forget("red")


def test_all_objects_go_in_one_call(live, runtime):
    live.step(draw(0))
    for name, place in (("red", disc), ("blue", square)):
        live.prompt(name, points=[place(0)])
    runtime.calls.recall.clear(), runtime.calls.remember.clear()
    live.step(draw(1))
    assert [len(call) for call in runtime.calls.recall] == [len(call) for call in runtime.calls.remember] == [2]


def test_memory_does_not_grow(live, runtime):
    live.prompt("red", points=[disc(0)])
    most = 0
    for index in range(1000):
        live.step(draw(index % 40))
        if index % 100 == 50:
            live.prompt("red", points=[disc(index % 40)])
            live.prompt("red", points=[square(index % 40)], labels=[0])
        if index in (400, 999):
            gc.collect()
        if index % 200 == 0:
            most = max(most, len(runtime.memories))
            assert len(runtime.features) <= 2
        runtime.calls.__init__()
    assert most <= MAX_PROMPTED + runtime.spec.recent_memories + 1
    assert live.index == 999
    assert iou(live.result("red").mask, truth(draw(999 % 40), RED)) > 0.8


def test_pictures_may_change_their_size(live):
    live.prompt("red", points=[disc(0)])
    live.step(draw(0))
    larger = np.repeat(np.repeat(draw(1), 2, 0), 2, 1)
    frame = live.step(larger)
    assert frame["red"].mask.shape == (2 * HEIGHT, 2 * WIDTH)
    assert iou(frame["red"].mask, truth(larger, RED)) > 0.8


def test_exclusive_objects_never_overlap(runtime):
    live = StreamSession(runtime, exclusive=True)
    live.prompt("a", points=[disc(0)])
    live.prompt("b", points=[disc(0)])
    live.step(draw(0))
    frame = live.step(draw(1))
    assert not (frame["a"].mask & frame["b"].mask).any()
    assert (frame["a"].mask | frame["b"].mask).any()


def test_bad_input_changes_nothing(live):
    with pytest.raises(MediaError):
        live.step("no-such-picture.png")
    with pytest.raises(PromptError, match="name"):
        live.prompt("", points=[(1, 1)])
    live.prompt("red", points=[(1000, 1)])
    live.prompt("blue", points=[square(0)])
    with pytest.raises(PromptError, match="outside the picture"):
        live.step(draw(0))
    assert live.objects == ("blue",)
    frame = live.step(draw(1))
    assert list(frame.objects) == ["blue"]
    for said in ({"points": [(1000, 1)]}, {"points": [(1, 1)], "labels": [0]}, {}):
        with pytest.raises(PromptError):
            live.prompt("red", **said)
    assert live.objects == ("blue",)
