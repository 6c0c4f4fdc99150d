"""`masklet evaluate`: a mistake in any of its commands is one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import Ended


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("vos", "DATA", "--given", "scribble"), "give mask, box or numbers of clicks"),
        (("vos", "DATA", "--system", "half"), "there are full, masks, propagate, picture"),
        (("vos", "DATA", "--rule", "mine"), "there are davis, sav, youtube-vos, all"),
        (("vos", "DATA", "--save", "gif"), "there are indexed, objects, json"),
        (("vos", "DATA", "--zip", "mars"), "there are davis, mose, youtube-vos, sav"),
        (("vos", "DATA", "--zip", "sav", "--save", "indexed"), "takes the form objects"),
        (("vos", "DATA", "--only", "swim"), "the set has no 'swim'; it has run, walk"),
        (("vos", "DATA", "--split", "val"), "no list 'val'; the set has none"),
        (("vos", "DATA", "--train", "nowhere.json"), "give the training set's meta.json"),
        (("vos", "nowhere"), "there is no such folder"),
        (("vos", "PICTURES"), "here videos are wanted"),
        (("images", "DATA"), "here pictures are wanted"),
        (("interactive", "DATA", "--mode", "sometimes"), "there are offline and online"),
        (("vos", "DATA", "--model", "huge"), "huge"),
        (("transfer", "DATA/Annotations/run"), "no data sets in it"),
        (("predictions", "DATA/Annotations", "--data", "PICTURES"), "here videos are wanted"),
        (("predictions", "nowhere", "--data", "DATA"), "no such folder or zip of predictions"),
    ],
)
def test_bad_input_is_one_line(
    words: tuple[str, ...], said: str, run: Callable[..., Ended], clips: Path, pictures: Path
) -> None:
    named = [word.replace("DATA", str(clips)).replace("PICTURES", str(pictures)) for word in words]
    ended = run("evaluate", *named, "--workers", 1)
    assert ended.code == 2
    assert said in ended.line
    assert " runs by " not in ended.err


STRESS = ("stress", "--quick", "--clips", "1", "--limit", "fast", "--size", "96x72")


@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize(
    "words",
    [
        ("vos", "DATA", "--given", "mask,box"),
        ("interactive", "DATA", "--rounds", "1", "--mode", "offline,online"),
        ("images", "PICTURES", "--clicks", "1"),
        ("everything", "PICTURES", "--limit", "1"),
        ("transfer", "SETS", "--given", "mask", "--clicks", "1"),
        STRESS,
    ],
    ids=lambda words: words[0],
)
def test_what_runs_the_model_is_said_once(
    words: tuple[str, ...], quiet: bool, run: Callable[..., Ended], clips: Path, pictures: Path
) -> None:
    named = [
        word.replace("DATA", str(clips)).replace("PICTURES", str(pictures)).replace("SETS", str(clips.parent))
        for word in words
    ]
    ended = run("evaluate", *named, "--workers", 1, "--device", "cpu", *(["--quiet"] if quiet else []))
    assert ended.code == 0, ended.err
    said = [line for line in ended.err.splitlines() if " runs by " in line]
    assert len(said) == (0 if quiet else 1)
    assert all(line.startswith("masklet: nano runs by ") and line.endswith(", 1 thread") for line in said)


def test_a_device_that_is_not_there_is_told_in_one_line_before_workers_start(
    run: Callable[..., Ended], clips: Path
) -> None:
    ended = run("evaluate", "vos", clips, "--device", "abacus", "--workers", 2)
    assert ended.code == 2
    assert "no device 'abacus'" in ended.line
