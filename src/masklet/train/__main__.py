"""python -m masklet.train: packs the data once, trains a recipe's stages in turn, and resumes when started again."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import torch

from masklet.data.davis import DavisSet
from masklet.data.packed import pack_pictures, pack_videos
from masklet.data.pictures import PictureSet
from masklet.model.config import NANO
from masklet.model.network import Network

from . import recipes
from .imagenet import load_imagenet
from .loop import Trainer


def main() -> None:
    """Trains the embedded model."""
    parser = argparse.ArgumentParser(prog="python -m masklet.train", description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with pictures/{train,dev} and videos/{train,dev}"
    )
    parser.add_argument("--imagenet", type=Path, required=True, help="EfficientNet-Lite0's .pth")
    parser.add_argument("--out", type=Path, required=True, help="where packs, logs and checkpoints go")
    arguments = parser.parse_args()
    packed = arguments.out / "packed"
    pack_pictures(PictureSet(arguments.data / "pictures" / "train"), packed / "pictures", side=448)
    pack_videos(DavisSet(arguments.data / "videos" / "train"), packed / "videos", side=448)
    torch.manual_seed(0)
    network = Network(NANO)
    load_imagenet(network.trunk, arguments.imagenet)  # type: ignore[arg-type]
    for number, config in enumerate(recipes.nano(packed)):
        folder = arguments.out / f"stage{number}"
        trainer = Trainer(network, config, folder, arguments.data)
        if trainer.resume():
            print(f"stage {number} goes on at step {trainer.step}", flush=True)
        trainer.run()
        network = Network(NANO)
        network.load_state_dict(trainer.average.network.state_dict())
        from masklet.model.checkpoint import save_network

        temporary = arguments.out / "average.tmp"
        save_network(network, temporary)
        os.replace(temporary, arguments.out / f"stage{number}.safetensors")


if __name__ == "__main__":
    main()
