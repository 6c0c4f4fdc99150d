"""Pictures that become a video, pixel for pixel; and zips that do not."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from masklet.app.gather import gather, is_zip
from masklet.app.settings import Settings
from masklet.errors import InputError
from masklet.media.frames import open_frames
from tests.app.test_remote_frames import png_bomb
from tests.session import drawn


def png(picture: np.ndarray) -> bytes:
    return cv2.imencode(".png", picture[:, :, ::-1])[1].tobytes()


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    path.write_bytes(held.getvalue())
    return path


def test_frames_are_the_pictures_in_natural_order(tmp_path: Path) -> None:
    members = {f"clip/f{number}.png": png(drawn.draw(number)) for number in (10, 2, 0)}
    path = zipped(tmp_path / "a", {**members, "__MACOSX/f1.png": b"x", "clip/.f3.png": b"x", "notes.txt": b"x"})
    assert is_zip(path)
    gather(path, tmp_path / "video", Settings())
    with open_frames(tmp_path / "video") as frames:
        assert len(frames) == 3
        for index, number in enumerate((0, 2, 10)):
            assert np.array_equal(frames[index], drawn.draw(number))


SMALL = png(drawn.draw(0)[:50])
BROKEN = [
    ({}, {}, "no pictures"),
    ({"../../x.txt": b"y"}, {}, "no pictures"),
    ({"a.png": png(drawn.draw(0)), "b.png": SMALL}, {}, "picture 2 is 160x50 pixels"),
    ({"a.png": b"no picture"}, {}, "picture 1 is not a picture"),
    ({"a.png": png(drawn.draw(0))}, {"max_pixels": 10}, "10 pixels are allowed"),
    ({"a.png": SMALL, "b.png": SMALL}, {"max_frames": 1}, "2 pictures, and 1 are allowed"),
    ({"a.png": png_bomb(12_000)}, {"decoder_memory": 700 << 20, "max_pixels": 1 << 30}, "memory|broken"),
    ({"a.png": png(drawn.draw(0))}, {"max_bytes": 50}, "no room for the pictures, or they are larger"),
    ({"a" * 9000 + "1" * 9000 + ".png": SMALL}, {}, "broken"),
]


@pytest.mark.parametrize(("members", "bounds", "told"), BROKEN)
def test_what_is_wrong_is_told(tmp_path: Path, members: dict[str, bytes], bounds: dict[str, int], told: str) -> None:
    path = zipped(tmp_path / "a", members)
    with pytest.raises(InputError, match=told) as refused:
        gather(path, tmp_path / "video", replace(Settings(), **bounds))
    assert "\n" not in str(refused.value)


def test_a_cut_off_zip_is_told(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a", {"a.png": SMALL})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputError, match="zip is broken"):
        gather(path, tmp_path / "video", Settings())
