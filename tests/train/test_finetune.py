"""Annotated frames of any kind are found, every fourth is held out, and what is judged is what was held out."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from examples.drawn_clip import draw_clip, write_clip
from masklet.data.davis import DavisSet
from masklet.data.pictures import PictureSet
from masklet.errors import InputError
from masklet.model.network import Network
from masklet.train.finetune import arrange, examples, judge, plan
from tests.train.tiny import TINY, draw_data


def test_a_davis_folder_keeps_its_sequences_together(tmp_path: Path) -> None:
    draw_data(tmp_path)
    found = examples(tmp_path / "videos", None)
    assert [(one.sequence, one.frame) for one in found] == [("disc", t) for t in range(8)]
    arrange(found, tmp_path / "set")
    held = [int(row.picture.stem) for row in PictureSet(tmp_path / "set/pictures/dev").rows]
    assert held == [2, 6]
    assert len(PictureSet(tmp_path / "set/pictures/train")) == 6
    assert len(DavisSet(tmp_path / "set/videos/dev").sequences[0]) == 8
    assert len(DavisSet(tmp_path / "set/videos/train").sequences[0]) == 6
    assert plan("nano", Path("w"), tmp_path / "set", 64, 10).stages[0].data.clip_share == 0.5


def test_pictures_alone_give_no_clips(tmp_path: Path) -> None:
    draw_data(tmp_path)
    found = examples(tmp_path / "pictures", None)
    arrange(found, tmp_path / "set")
    assert len(PictureSet(tmp_path / "set/pictures/dev")) == 1
    training = plan("nano", Path("w"), tmp_path / "set", 64, 10)
    assert training.stages[0].data.clip_share == 0.0 and training.sources.videos == ""


def film(folder: Path) -> np.ndarray:
    write_clip(folder / "film.mp4", 4)
    return draw_clip(4)[0][0]


@pytest.mark.parametrize("by_object", [True, False])
def test_a_video_takes_masks_as_track_writes_them_or_label_maps(tmp_path: Path, by_object: bool) -> None:
    height, width = film(tmp_path).shape[:2]
    for t in (0, 2):
        mask = np.zeros((height, width), np.uint8)
        mask[: 10 + t] = 255 if by_object else 1
        for name in ("left", "right") if by_object else ("",):
            (tmp_path / "masks" / name).mkdir(parents=True, exist_ok=True)
            Image.fromarray(mask if name != "right" else mask[::-1].copy()).save(
                tmp_path / "masks" / name / f"{t:05d}.png"
            )
    found = examples(tmp_path / "film.mp4", tmp_path / "masks")
    assert [one.frame for one in found] == [0, 2]
    pixels, labels = found[1].read()
    assert pixels.shape[:2] == labels.shape == (height, width)
    assert (labels[:12] == 1).all()
    assert (labels[-12:] == (2 if by_object else 0)).all()


def test_what_is_judged_was_held_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_data(tmp_path)
    arrange(examples(tmp_path / "videos", None), tmp_path / "set")
    torch.manual_seed(0)
    network = Network(TINY)
    before = judge(network, tmp_path / "set")
    assert 0 <= before.one_click <= 1 and before.tracked is not None
    # another truth on a frame that trains changes nothing, one on a frame held out does
    for t, changes in ((4, False), (6, True)):
        file = tmp_path / f"set/videos/dev/Annotations/disc/{t:05d}.png"
        Image.fromarray(np.ones_like(np.asarray(Image.open(file)))).save(file)
        assert (judge(network, tmp_path / "set").tracked != before.tracked) == changes


@pytest.mark.parametrize(
    ("source", "masks", "said"),
    [
        ("film.mp4", None, "a video needs its masks"),
        ("film.mp4", "nowhere", "no such folder of masks"),
        ("film.mp4", ".", "no masks here"),
        ("nowhere", None, "a video needs its masks"),
        ("one", None, "1 annotated frame; at least 2 are needed"),
    ],
)
def test_wrong_input_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, masks: str | None, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    film(tmp_path)
    (tmp_path / "one").mkdir()
    Image.new("RGB", (8, 8)).save("one/a.jpg")
    Image.new("L", (8, 8), 1).save("one/a.png")
    with pytest.raises(InputError, match=said):
        examples(Path(source), None if masks is None else Path(masks))


def test_a_mask_of_another_size_is_named(tmp_path: Path) -> None:
    film(tmp_path)
    (tmp_path / "masks").mkdir()
    for t in (0, 1):
        Image.new("L", (5, 4), 1).save(tmp_path / "masks" / f"{t:05d}.png")
    with pytest.raises(InputError, match=r"00000\.png: 5x4 pixels, the video has"):
        examples(tmp_path / "film.mp4", tmp_path / "masks")[0].read()
