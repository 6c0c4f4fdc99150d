"""Video sessions on drawn clips: the red disc is "red", the blue square "blue"."""

import gc

import numpy as np
import pytest

from masklet.errors import MediaError, PromptError
from masklet.session.features import CAPACITY
from masklet.session.video import VideoSession
from tests.session.drawn import BLUE, HEIGHT, RED, WIDTH, clip, disc, draw, iou, square, truth
from tests.session.fake_runtime import MASK_SIDE, SIDE, FakeRuntime

COUNT = 40


@pytest.fixture
def runtime():
    return FakeRuntime()


@pytest.fixture
def video(runtime):
    return VideoSession(runtime, clip(COUNT))


def same(first, second):
    """Whether two lists of masklets are equal to the bit."""
    return [vars(one) for one in first] == [vars(one) for one in second]


def indices(frames):
    return [frame.index for frame in frames]


def test_a_click_is_answered_at_once_and_followed(video):
    answer = video.prompt("red", frame=0, points=[disc(0)])
    assert answer.prompted
    assert iou(answer.mask, truth(draw(0), RED)) > 0.8
    frames = list(video.track())
    assert indices(frames) == list(range(COUNT))
    for frame in frames:
        assert frame.picture.shape == (HEIGHT, WIDTH, 3)
        assert iou(frame["red"].mask, truth(frame.picture, RED)) > 0.8
        assert frame["red"].presence > 0.5
        assert frame["red"].score == pytest.approx(0.9)
        assert frame["red"].prompted == (frame.index == 0)


def test_masklets_hold_every_frame(video):
    video.prompt("red", frame=5, points=[disc(5)])
    masks = {frame.index: frame["red"].mask for frame in video.track()}
    (masklet,) = video.masklets()
    assert masklet.size == (HEIGHT, WIDTH)
    assert list(masklet.rles) == list(masklet.scores) == list(masklet.presences) == list(range(5, COUNT))
    assert all((video.result("red", index).mask == mask).all() for index, mask in masks.items())
    assert video.result("red", 4) is None


def test_objects_go_in_one_batch_and_come_out_as_alone(runtime, video):
    alone = {}
    for name, place in (("red", disc), ("blue", square)):
        single = VideoSession(FakeRuntime(), clip(COUNT))
        single.prompt(name, frame=0, points=[place(0)])
        list(single.track())
        (alone[name],) = single.masklets()
    video.prompt("red", frame=0, points=[disc(0)])
    video.prompt("blue", frame=0, points=[square(0)])
    runtime.calls.recall.clear(), runtime.calls.decode.clear(), runtime.calls.remember.clear()
    list(video.track())
    assert [len(call) for call in runtime.calls.recall] == [2] * (COUNT - 1)
    assert [len(call) for call in runtime.calls.decode] == [2] * (COUNT - 1)
    assert [len(call) for call in runtime.calls.remember] == [2] * (COUNT - 1)
    assert same(video.masklets(), [alone["red"], alone["blue"]])


def test_joining_half_way(video):
    video.prompt("red", frame=0, points=[disc(0)])
    video.prompt("blue", frame=20, points=[square(20)])
    frames = list(video.track())
    assert [list(frame.objects) for frame in frames] == [["red"]] * 20 + [["red", "blue"]] * 20
    assert iou(frames[-1]["blue"].mask, truth(frames[-1].picture, BLUE)) > 0.8


def test_tracking_starts_at_the_earliest_prompt_and_stops_where_told(video):
    video.prompt("blue", frame=20, points=[square(20)])
    video.prompt("red", frame=7, points=[disc(7)])
    assert indices(video.track(stop=12)) == [7, 8, 9, 10, 11]
    assert indices(video.track(start=3, stop=5)) == [3, 4]
    assert indices(video.track(reverse=True, stop=16)) == [20, 19, 18, 17]
    assert indices(video.track(start=2, reverse=True)) == [2, 1, 0]


def test_backward_gives_the_same_whatever_ran_before(runtime, video):
    video.prompt("red", frame=30, points=[disc(30)])
    list(video.track())
    frames = list(video.track(reverse=True))
    assert indices(frames) == list(range(30, -1, -1))
    assert all(iou(frame["red"].mask, truth(frame.picture, RED)) > 0.8 for frame in frames)
    assert all(slot == 0 or frame == call[0].frame + slot for call in runtime.calls.recall[-30:]
               for slot, frame in call[0].memories)  # fmt: skip
    fresh = VideoSession(FakeRuntime(), clip(COUNT))
    fresh.prompt("red", frame=30, points=[disc(30)])
    assert all(
        (one["red"].mask == other["red"].mask).all()
        for one, other in zip(fresh.track(reverse=True), frames, strict=True)
    )


def test_both_ways_fills_what_lies_before_each_objects_first_prompt(video):
    video.prompt("red", frame=10, points=[disc(10)])
    video.prompt("blue", frame=25, points=[square(25)])
    frames = list(video.track(both=True))
    assert indices(frames) == [*range(10, COUNT), *range(24, -1, -1)]
    assert all(set(one.rles) == set(range(COUNT)) for one in video.masklets())
    assert list(frames[-1].objects) == ["red", "blue"]
    for index in (0, 9, 10, 24, 25, 39):
        assert iou(video.result("red", index).mask, truth(draw(index), RED)) > 0.8
        assert iou(video.result("blue", index).mask, truth(draw(index), BLUE)) > 0.8


def test_a_late_correction_is_binding(runtime, video):
    video.prompt("it", frame=0, points=[disc(0)])
    list(video.track())
    before = video.result("it", 10).mask
    x, y = square(20)
    corrected = video.prompt("it", frame=20, box=(x - 12, y - 12, x + 13, y + 13))
    assert iou(corrected.mask, truth(draw(20), BLUE)) > 0.8
    assert video.is_stale("it", 10)
    assert video.is_stale("it", 30)
    assert not video.is_stale("it", 20)
    runtime.calls.recall.clear()
    frames = list(video.track(start=20))
    assert (frames[0]["it"].mask == corrected.mask).all()
    assert frames[0]["it"].prompted
    assert all(iou(frame["it"].mask, truth(frame.picture, BLUE)) > 0.8 for frame in frames)
    # Nothing that had been tracked before the correction is recalled, here and from then on.
    recalled = [{frame for _, frame in call[0].memories} for call in runtime.calls.recall]
    assert recalled[:3] == [{0, 20}, {0, 20, 21}, {0, 20, 21, 22}]
    # What lies before stays as it was until it is tracked anew; then the correction stands all the same.
    assert (video.result("it", 10).mask == before).all()
    again = list(video.track())
    assert (again[20]["it"].mask == corrected.mask).all()
    assert iou(again[5]["it"].mask, truth(again[5].picture, RED)) > 0.8
    assert not video.is_stale("it", 10)


def test_strict_loses_a_late_correction_as_the_published_predictor_does():
    video = VideoSession(FakeRuntime(strict=True), clip(COUNT))
    video.prompt("it", frame=10, points=[disc(10)])
    frames = list(video.track(start=5))
    assert all("it" in frame.objects for frame in frames)  # also before the first prompt
    corrected = video.prompt("it", frame=20, mask=truth(draw(20), BLUE))
    assert iou(corrected.mask, truth(draw(20), BLUE)) > 0.8
    assert iou(video.result("it", 20).mask, truth(draw(20), BLUE)) > 0.8
    again = {frame.index: frame["it"] for frame in video.track()}
    assert iou(again[20].mask, truth(draw(20), RED)) > 0.8
    assert not again[20].prompted
    assert again[10].prompted
    assert video.undo().frame == 20
    assert list(video.prompts("it")) == [10]


def test_strict_goes_backward_with_all_objects():
    video = VideoSession(FakeRuntime(strict=True), clip(COUNT))
    video.prompt("red", frame=10, points=[disc(10)])
    video.prompt("blue", frame=20, points=[square(20)])
    frames = list(video.track(both=True))
    assert indices(frames) == [*range(10, COUNT), *range(9, -1, -1)]
    assert all(frame.objects.keys() == {"red", "blue"} for frame in frames)


def test_a_correction_holds_whatever_was_tracked_before(video):
    online = VideoSession(FakeRuntime(), clip(COUNT))
    for session, stop in ((video, None), (online, 21)):
        session.prompt("it", frame=0, points=[disc(0)])
        list(session.track(stop=stop))
        session.prompt("it", frame=20, box=(80, 70, 108, 105))
        list(session.track(start=20))
    assert same(video.masklets(), online.masklets())


def test_a_correction_leaves_memories_beyond_the_next_prompt(runtime, video):
    for frame in (0, 10, 20):
        video.prompt("red", frame=frame, points=[disc(frame)])
    list(video.track(stop=30))
    video.prompt("red", frame=10, points=[disc(10)])
    runtime.calls.recall.clear()
    list(video.track(start=30, stop=31))
    assert runtime.calls.recall[0][0].memories == ((0, 0), (0, 10), (0, 20), (1, 29), (2, 28), (3, 27))


def test_a_new_prompt_ahead_leaves_the_memories_behind(runtime, video):
    video.prompt("red", frame=0, points=[disc(0)])
    list(video.track(stop=10))
    video.prompt("red", frame=30, points=[disc(30)])  # never tracked there: a further prompt, not a correction
    runtime.calls.recall.clear()
    list(video.track(start=10, stop=11))
    assert runtime.calls.recall[0][0].memories == ((0, 0), (0, 30), (1, 9), (2, 8), (3, 7))


def test_clicks_add_up_and_refine(runtime, video):
    video.prompt("both", frame=0, points=[disc(0)])
    first = runtime.calls.decode[-1][0]
    assert first.mask_logits is None
    answer = video.prompt("both", frame=0, points=[square(0)])
    second = runtime.calls.decode[-1][0]
    assert len(second.points) == 2
    assert second.mask_logits.shape == (MASK_SIDE, MASK_SIDE)
    assert (answer.mask & truth(draw(0), RED)).any()
    assert (answer.mask & truth(draw(0), BLUE)).any()
    less = video.prompt("both", frame=0, points=[disc(0)], labels=[0])
    assert not (less.mask & truth(draw(0), RED)).any()
    assert video.prompts("both")[0].labels == (1, 1, 0)


def test_a_box_or_mask_replaces_what_was_said(runtime, video):
    video.prompt("it", frame=0, points=[disc(0)])
    x, y = square(0)
    video.prompt("it", frame=0, box=(x - 12, y - 12, x + 13, y + 13))
    assert runtime.calls.decode[-1][0].labels.tolist() == [2, 3]
    assert runtime.calls.decode[-1][0].mask_logits is None
    video.prompt("it", frame=0, points=[square(0)])
    assert runtime.calls.decode[-1][0].labels.tolist() == [2, 3, 1]
    mask = truth(draw(0), RED)
    assert (video.prompt("it", frame=0, mask=mask).mask == mask).all()
    video.prompt("it", frame=0, points=[square(0)])  # clicks on a mask refine it
    assert runtime.calls.decode[-1][0].labels.tolist() == [1]
    assert (runtime.calls.decode[-1][0].mask_logits > 0).any()
    assert video.prompts("it")[0].mask is None


def test_a_click_on_a_tracked_frame_refines_what_is_shown_there(runtime, video):
    video.prompt("it", frame=0, points=[disc(0)])
    list(video.track())
    answer = video.prompt("it", frame=15, points=[square(15)])
    prompt, recalled = runtime.calls.decode[-1][0], runtime.calls.recall[-1][0]
    assert recalled.memories == ((0, 0),)
    assert np.abs(prompt.mask_logits).max() <= 32
    assert (answer.mask & truth(draw(15), RED)).any()
    assert (answer.mask & truth(draw(15), BLUE)).any()
    runtime.calls.recall.clear()
    video.prompt("it", frame=15, points=[disc(15)], labels=[0])
    assert runtime.calls.recall[-1][0].memories == ((0, 0),)  # its own memory takes no part


def test_a_first_prompt_recalls_nothing(runtime, video):
    video.prompt("it", frame=0, points=[disc(0)])
    video.prompt("it", frame=9, points=[disc(9)])
    assert [call[0].memories for call in runtime.calls.recall] == [(), ()]


def test_a_given_mask_stands_pixel_for_pixel(runtime, video):
    mask = truth(draw(0), RED)
    mask[36, 24] = False
    assert (video.prompt("red", frame=0, mask=mask).mask == mask).all()
    assert runtime.calls.remember == [[False]]  # taken as it is; only clicks are made certain
    frames = list(video.track(stop=5))
    assert (frames[0]["red"].mask == mask).all()
    assert iou(frames[4]["red"].mask, truth(frames[4].picture, RED)) > 0.8


def test_the_memory_of_a_given_mask_has_the_pictures_size(video, runtime, monkeypatch):
    shapes = []
    remember = runtime.remember
    monkeypatch.setattr(runtime, "remember", lambda f, m, p, c: shapes.append(m.shape) or remember(f, m, p, c))
    video.prompt("red", frame=0, mask=truth(draw(0), RED))
    video.prompt("blue", frame=0, points=[square(0)])
    assert shapes == [(1, SIDE, SIDE), (1, MASK_SIDE, MASK_SIDE)]


def test_an_empty_mask_says_that_the_object_is_gone(video):
    video.prompt("red", frame=0, points=[disc(0)])
    for _ in range(2):  # not yet tracked there, then tracked
        gone = video.prompt("red", frame=5, mask=np.zeros((HEIGHT, WIDTH), bool))
        assert not gone.visible
        assert gone.presence < 0.5
        frames = list(video.track())
        assert [frame.index for frame in frames if not frame["red"].visible] == [5]


def test_hidden_objects_are_absent_and_found_again():
    pictures = [draw(frame, red=not 10 <= frame < 15) for frame in range(25)]
    video = VideoSession(FakeRuntime(), pictures)
    video.prompt("red", frame=0, points=[disc(0)])
    for frame in video.track():
        hidden = 10 <= frame.index < 15
        assert frame["red"].visible != hidden
        assert (frame["red"].presence < 0.5) == hidden


def test_what_is_not_stale_is_not_computed_again(runtime, video):
    video.prompt("red", frame=0, points=[disc(0)])
    list(video.track())
    before, calls, seen = video.masklets(), len(runtime.calls.decode), runtime.calls.see
    list(video.track())
    list(video.track(start=10, stop=20))
    assert (len(runtime.calls.decode), runtime.calls.see) == (calls, seen)
    assert same(before, video.masklets())
    video.prompt("blue", frame=20, points=[square(20)])
    calls = len(runtime.calls.decode)
    list(video.track())
    assert [len(call) for call in runtime.calls.decode[calls:]] == [1] * 19
    assert same(before, video.masklets()[:1])


def test_after_a_correction_only_that_object_is_tracked_anew_and_only_from_there(runtime, video):
    video.prompt("red", frame=0, points=[disc(0)])
    video.prompt("blue", frame=0, points=[square(0)])
    list(video.track())
    before = video.masklets()
    video.prompt("red", frame=30, points=[disc(30)])
    calls, seen = len(runtime.calls.decode), runtime.calls.see
    list(video.track(start=30))
    assert [len(call) for call in runtime.calls.decode[calls:]] == [1] * (COUNT - 31)
    assert runtime.calls.see - seen == COUNT - 31  # frame 30 itself was seen for its prompt
    assert same(before[1:], video.masklets()[1:])
    assert all(before[0].rles[frame] == video.masklets()[0].rles[frame] for frame in range(30))


def test_a_run_that_was_left_goes_on_as_if_it_had_not_been(video):
    straight = VideoSession(FakeRuntime(), clip(COUNT))
    for session in (video, straight):
        session.prompt("red", frame=0, points=[disc(0)])
    for frame in video.track():
        if frame.index == 17:
            break
    list(video.track())
    list(straight.track())
    assert same(video.masklets(), straight.masklets())
    assert [(one.frame, one.last) for one in video.log if one.kind == "track"] == [(0, 17), (0, 39)]


def test_a_run_elsewhere_does_not_spoil_a_later_one(video):
    straight = VideoSession(FakeRuntime(), clip(COUNT))
    for session in (video, straight):
        session.prompt("red", frame=0, points=[disc(0)])
    list(video.track(stop=10))
    list(video.track(start=25, stop=30))
    list(video.track())
    list(straight.track())
    assert same(video.masklets(), straight.masklets())


def test_prompts_between_two_frames_count_from_the_next_one_on(video):
    video.prompt("red", frame=0, points=[disc(0)])
    seen = {}
    for frame in video.track():
        seen[frame.index] = list(frame.objects)
        if frame.index == 10:
            video.prompt("blue", frame=12, points=[square(12)])
        if frame.index == 20:
            video.forget("red")
        if frame.index == 30:
            video.forget("blue")
    assert seen[11] == ["red"]
    assert seen[12] == ["red", "blue"]
    assert seen[21] == ["blue"]
    assert max(seen) == 30


def test_undo_restores_exactly(runtime, video):
    control_runtime = FakeRuntime()
    control = VideoSession(control_runtime, clip(COUNT))
    for session in (video, control):
        session.prompt("red", frame=0, points=[disc(0)])
        list(session.track(stop=16))
    before = video.masklets()
    video.prompt("red", frame=10, points=[square(10)])
    list(video.track(start=10, stop=26))
    assert not same(before, video.masklets())
    undone = video.undo()
    assert (undone.name, undone.frame) == ("red", 10)
    assert same(before, video.masklets())
    assert not video.is_stale("red", 15)
    for session, fake in ((video, runtime), (control, control_runtime)):
        fake.calls.recall.clear()
        list(session.track())
    assert runtime.calls.recall == control_runtime.calls.recall
    assert len(runtime.calls.recall) == COUNT - 16
    assert same(video.masklets(), control.masklets())


def test_undo_of_the_first_prompt_and_of_forgetting(video):
    video.prompt("red", frame=0, points=[disc(0)])
    video.prompt("blue", frame=0, points=[square(0)])
    list(video.track(stop=5))
    before = video.masklets()
    video.forget("red")
    assert video.objects == ("blue",)
    video.undo()
    assert video.objects == ("red", "blue")
    assert same(before, video.masklets())
    video.undo()
    assert video.objects == ("red",)
    video.undo()
    assert video.objects == ()
    with pytest.raises(PromptError, match="nothing to take back"):
        video.undo()
    assert [event.kind for event in video.log] == ["prompt", "prompt", "track", "forget", "undo", "undo", "undo"]


def test_undo_goes_back_all_the_way_though_not_always_exactly(video, monkeypatch):
    monkeypatch.setattr("masklet.session.track.EXACT_UNDOS", 2)
    shown = []
    for frame in range(0, 10, 2):
        shown.append(video.prompt("red", frame=frame, points=[disc(frame)]))
        shown[-1] = video.prompt("red", frame=frame, points=[disc(frame)])
        list(video.track())
    for frame in range(8, -1, -2):
        assert video.result("red", frame).prompted
        assert (video.result("red", frame).mask == shown[frame // 2].mask).all()
        video.undo()
        video.undo()
    assert video.objects == ()


def test_exclusive_objects_never_overlap(runtime):
    pictures = [draw(frame, blue=False) for frame in range(6)]
    video = VideoSession(runtime, pictures, exclusive=True)
    video.prompt("first", frame=0, points=[disc(0)])
    video.prompt("second", frame=0, points=[disc(0)])
    video.prompt("fixed", frame=3, points=[disc(3)])
    for frame in video.track(start=1):
        masks = [one.mask for one in frame.objects.values()]
        assert np.sum(masks, axis=0).max() == 1
        assert "fixed" not in frame.objects or frame.index != 3 or frame["fixed"].visible
    assert video.result("fixed", 3).visible
    assert not video.result("first", 3).visible


def test_memory_is_bounded():
    runtime = FakeRuntime()
    pictures = [draw(index % 40) for index in range(200)]
    video = VideoSession(runtime, pictures)
    video.prompt("red", frame=0, points=[disc(0)])
    list(video.track())
    list(video.track(reverse=True, start=150))
    gc.collect()
    recent = runtime.spec.recent_memories
    assert len(runtime.memories) <= 1 + 2 * recent
    assert len(runtime.features) <= CAPACITY


def test_clicking_on_one_frame_sees_it_once(runtime, video):
    for _ in range(3):
        video.prompt("red", frame=4, points=[disc(4)])
    assert runtime.calls.see == 1


class BreaksOff(list):
    """Frames of a file that turns out to be cut off at frame 8."""

    name, size, fps, sound, warning = "cut", (HEIGHT, WIDTH), 25.0, None, "the file breaks off after frame 7"
    times = time_base = None
    broken_at = None

    def __getitem__(self, index):
        if index >= 8:
            self.broken_at = 8
            raise IndexError(self.warning)
        return super().__getitem__(index)

    def close(self):
        pass

    __enter__ = __exit__ = close


def test_a_truncated_video_is_tracked_as_far_as_it_goes(runtime):
    video = VideoSession(runtime, BreaksOff(clip(20)))
    video.prompt("red", frame=0, points=[disc(0)])
    assert indices(video.track()) == list(range(8))
    assert video.frames.broken_at == 8
    with pytest.raises(PromptError, match="frame 12 cannot be had: the file breaks off after frame 7"):
        video.prompt("red", frame=12, points=[disc(12)])
    with pytest.raises(PromptError, match=r"frame 20 is not in the video: it has frames 0 to 19 \(the file breaks off"):
        video.prompt("red", frame=20, points=[disc(12)])


def test_failures_leave_the_session_as_it_was(runtime, video, monkeypatch):
    video.prompt("red", frame=0, points=[disc(0)])
    list(video.track(stop=5))
    before = video.masklets()
    monkeypatch.setattr(runtime, "remember", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        video.prompt("red", frame=2, points=[disc(2)])
    with pytest.raises(ZeroDivisionError):
        list(video.track())
    monkeypatch.undo()
    assert same(before, video.masklets())
    assert video.objects == ("red",)
    assert len(list(video.track())) == COUNT


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "red", "frame": 40, "points": [(1, 1)]}, "frame 40 is not in the video: it has frames 0 to 39"),
        ({"name": "red", "frame": -1, "points": [(1, 1)]}, "frame -1"),
        ({"name": "red", "frame": 1.5, "points": [(1, 1)]}, "whole number"),
        ({"name": "red", "frame": 0}, "nothing is said"),
        ({"name": "red", "frame": 0, "points": [(1000, 1)]}, "outside the picture"),
        ({"name": "red", "frame": 0, "points": [(1, 1)], "labels": [0]}, "nothing says what 'red' is"),
        ({"name": "red", "frame": 0, "mask": np.zeros((HEIGHT, WIDTH))}, "nothing says what 'red' is"),
        ({"name": "", "frame": 0, "points": [(1, 1)]}, "needs a name"),
        ({"name": "../x", "frame": 0, "points": [(1, 1)]}, "cannot be a folder's"),
        ({"name": "a/b", "frame": 0, "points": [(1, 1)]}, "cannot be a folder's"),
    ],
)
def test_bad_prompts_change_nothing(video, given, words):
    name = given.pop("name")
    with pytest.raises(PromptError, match=words):
        video.prompt(name, **given)
    assert video.objects == ()
    assert len(video.log) == 0


def test_bad_runs_and_names(video):
    with pytest.raises(PromptError, match="prompt one first"):
        video.track()
    with pytest.raises(PromptError, match="no object 'red'; there are: none yet"):
        video.forget("red")
    video.prompt("red", frame=5, points=[disc(5)])
    with pytest.raises(PromptError, match="no object 'blue'; there are: red"):
        video.result("blue", 0)
    for given, words in [
        ({"start": 40}, "frame 40 is not"),
        ({"stop": 41}, "stop=41 lies outside"),
        ({"stop": 5}, "nothing lies between start=5 and stop=5"),
        ({"reverse": True, "stop": 7}, "nothing lies between"),
        ({"both": True, "start": 1}, "leave out"),
    ]:
        with pytest.raises(PromptError, match=words):
            video.track(**given)
    with pytest.raises(MediaError):
        VideoSession(FakeRuntime(), "no-such-video.mp4")


def test_numpy_numbers_are_numbers(video):
    video.prompt("red", frame=np.int64(3), points=np.array([disc(3)]), labels=np.array([1]))
    assert indices(video.track(start=np.int64(3), stop=np.int64(5))) == [3, 4]
    assert type(video.log[0].frame) is int


def test_close_lets_go_of_the_file_and_logs_the_run(video):
    with video:
        video.prompt("red", frame=0, points=[disc(0)])
        run = video.track()
        next(run)
    assert [event.kind for event in video.log] == ["prompt", "track"]
