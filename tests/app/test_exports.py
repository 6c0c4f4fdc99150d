"""What is taken away, opened again by what reads such files; and what is brought back."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from masklet.app.exports import outlines
from masklet.data.sets.layouts import open_set
from masklet.media.masks_out import read_masklets
from masklet.media.rle import decode_mask
from tests.app.client import Server, make
from tests.session import drawn

FRAMES = 12


def unpacked(data: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    return folder


def pictures_of(data: bytes, form: str = "rgb24") -> list[np.ndarray]:
    with av.open(io.BytesIO(data)) as container:
        return [frame.to_ndarray(format=form) for frame in container.decode(video=0)]


def test_masks_as_pictures(server: Server, followed: str, tmp_path: Path) -> None:
    folder = unpacked(make(server, followed, what="masks"), tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == ["blue_square", "red disc"]
    for frame in range(FRAMES):
        mask = cv2.imread(str(folder / "red disc" / f"{frame:05d}.png"), cv2.IMREAD_GRAYSCALE)
        assert drawn.iou(mask > 127, drawn.truth(drawn.draw(frame), drawn.RED)) > 0.8


def test_sav_comes_back_as_it_went(server: Server, followed: str, tmp_path: Path, clip: bytes) -> None:
    data = make(server, followed, what="sav")
    (tmp_path / "x.json").write_bytes(data)
    held = read_masklets(tmp_path / "x.json")
    assert [one.name for one in held.masklets] == ["red disc", "blue/square"]
    other = server.post("/api/projects", clip)["id"]
    made = server.post(f"/api/projects/{other}/bring", data)["objects"]
    assert made == ["o1", "o2"]
    kept = server.get(f"/api/projects/{other}/masks")["frames"]
    assert kept == server.get(f"{followed}/masks")["frames"]
    # and one goes on editing: a correction is followed from there on, and the rest stays
    said = {"object": "o1", "frame": 6, "points": [drawn.square(6)], "labels": [1]}
    server.post(f"/api/projects/{other}/prompts", said)
    assert [event["frame"] for event in server.follow(other)] == list(range(7, FRAMES))


@pytest.mark.parametrize("layout", ["davis", "coco"])
def test_data_sets_open(server: Server, followed: str, tmp_path: Path, layout: str) -> None:
    found = open_set(unpacked(make(server, followed, what=layout), tmp_path))
    names = found.names()
    assert len(names) == (1 if layout == "davis" else FRAMES)
    item = found.read(names[0])
    assert item is not None
    assert item.size == (drawn.HEIGHT, drawn.WIDTH)
    truth = item.truths[0] if layout == "davis" else item.truth
    assert max(drawn.iou(decode_mask(one.rle), drawn.truth(drawn.draw(0), drawn.RED)) for one in truth.regions) > 0.8


def test_yolo_labels_fill_to_the_masks(server: Server, followed: str, tmp_path: Path) -> None:
    folder = unpacked(make(server, followed, what="yolo"), tmp_path)
    assert '1: "red disc"' in (folder / "data.yaml").read_text()
    (label,) = (folder / "labels" / "train").glob("*_00003.txt")
    assert (folder / "images" / "train" / f"{label.stem}.jpg").is_file()
    lines = {
        line.split()[0]: np.array(line.split()[1:], float).reshape(-1, 2) for line in label.read_text().splitlines()
    }
    assert drawn.iou(filled(lines["1"]), drawn.truth(drawn.draw(3), drawn.RED)) > 0.75


def filled(points: np.ndarray) -> np.ndarray:
    mask = np.zeros((drawn.HEIGHT, drawn.WIDTH), np.uint8)
    corners = np.floor(points * (drawn.WIDTH, drawn.HEIGHT)).astype(np.int32)
    return cv2.fillPoly(mask, [corners], 1) > 0


def test_an_outline_fills_to_its_mask_exactly_where_edges_are_straight() -> None:
    mask = np.zeros((drawn.HEIGHT, drawn.WIDTH), bool)
    mask[10:40, 20:90] = True
    (line,) = outlines(mask)
    assert np.array_equal(filled(np.array(line.split(), float).reshape(-1, 2)), mask)
    assert list(outlines(np.zeros((5, 5), bool))) == []


@pytest.mark.parametrize(
    ("look", "changed", "kept"),
    [
        ({"effect": "highlight"}, "object", "ground"),
        ({"effect": "outline", "strength": 0.2}, None, None),
        ({"effect": "pixelate", "where": "object"}, None, None),
        ({"effect": "blur", "where": "object", "soft": True}, None, None),
        ({"effect": "spotlight"}, "ground", "object"),
        ({"effect": "grey"}, None, "object"),
        ({"effect": "colour", "colour": "#00ff00"}, "ground", "object"),
        ({"effect": "erase"}, "object", "ground"),
        ({"effect": "trails"}, None, "object"),
        ({"effect": "wipe"}, None, None),
    ],
)
def test_effects_are_rendered(
    server: Server, followed: str, look: dict[str, Any], changed: str | None, kept: str | None
) -> None:
    pictures = pictures_of(make(server, followed, what="effect", look=look))
    assert len(pictures) == FRAMES
    plain = drawn.draw(8)
    inside = drawn.truth(plain, drawn.RED) | drawn.truth(plain, drawn.BLUE)
    core = cv2.erode(inside.astype(np.uint8), np.ones((9, 9))) > 0
    far = cv2.dilate(inside.astype(np.uint8), np.ones((25, 25))) == 0
    difference = np.abs(pictures[8].astype(int) - plain).mean(axis=2)
    parts = {"object": difference[core].mean(), "ground": difference[far].mean()}
    assert changed is None or parts[changed] > 15, parts
    assert kept is None or parts[kept] < 6, parts


@pytest.mark.parametrize(("form", "pixels"), [("mov", "yuva444p"), ("webm", "yuva420p"), ("png", "rgba")])
def test_cut_outs_are_transparent(server: Server, followed: str, form: str, pixels: str) -> None:
    data = make(server, followed, what="effect", form=form, look={"effect": "cutout"})
    if form == "png":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert len(archive.namelist()) == FRAMES
            packed = np.frombuffer(archive.read(archive.namelist()[4]), np.uint8)
        alpha = cv2.imdecode(packed, cv2.IMREAD_UNCHANGED)[:, :, 3]
    else:
        with av.open(io.BytesIO(data)) as container:
            stream = container.streams.video[0]
            if form == "mov":
                assert stream.codec_context.name == "prores"
                assert (stream.codec_context.pix_fmt or "").startswith(pixels)
                frames = [frame.to_ndarray(format="rgba") for frame in container.decode(video=0)]
            else:  # FFmpeg's own VP9 decoder leaves alpha out; libvpx's reads it
                decoder = av.CodecContext.create("libvpx-vp9", "r")
                packets = [packet for packet in container.demux(video=0) if packet.size]
                found = [frame for packet in packets for frame in decoder.decode(packet)] + list(decoder.decode(None))
                assert found[0].format.name == pixels
                frames = [frame.to_ndarray(format="rgba") for frame in found]
        assert len(frames) == FRAMES
        alpha = frames[4][:, :, 3]
    true = drawn.truth(drawn.draw(4), drawn.RED) | drawn.truth(drawn.draw(4), drawn.BLUE)
    assert drawn.iou(alpha > 127, true) > 0.8


@pytest.mark.parametrize(("form", "codec"), [("mp4", "aac"), ("mov", "aac"), ("webm", "opus")])
def test_the_sound_is_kept(server: Server, form: str, codec: str) -> None:
    made = server.post("/api/projects", {"sample": "ball"})
    place = f"/api/projects/{made['id']}"
    data = make(server, place, what="effect", form=form, look={"effect": "grey"})
    with av.open(io.BytesIO(data)) as container:
        (sound,) = container.streams.audio
        assert sound.codec_context.name == codec
        samples = sum(frame.samples for frame in container.decode(audio=0))
        assert samples / sound.codec_context.sample_rate == pytest.approx(made["frames"] / made["fps"], abs=0.15)


def test_another_video_behind(server: Server, followed: str) -> None:
    behind = server.post("/api/projects", {"sample": "fish"})["id"]
    look = {"effect": "video", "background": behind}
    picture = pictures_of(make(server, followed, what="effect", look=look))[5]
    assert picture[10, 80, 2] > picture[10, 80, 0] + 30  # water
    x, y = drawn.disc(5)
    assert picture[y, x, 0] > 180
