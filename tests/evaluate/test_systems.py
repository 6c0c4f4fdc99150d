"""The baselines, over a network that knows colours: what each of them is told, and what it loses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from masklet.data.sets.layouts import open_set
from masklet.data.sets.values import VideoItem
from masklet.errors import InputError
from masklet.evaluate.following import Following, truth_mask
from masklet.evaluate.metrics import iou
from masklet.evaluate.systems import SYSTEMS, MaskTracking, open_system
from masklet.evaluate.vos import evaluate_video
from masklet.media.rle import decode_mask
from tests.evaluate.drawn import write_clips
from tests.evaluate.fakes import Colours

GOOD = 0.8  # the fake network's masks are a quarter of the picture's size


@pytest.fixture
def item(tmp_path: Path) -> VideoItem:
    read = open_set(write_clips(tmp_path, {"walk": 7}, hidden={"walk": [3]})).read("walk")
    assert isinstance(read, VideoItem)
    return read


def shown(run: Following, t: int, number: int = 1) -> np.ndarray:
    return decode_mask(run.shown[number][t])


def run_of(system: Any, item: VideoItem) -> Following:
    return Following(open_system(system, Colours(), item.open_frames()), item)


def test_the_picture_model_alone_shows_nothing_where_nobody_clicked(item: VideoItem) -> None:
    run = run_of("picture", item)
    run.give(1, 0, 1)
    run.give(1, 2, 3)
    assert [frame.index for frame in run.follow(both=True)] == list(range(7))
    assert [shown(run, t).any() for t in range(7)] == [True, False, True, False, False, False, False]
    assert iou(shown(run, 2), truth_mask(item, 1, 2)) > GOOD


def test_propagation_follows_until_the_object_is_lost(item: VideoItem) -> None:
    run = run_of("propagate", item)
    run.give(1, 1, 3)
    run.give(2, 1, 3)
    list(run.follow(both=True))
    for t in (0, 1, 2):
        assert iou(shown(run, t), truth_mask(item, 1, t)) > GOOD, t
    assert not any(shown(run, t).any() for t in (3, 4, 5, 6))  # hidden on 3, and nobody says where it is again
    assert all(iou(shown(run, t, 2), truth_mask(item, 2, t)) > GOOD for t in range(7))


def test_a_correction_while_tracking_goes_on_from_there(item: VideoItem) -> None:
    run = run_of("propagate", item)
    run.give(1, 0, 3)
    for frame in run.follow(start=0):
        if frame.index == 4:
            run.give(1, 4, 3)
    for t in (4, 5, 6):
        assert iou(shown(run, t), truth_mask(item, 1, t)) > GOOD, t


def test_the_mask_tracker_is_told_masks_alone(item: VideoItem) -> None:
    model = Colours()
    told: list[Any] = []

    class Watched:
        def prompt(self, name: str, **said: Any) -> Any:
            told.append(said)
            return opened.prompt(name, **said)

        def track(self, **how: Any) -> Any:
            return opened.track(**how)

        def close(self) -> None:
            opened.close()

    opened = model.open_video(item.open_frames())
    model.open_video = lambda frames: Watched()  # type: ignore[assignment, method-assign, return-value]
    run = Following(MaskTracking(model, item.open_frames()), item)  # type: ignore[arg-type]
    run.give(1, 0, 3)
    list(run.follow(both=True))
    assert [sorted(said) for said in told] == [["frame", "mask"]] * 3
    assert iou(shown(run, 2), truth_mask(item, 1, 2)) > GOOD


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_goes_through_the_semi_supervised_protocol(system: Any, item: VideoItem) -> None:
    given: Any = "mask" if system in ("full", "masks") else 3
    scored, _ = evaluate_video(open_system(system, Colours(), item.open_frames()), item, given, "davis")
    figures = {one.object: one.figures["j"] for one in scored.items}
    assert figures[2] > GOOD if system != "picture" else figures[2] == 0.0


def test_saying_only_what_an_object_is_not_leaves_it_empty(item: VideoItem) -> None:
    for system in ("picture", "masks"):
        video = open_system(system, Colours(), item.open_frames())  # type: ignore[arg-type]
        assert not video.prompt("1", frame=3, points=[(30, 36)], labels=[0]).mask.any()


def test_unknown_systems_are_refused(item: VideoItem) -> None:
    with pytest.raises(InputError, match="'half' is no system"):
        open_system("half", Colours(), item.open_frames())  # type: ignore[arg-type]
