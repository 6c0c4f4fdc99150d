"""A network of a few thousand parameters and a drawn data set, small enough to train in a test."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from masklet.data.davis import DavisSet
from masklet.data.packed import pack_pictures, pack_videos
from masklet.data.pictures import PictureSet
from masklet.model.config import DecoderConfig, LiteConfig, MemoryConfig, NeckConfig, NetworkConfig, PromptConfig
from masklet.train.config import DataConfig, OptimiserConfig, TrainConfig

TINY = NetworkConfig(
    name="tiny-test",
    picture_size=64,
    channels=64,
    trunk=LiteConfig(
        stem=8,
        stages=((1, 3, 1, 8, 1), (2, 3, 2, 8, 1), (2, 3, 2, 16, 1), (2, 3, 2, 16, 1), (2, 3, 2, 24, 1)),
    ),
    neck=NeckConfig(top_down=(4, 8, 16), widths=(8, 16, 64)),
    prompt=PromptConfig(mask_channels=8, maps=True),
    decoder=DecoderConfig(heads=2, mlp=32),
    memory=MemoryConfig(channels=16, layers=1, mlp=32, fuser_blocks=1),
    mean=(127.0, 127.0, 127.0),
    deviation=(128.0, 128.0, 128.0),
)


def _draw(rng: np.random.Generator, shift: int = 0) -> tuple[np.ndarray, np.ndarray]:
    picture = np.full((96, 96, 3), rng.integers(0, 90, 3), np.uint8)
    labels = np.zeros((96, 96), np.uint8)
    x, y = rng.integers(24, 60, 2)
    cv2.circle(picture, (int(x) + shift, int(y)), 16, (250, 240, 60), -1)
    cv2.circle(labels, (int(x) + shift, int(y)), 16, 1, -1)
    return picture, labels


def draw_data(root: Path) -> TrainConfig:
    """Six pictures and one moving disc, packed; and a short training on them."""
    rng = np.random.default_rng(0)
    (root / "pictures" / "drawn").mkdir(parents=True)
    for n in range(6):
        picture, labels = _draw(rng)
        Image.fromarray(picture).save(root / "pictures" / "drawn" / f"{n}.jpg")
        Image.fromarray(labels).save(root / "pictures" / "drawn" / f"{n}.png")
    for kind in ("JPEGImages", "Annotations"):
        (root / "videos" / kind / "disc").mkdir(parents=True)
    for t in range(8):
        picture, labels = _draw(np.random.default_rng(5), shift=t)
        Image.fromarray(picture).save(root / "videos" / "JPEGImages" / "disc" / f"{t:05d}.jpg")
        Image.fromarray(labels).save(root / "videos" / "Annotations" / "disc" / f"{t:05d}.png")
    pack_pictures(PictureSet(root / "pictures"), root / "packed" / "pictures", side=80)
    pack_videos(DavisSet(root / "videos"), root / "packed" / "videos", side=80)
    return tiny_config(root)


def tiny_config(root: Path) -> TrainConfig:
    """The short training on what `draw_data` drew."""
    data = DataConfig(
        str(root / "packed" / "pictures"),
        str(root / "packed" / "videos"),
        side=64,
        pictures_per_step=2,
        objects_per_picture=2,
        clips_per_step=1,
        frames=3,
        clip_share=0.5,
        workers=0,
    )
    optimiser = OptimiserConfig(rate=3e-3, trunk_rate=3e-3, warm_up=2, frozen=("trunk.stem",))
    return TrainConfig(data, steps=8, optimiser=optimiser, threads=1, save_every=4, validate_every=1000, log_every=4)
