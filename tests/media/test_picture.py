from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from masklet.errors import MediaError, OutputError
from masklet.media import picture as room
from masklet.media.picture import decode_picture, read_picture, write_picture


@pytest.fixture
def colours() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (6, 9, 3), dtype=np.uint8)


def test_path_image_and_array_agree(tmp_path: Path, colours: np.ndarray) -> None:
    image = Image.fromarray(colours)
    image.save(tmp_path / "a.png")
    for source in (tmp_path / "a.png", str(tmp_path / "a.png"), image, colours):
        assert np.array_equal(read_picture(source), colours)


def test_the_array_is_the_callers_own(colours: np.ndarray) -> None:
    read = read_picture(colours)
    read[:] = 0
    assert colours.any()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path: Path, colours: np.ndarray, orientation: int) -> None:
    undo = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(undo(colours))).save(tmp_path / "turned.png", exif=exif)
    assert np.array_equal(read_picture(tmp_path / "turned.png"), colours)
    with room.open_picture(tmp_path / "turned.png") as image:
        assert room.upright_size(image) == (6, 9)


def test_transparency_lies_over_white(tmp_path: Path) -> None:
    rgba = np.zeros((2, 3, 4), np.uint8)
    rgba[0, 0] = 10, 20, 30, 255
    rgba[0, 1] = 0, 0, 0, 128
    Image.fromarray(rgba).save(tmp_path / "a.png")
    expected = [[10, 20, 30], [127, 127, 127], [255, 255, 255]]
    assert read_picture(tmp_path / "a.png")[0].tolist() == expected
    assert read_picture(rgba)[0].tolist() == expected


def test_palette_with_a_transparent_entry(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)
    image.save(tmp_path / "opaque.png")
    image.save(tmp_path / "holes.png", transparency=1)
    assert read_picture(tmp_path / "opaque.png").tolist() == [[[255, 0, 0], [0, 0, 255]]]
    assert read_picture(tmp_path / "holes.png").tolist() == [[[255, 0, 0], [255, 255, 255]]]


def test_sixteen_bits_keep_their_range(tmp_path: Path) -> None:
    values = np.array([[0, 257, 32896, 65535]], np.uint16)
    Image.fromarray(values).save(tmp_path / "deep.png")
    Image.fromarray(values).save(tmp_path / "deep.tif")
    for name in ("deep.png", "deep.tif"):
        assert read_picture(tmp_path / name)[0, :, 0].tolist() == [0, 1, 128, 255]


def test_float_tiff(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0.0, 0.5, 1.0, np.nan]], np.float32)).save(tmp_path / "unit.tif")
    Image.fromarray(np.array([[0.0, 99.6, 300.0]], np.float32)).save(tmp_path / "bytes.tif")
    assert read_picture(tmp_path / "unit.tif")[0, :, 0].tolist() == [0, 128, 255, 0]
    assert read_picture(tmp_path / "bytes.tif")[0, :, 0].tolist() == [0, 100, 255]


@pytest.mark.parametrize(
    "mode", ["L", "1", "LA", "RGBA", "CMYK", "YCbCr", "I", "F", "P", "PA", "HSV", "LAB", "RGBX", "RGBa"]
)
def test_every_mode_becomes_rgb(mode: str) -> None:
    read = read_picture(Image.new(mode, (5, 4)))
    assert read.shape == (4, 5, 3)
    assert read.dtype == np.uint8


def test_cmyk_jpeg(tmp_path: Path) -> None:
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "print.jpg")
    red, green, blue = read_picture(tmp_path / "print.jpg")[4, 4].tolist()
    assert red > 240 and green < 15 and blue < 15


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 1), (4, 5, 4)])
def test_array_shapes(shape: tuple[int, ...]) -> None:
    assert read_picture(np.full(shape, 255, np.uint8)).tolist() == np.full((4, 5, 3), 255).tolist()


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((4, 5, 3), np.float32), "uint8"),
        (np.zeros((4, 5, 2), np.uint8), "HxWx3"),
        (np.zeros((3,), np.uint8), "HxWx3"),
        (np.zeros((0, 5, 3), np.uint8), "empty"),
    ],
)
def test_wrong_arrays(array: np.ndarray, message: str) -> None:
    with pytest.raises(MediaError, match=message):
        read_picture(array)


def _bad_files(folder: Path) -> dict[str, tuple[Path, str]]:
    (folder / "empty.jpg").touch()
    (folder / "text.jpg").write_text("not a picture at all")
    (folder / "ps.jpg").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    whole = BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(whole, "JPEG")
    (folder / "cut.jpg").write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    png = BytesIO()
    Image.new("L", (9, 9)).save(png, "PNG")
    (folder / "head.png").write_bytes(png.getvalue()[:20])
    return {
        "missing": (folder / "none.jpg", "does not exist"),
        "empty": (folder / "empty.jpg", "is empty"),
        "text": (folder / "text.jpg", "not a picture"),
        "postscript": (folder / "ps.jpg", "not a picture"),
        "cut": (folder / "cut.jpg", "is broken"),
        "head": (folder / "head.png", "not a picture|is broken"),
        "folder": (folder, "is a folder"),
        "null": (Path("a\0b.png"), "cannot be read"),
        "web": (Path("https://example.org/a.jpg"), "^https://example.org/a.jpg: a picture on the web; download it"),
    }


@pytest.mark.parametrize("case", ["missing", "empty", "text", "postscript", "cut", "head", "folder", "null", "web"])
def test_bad_files_are_one_line(tmp_path: Path, case: str) -> None:
    path, message = _bad_files(tmp_path)[case]
    with pytest.raises(MediaError, match=message) as caught:
        read_picture(path)
    assert "\n" not in str(caught.value)


def test_decompression_bomb(tmp_path: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png")
    with pytest.raises(MediaError, match="pixels; scale it down"):
        read_picture(tmp_path / "bomb.png")


def test_decode_picture_calls_errors_by_the_name() -> None:
    with pytest.raises(MediaError, match="^frame 7 is not a picture"):
        decode_picture(b"nothing", "frame 7")


def test_targa_is_read_by_its_name(tmp_path: Path, colours: np.ndarray) -> None:
    Image.fromarray(colours).save(tmp_path / "a.tga")
    assert np.array_equal(read_picture(tmp_path / "a.tga"), colours)


def test_write_picture(tmp_path: Path, colours: np.ndarray) -> None:
    write_picture(tmp_path / "new" / "a.png", colours)
    assert np.array_equal(read_picture(tmp_path / "new" / "a.png"), colours)
    with pytest.raises(OutputError, match="no picture format"):
        write_picture(tmp_path / "a.docx", colours)
