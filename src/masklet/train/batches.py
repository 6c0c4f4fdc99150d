"""Samples become tensors. A batch is a function of (seed, step) alone, so that a run resumes exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from masklet.data.clips import ClipSampler
from masklet.data.packed import Packed
from masklet.data.samples import PictureSampler, Sample

from .config import DataConfig


@dataclass(frozen=True)
class Batch:
    """pictures_BT3HW: uint8, B clips of T frames. masks_NTHW: uint8 0/1 of all N objects, at the picture's size;
    truth_NTHW: their share of each stride-4 cell. clip_N: which clip each object is in."""

    pictures_BT3HW: Tensor
    masks_NTHW: Tensor
    truth_NTHW: Tensor
    clip_N: Tensor
    step: int

    @property
    def still(self) -> bool:
        """Whether these are pictures rather than clips."""
        return self.pictures_BT3HW.shape[1] == 1


def collate(samples: list[Sample], step: int) -> Batch:
    """Samples of the same number of frames."""
    pictures = torch.from_numpy(np.stack([s.pictures for s in samples])).permute(0, 1, 4, 2, 3)
    masks = torch.from_numpy(np.concatenate([s.masks for s in samples]))
    counts = torch.tensor([len(s.masks) for s in samples])
    return Batch(
        pictures, masks, F.avg_pool2d(masks.float(), 4), torch.arange(len(samples)).repeat_interleave(counts), step
    )


class Steps(IterableDataset[Batch]):
    """The batches of steps first…last, in order; each worker makes every n-th."""

    def __init__(self, config: DataConfig, seed: int, first: int, last: int) -> None:
        self.config, self.seed, self.first, self.last = config, seed, first, last

    def __iter__(self) -> Iterator[Batch]:
        cv2.setNumThreads(1)
        torch.set_num_threads(1)
        c = self.config
        stills, videos = Packed.open(Path(c.pictures)), Packed.open(Path(c.videos))
        pictures = PictureSampler(stills, c.side, c.objects_per_picture)
        clips = ClipSampler(stills, videos, c.side, c.frames, c.objects_per_clip)
        worker = torch.utils.data.get_worker_info()
        offset, stride = (worker.id, worker.num_workers) if worker else (0, 1)
        for step in range(self.first + offset, self.last, stride):
            yield self._step(step, pictures, clips)

    def _step(self, step: int, pictures: PictureSampler, clips: ClipSampler) -> Batch:
        c = self.config
        if np.random.default_rng((self.seed, step)).random() < c.clip_share:
            first = step * c.clips_per_step
            return collate([clips.sample(self.seed, first + k) for k in range(c.clips_per_step)], step)
        first = step * c.pictures_per_step
        return collate([pictures.sample(self.seed, first + k) for k in range(c.pictures_per_step)], step)


def batches(config: DataConfig, seed: int, first: int, last: int) -> Iterator[Batch]:
    """Batches of steps first…last-1, made in `config.workers` processes ahead of time."""
    loader = DataLoader(
        Steps(config, seed, first, last),
        batch_size=None,
        num_workers=config.workers,
        prefetch_factor=4 if config.workers else None,
        # a fork of a process that has computed already would hang on its threads' locks
        multiprocessing_context="spawn" if config.workers else None,
    )
    yield from loader
