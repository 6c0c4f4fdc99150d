"""Trains the tiny network in a process of its own: run_tiny.py OUT DATA [KEY=VALUE …]."""

import sys
from dataclasses import fields, replace
from pathlib import Path

import torch

from masklet.model.network import Network
from masklet.train.loop import Trainer
from tests.train.tiny import TINY, tiny_config


def main() -> None:
    config = tiny_config(Path(sys.argv[2]))
    for setting in sys.argv[3:]:
        key, value = setting.split("=")
        if key in {field.name for field in fields(config)}:
            config = replace(config, **{key: int(value)})
        else:
            config = replace(config, data=replace(config.data, **{key: int(value)}))
    torch.manual_seed(0)
    trainer = Trainer(Network(TINY), config, Path(sys.argv[1]))
    trainer.resume()
    trainer.run()


if __name__ == "__main__":
    main()
