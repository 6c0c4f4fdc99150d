"""A whole training: sources packed, stages run in turn, each from the averaged weights of the one before."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from accelerate import PartialState

from masklet.data.davis import DavisSet
from masklet.data.packed import Packed, pack_pictures, pack_videos
from masklet.data.pictures import PictureSet
from masklet.errors import InputError, ModelError
from masklet.model.checkpoint import CheckpointError, load_network, save_network
from masklet.model.network import Network
from masklet.model.presets import PRESETS
from masklet.model.trunk.lite import Lite

from .config import DataConfig, Training
from .imagenet import load_imagenet
from .loop import Trainer

Say = Callable[[Mapping[str, object]], None]


@dataclass(frozen=True)
class Trained:
    """weights: the averaged ones of the last stage. steps: of all stages. broken: a line on each picture or video that
    was left out. figures: the last validation's."""

    weights: Path
    steps: int
    broken: tuple[str, ...] = ()
    figures: Mapping[str, object] = field(default_factory=dict)


def run_training(training: Training, out: Path, start: Path | None, say: Say) -> Trained:
    """Trains into `out`, or goes on with what was begun there; a stage that has its weights is done.

    start: the file of `training.start`. say: gets each line of the log. `out` holds stageN/ (state.pt, log.jsonl,
    board/) and stageN.safetensors. Raises InputError when sources, weights or settings do not fit each other.
    """
    packs = _pack(training, out / "packed")
    broken = tuple(line for pack in packs if pack is not None for line in pack.broken)
    if broken:
        say({"left_out": len(broken), "because": list(broken[:20])})
    figures: Mapping[str, object] = {}
    network = _begin(training, start)
    for number, stage in enumerate(training.stages):
        weights = out / f"stage{number}.safetensors"
        if weights.exists():
            network = _trainable(weights)
            # said, because settings changed since then have no effect on it
            say({"stage": number, "done_before": str(weights)})
            continue
        stage = replace(stage, data=_with_packs(stage.data, packs))
        development = Path(training.sources.development) if training.sources.development else None
        trainer = Trainer(network, stage, out / f"stage{number}", development, say)
        if trainer.resume():
            say({"stage": number, "goes_on_at": trainer.step})
        trainer.run()
        figures = trainer.figures
        network = Network(trainer.network.config)
        network.load_state_dict({k: v.cpu() for k, v in trainer.average.network.state_dict().items()})
        if trainer.accelerator.is_main_process:
            _save(network, weights)
        trainer.accelerator.wait_for_everyone()
    return Trained(weights, sum(stage.steps for stage in training.stages), broken, figures)


def _pack(training: Training, folder: Path) -> tuple[Packed | None, Packed | None]:
    sources = training.sources
    wanted = {
        "pictures": any(stage.data.clip_share < 1 for stage in training.stages),
        "videos": any(stage.data.wants_videos for stage in training.stages),
    }
    if not sources.pictures:
        raise InputError("nothing to train on: name a folder that holds pictures/train: --data DIR")
    if wanted["videos"] and not sources.videos:
        raise InputError(
            "clips are wanted (data.clip_share is above 0) and there are no videos: set sources.videos, "
            "or data.clip_share=0 or data.synthetic_share=1 in every stage"
        )
    with PartialState().main_process_first():
        pictures = pack_pictures(PictureSet(sources.pictures), folder / "pictures", sources.side)
        videos = pack_videos(DavisSet(sources.videos), folder / "videos", sources.side) if wanted["videos"] else None
    return pictures, videos


def _with_packs(data: DataConfig, packs: tuple[Packed | None, Packed | None]) -> DataConfig:
    pictures, videos = (str(pack.folder) if pack is not None else "" for pack in packs)
    return replace(data, pictures=pictures, videos=videos)


def _begin(training: Training, start: Path | None) -> Network:
    if training.model not in PRESETS:
        raise ModelError(f"no model {training.model!r} to train: choose {', '.join(PRESETS)}")
    if start is not None:
        network = _trainable(start)
        if network.config.name != training.model:
            raise ModelError(f"{start} holds {network.config.name}, not {training.model}: set model or start")
        return network
    torch.manual_seed(training.stages[0].seed)
    network = Network(PRESETS[training.model])
    if training.trunk:
        if not isinstance(network.trunk, Lite):
            raise ModelError(f"{training.trunk}: ImageNet weights are read for EfficientNet-Lite trunks alone")
        load_imagenet(network.trunk, Path(training.trunk))
    return network


def _trainable(weights: Path) -> Network:
    try:
        return load_network(weights).train().requires_grad_(True)
    except CheckpointError as error:
        raise ModelError(str(error)) from None


def _save(network: Network, path: Path) -> None:
    temporary = path.with_name(f".{path.name}.part")
    save_network(network, temporary)
    os.replace(temporary, path)
