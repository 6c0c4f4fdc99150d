from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from masklet.errors import MediaError
from masklet.media.live import open_live, parse_size, split_jpegs
from tests.media.real_files import number_in, numbered, write_video


class Trickle(BytesIO):
    """A pipe from which only a few bytes come at a time."""

    def __init__(self, data: bytes, step: int = 97) -> None:
        super().__init__(data)
        self._step = step

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self._step if size is None or size < 0 else min(self._step, size))

    read1 = read


def jpeg(index: int, **options: object) -> bytes:
    file = BytesIO()
    Image.fromarray(numbered(index)).save(file, "JPEG", **options)
    return file.getvalue()


@pytest.mark.parametrize("step", [1, 97, 1_000_000])
def test_rawvideo(step: int) -> None:
    data = b"".join(numbered(index).tobytes() for index in range(3))
    pictures = list(open_live("-", "rawvideo", (48, 64), pipe=Trickle(data + b"half a picture", step)))
    assert [number_in(picture) for picture in pictures] == [0, 1, 2]
    assert np.array_equal(pictures[2], numbered(2))


@pytest.mark.parametrize("step", [1, 97, 1_000_000])
def test_mjpeg_of_many_kinds(step: int) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a description with \xff\xd8\xff\xd9 in it"
    thumbnail = jpeg(9)
    data = b"".join(
        (
            jpeg(0),
            jpeg(1, progressive=True),
            b"--boundary\r\nContent-Type: image/jpeg\r\n\r\n",
            jpeg(2, exif=b"Exif\0\0" + thumbnail),
            jpeg(3, restart_marker_blocks=1),
            jpeg(4)[:-30],
        )
    )
    pictures = list(open_live("-", pipe=Trickle(data, step)))
    assert [number_in(picture) for picture in pictures] == [0, 1, 2, 3]


def test_a_picture_comes_as_soon_as_its_last_byte() -> None:
    class Waits(BytesIO):
        def read1(self, size: int | None = -1) -> bytes:
            data = super().read1(size)
            assert data, "it was read on before the picture was given"
            return data

    assert number_in(next(open_live("-", "mjpeg", pipe=Waits(jpeg(5))))) == 5


def test_broken_pictures_are_passed_over() -> None:
    broken = bytearray(jpeg(1))
    broken[2:20] = b"\xff\xfe\x00\x10" + bytes(14)
    at = broken.find(b"\xff\xc0")
    broken[at + 2 : at + 10] = b"\x00\x11" + bytes(6)
    pictures = list(open_live("-", pipe=BytesIO(jpeg(0) + bytes(broken) + jpeg(2))))
    assert [number_in(picture) for picture in pictures] == [0, 2]


def test_jpegs_are_split_whole() -> None:
    parts = [jpeg(index) for index in range(4)]
    assert list(split_jpegs(BytesIO(b"".join(parts)))) == parts


def test_ffmpeg_mjpeg(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mjpeg", "mjpeg", 5, pixels="yuvj420p", container="mjpeg")
    with path.open("rb") as pipe:
        assert [number_in(picture) for picture in open_live("-", pipe=pipe)] == list(range(5))


@pytest.mark.parametrize("data", [b"", b"no pictures here " * 100, jpeg(0)[:-100]])
def test_no_mjpeg(data: bytes) -> None:
    with pytest.raises(MediaError, match="gave no picture"):
        list(open_live("-", pipe=BytesIO(data)))


def test_bad_requests() -> None:
    with pytest.raises(MediaError, match="needs the size"):
        open_live("-", "rawvideo")
    with pytest.raises(MediaError, match="rawvideo or mjpeg"):
        open_live("-", "h264")
    with pytest.raises(MediaError, match="ended after 5 bytes"):
        list(open_live("-", size=(48, 64), pipe=BytesIO(b"12345")))


def test_missing_camera(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MediaError, match="camera 63 cannot be opened"):
        open_live("63")
    assert capfd.readouterr().err == ""


def test_address(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", frames=5)
    assert [number_in(picture) for picture in open_live(str(path))] == list(range(5))
    with pytest.raises(MediaError, match="cannot be opened as a stream"):
        open_live(str(tmp_path / "none.mp4"))


@pytest.mark.parametrize(("text", "size"), [("640x480", (480, 640)), (" 1X2 ", (2, 1)), ("3×4", (4, 3))])
def test_parse_size(text: str, size: tuple[int, int]) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "640", "0x5", "-1x5", "640x480x3", "6.5x4"])
def test_parse_size_refuses(text: str) -> None:
    with pytest.raises(MediaError, match="WIDTHxHEIGHT"):
        parse_size(text)
