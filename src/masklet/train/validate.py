"""A quick look at how a training does: the network itself on development pictures and videos, without sessions.

Figures that are reported come from `masklet.evaluate`; these are for the log.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from masklet.data.clicks import centre_click, correction_click
from masklet.data.davis import DavisSet
from masklet.data.pictures import PictureSet
from masklet.model.network import Network
from masklet.model.prompt_encoder import Prompts

from .annotator import no_prompts
from .interaction import Remembered, preferred

MOST_OBJECTS = 8


@dataclass(frozen=True)
class PictureFigures:
    """Mean IoU after 1 click and after 3, over objects and over sources."""

    one_click: float
    three_clicks: float
    one_click_by_source: float
    three_clicks_by_source: float


def normalise(pictures_B3HW: Tensor, network: Network) -> Tensor:
    """uint8 RGB -> what `see` takes."""
    mean, deviation = (
        torch.tensor(values, device=pictures_B3HW.device)[:, None, None]
        for values in (network.config.mean, network.config.deviation)
    )
    return ((pictures_B3HW.float() - mean) / deviation).contiguous(memory_format=torch.channels_last)


def to_square(picture: NDArray[np.uint8], network: Network) -> Tensor:
    """HxWx3 uint8 of any size -> 1,3,S,S, what `see` takes."""
    side = network.config.picture_size
    resized = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    return normalise(torch.from_numpy(resized).permute(2, 0, 1)[None], network)


def _iou(logits_NHW: Tensor, truths: list[NDArray[np.bool_]]) -> list[float]:
    out = []
    for logits, truth in zip(logits_NHW.numpy(), truths, strict=True):
        mask = cv2.resize(logits, truth.shape[::-1], interpolation=cv2.INTER_LINEAR) > 0
        union = (mask | truth).sum()
        out.append(float((mask & truth).sum() / union) if union else 1.0)
    return out


@torch.inference_mode()
def validate_pictures(network: Network, pictures: PictureSet, every: int = 1) -> PictureFigures:
    """The evaluation protocol's clicks on every n-th picture, at most eight objects each."""
    size = network.config.picture_size
    ones: dict[str, list[float]] = {}
    threes: dict[str, list[float]] = {}
    for i in range(0, len(pictures.rows), every):
        item = pictures.read(i)
        ids = [k for k in np.unique(item.labels) if k][:MOST_OBJECTS]
        truths = [item.labels == k for k in ids]
        if not truths:
            continue
        height, width = item.labels.shape
        features = network.see(to_square(item.pixels, network))
        f16 = network.recall(features.f16_BChw, None)
        said = [[centre_click(t)] for t in truths]
        previous: Tensor | None = None
        for round_ in range(3):
            points = torch.tensor([[(c.x * size / width - 0.5, c.y * size / height - 0.5) for c in cs] for cs in said])
            labels = torch.tensor([[c.label for c in cs] for cs in said])
            answer = network.decode(f16, features, Prompts(points, labels, previous))
            logits = preferred(answer)[0] if round_ == 0 else answer.mask_logits_BMHW[:, 0]
            if round_ == 0:
                ones.setdefault(pictures.rows[i].source, []).extend(_iou(logits, truths))
            previous = logits.clamp(-32, 32)
            if round_ < 2:
                for n, truth in enumerate(truths):
                    mask = cv2.resize(logits[n].numpy(), (width, height), interpolation=cv2.INTER_LINEAR) > 0
                    said[n].append(correction_click(mask, truth))
        threes.setdefault(pictures.rows[i].source, []).extend(_iou(logits, truths))

    def over_objects(table: dict[str, list[float]]) -> float:
        return float(np.mean([v for values in table.values() for v in values]))

    def over_sources(table: dict[str, list[float]]) -> float:
        return float(np.mean([np.mean(values) for values in table.values()]))

    return PictureFigures(over_objects(ones), over_objects(threes), over_sources(ones), over_sources(threes))


@torch.inference_mode()
def validate_videos(
    network: Network, videos: DavisSet, every: int = 1, judged: Container[tuple[str, int]] | None = None
) -> float:
    """Mean J over objects, tracking from the first frame's mask; every n-th frame of the video.

    judged: the frames that count, as (sequence, number in the file's name); all but the first when None.
    """
    memory, size = network.config.video, network.config.picture_size
    scores: list[float] = []
    for sequence in videos.sequences:
        first = sequence.labels(0)
        ids = [k for k in np.unique(first) if k not in (0, 255)]
        given = np.stack(
            [cv2.resize((first == k).astype(np.float32), (size, size), interpolation=cv2.INTER_AREA) for k in ids]
        )
        index = torch.zeros(len(ids), dtype=torch.long)
        remembered = Remembered()
        values: list[list[float]] = []
        for t, frame in enumerate(range(0, len(sequence), every)):
            seen = network.see(to_square(sequence.picture(frame), network)).select(index)
            if t == 0:
                answer = network.read_given_mask(seen, torch.from_numpy(given)[:, None])
                chosen, pointers = answer.mask_logits_BMHW[:, 0], answer.pointers_BMC[:, 0]
            else:
                f16 = network.recall(seen.f16_BChw, remembered.recall(t, memory.recent, memory.pointers))
                answer = network.decode(f16, seen, no_prompts(len(ids)))
                chosen, pointers = preferred(answer)
                chosen = chosen.masked_fill((answer.presence_B <= 0)[:, None, None], -1024.0)
                if judged is None or (sequence.name, int(sequence.frames[frame].stem)) in judged:
                    labels = sequence.labels(frame)
                    values.append(_iou(chosen, [labels == k for k in ids]))
            certain = torch.zeros(len(ids), dtype=torch.bool)
            remembered.add(network.remember(seen.f16_BChw, chosen, answer.presence_B, certain), pointers, t, t == 0)
            remembered.forget_before(t - memory.pointers)
        if values:
            scores += list(np.mean(values, axis=0))
    return float(np.mean(scores))
