"""What users get wrong, in real processes: one clear line on standard error, exit code 2, no traceback."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from masklet.cli import main
from tests.commands.conftest import RED_CLICK, Ended, write_video
from tests.session import drawn

Finish = Callable[..., Ended]


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Everything that the cases below name."""
    tmp_path = tmp_path_factory.mktemp("bad")
    made = {"clip": write_video(tmp_path / "clip.mp4"), "missing": tmp_path / "missing.mp4"}
    made["picture"] = tmp_path / "picture.png"
    Image.fromarray(drawn.draw(0)).save(made["picture"])
    made["empty"] = tmp_path / "empty.mp4"
    made["empty"].touch()
    made["text"] = tmp_path / "text.mp4"
    made["text"].write_text("this is no video\n" * 100)
    made["folder"] = tmp_path / "folder"
    made["folder"].mkdir()
    made["file"] = tmp_path / "file"
    made["file"].write_text("in the way")
    made["no_frames"] = tmp_path / "no-frames.mkv"
    whole = write_video(tmp_path / "whole.mkv").read_bytes()
    made["no_frames"].write_bytes(whole[: whole.index(b"\x1f\x43\xb6\x75")])  # up to the first cluster
    made["sound"] = tmp_path / "sound.wav"
    with av.open(str(made["sound"]), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
    made["small_mask"] = tmp_path / "small.png"
    Image.new("L", (8, 8), 255).save(made["small_mask"])
    made["black_mask"] = tmp_path / "black.png"
    Image.new("L", (160, 120)).save(made["black_mask"])
    made["no_log"] = tmp_path / "no.jsonl"
    made["no_log"].write_text("{}\n")
    return made


CLICK = f"--point {RED_CLICK}"
CASES = {
    "missing file": (f"track {{missing}} {CLICK}", "missing.mp4"),
    "empty file": (f"track {{empty}} {CLICK}", "empty"),
    "not a video": (f"track {{text}} {CLICK}", "text.mp4"),
    "sound alone": (f"track {{sound}} {CLICK}", "sound.wav"),
    "zero frames": (f"track {{no_frames}} {CLICK}", "no-frames.mkv"),
    "empty folder": (f"track {{folder}} {CLICK}", "folder"),
    "no prompt": ("track {clip}", "--point"),
    "point outside": ("track {clip} --point 500,20", "500"),
    "point outside, later": (f"track {{clip}} {CLICK} --not -5,20@7", "-5"),
    "box inverted": ("track {clip} --box 50,50,20,80", "box"),
    "box empty": ("track {clip} --box 50,50,50,80", "box"),
    "mask of another size": ("track {clip} --mask {small_mask}", "8x8"),
    "empty mask": ("track {clip} --mask {black_mask}", "empty"),
    "mask missing": ("track {clip} --mask {missing}", "missing.mp4"),
    "frame past the end": (f"track {{clip}} {CLICK}@12", "frames 0 to 11"),
    "frame that is none": (f"track {{clip}} {CLICK}@last", "@last"),
    "two objects of one name": ("track {clip} --box 9,21,39,51=a --box 106,76,130,100=a", "same name"),
    "only beside": ("track {clip} --not 5,5", "--point"),
    "prompt after the stop": (f"track {{clip}} {CLICK} {CLICK}@9=b --stop 5", "--stop 5"),
    "contradicting ways": (f"track {{clip}} {CLICK} --both --reverse", "--reverse"),
    "no log": ("track {clip} --prompts {no_log}", "no.jsonl"),
    "log missing": ("track {clip} --prompts {missing}", "missing.mp4"),
    "stream with a log": ("track - --prompts {no_log}", "stream"),
    "out is a file": (f"track {{clip}} {CLICK} --out {{file}}", "file"),
    "out below a file": (f"track {{clip}} {CLICK} --out {{file}}/deeper", "file"),
    "out where nothing can be": (f"track {{clip}} {CLICK} --out /proc/masklet", "/proc/masklet"),
    "unknown option": ("track {clip} --pont 1,2", "--pont"),
    "unknown command": ("follow {clip}", "follow"),
    "number that is none": (f"track {{clip}} {CLICK} --stop soon", "--stop"),
    "picture missing": (f"segment {{missing}} {CLICK}", "missing.mp4"),
    "picture empty": (f"segment {{empty}} {CLICK}", "empty"),
    "not a picture": (f"segment {{text}} {CLICK}", "text.mp4"),
    "picture without prompt": ("segment {picture}", "--point"),
    "point outside the picture": ("segment {picture} --point 200,300", "200"),
    "picture's frame": (f"segment {{picture}} {CLICK}@3", "no frames"),
    "everything of no picture": ("everything {folder}", "folder"),
    "help of the command that was meant": ("segment {picture} --pint 1,2", "See: masklet segment --help"),
    "a log that is torn from its first line": ("track {clip} --prompts {file}", "holds no prompt log"),
}


@pytest.mark.parametrize("case", CASES)
def test_one_line_and_exit_code_2(finish: Finish, files: dict[str, Path], tmp_path: Path, case: str) -> None:
    command, word = CASES[case]
    ended = finish(*(part.format(**files) for part in command.split()), "--json")
    assert ended.code == 2, ended.err
    assert word in ended.line
    assert ended.out == ""
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("command", ["segment {picture}", "everything {picture}", "track {clip}"])
@pytest.mark.parametrize("mistake", ["--model {text}", "--device abacus", "--precision float3"])
def test_a_mistake_that_is_found_late_leaves_no_folder(
    files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, mistake: str
) -> None:
    click = [] if command.startswith("everything") else ["--point", RED_CLICK]
    words = [part.format(**files) for part in f"{command} {mistake}".split()]
    assert main([*words, *click, "--out", str(tmp_path / "deep/results")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_an_unknown_model(picture: Path) -> None:
    words = [sys.executable, "-m", "masklet", "segment", str(picture), "--point", "5,5", "--model", "huge"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=picture.parent, timeout=120)
    ended = Ended(done.returncode, done.stdout, done.stderr)
    assert ended.code == 2
    assert "'huge'" in ended.line
    assert "nano" in ended.line


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk on which there is room for a few masks, and no more."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    words = [str(mount), "-t", "tmpfs", "-o", "size=32k,mode=0777", "tmpfs", str(folder)]
    if not mount or subprocess.run(words, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here; the limit on file sizes below tests the same path")
    try:
        yield folder
    finally:
        subprocess.run([str(umount), str(folder)], check=True)


def test_a_full_disk_leaves_what_was_written(finish: Finish, clip: Path, small_disk: Path) -> None:
    ended = finish("track", clip, "--point", RED_CLICK, "--out", small_disk, "--quiet")
    assert ended.code == 2
    assert "disk is full" in ended.line
    masks = sorted(small_disk.glob("masks/object/*.png"))
    assert 1 <= len(masks) < 12
    for path in masks:
        assert np.asarray(Image.open(path)).any()  # whole files
    assert not list(small_disk.rglob(".*.part*"))


def test_a_file_that_may_not_grow_leaves_the_others(finish: Finish, clip: Path, tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2500, 2500))

    ended = finish("track", clip, "--point", RED_CLICK, "--out", "out", "--quiet", preexec_fn=limit)
    assert ended.code == 2
    assert "out/" in ended.line
    assert len(list((tmp_path / "out/masks/object").glob("*.png"))) == 12
    assert not list((tmp_path / "out").rglob(".*.part*"))
