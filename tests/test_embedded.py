"""The embedded model itself: drawn and real footage is followed, and a run repeats to the bit."""

import os
from pathlib import Path

import numpy as np
import pytest

import masklet
from masklet.data.davis import DavisSet
from tests.session import drawn

DATA = Path(os.environ.get("MASKLET_DATA") or Path(__file__).resolve().parents[2] / "shared/data")
FLOOR_DRAWN, FLOOR_REAL = 0.85, 0.6  # mean IoU
FRAMES = 6  # of a real sequence


@pytest.fixture(scope="module")
def net():
    return masklet.load(device="cpu")


def test_a_drawn_object_is_followed_and_the_run_repeats_to_the_bit(net):
    with net.open_video(drawn.clip(8)) as video, net.open_video(drawn.clip(8)) as again:
        video.prompt("square", frame=0, box=(106, 76, 130, 100))
        frames = list(video.track())
        ious = [drawn.iou(one["square"].mask, drawn.truth(drawn.draw(one.index), drawn.BLUE)) for one in frames[1:]]
        assert np.mean(ious) > FLOOR_DRAWN
        video.prompt("square", frame=4, points=[(3.0, 3.0)], labels=[0])
        for _ in video.track(both=True):
            pass
        masklet.replay(video.log, again)
        ((first,), (second,)) = video.masklets(), again.masklets()
        assert (first.rles, first.scores, first.presences) == (second.rles, second.scores, second.presences)
        assert list(video.log) == list(again.log)


@pytest.mark.slow
def test_real_footage_is_followed_from_a_mask(net):
    folder = DATA / "videos/dev"
    if not folder.is_dir():
        pytest.skip("no real footage: point MASKLET_DATA at a folder that holds videos/dev in DAVIS's layout")
    ious = []
    for sequence in DavisSet(folder).sequences[1:3]:
        number = sequence.objects[0]
        count = min(FRAMES, len(sequence))
        with net.open_video([sequence.picture(t) for t in range(count)]) as video:
            video.prompt("it", frame=0, mask=sequence.labels(0) == number)
            for frame in video.track():
                if frame.index and frame.index in sequence.annotated:
                    ious.append(drawn.iou(frame["it"].mask, sequence.labels(frame.index) == number))
    assert len(ious) >= 3
    assert np.mean(ious) > FLOOR_REAL
