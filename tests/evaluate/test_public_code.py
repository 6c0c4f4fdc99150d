"""The same masks through the field's own packages: vos-benchmark and trackeval give what masklet gives."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco

from masklet.data.sets.layouts import open_set
from masklet.data.sets.values import VideoItem
from masklet.errors import InputError
from masklet.evaluate.hota import check_hota, combine_hota
from masklet.evaluate.identity import id_switches, sightings
from masklet.evaluate.rules import counted_frames
from masklet.evaluate.scoring import score_video
from masklet.media.rle import encode_mask
from tests.evaluate.drawn import ellipse, predicted, two_ellipses, two_guesses, video_item

SIZE = (60, 80)


def random_labels(seed: int, frames: int = 9, objects: int = 4) -> list[np.ndarray]:
    """Ellipses that wander, vanish and come back, later numbers on top."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(10, 70, objects), rng.uniform(10, 50, objects)
    labels = []
    for t in range(frames):
        x, y = x + rng.normal(0, 3, objects), y + rng.normal(0, 3, objects)
        numbers = np.zeros(SIZE, np.uint8)
        for k in range(objects):
            if t == 0 or rng.uniform() < 0.8:
                numbers[ellipse(SIZE, x[k], y[k], 7 + k, 6)] = k + 1
        labels.append(numbers)
    return labels


def spoiled(labels: list[np.ndarray], seed: int) -> list[np.ndarray]:
    """A prediction: shifted, with numbers that change places and objects that get lost."""
    rng = np.random.default_rng(seed)
    found = []
    for t, numbers in enumerate(labels):
        guess = np.roll(numbers, rng.integers(-3, 4, 2), (0, 1))
        if t > 3 and rng.uniform() < 0.6:
            first, second = guess == 1, guess == 2
            guess[first], guess[second] = 2, 1
        if rng.uniform() < 0.3:
            guess[guess == 3] = 0
        found.append(guess)
    return found


def write_maps(folder: Path, labels: list[np.ndarray]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for t, numbers in enumerate(labels):
        Image.fromarray(numbers).save(folder / f"{t:05d}.png")


@pytest.mark.parametrize("seed", range(6))
def test_j_and_f_are_those_of_vos_benchmark(seed: int, tmp_path: Path) -> None:
    benchmark = pytest.importorskip("vos_benchmark.benchmark", reason="vos-benchmark is not installed")
    truth = random_labels(seed)
    guess = spoiled(truth, seed + 100)
    write_maps(tmp_path / "truth/run", truth)
    write_maps(tmp_path / "guess/run", guess)
    _, j, f = benchmark.VideoEvaluator(tmp_path / "truth", tmp_path / "guess")("run")
    found = score_video(video_item("run", truth), predicted(guess), "sav").items
    assert {one.object for one in found} == set(j)
    for one in found:
        assert one.figures["j"] == pytest.approx(j[one.object] / 100, abs=1e-6)
        assert one.figures["f"] == pytest.approx(f[one.object] / 100, abs=1e-6)


def test_sa_v_folders_score_as_sa_vs_code_does(tmp_path: Path) -> None:
    # SA-V's code is vos-benchmark's evaluator over each object's folder; objects overlap and have their own frames.
    benchmark = pytest.importorskip("vos_benchmark.benchmark", reason="vos-benchmark is not installed")
    frames = {0: range(0, 24, 4), 3: range(4, 20, 4)}
    masks = {n: {t: ellipse(SIZE, 20 + 9 * n + t, 30, 12, 9) for t in of} for n, of in frames.items()}
    guesses = {n: {t: ellipse(SIZE, 21 + 9 * n + 1.2 * t, 29, 12, 8) for t in of} for n, of in frames.items()}
    masks[0][12] = masks[0][12] & False
    for t in range(24):
        picture = tmp_path / f"set/JPEGImages_24fps/run/{t:05d}.jpg"
        picture.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", SIZE[::-1]).save(picture)
    for n, of in masks.items():
        truth = {f"{t:05d}": mask for t, mask in of.items()}
        for place, named in ((tmp_path / "set/Annotations_6fps/run", truth), (tmp_path / "guess/run", guesses[n])):
            (place / f"{n:03d}").mkdir(parents=True)
            for t, mask in named.items():
                name = t if isinstance(t, str) else f"{t:05d}"
                Image.fromarray(mask.astype(np.uint8)).save(place / f"{n:03d}/{name}.png")
    item = open_set(tmp_path / "set").read("run")
    assert isinstance(item, VideoItem)
    rles = {n: {t: encode_mask(mask) for t, mask in of.items()} for n, of in guesses.items()}
    found = score_video(item, rles, "sav").items
    assert len(found) == 2
    for one in found:
        name = f"{one.object:03d}"
        _, j, f = benchmark.VideoEvaluator(tmp_path / "set/Annotations_6fps/run", tmp_path / "guess/run")(name)
        assert one.figures["j"] == pytest.approx(j[1] / 100, abs=1e-6)
        assert one.figures["f"] == pytest.approx(f[1] / 100, abs=1e-6)


def test_recall_and_decay_are_those_of_trackeval() -> None:
    metrics = pytest.importorskip("trackeval.metrics", reason="trackeval is not installed")
    truth = [two_ellipses(t) for t in range(20)]
    guess = [two_guesses(t) for t in range(20)]
    for numbers in truth:
        numbers[numbers == 255] = 0
    for number in (1, 2):  # one object at a time, since trackeval picks who is compared with whom by itself
        dets = [[[coco.encode(np.asfortranarray(one == number, np.uint8))] for one in side] for side in (truth, guess)]
        data: dict[str, Any] = {
            "num_timesteps": 20,
            "num_gt_ids": 1,
            "num_tracker_ids": 1,
            "gt_ids": [np.array([0])] * 20,
            "tracker_ids": [np.array([0])] * 20,
            "gt_dets": dets[0],
            "tracker_dets": dets[1],
        }
        expected = metrics.JAndF().eval_sequence(data)
        figures = score_video(video_item("run", truth), predicted(guess), "all").items[number - 1].figures
        for ours, theirs in (("j", "J"), ("f", "F")):
            assert figures[ours] == pytest.approx(expected[f"{theirs}-Mean"], abs=1e-6)
            assert figures[f"{ours}_recall"] == pytest.approx(expected[f"{theirs}-Recall"], abs=1e-6)
            assert figures[f"{ours}_decay"] == pytest.approx(expected[f"{theirs}-Decay"], abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_identity_switches_are_those_of_trackeval(seed: int) -> None:
    metrics = pytest.importorskip("trackeval.metrics", reason="trackeval is not installed")
    truth = random_labels(seed, frames=15)
    guess = spoiled(truth, seed + 100)
    item = video_item("run", truth)
    counted = {thing.id: counted_frames("all", item, thing.id) for thing in item.things}
    frames = sightings(item, predicted(guess), counted)
    clear = metrics.CLEAR({"PRINT_CONFIG": False}).eval_sequence(
        {
            "num_timesteps": len(frames),
            "num_gt_ids": 4,
            "num_tracker_ids": 4,
            "num_gt_dets": sum(len(one.objects) for one in frames),
            "num_tracker_dets": sum(len(one.predicted) for one in frames),
            "gt_ids": [np.array(one.objects, int) - 1 for one in frames],
            "tracker_ids": [np.array(one.predicted, int) - 1 for one in frames],
            "similarity_scores": [one.ious for one in frames],
        }
    )
    assert sum(id_switches(frames).values()) == clear["IDSW"]


def test_without_trackeval_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trackeval.metrics", None)
    with pytest.raises(InputError, match=r"pip install 'masklet\[hota\]'"):
        check_hota()


def test_hota_of_what_is_known() -> None:
    pytest.importorskip("trackeval.metrics", reason="trackeval is not installed")
    truth = random_labels(0)
    perfect = score_video(video_item("run", truth), predicted(truth), "all", hota=True)
    assert perfect.hota is not None
    whole = combine_hota([perfect.hota, perfect.hota])
    assert (whole.hota, whole.detection, whole.association, whole.location) == (1.0, 1.0, 1.0, pytest.approx(1.0))
    # Two objects that change their numbers half-way, each found perfectly: every pair of numbers shares half of
    # either's frames, so AssA is 5 / (10 + 10 - 5), and HOTA its root since DetA is 1.
    boxes = [np.zeros(SIZE, np.uint8) for _ in range(10)]
    for box in boxes:
        box[5:20, 5:20], box[30:50, 40:70] = 1, 2
    changed = [box if t < 5 else np.where(box > 0, 3 - box, 0).astype(np.uint8) for t, box in enumerate(boxes)]
    found = score_video(video_item("run", boxes), predicted(changed), "all", hota=True)
    assert found.hota is not None
    figures = combine_hota([found.hota])
    assert (figures.detection, figures.association) == (1.0, pytest.approx(1 / 3))
    assert figures.hota == pytest.approx((1 / 3) ** 0.5)
    assert [one.figures["id_switches"] for one in found.items] == [1, 1]
