"""Whatever is done in a session, its log repeats it to the bit, and undo takes the last prompt back exactly."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masklet.errors import InputError, PromptError
from masklet.session.log import read_log
from masklet.session.replay import replay
from masklet.session.video import VideoSession
from tests.session.drawn import clip, disc, square
from tests.session.fake_runtime import FakeRuntime

COUNT = 12
PICTURES = clip(COUNT)

frames = st.integers(0, COUNT - 1)
prompts = st.tuples(
    st.just("prompt"), st.sampled_from(["a", "b"]), frames, st.sampled_from(["disc", "square", "box", "not"])
)
runs = st.tuples(st.just("track"), st.none() | frames, st.booleans(), st.integers(1, COUNT))
others = st.sampled_from([("undo",), ("forget", "a"), ("forget", "b"), ("both",)])
scripts = st.lists(prompts | runs | others, min_size=1, max_size=8)


def open_video(**options):
    return VideoSession(FakeRuntime(), PICTURES, **options)


def perform(session, deed):
    """Do it; what the session refuses changes nothing."""
    try:
        match deed:
            case ("prompt", name, frame, "box"):
                x, y = square(frame)
                session.prompt(name, frame=frame, box=(x - 12, y - 12, x + 13, y + 13))
            case ("prompt", name, frame, "not"):
                session.prompt(name, frame=frame, points=[square(frame)], labels=[0])
            case ("prompt", name, frame, shape):
                session.prompt(name, frame=frame, points=[(disc if shape == "disc" else square)(frame)])
            case ("track", start, reverse, count):
                for _, _ in zip(range(count), session.track(start=start, reverse=reverse), strict=False):
                    pass
            case ("both",):
                list(session.track(both=True))
            case ("undo",):
                session.undo()
            case ("forget", name):
                session.forget(name)
    except PromptError:
        pass


def state(session):
    """All that can be seen of a session."""
    return [
        (vars(one), [session.is_stale(one.name, frame) for frame in one.rles], session.prompts(one.name))
        for one in session.masklets()
    ]


@settings(max_examples=40)
@given(scripts, st.booleans())
def test_a_log_repeats_the_run_to_the_bit(script, exclusive):
    first, second = open_video(exclusive=exclusive), open_video(exclusive=exclusive)
    for deed in script:
        perform(first, deed)
    replay(first.log, second)
    assert state(first) == state(second)
    assert list(first.log) == list(second.log)
    # And both go on alike.
    for session in (first, second):
        perform(session, ("track", None, False, COUNT))
    assert state(first) == state(second)


@settings(max_examples=40)
@given(scripts, prompts, st.lists(runs, max_size=2))
def test_undo_takes_a_prompt_and_its_tracking_back(script, prompt, tracked):
    session = open_video()
    for deed in script:
        perform(session, deed)
    name = prompt[1]
    before, length = of(session, name), len(session.log)
    perform(session, prompt)
    said = len(session.log) > length
    for deed in tracked:
        perform(session, deed)
    if said:
        session.undo()
        assert of(session, name) == before


def of(session, name):
    return [one for one in state(session) if one[0]["name"] == name]


def test_from_a_file_with_times(tmp_path):
    ticks = iter(range(100, 200))
    first = open_video(autosave=tmp_path / "prompts.jsonl", clock=lambda: float(next(ticks)))
    perform(first, ("prompt", "a", 3, "disc"))
    perform(first, ("track", None, False, 5))
    perform(first, ("prompt", "a", 5, "square"))
    perform(first, ("track", 5, False, COUNT))
    second = open_video(autosave=tmp_path / "again.jsonl")
    replay(tmp_path / "prompts.jsonl", second)
    assert state(first) == state(second)
    first.close(), second.close()
    assert (tmp_path / "prompts.jsonl").read_bytes() == (tmp_path / "again.jsonl").read_bytes()
    assert read_log(tmp_path / "again.jsonl")[0].time == 100.0


def test_logs_that_do_not_fit_are_refused():
    first = open_video()
    perform(first, ("prompt", "a", 3, "disc"))
    with pytest.raises(InputError, match="open the video anew"):
        replay(first.log, first)
    smaller = VideoSession(FakeRuntime(), [picture[:100] for picture in PICTURES])
    with pytest.raises(InputError, match="160x120 pixels, this one has 160x100"):
        replay(first.log, smaller)
    shorter = VideoSession(FakeRuntime(), PICTURES[:2])
    with pytest.raises(InputError, match="frame 3 is not in the video"):
        replay(first.log, shorter)
