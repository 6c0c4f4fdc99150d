import json
import logging
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masklet.errors import InputError, OutputError
from masklet.session.log import Event, Header, PromptLog, read_log
from masklet.values import Prompt

HEADER = Header(size=(4, 6), frames=10, model="nano", policy="sam2", exclusive=True)
numbers = st.floats(0, 1e6)


@st.composite
def prompts(draw):
    if draw(st.booleans()):
        bits = draw(st.lists(st.booleans(), min_size=24, max_size=24))
        return Prompt(mask=np.array(bits).reshape(4, 6))
    points = draw(st.lists(st.tuples(numbers, numbers), max_size=3))
    labels = tuple(draw(st.integers(0, 1)) for _ in points)
    return Prompt(tuple(points), labels, draw(st.none() | st.tuples(numbers, numbers, numbers, numbers)))


@st.composite
def events(draw):
    kind = draw(st.sampled_from(["prompt", "undo", "forget", "track"]))
    frame, name, when = draw(st.integers(0, 9)), draw(st.text(min_size=1)), draw(numbers)
    if kind == "prompt":
        return Event(0, when, kind, name=name, frame=frame, prompt=draw(prompts()))
    if kind == "track":
        direction = draw(st.sampled_from(["forward", "reverse", "fill"]))
        return Event(0, when, kind, frame=frame, last=draw(st.integers(0, 9)), direction=direction)
    return Event(0, when, kind, name=name if kind == "forget" else None)


def numbered(some):
    return [Event(**{**vars(event), "sequence": index}) for index, event in enumerate(some)]


@settings(max_examples=30)
@given(st.lists(events(), max_size=5))
def test_a_log_comes_back_exactly(tmp_path_factory, some):
    folder = tmp_path_factory.mktemp("log")
    written, saved = folder / "a.jsonl", folder / "b.jsonl"
    log = PromptLog(HEADER, written)
    for event in numbered(some):
        log.append(event)
    log.save(saved)
    assert written.read_bytes() == saved.read_bytes()
    for path in (written, saved):
        back = read_log(path)
        assert back.header == HEADER
        assert list(back) == list(log) == numbered(some)


def two_events(path):
    log = PromptLog(HEADER, path)
    log.append(Event(0, 1.5, "prompt", name="dog", frame=3, prompt=Prompt(((1.0, 2.0),), (1,))))
    log.append(Event(1, 2.5, "undo"))
    return log


def test_every_event_is_on_disk_at_once(tmp_path):
    log = two_events(tmp_path / "deep" / "prompts.jsonl")
    assert list(read_log(tmp_path / "deep" / "prompts.jsonl")) == list(log)


def test_a_torn_last_line_is_left_out_with_a_notice(tmp_path, caplog):
    path = tmp_path / "prompts.jsonl"
    log = two_events(path)
    whole = path.read_bytes()
    for cut in range(1, 30):
        path.write_bytes(whole[:-cut])
        with caplog.at_level(logging.WARNING, logger="masklet"):
            assert list(read_log(path)) == list(log)[:1]
        assert "cut off" in caplog.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no prompt log"),
        ("hello", "holds no prompt log"),
        ("hello\nthere", "not a prompt log"),
        ("hello\n", "not a prompt log"),
        ('{"masklet_log": 99}\n', "not a prompt log"),
        ("[]\n", "not a prompt log"),
    ],
)
def test_what_is_no_log_is_told(tmp_path, text, words, caplog):
    path = tmp_path / "prompts.jsonl"
    path.write_text(text)
    with pytest.raises(InputError, match=words):
        read_log(path)
    assert not caplog.text  # one line, not a notice beside it


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        '{"sequence": 5, "time": 0, "kind": "undo"}',
        '{"sequence": 0, "time": 0, "kind": "dance"}',
        '{"sequence": 0, "time": 0, "kind": "forget"}',
        '{"sequence": 0, "time": 0, "kind": "prompt", "name": "a", "frame": "3"}',
        '{"sequence": 0, "time": 0, "kind": "prompt", "name": "a", "frame": 3, "mask": {"size": [1, 1]}}',
        '{"sequence": 0, "time": 0, "kind": "track", "frame": 0, "last": 1, "direction": "up"}',
        '{"sequence": 0, "time": 0, "kind": "track", "frame": 3, "last": -2, "direction": "reverse"}',
        '{"sequence": 0, "time": 0, "kind": "prompt", "name": "a", "frame": 3, "box": [1, 2]}',
        '{"sequence": Infinity, "time": 0, "kind": "undo"}',
    ],
)
def test_a_broken_line_is_named(tmp_path, line):
    path = tmp_path / "prompts.jsonl"
    PromptLog(HEADER, path)
    with path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(InputError, match="line 2"):
        read_log(path)


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_log(tmp_path / "none.jsonl")


def test_an_earlier_log_is_never_overwritten(tmp_path):
    path = tmp_path / "prompts.jsonl"
    two_events(path)
    before = path.read_bytes()
    with pytest.raises(OutputError, match="already holds"):
        PromptLog(HEADER, path)
    assert path.read_bytes() == before


def test_unwritable_place(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        PromptLog(HEADER, tmp_path / "file" / "prompts.jsonl")


def test_a_full_disk_changes_nothing(tmp_path, monkeypatch):
    path = tmp_path / "prompts.jsonl"
    log = two_events(path)
    before = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="disk is full"):
        log.append(Event(2, 3.0, "undo"))
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert len(log) == 2
    log.append(Event(2, 3.0, "undo"))
    assert len(read_log(path)) == 3


def test_events_come_in_sequence():
    with pytest.raises(ValueError, match="cannot follow"):
        PromptLog(HEADER).append(Event(1, 0.0, "undo"))


def test_the_file_is_one_json_object_a_line(tmp_path):
    two_events(tmp_path / "prompts.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "prompts.jsonl").read_text().splitlines()]
    assert lines[1] == {
        "sequence": 0,
        "time": 1.5,
        "kind": "prompt",
        "name": "dog",
        "frame": 3,
        "points": [[1.0, 2.0]],
        "labels": [1],
    }
