"""`masklet track --stream`: standard input, files as live sources, and how a stream ends."""

from __future__ import annotations

import io
import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from masklet.media.rle import decode_mask
from tests.commands.conftest import RED_CLICK, Ended
from tests.session import drawn

Start = Callable[..., subprocess.Popen[bytes]]
SIZE = f"{drawn.WIDTH}x{drawn.HEIGHT}"


def piped(start: Start, data: bytes, *words: object) -> Ended:
    process = start("track", "-", *words, stdin=subprocess.PIPE, text=False)
    out, err = process.communicate(data, timeout=120)
    return Ended(process.returncode, out.decode(), err.decode())


def lines_of(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (out / "frames.jsonl").read_text().splitlines()]


def test_raw_pictures_on_standard_input(start: Start, tmp_path: Path) -> None:
    data = np.stack(drawn.clip(6)).tobytes() + b"half a picture"
    words = ["--size", SIZE, "--point", f"{RED_CLICK}=disc", "--point", "124,88@3=square", "--out", "out", "--json"]
    ended = piped(start, data, *words)
    assert ended.code == 0, ended.err
    result = json.loads(ended.out)
    assert (result["frames"], result["size"]) == (6, [drawn.WIDTH, drawn.HEIGHT])
    assert [(one["name"], one["visible_frames"], one["first_frame"]) for one in result["objects"]] == [
        ("disc", 6, 0),
        ("square", 3, 3),
    ]
    lines = lines_of(tmp_path / "out")
    assert [line["frame"] for line in lines] == list(range(6))
    last = lines[-1]["objects"]["disc"]["segmentation"]  # type: ignore[index]
    mask = np.asarray(Image.open(tmp_path / "out/masks/disc/00005.png")) > 0
    assert np.array_equal(decode_mask(last), mask)
    assert drawn.iou(mask, drawn.truth(drawn.draw(5), drawn.RED)) > 0.6
    with av.open(str(tmp_path / "out/overlay.mp4")) as video:
        assert sum(1 for _ in video.decode(video=0)) == 6


def test_mjpeg_on_standard_input(start: Start, tmp_path: Path) -> None:
    data = io.BytesIO()
    for picture in drawn.clip(4):
        Image.fromarray(picture).save(data, "JPEG", quality=95)
    ended = piped(start, data.getvalue(), "--point", RED_CLICK, "--stop", "3", "--out", "out", "--json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["frames"] == 3


def test_a_stream_gives_what_the_video_gives(run: Callable[..., Ended], clip: Path, tmp_path: Path) -> None:
    assert run("track", clip, "--point", RED_CLICK, "--out", "video").code == 0
    assert run("track", clip, "--stream", "--point", RED_CLICK, "--out", "live").code == 0
    for index in range(12):
        names = [tmp_path / out / "masks/object" / f"{index:05d}.png" for out in ("video", "live")]
        video, live = (np.asarray(Image.open(name)) for name in names)
        assert np.array_equal(video, live)


def test_ctrl_c_ends_a_stream_and_all_is_saved(start: Start, tmp_path: Path) -> None:
    words = ["--size", SIZE, "--point", RED_CLICK, "--out", "out", "--json", "--quiet"]
    process = start("track", "-", *words, stdin=subprocess.PIPE, text=False)
    assert process.stdin is not None
    process.stdin.write(np.stack(drawn.clip(5)).tobytes())
    process.stdin.flush()
    done = tmp_path / "out/frames.jsonl"
    for _ in range(600):
        if done.exists() and len(done.read_text().splitlines()) == 5:
            break
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    ended = Ended(process.returncode, out.decode(), err.decode())
    assert ended.code == 130
    assert "frame 4" in ended.line
    assert json.loads(ended.out)["frames"] == 5
    with av.open(str(tmp_path / "out/overlay.mp4")) as video:
        assert sum(1 for _ in video.decode(video=0)) == 5


@pytest.mark.parametrize(
    ("data", "words", "said"),
    [
        (b"", ["--size", SIZE, "--point", RED_CLICK], "standard input ended"),
        (b"no pictures", ["--point", RED_CLICK], "no picture"),
        (np.stack(drawn.clip(1)).tobytes(), ["--size", SIZE, "--point", "500,5"], "500"),
        (np.stack(drawn.clip(2)).tobytes(), ["--size", SIZE, "--point", f"{RED_CLICK}@9"], "frame 9"),
        (b"", ["--size", "large", "--point", RED_CLICK], "WIDTHxHEIGHT"),
    ],
)
def test_streams_that_cannot_be_followed(start: Start, data: bytes, words: list[str], said: str) -> None:
    ended = piped(start, data, *words, "--quiet")
    assert ended.code == 2
    assert said in ended.line


def test_a_bad_later_prompt_is_told_on_the_first_picture(start: Start, tmp_path: Path) -> None:
    words = ["--size", SIZE, "--point", RED_CLICK, "--point", "500,5@3=b", "--out", "out", "--quiet"]
    ended = piped(start, np.stack(drawn.clip(5)).tobytes(), *words)
    assert ended.code == 2
    assert "500" in ended.line
    assert not (tmp_path / "out/frames.jsonl").exists()


def test_a_stream_whose_pictures_change_size_keeps_what_was_followed(start: Start, tmp_path: Path) -> None:
    data = io.BytesIO()
    for picture in (*drawn.clip(3), drawn.draw(3)[:, :100]):
        Image.fromarray(picture).save(data, "JPEG", quality=95)
    ended = piped(start, data.getvalue(), "--point", RED_CLICK, "--out", "out", "--quiet")
    assert ended.code == 2
    assert "at frame 3" in ended.line
    with av.open(str(tmp_path / "out/overlay.mp4")) as video:
        assert sum(1 for _ in video.decode(video=0)) == 3


def test_a_camera_that_is_not_there(run: Callable[..., Ended]) -> None:
    ended = run("track", "63", "--stream", "--point", "1,1")
    assert ended.code == 2
    assert "camera 63" in ended.line
