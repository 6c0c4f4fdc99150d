"""Predicted masks of one video against its truth: figures of every object and frame.

Predictions are compressed masks by object and frame, whoever made them: a session, or another tool through files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True)
class _OnFrame:
    """One object on one frame. size: the share of the picture that it takes, None where it is not there."""

    figures: FrameFigures
    border: float
    size: float | None


@dataclass(frozen=True)
class Worked:
    """Figures of one video's frames, kept while its predictions are scored again and again: a mask that is the same as
    before is not compared anew."""

    frames: dict[tuple[int, int], tuple[Rle | None, _OnFrame]] = field(default_factory=dict)


def score_video(
    item: VideoItem,
    predicted: Predicted,
    rule: Rule,
    *,
    places: Places | None = None,
    hota: bool = False,
    worked: Worked | None = None,
) -> Scored:
    """Figures of every object of one video. worked: what is kept of this video from one call to the next.

    Raises InputError when a predicted mask is of another size, or `trackeval` is missing for `hota`.
    """
    places = places or Places()
    wanted = [thing.id for thing in item.things]
    counted = {number: counted_frames(rule, item, number, _shown(predicted.get(number, {}))) for number in wanted}
    kept = Worked() if worked is None else worked
    tracks: dict[int, list[_OnFrame]] = {number: [] for number in wanted}
    for t in sorted({t for frames in counted.values() for t in frames}):
        for number in (n for n in wanted if t in counted[n]):
            guess = predicted.get(number, {}).get(t)
            if (number, t) not in kept.frames or kept.frames[number, t][0] != guess:
                kept.frames[number, t] = guess, _on_frame(item, number, t, guess)
            tracks[number].append(kept.frames[number, t][1])
    seen = sightings(item, predicted, counted)
    switches = id_switches(seen)
    scored = [_item(item, number, track, places, switches.get(number, 0)) for number, track in tracks.items() if track]
    left_out = [f"{item.name}/{number}" for number, track in tracks.items() if not track]
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


def _on_frame(item: VideoItem, number: int, t: int, guessed: Rle | None) -> _OnFrame:
    regions = {region.thing: region.rle for region in item.truths[t].regions}
    truth = _mask(item, regions.get(number))
    guess = _mask(item, guessed, f"{item.name}, object {number}, frame {t}")
    unlabelled = item.truths[t].void
    void = None if unlabelled is None else decode_mask(unlabelled)
    score = score_frame(guess, truth, void=void)
    if void is not None:
        guess, truth = guess & ~void, truth & ~void
    # J is the IoU beside void; kept apart, since a record's readers need not know that
    figures = FrameFigures(t, score.j, score.f, iou(guess, truth), bool(truth.any()), bool(guess.any()))
    return _OnFrame(figures, boundary_iou(guess, truth), float(truth.mean()) if truth.any() else None)


def _item(item: VideoItem, number: int, track: Sequence[_OnFrame], places: Places, switches: int) -> Item:
    frames = [one.figures for one in track]
    sizes = [one.size for one in track if one.size is not None]
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
        "boundary_iou": float(np.mean([one.border for one in track])),
        "presence_accuracy": seen.accuracy,
        "presence_f1": seen.f1,
        "id_switches": switches,
    }
    if sizes:
        figures["size"] = float(np.mean(sizes))
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
