import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from masklet.errors import MediaError, PromptError
from masklet.session.footage import Footage
from tests.session.drawn import HEIGHT, WIDTH, clip
from tests.session.fake_runtime import FakeRuntime


def footage(count=5):
    return Footage(FakeRuntime(), clip(count))


def test_a_frame_is_told_by_any_whole_number_that_the_video_has():
    frames = footage()
    assert (len(frames), frames.size) == (5, (HEIGHT, WIDTH))
    assert type(frames.number(np.int64(4))) is int
    for wrong in (True, 1.0, "1", None):
        with pytest.raises(PromptError, match="a frame is a whole number, not "):
            frames.number(wrong)
    for wrong in (-1, 5):
        with pytest.raises(PromptError, match=f"^frame {wrong} is not in the video: it has frames 0 to 4$"):
            frames.number(wrong)


class Source:
    """The clip's frames, as long as nothing is wrong with them."""

    name, size, fps, sound, warning, broken_at = "drawn", (HEIGHT, WIDTH), 25.0, None, None, None
    times = time_base = None

    def __init__(self, count):
        self.pictures, self.readers, self.most = clip(count), 0, 0

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, number):
        self.readers += 1
        self.most = max(self.most, self.readers)
        time.sleep(0.001)
        self.readers -= 1
        return self.pictures[number]

    def __iter__(self):
        return iter(self.pictures)

    def close(self):
        pass

    __enter__ = __exit__ = close


def test_a_file_that_breaks_off_says_so_where_a_frame_is_missing():
    source = Source(5)
    frames = Footage(FakeRuntime(), source)
    source.warning = "the file breaks off after frame 4"
    with pytest.raises(PromptError, match=r"frames 0 to 4 \(the file breaks off after frame 4\)$"):
        frames.number(5)
    with pytest.raises(PromptError, match="^frame 5 cannot be had: "):
        frames.picture(5)


@pytest.mark.parametrize(
    ("start", "stop", "reverse", "numbers"),
    [
        (1, None, False, [1, 2, 3, 4]),
        (1, 3, False, [1, 2]),
        (3, None, True, [3, 2, 1, 0]),
        (3, 1, True, [3, 2]),
        (3, 0, True, [3, 2, 1]),
        (4, 5, False, [4]),
    ],
)
def test_runs_of_numbers_end_before_their_stop(start, stop, reverse, numbers):
    assert list(footage().numbers(start, stop, reverse)) == numbers


@pytest.mark.parametrize(
    ("start", "stop", "reverse", "words"),
    [
        (5, None, False, "frame 5 is not in the video"),
        (1, 6, False, "stop=6 lies outside the video of 5 frames"),
        (1, -1, True, "stop=-1 lies outside the video of 5 frames"),
        (2, 2, False, "nothing lies between start=2 and stop=2"),
        (1, 3, True, "nothing lies between start=1 and stop=3"),
    ],
)
def test_runs_that_hold_nothing_are_refused(start, stop, reverse, words):
    with pytest.raises(PromptError, match=words):
        footage().numbers(start, stop, reverse)


def test_one_reader_at_a_time():
    frames = Footage(FakeRuntime(), source := Source(8))
    with ThreadPoolExecutor(4) as pool:
        pictures = list(pool.map(frames.read, [*range(8)] * 5))
    assert [picture[0, 0, 0] for picture in pictures] == [*range(8)] * 5
    assert source.most == 1


def test_a_frame_is_seen_once():
    runtime = FakeRuntime()
    frames = Footage(runtime, clip(3))
    assert frames.see(1, frames.read(1)) is frames.see(1, frames.read(1))
    assert runtime.calls.see == 1


def test_what_is_no_video_is_refused():
    with pytest.raises(MediaError):
        Footage(FakeRuntime(), [])
