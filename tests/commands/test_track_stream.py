"""`masklet track --stream`: standard input, files as live sources, and how a stream ends."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from masklet.media.rle import decode_mask
from masklet.values import Picture
from tests.commands.conftest import RED_CLICK, Ended
from tests.session import drawn
from tests.session.fake_runtime import FakeRuntime

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


def live_camera(monkeypatch: pytest.MonkeyPatch, pictures: Callable[[], Iterator[Picture]]) -> None:
    """A camera 0 that gives these."""
    monkeypatch.setattr("masklet.commands.track_stream.open_live", lambda *_, **__: pictures())


def test_a_slow_model_gets_the_newest_picture_of_a_camera(
    run: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, held = threading.Semaphore(0), threading.Semaphore(0)

    def pictures() -> Iterator[Picture]:
        for index, picture in enumerate(drawn.clip(31)):
            if index:
                wanted.acquire(timeout=10)
            yield picture
            held.release()

    def slow(runtime: FakeRuntime, picture: Picture) -> object:
        for _ in range(3):  # three pictures come while one is seen
            wanted.release()
            held.acquire(timeout=0.2)
        return see(runtime, picture)

    see = FakeRuntime.see
    monkeypatch.setattr(FakeRuntime, "see", slow)
    live_camera(monkeypatch, pictures)
    result = json.loads(run("track", "0", "--stream", "--point", RED_CLICK, "--out", "out", "--json", "--fps", 10).out)
    numbers = [line["picture"] for line in lines_of(tmp_path / "out")]
    assert numbers[0] == 0 and numbers[-1] == 30 and numbers == sorted(set(numbers))
    assert result["frames"] == len(numbers) and result["dropped"] == 31 - len(numbers) > 10
    assert set(result["latency"]) == {"p50", "p95", "p99", "most"}
    assert 0 < result["latency"]["p50"] <= result["latency"]["p99"] <= result["latency"]["most"]
    with av.open(str(tmp_path / "out/overlay.mp4")) as video:
        assert [round(10 * (frame.time or 0)) for frame in video.decode(video=0)] == numbers


def test_every_picture_of_a_camera_is_taken_when_all_are_wanted(
    run: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    live_camera(monkeypatch, lambda: iter(drawn.clip(12)))
    ended = run("track", "0", "--stream", "--all", "--point", RED_CLICK, "--out", "out", "--json")
    result = json.loads(ended.out)
    assert (result["frames"], result["dropped"]) == (12, 0)
    assert "Latency: " in run("track", "0", "--stream", "--all", "--point", RED_CLICK, "--out", "out").out


def test_a_camera_that_stalls_is_given_up_and_all_is_saved(
    run: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()

    def pictures() -> Iterator[Picture]:
        yield from drawn.clip(3)
        over.wait()

    live_camera(monkeypatch, pictures)
    ended = run("track", "0", "--stream", "--all", "--patience", "0.3", "--point", RED_CLICK, "--out", "out", "-q")
    over.set()
    assert ended.code == 2
    assert "camera 0 has given no picture for 0.3 seconds" in ended.line and "what was followed is in out" in ended.line
    assert len(lines_of(tmp_path / "out")) == 3
    with av.open(str(tmp_path / "out/overlay.mp4")) as video:
        assert sum(1 for _ in video.decode(video=0)) == 3


def test_objects_join_and_leave_by_commands(
    run: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = tmp_path / "commands"
    commands.touch()
    x, y = drawn.square(4)
    script = {
        4: f"--point {x},{y}=square",
        6: "--point 900,5=far\n--forget nobody\nnonsense",
        8: "--forget disc",
        10: "--stop",
    }

    def pictures() -> Iterator[Picture]:
        for index, picture in enumerate(drawn.clip(40)):
            if index in script:
                with commands.open("a") as file:
                    file.write(script[index] + "\n")
                time.sleep(0.4)  # the file is looked into ten times a second
            yield picture

    live_camera(monkeypatch, pictures)
    ended = run(
        "track", "0", "--stream", "--all", "--commands", commands, "--point", f"{RED_CLICK}=disc", "--out", "out", "-q"
    )  # fmt: skip
    assert ended.code == 0
    present = [set(line["objects"]) for line in lines_of(tmp_path / "out")]  # type: ignore[call-overload]
    joined = next(index for index, names in enumerate(present) if "square" in names)
    left = next(index for index, names in enumerate(present) if "disc" not in names)
    assert 2 <= joined <= 5 and 6 <= left <= 9 and len(present) <= 12
    assert present[-1] == {"square"} and present[0] == {"disc"}
    told = ended.err.splitlines()
    assert [words in line for words, line in zip(("900", "no object 'nobody'", "is no command"), told, strict=True)]
    assert "'--forget nobody'" in told[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("clip.mp4 --commands commands", "are for streams: add --stream"),
        ("clip.mp4 --latest", "are for streams: add --stream"),
        ("- --commands -", "standard input brings the pictures already"),
        ("clip.mp4 --stream --commands nowhere", "no file of commands nowhere"),
    ],
)
def test_options_that_do_not_fit_are_told(run: Callable[..., Ended], clip: Path, words: str, said: str) -> None:
    ended = run("track", *words.split(), "--point", RED_CLICK)
    assert ended.code == 2 and said in ended.line
