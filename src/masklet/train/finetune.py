"""Teaching a model one's own objects from a few annotated frames or pictures, with figures on frames held out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from masklet.data.davis import DavisSet
from masklet.data.pictures import PictureSet
from masklet.errors import InputError, ModelError
from masklet.media.frames import open_frames
from masklet.model.checkpoint import CheckpointError, load_network
from masklet.model.network import Network

from .config import DataConfig, InteractionConfig, OptimiserConfig, Sources, TrainConfig, Training
from .validate import validate_pictures, validate_videos

HELD_OUT = 4  # every so many-th annotated frame is kept for judging
LEAST_FOR_CLIPS = 3  # annotated frames that a sequence must have left to be cut into clips


@dataclass(frozen=True)
class Example:
    """One annotated frame: whose sequence it is of ("" for single pictures), its number there, and how it is read."""

    sequence: str
    frame: int
    read: Callable[[], tuple[NDArray[np.uint8], NDArray[np.uint16]]]


@dataclass(frozen=True)
class Figures:
    """Mean IoU over objects of the frames held out, after 1 click and 3; tracked: J there, followed from the first
    annotated frame's masks (None: no sequences)."""

    one_click: float
    three_clicks: float
    tracked: float | None


def examples(source: Path, masks: Path | None) -> list[Example]:
    """The annotated frames of a DAVIS folder, of a folder of pictures with label maps, or of a video whose masks lie
    in `masks`: NAME/00012.png for each object as `masklet track` writes them, or label maps 00012.png.

    Raises InputError when it is none of these, or fewer than two frames are annotated.
    """
    if masks is not None:
        found = list(_of_video(source, masks))
    elif (source / "JPEGImages").is_dir():
        found = list(_of_davis(DavisSet(source)))
    elif source.is_dir():
        found = [Example("", i, _picture_reader(one, i)) for one in [PictureSet(source)] for i in range(len(one))]
    else:
        raise InputError(f"{source}: a video needs its masks: --masks DIR, with NAME/00000.png for each object")
    if len(found) < 2:
        raise InputError(f"{source}: {len(found)} annotated frame; at least 2 are needed, one of them to judge on")
    return found


def _picture_reader(pictures: PictureSet, i: int) -> Callable[[], tuple[NDArray[np.uint8], NDArray[np.uint16]]]:
    def read() -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
        one = pictures.read(i)
        return one.pixels, one.labels

    return read


def _of_davis(videos: DavisSet) -> Iterator[Example]:
    for sequence in videos.sequences:
        for t in sequence.annotated:
            yield Example(
                sequence.name,
                t,
                lambda sequence=sequence, t=t: (  # type: ignore[misc]
                    sequence.picture(t),
                    np.where(sequence.labels(t) == 255, 0, sequence.labels(t)).astype(np.uint16),
                ),
            )


def _of_video(source: Path, masks: Path) -> Iterator[Example]:
    if not masks.is_dir():
        raise InputError(f"{masks}: there is no such folder of masks")
    objects = sorted(folder for folder in masks.iterdir() if folder.is_dir()) or [masks]
    by_frame: dict[int, list[tuple[int, Path]]] = {}
    for label, folder in enumerate(objects, 1):
        for path in sorted(folder.glob("*.png")):
            if path.stem.isdigit():
                by_frame.setdefault(int(path.stem), []).append((label, path))
    if not by_frame:
        raise InputError(f"{masks}: no masks here; expected NAME/00000.png for each object, or label maps 00000.png")
    frames = open_frames(source)
    for t, files in sorted(by_frame.items()):

        def read(t: int = t, files: list[tuple[int, Path]] = files) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
            picture = frames[t]
            return picture, _labels(files, picture.shape[:2], whole=objects == [masks])

        yield Example(source.stem, t, read)


def _labels(files: list[tuple[int, Path]], size: tuple[int, ...], *, whole: bool) -> NDArray[np.uint16]:
    labels = np.zeros(size, np.uint16)
    for label, path in files:
        with Image.open(path) as file:
            mask = np.asarray(file if whole else file.convert("L"))
        if mask.shape != size:
            raise InputError(f"{path}: {mask.shape[1]}x{mask.shape[0]} pixels, the video has {size[1]}x{size[0]}")
        labels = mask.astype(np.uint16) if whole else np.where(mask > 127, np.uint16(label), labels)
    return labels


def arrange(found: list[Example], folder: Path) -> None:
    """Writes the examples as a training reads them: pictures/train, videos/train where there are sequences, and what is
    held out as pictures/dev; videos/dev has all frames of the sequences, to be followed through."""
    shutil.rmtree(folder, ignore_errors=True)
    kept: dict[str, int] = {}
    for number, example in enumerate(found):
        pixels, labels = example.read()
        held = number % HELD_OUT == min(2, len(found) - 1)
        name = f"{example.frame:05d}"
        _write(
            folder / "pictures" / ("dev" if held else "train") / (example.sequence or "pictures"), name, pixels, labels
        )
        if example.sequence:
            kept[example.sequence] = kept.get(example.sequence, 0) + (not held)
            for part in ("dev",) if held else ("dev", "train"):
                root = folder / "videos" / part
                _write(root / "JPEGImages" / example.sequence, name, pixels, None)
                _write(root / "Annotations" / example.sequence, name, None, labels)
    for sequence, count in kept.items():
        if count < LEAST_FOR_CLIPS:
            for kind in ("JPEGImages", "Annotations"):
                shutil.rmtree(folder / "videos" / "train" / kind / sequence, ignore_errors=True)


def _write(folder: Path, name: str, pixels: NDArray[np.uint8] | None, labels: NDArray[np.uint16] | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if pixels is not None:
        Image.fromarray(pixels).save(folder / f"{name}.jpg", quality=95)
    if labels is not None:
        small = labels.max(initial=0) < 255
        Image.fromarray(labels.astype(np.uint8 if small else np.uint16)).save(folder / f"{name}.png")


def plan(model: str, weights: Path, folder: Path, side: int, steps: int) -> Training:
    """A short training from `weights` on what `arrange` wrote: small rates, the trunk's lower half as it is."""
    clips = any((folder / "videos" / "train" / "JPEGImages").glob("*"))
    data = DataConfig(
        side=side, pictures_per_step=4, objects_per_picture=4, clips_per_step=2, clip_share=0.5 if clips else 0.0
    )
    optimiser = OptimiserConfig(
        rate=1e-4, trunk_rate=3e-5, warm_up=max(1, steps // 10), average=0.98, layer_decay=0.8, frozen=("trunk.stem",)
    )
    stage = TrainConfig(
        data,
        steps=steps,
        optimiser=optimiser,
        interaction=InteractionConfig(corrections=2),
        save_every=20,
        log_every=20,
        validate_every=10 * steps,
    )
    sources = Sources(str(folder / "pictures" / "train"), str(folder / "videos" / "train") if clips else "", side=side)
    return Training(model, str(weights), sources=sources, stages=(stage,))


def read_weights(path: Path) -> Network:
    """The network of a weights file. Raises ModelError when it is none."""
    try:
        return load_network(path)
    except CheckpointError as error:
        raise ModelError(str(error)) from None


@torch.inference_mode()
def judge(network: Network, folder: Path) -> Figures:
    """How well a network does on what `arrange` held out."""
    network = network.eval()
    pictures = PictureSet(folder / "pictures" / "dev")
    clicked = validate_pictures(network, pictures)
    tracked = None
    if (folder / "videos" / "dev").is_dir():
        held = {(row.source, int(row.picture.stem)) for row in pictures.rows}
        tracked = validate_videos(network, DavisSet(folder / "videos" / "dev"), judged=held)
    return Figures(clicked.one_click, clicked.three_clicks, tracked)
