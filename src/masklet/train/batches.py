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
from masklet.data.synthetic.icons import open_icons
from masklet.data.synthetic.materials import gather
from masklet.data.synthetic.sampler import SyntheticSampler
from masklet.errors import InputError

from .config import DataConfig


@dataclass(frozen=True)
class Batch:
    """pictures_BT3HW: uint8, B clips of T frames. masks_NTHW: uint8 0/1 of all N objects, at the picture's size;
    truth_NTHW: their share of each stride-4 cell. clip_N: which clip each object is in. names_N: (number of the clip
    in the step, number of the object in the clip), the same however the step is shared out."""

    pictures_BT3HW: Tensor
    masks_NTHW: Tensor
    truth_NTHW: Tensor
    clip_N: Tensor
    names_N: tuple[tuple[int, int], ...]
    step: int

    @property
    def still(self) -> bool:
        """Whether these are pictures rather than clips."""
        return self.pictures_BT3HW.shape[1] == 1

    @property
    def objects(self) -> int:
        """N."""
        return len(self.names_N)

    def to(self, device: torch.device) -> Batch:
        """The same on that device."""
        return Batch(
            self.pictures_BT3HW.to(device),
            self.masks_NTHW.to(device),
            self.truth_NTHW.to(device),
            self.clip_N.to(device),
            self.names_N,
            self.step,
        )

    def split(self, parts: int) -> list[Batch]:
        """The same in so many parts with equally many clips each."""
        size = len(self.pictures_BT3HW) // parts
        return [self._part(range(k * size, (k + 1) * size)) for k in range(parts)] if parts > 1 else [self]

    def _part(self, clips: range) -> Batch:
        inside = (self.clip_N >= clips.start) & (self.clip_N < clips.stop)
        names = tuple(name for name, there in zip(self.names_N, inside.tolist(), strict=True) if there)
        pictures = self.pictures_BT3HW[clips.start : clips.stop]
        clip_N = self.clip_N[inside] - clips.start
        return Batch(pictures, self.masks_NTHW[inside], self.truth_NTHW[inside], clip_N, names, self.step)


def collate(samples: list[Sample], step: int, first: int = 0) -> Batch:
    """Samples of the same number of frames. first: the number of the first of them in the step."""
    pictures = torch.from_numpy(np.stack([s.pictures for s in samples])).permute(0, 1, 4, 2, 3)
    masks = torch.from_numpy(np.concatenate([s.masks for s in samples]))
    counts = torch.tensor([len(s.masks) for s in samples])
    names = tuple((first + k, n) for k, sample in enumerate(samples) for n in range(len(sample.masks)))
    clip_N = torch.arange(len(samples)).repeat_interleave(counts)
    return Batch(pictures, masks, F.avg_pool2d(masks.float(), 4), clip_N, names, step)


@dataclass(frozen=True)
class Share:
    """Which part of every step's samples one of several training processes makes: the rank-th of `of` equal ones."""

    rank: int = 0
    of: int = 1

    def among(self, samples: int) -> range:
        """The numbers of its samples. Raises InputError when they cannot be shared out equally."""
        if samples % self.of:
            raise InputError(f"{samples} pictures or clips a step cannot be shared by {self.of} processes: change one")
        size = samples // self.of
        return range(self.rank * size, (self.rank + 1) * size)


WHOLE = Share()


class Steps(IterableDataset[Batch]):
    """The batches of steps first…last, in order; each worker makes every n-th."""

    def __init__(self, config: DataConfig, seed: int, first: int, last: int, share: Share = WHOLE) -> None:
        self.config, self.seed, self.first, self.last, self.share = config, seed, first, last, share

    def __iter__(self) -> Iterator[Batch]:
        cv2.setNumThreads(1)
        torch.set_num_threads(1)
        c = self.config
        stills = Packed.open(Path(c.pictures))
        pictures = PictureSampler(stills, c.side, c.objects_per_picture, close=c.close_share)
        videos = Packed.open(Path(c.videos)) if c.wants_videos else None
        clips = ClipSampler(stills, videos, c.side, c.frames, c.objects_per_clip) if videos is not None else None
        synthetic = _synthetic(c, stills) if c.clip_share > 0 and c.synthetic_share > 0 else None
        worker = torch.utils.data.get_worker_info()
        offset, stride = (worker.id, worker.num_workers) if worker else (0, 1)
        for step in range(self.first + offset, self.last, stride):
            yield self._step(step, pictures, clips, synthetic)

    def _step(
        self, step: int, pictures: PictureSampler, clips: ClipSampler | None, synthetic: SyntheticSampler | None
    ) -> Batch:
        c = self.config
        if c.clip_share > 0 and np.random.default_rng((self.seed, step)).random() < c.clip_share:
            mine = self.share.among(c.clips_per_step)
            numbers = [step * c.clips_per_step + k for k in mine]
            return collate([self._clip(number, clips, synthetic) for number in numbers], step, mine.start)
        mine = self.share.among(c.pictures_per_step)
        samples = [pictures.sample(self.seed, step * c.pictures_per_step + k) for k in mine]
        return collate(samples, step, mine.start)

    def _clip(self, number: int, clips: ClipSampler | None, synthetic: SyntheticSampler | None) -> Sample:
        """The clip of that number: which kind it is is a function of the number too."""
        drawn = synthetic is not None and _chance(self.seed, number) < self.config.synthetic_share
        sampler = synthetic if drawn else clips
        assert sampler is not None
        return sampler.sample(self.seed, number)


def _chance(seed: int, number: int) -> float:
    return float(np.random.default_rng((seed, number, 3, 1)).random())


def _synthetic(c: DataConfig, stills: Packed) -> SyntheticSampler:
    icons = (open_icons(c.icons),) if c.icons else ()
    return SyntheticSampler(gather(stills, icons), c.side, c.frames, c.objects_per_clip)


def batches(config: DataConfig, seed: int, first: int, last: int, share: Share = WHOLE) -> Iterator[Batch]:
    """Batches of steps first…last-1, made in `config.workers` processes ahead of time.

    Raises InputError when the folder of icons holds none.
    """
    if config.icons:
        open_icons(config.icons)  # told here rather than by a process that makes batches
    loader = DataLoader(
        Steps(config, seed, first, last, share),
        batch_size=None,
        num_workers=config.workers,
        prefetch_factor=4 if config.workers else None,
        # a fork of a process that has computed already would hang on its threads' locks
        multiprocessing_context="spawn" if config.workers else None,
    )
    yield from loader
