"""Ranges, rates and prompts that do not fit the video: told before a folder is made or the network loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.commands.conftest import RED_CLICK, Ended
from tests.session import drawn

Run = Callable[..., Ended]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--start 12", "--start 12 lies outside"),
        ("--stop 13", "frames 0 to 11; give 12 or less"),
        ("--start 8 --stop 7", "--stop 7 leaves nothing to track from frame 8"),
        ("--stop 0", "--stop 0 leaves out"),
        ("--reverse --start 3 --stop 3", "backward from frame 3"),
        ("--fps 10", "has a rate of its own, 25"),
    ],
)
def test_what_does_not_fit_is_told_before_anything_is_written(
    run: Run, clip: Path, tmp_path: Path, words: str, said: str
) -> None:
    before = sorted(tmp_path.iterdir())
    at = "5" if "--reverse" in words else "0"
    ended = run("track", clip, "--point", f"{RED_CLICK}@{at}", *words.split())
    assert ended.code == 2
    assert said in ended.line
    assert sorted(tmp_path.iterdir()) == before


def test_the_rate_that_a_video_has_anyway_may_be_said(run: Run, clip: Path) -> None:
    assert run("track", clip, "--point", RED_CLICK, "--fps", "25", "--stop", "1", "--out", "out").code == 0


def test_an_animations_own_rate_is_not_overruled(run: Run, tmp_path: Path) -> None:
    first, *others = (Image.fromarray(drawn.draw(index)) for index in range(3))
    first.save(tmp_path / "clip.gif", save_all=True, append_images=others, duration=100)
    ended = run("track", "clip.gif", "--point", RED_CLICK, "--fps", "25")
    assert "a rate of its own, 10;" in ended.line


def test_a_range_after_a_repeated_log_is_held_against_its_prompts(run: Run, clip: Path, tmp_path: Path) -> None:
    assert run("track", clip, "--point", f"{RED_CLICK}@4", "--stop", "6", "--out", "first").code == 0
    again = ("track", clip, "--prompts", "first/prompts.jsonl")
    ended = run(*again, "--go-on", "--stop", "4", "--out", "second")
    assert "--stop 4 leaves nothing to track from frame 4" in ended.line
    assert not (tmp_path / "second").exists()
    assert run(*again, "--go-on", "--stop", "8", "--out", "second").code == 0
    assert run(*again, "--out", "third").code == 0


def test_a_log_without_a_prompt_is_refused(run: Run, clip: Path, tmp_path: Path) -> None:
    assert run("track", clip, "--point", RED_CLICK, "--stop", "2", "--out", "first").code == 0
    header = (tmp_path / "first/prompts.jsonl").read_text().splitlines()[0]
    (tmp_path / "torn.jsonl").write_text(header + "\n")
    ended = run("track", clip, "--prompts", "torn.jsonl", "--out", "second")
    assert (ended.code, "torn.jsonl holds no prompt" in ended.line) == (2, True)
    assert not (tmp_path / "second").exists()
    assert (
        run("track", clip, "--prompts", "torn.jsonl", "--point", RED_CLICK, "--stop", "2", "--out", "third").code == 0
    )
