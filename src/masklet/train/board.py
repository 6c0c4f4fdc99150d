"""TensorBoard: the log's figures as curves, and pictures of what the network answers."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from masklet.data.clicks import centre_click
from masklet.data.pictures import PictureSet
from masklet.media.overlay import contact_sheet, draw_overlay
from masklet.model.network import Network
from masklet.model.prompt_encoder import Prompts
from masklet.values import Prompt

from .interaction import preferred
from .validate import to_square

Picture = NDArray[np.uint8]
SHOWN_HEIGHT = 240


class Board:
    """Event files in `folder`; what a killed run wrote from step `step` on is taken back. Without the package
    tensorboard it keeps silent: the log has the figures all the same."""

    def __init__(self, folder: Path, step: int) -> None:
        self._writer = None
        if find_spec("tensorboard") is not None:
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(str(folder), purge_step=step)  # type: ignore[no-untyped-call]

    def row(self, row: Mapping[str, object]) -> None:
        """The numbers of one line of the log, which has its step among them."""
        if self._writer is not None:
            for name, value in row.items():
                if name != "step" and isinstance(value, int | float):
                    self._writer.add_scalar(name, value, row["step"])  # type: ignore[no-untyped-call]
            self._writer.flush()  # type: ignore[no-untyped-call]

    def picture(self, step: int, picture: Picture) -> None:
        """HxWx3 uint8 RGB."""
        if self._writer is not None:
            self._writer.add_image("answers", picture, step, dataformats="HWC")  # type: ignore[no-untyped-call]
            self._writer.flush()  # type: ignore[no-untyped-call]


@torch.inference_mode()
def draw_answers(network: Network, pictures: PictureSet, count: int) -> Picture | None:
    """A sheet of `count` pictures spread over the set: on the left the truth of one object and the click on it, on the
    right the network's answer to that click. None where none of them has an object."""
    device = next(network.parameters()).device
    side = network.config.picture_size
    drawn: list[Picture] = []
    for i in np.linspace(0, len(pictures) - 1, min(count, len(pictures))).astype(int):
        item = pictures.read(int(i))
        areas = np.bincount(item.labels.ravel())
        if len(areas) < 2:
            continue
        truth = item.labels == 1 + int(areas[1:].argmax())
        click = centre_click(truth)
        height, width = truth.shape
        features = network.see(to_square(item.pixels, network).to(device))
        points = torch.tensor([[[click.x * side / width - 0.5, click.y * side / height - 0.5]]], device=device)
        prompts = Prompts(points, torch.ones(1, 1, dtype=torch.long, device=device))
        answer = network.decode(network.recall(features.f16_BChw, None), features, prompts)
        logits = preferred(answer)[0][0].float().cpu().numpy()
        mask = cv2.resize(logits, (width, height), interpolation=cv2.INTER_LINEAR) > 0
        said = Prompt(((click.x, click.y),), (1,))
        for shown in (truth, mask):
            drawn.append(_small(draw_overlay(item.pixels, {"object": shown}, {"object": said})))
    return contact_sheet(drawn, 4) if drawn else None


def _small(picture: Picture) -> Picture:
    width = max(1, round(picture.shape[1] * SHOWN_HEIGHT / picture.shape[0]))
    return np.asarray(cv2.resize(picture, (width, SHOWN_HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
