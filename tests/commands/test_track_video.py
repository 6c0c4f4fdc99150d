"""`masklet track` on files: outputs, directions, corrections, logs, and all ends that a run can come to."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from masklet.commands.prompts import Said
from masklet.media.frames import open_frames
from masklet.media.masks_out import read_masklets
from tests.commands.conftest import RED_CLICK, Ended, write_video
from tests.session import drawn

Run = Callable[..., Ended]


def mask_of(out: Path, name: str, index: int) -> np.ndarray:
    return np.asarray(Image.open(out / "masks" / name / f"{index:05d}.png"))


def frames_of(out: Path, name: str) -> list[int]:
    return sorted(int(path.stem) for path in (out / "masks" / name).glob("*.png"))


def same_results(first: Path, second: Path) -> bool:
    """Whether two runs gave the same, bit for bit."""
    one, two = json.loads((first / "masklets.json").read_text()), json.loads((second / "masklets.json").read_text())
    return all(one[key] == two[key] for key in ("masklet", "scores", "presences", "names"))


def test_all_files_and_the_json_that_names_them(run: Run, clip: Path, tmp_path: Path) -> None:
    ended = run("track", clip, "--point", f"{RED_CLICK}=disc", "--out", "out", "--json")
    assert ended.code == 0
    result = json.loads(ended.out)
    assert (result["video"], result["frames"], result["fps"]) == (str(clip), 12, 25)
    assert result["size"] == [drawn.WIDTH, drawn.HEIGHT]
    (disc,) = result["objects"]
    assert (disc["name"], disc["visible_frames"], disc["first_frame"]) == ("disc", 12, 0)
    assert 0 < disc["mean_iou_prediction"] <= 1
    for path in result["outputs"].values():
        assert (tmp_path / path).exists()
    for index in range(12):
        mask = mask_of(tmp_path / "out", "disc", index)
        assert set(np.unique(mask)) == {0, 255}
        assert drawn.iou(mask > 0, drawn.truth(drawn.draw(index), drawn.RED)) > 0.6
    with av.open(str(tmp_path / "out/overlay.mp4")) as video:
        pictures = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    assert [len(pictures), *pictures[0].shape] == [12, drawn.HEIGHT, drawn.WIDTH, 3]
    x, y = drawn.disc(11)
    assert abs(pictures[11][y, x].astype(int) - drawn.draw(11)[y, x]).max() > 40  # tinted
    assert abs(pictures[11][5, 5].astype(int) - drawn.draw(11)[5, 5]).max() < 25  # as it was
    stored = read_masklets(tmp_path / "out/masklets.json")
    assert [one.name for one in stored.masklets] == ["disc"]


def test_several_objects_join_and_are_corrected_on_their_frames(run: Run, clip: Path, tmp_path: Path) -> None:
    x, y = drawn.disc(6)
    words = ["--point", f"{RED_CLICK}=a", "--point", f"118,88@6={'b'}", "--not", f"{x},{y}@6=a"]
    ended = run("track", clip, *words, "--out", "out", "--json")
    assert ended.code == 0
    out = tmp_path / "out"
    assert frames_of(out, "a") == list(range(12))
    assert frames_of(out, "b") == list(range(6, 12))
    assert mask_of(out, "a", 5).any()
    assert not mask_of(out, "a", 6).any()  # the click beside took away what had been tracked
    assert drawn.iou(mask_of(out, "b", 11) > 0, drawn.truth(drawn.draw(11), drawn.BLUE)) > 0.6


@pytest.mark.parametrize(
    ("words", "frames"),
    [
        (["--reverse"], range(7)),
        (["--both"], range(12)),
        (["--start", "8"], [6, *range(8, 12)]),
        (["--start", "3", "--reverse"], [*range(4), 6]),
        (["--stop", "9"], range(6, 9)),
        (["--reverse", "--stop", "2"], range(3, 7)),
    ],
)
def test_directions_and_ranges(run: Run, clip: Path, tmp_path: Path, words: list[str], frames: Sequence[int]) -> None:
    x, y = drawn.disc(6)
    assert run("track", clip, "--point", f"{x},{y}@6", *words, "--out", "out").code == 0
    assert frames_of(tmp_path / "out", "object") == list(frames)
    (known,) = read_masklets(tmp_path / "out/masklets.json").masklets
    assert sorted(known.rles) == list(frames)


def test_a_mask_starts_an_object(run: Run, clip: Path, mask: Path, tmp_path: Path) -> None:
    assert run("track", clip, "--mask", f"{mask}@0=disc", "--out", "out").code == 0
    assert np.array_equal(mask_of(tmp_path / "out", "disc", 0), np.asarray(Image.open(mask)))


def test_a_log_repeats_the_run_exactly(run: Run, clip: Path, tmp_path: Path) -> None:
    words = ["--point", f"{RED_CLICK}=a", "--box", "106,76,130,100@6=b", "--both"]
    assert run("track", clip, *words, "--out", "first").code == 0
    assert run("track", clip, "--prompts", "first/prompts.jsonl", "--out", "second").code == 0
    assert same_results(tmp_path / "first", tmp_path / "second")
    assert frames_of(tmp_path / "second", "b") == frames_of(tmp_path / "first", "b")
    first, second = ((tmp_path / name / "prompts.jsonl").read_text() for name in ("first", "second"))
    assert first == second


def test_a_log_is_repeated_into_its_own_folder_too(run: Run, clip: Path, tmp_path: Path) -> None:
    assert run("track", clip, "--point", RED_CLICK, "--out", "out").code == 0
    before = (tmp_path / "out/masklets.json").read_text()
    assert run("track", clip, "--prompts", "out/prompts.jsonl", "--out", "out").code == 0
    assert (tmp_path / "out/masklets.json").read_text() == before


def test_masks_of_an_earlier_run_do_not_mix_with_the_new_ones(run: Run, clip: Path, tmp_path: Path) -> None:
    assert run("track", clip, "--point", f"{RED_CLICK}=old", "--out", "out").code == 0
    assert run("track", clip, "--point", f"{RED_CLICK}=new", "--stop", "3", "--out", "out").code == 0
    assert not (tmp_path / "out/masks/old").exists()
    assert frames_of(tmp_path / "out", "new") == [0, 1, 2]


def test_a_run_that_fails_leaves_earlier_results_alone(run: Run, clip: Path, tmp_path: Path) -> None:
    assert run("track", clip, "--point", f"{RED_CLICK}=old", "--out", "out").code == 0
    assert run("track", clip, "--point", "5000,5", "--out", "out").code == 2
    assert frames_of(tmp_path / "out", "old") == list(range(12))


def test_a_log_that_fails_at_once_leaves_earlier_results_alone(run: Run, clip: Path, tmp_path: Path) -> None:
    assert run("track", clip, "--point", f"{RED_CLICK}=old", "--out", "out").code == 0
    files = [path for path in sorted((tmp_path / "out").rglob("*")) if path.is_file()]
    before = [path.read_bytes() for path in files]
    log = tmp_path / "other.jsonl"
    header, said, *others = (tmp_path / "out/prompts.jsonl").read_text().splitlines()
    outside = json.dumps({**json.loads(said), "points": [[5000, 5]]})
    for lines in ([header, outside, *others], [json.dumps({**json.loads(header), "size": [7, 9]}), said, *others]):
        log.write_text("\n".join(lines) + "\n")
        assert run("track", clip, "--prompts", log, "--out", "out", "--quiet").code == 2
        assert run("track", clip, "--prompts", log, "--out", "new", "--quiet").code == 2
        assert [path.read_bytes() for path in files] == before
        assert not (tmp_path / "new").exists()


def test_a_folder_of_pictures_is_a_video(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    for index in range(3):
        Image.fromarray(drawn.draw(index)).save(folder / f"frame{index + 8}.png")
    ended = run("track", folder, "--point", RED_CLICK, "--fps", "10", "--out", "out", "--json")
    assert json.loads(ended.out)["fps"] == 10
    assert frames_of(tmp_path / "out", "object") == [0, 1, 2]


def test_progress_goes_to_standard_error_and_quiet_silences_it(run: Run, clip: Path) -> None:
    loud = run("track", clip, "--point", RED_CLICK, "--out", "out", "--json")
    assert "tracking" in loud.err
    assert len(loud.out.splitlines()) == 1
    quiet = run("track", clip, "--point", RED_CLICK, "--out", "out", "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_a_truncated_video_is_tracked_as_far_as_it_goes(finish: Run, tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.mkv", frames=40)
    broken = tmp_path / "broken.mkv"
    broken.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.6)])
    ended = finish("track", broken, "--point", RED_CLICK, "--out", "out", "--json", "--quiet")
    assert ended.code == 2
    assert "broken.mkv" in ended.line
    result = json.loads(ended.out)
    assert 0 < result["frames"] < 40
    assert frames_of(tmp_path / "out", "object") == list(range(result["frames"]))
    assert (tmp_path / "out/overlay.mp4").is_file()


def interrupted(process: subprocess.Popen[str], out: Path, frames: int) -> Ended:
    """Ctrl-C once so many frames are on disk."""
    deadline = time.monotonic() + 60
    while len(list(out.glob("masks/*/*.png"))) < frames and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    said, err = process.communicate(timeout=60)
    return Ended(process.returncode, said, err)


def test_ctrl_c_saves_what_was_tracked_and_says_how_to_go_on(
    run: Run, start: Callable[..., subprocess.Popen[str]], clip: Path, tmp_path: Path
) -> None:
    words = ["--point", f"{RED_CLICK}=a", "--point", "110,88@10=b"]
    assert run("track", clip, *words, "--out", "whole").code == 0
    out = tmp_path / "out"
    process = start("track", clip, *words, "--out", "out", "--json", "--quiet", pause=0.15)
    ended = interrupted(process, out, 4)
    assert ended.code == 130
    result = json.loads(ended.out)
    last = result["stopped_after_frame"]
    assert 3 <= last < 11
    assert frames_of(out, "a") == list(range(last + 1))
    assert set(read_masklets(out / "masklets.json").masklets[0].rles) == set(range(last + 1))
    with av.open(str(out / "overlay.mp4")) as video:
        assert sum(1 for _ in video.decode(video=0)) == last + 1
    assert not list(out.rglob(".*.part*"))
    go_on = shlex.split(ended.line.split("Go on with: masklet ")[1])
    assert run(*go_on).code == 0
    assert same_results(out, tmp_path / "whole")
    assert frames_of(out, "b") == [10, 11]


def test_going_on_gives_later_prompts_when_tracking_comes_there(run: Run, clip: Path, tmp_path: Path) -> None:
    x, y = drawn.disc(6)
    later = ["--not", f"{x},{y}@6=a", "--point", f"{RED_CLICK}@9=b"]
    assert run("track", clip, "--point", f"{RED_CLICK}=a", *later, "--out", "whole").code == 0
    assert run("track", clip, "--point", f"{RED_CLICK}=a", "--stop", "4", "--out", "out").code == 0
    ended = run("track", clip, "--prompts", "out/prompts.jsonl", "--go-on", *later, "--out", "out")
    assert ended.code == 0, ended.err
    assert same_results(tmp_path / "out", tmp_path / "whole")


def test_a_log_that_cannot_be_repeated_to_its_end_is_kept_whole(run: Run, clip: Path, tmp_path: Path) -> None:
    assert run("track", clip, "--point", RED_CLICK, "--out", "out").code == 0
    log = tmp_path / "out/prompts.jsonl"
    outside = {"sequence": 2, "time": 0.0, "kind": "prompt", "name": "b", "frame": 3, "points": [[900, 5]]}
    after = {"sequence": 3, "time": 0.0, "kind": "prompt", "name": "c", "frame": 4, "points": [[24, 36]]}
    for event in (outside, after):
        log.write_text(log.read_text() + json.dumps({**event, "labels": [1]}) + "\n")
    before = [json.loads(line) for line in log.read_text().splitlines()]
    ended = run("track", clip, "--prompts", log, "--out", "out", "--quiet")
    assert ended.code == 2
    assert "900" in ended.line
    assert [json.loads(line) for line in log.read_text().splitlines()] == before


def test_a_bad_name_is_told_before_anything_is_tracked(run: Run, clip: Path, tmp_path: Path) -> None:
    ended = run("track", clip, "--point", RED_CLICK, "--point", f"{RED_CLICK}@6=a/b", "--out", "out", "--quiet")
    assert ended.code == 2
    assert "a/b" in ended.line
    assert not (tmp_path / "out").exists()


def test_ctrl_c_before_the_first_frame(start: Callable[..., subprocess.Popen[str]], clip: Path, tmp_path: Path) -> None:
    process = start("track", clip, "--point", RED_CLICK, "--out", "out", pause=30)
    assert process.stderr is not None
    assert "runs by" in process.stderr.readline()  # said once all is opened; the first frame takes half a minute here
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert Ended(130, "", err).line
    assert not (tmp_path / "out/overlay.mp4").exists()


def test_said_words_are_kept_for_going_on() -> None:
    from masklet.commands.prompts import read_prompts

    said: list[Said] = read_prompts(["1,2@5=a"], ["3,4@5=a"])
    assert said[0].words == ("--point", "1,2@5=a", "--not", "3,4@5=a")


def test_repeating_a_run_that_stopped_early_gives_the_same_overlay(run: Run, clip: Path, tmp_path: Path) -> None:
    assert run("track", clip, "--point", RED_CLICK, "--stop", "3", "--out", "first").code == 0
    assert run("track", clip, "--prompts", "first/prompts.jsonl", "--out", "again").code == 0
    for out in ("first", "again"):
        with open_frames(tmp_path / out / "overlay.mp4") as overlay:
            assert len(overlay) == 3


def test_one_frame_is_one_frame(run: Run, clip: Path) -> None:
    ended = run("track", clip, "--point", f"{RED_CLICK}=disc", "--stop", "1", "--out", "out")
    assert "disc: seen on 1 frame, first on 0" in ended.out
