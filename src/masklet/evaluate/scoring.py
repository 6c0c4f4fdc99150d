"""Predicted masks of one video against its truth: figures of every object and frame.

Predictions are compressed masks by object and frame, whoever made them: a session, or another tool through files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from masklet.data.sets.values import VideoItem
from masklet.errors import InputError
from masklet.evaluate.answers import Predicted
from masklet.evaluate.hota import Part, hota_part
from masklet.evaluate.identity import id_switches, sightings
from masklet.evaluate.metrics import boundary_iou, iou, presence, score_frame, statistics
from masklet.evaluate.record import FrameFigures, Item
from masklet.evaluate.rules import Rule, counted_frames
from masklet.media.rle import Rle, decode_mask, mask_area
from masklet.values import Mask


@dataclass(frozen=True)
class Scored:
    """One video's result. left_out: "sequence/number" of objects that have no frame to count by the rule. hota: the
    video's part of the set's HOTA, when it was asked for."""

    items: tuple[Item, ...]
    left_out: tuple[str, ...] = ()
    hota: Part | None = None


@dataclass(frozen=True)
class Places:
    """Where to look: the set's and the prediction's folder for a video, as far as there are any."""

    source: str = ""
    annotations: Path | None = None
    predictions: Path | None = None


@dataclass
class _Track:
    frames: list[FrameFigures] = field(default_factory=list)
    borders: list[float] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)


def score_video(
    item: VideoItem,
    predicted: Predicted,
    rule: Rule,
    *,
    places: Places | None = None,
    hota: bool = False,
) -> Scored:
    """Figures of every object of one video.

    Raises InputError when a predicted mask is of another size, or `trackeval` is missing for `hota`.
    """
    places = places or Places()
    wanted = [thing.id for thing in item.things]
    counted = {number: counted_frames(rule, item, number, _shown(predicted.get(number, {}))) for number in wanted}
    tracks = {number: _Track() for number in wanted}
    for t in sorted({t for frames in counted.values() for t in frames}):
        truth = item.truths[t]
        void = None if truth.void is None else decode_mask(truth.void)
        there = {region.thing: region.rle for region in truth.regions}
        for number in (n for n in wanted if t in counted[n]):
            mask = _mask(item, there.get(number))
            guess = _mask(item, predicted.get(number, {}).get(t), f"{item.name}, object {number}, frame {t}")
            _add(tracks[number], t, guess, mask, void)
    seen = sightings(item, predicted, counted)
    switches = id_switches(seen)
    scored = [
        _item(item, number, track, places, switches.get(number, 0)) for number, track in tracks.items() if track.frames
    ]
    left_out = [f"{item.name}/{number}" for number, track in tracks.items() if not track.frames]
    return Scored(tuple(scored), tuple(left_out), hota_part(seen) if hota else None)


def _shown(frames: Mapping[int, Rle]) -> list[int]:
    return [t for t, rle in frames.items() if mask_area(rle)]


def _mask(item: VideoItem, rle: Rle | None, what: str = "") -> Mask:
    if rle is None:
        return np.zeros(item.size, bool)
    height, width = rle["size"]
    if (height, width) != tuple(item.size):
        raise InputError(f"{what}: a mask of {width}x{height} pixels, the video has {item.size[1]}x{item.size[0]}")
    return decode_mask(rle)


def _add(track: _Track, t: int, guess: Mask, truth: Mask, void: Mask | None) -> None:
    score = score_frame(guess, truth, void=void)
    if void is not None:
        guess, truth = guess & ~void, truth & ~void
    track.borders.append(boundary_iou(guess, truth))
    if truth.any():
        track.sizes.append(float(truth.mean()))
    # J is the IoU beside void; kept apart, since a record's readers need not know that
    track.frames.append(FrameFigures(t, score.j, score.f, iou(guess, truth), bool(truth.any()), bool(guess.any())))


def _item(item: VideoItem, number: int, track: _Track, places: Places, switches: int) -> Item:
    frames = track.frames
    j, f = statistics([one.j for one in frames]), statistics([one.f for one in frames])
    seen = presence([one.truth_visible for one in frames], [one.predicted_visible for one in frames])
    figures = {
        "jf": (j.mean + f.mean) / 2,
        "j": j.mean,
        "f": f.mean,
        "j_recall": j.recall,
        "j_decay": j.decay,
        "f_recall": f.recall,
        "f_decay": f.decay,
        "iou": float(np.mean([one.iou for one in frames])),
        "boundary_iou": float(np.mean(track.borders)),
        "presence_accuracy": seen.accuracy,
        "presence_f1": seen.f1,
        "id_switches": switches,
    }
    if track.sizes:
        figures["size"] = float(np.mean(track.sizes))
    return Item(
        sequence=item.name,
        object=number,
        source=places.source,
        figures=figures,
        frames=tuple(frames),
        pictures=item.files if isinstance(item.files, Path) else item.files[0].parent,
        annotations=places.annotations,
        predictions=places.predictions,
    )
