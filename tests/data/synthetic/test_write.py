"""A written set holds what the clips say, in every format, also after it was stopped."""

import json
from pathlib import Path

import numpy as np
import pytest

import masklet.data.synthetic.write as writing
from masklet.data.sets.check import check_set
from masklet.data.sets.layouts import open_set
from masklet.data.synthetic.clip import SyntheticClip
from masklet.data.synthetic.conditions import PRESETS
from masklet.data.synthetic.drawn import DRAWN
from masklet.data.synthetic.write import Order, synthesize
from masklet.errors import InputError, OutputError
from masklet.media.rle import decode_mask


def order(folder: Path, **how: object) -> Order:
    return Order(folder, **{"preset": "exits", "clips": 2, "frames": 40, "size": (64, 96), **how})  # type: ignore[arg-type]


@pytest.mark.parametrize("layout", ["davis-2017", "sav", "sav-folders", "mose"])
def test_the_masks_read_back_are_those_of_the_clip(tmp_path: Path, layout: str) -> None:
    done = synthesize(order(tmp_path / "set", layout=layout, exact=True), DRAWN)
    assert done.names == ("exits-0000", "exits-0001") and done.frames == 80 and done.events["outside"] >= 2
    data = open_set(tmp_path / "set")
    assert data.layout == layout and list(data.names()) == list(done.names)
    assert check_set(data).masks > 100 and not len(data.issues)
    item = data.read("exits-0001")
    clip = SyntheticClip(PRESETS["exits"], DRAWN, 0, 1, frames=40, size=(64, 96))
    offset = min(thing.id for thing in item.things) - 1
    with item.open_frames() as pictures:
        for t in (0, 20, 39):
            frame = clip.draw(t)
            assert np.array_equal(pictures[t], frame.picture)
            for k in clip.numbers:
                regions = [r for r in item.truths[t].regions if r.thing == k + offset]
                ours = decode_mask(regions[0].rle) if regions else np.zeros(frame.labels.shape, bool)
                assert np.array_equal(ours, frame.mask(k))
                assert (k + offset in item.truths[t].absent) == (not regions)


def test_the_json_says_what_happens_when(tmp_path: Path) -> None:
    synthesize(order(tmp_path), DRAWN)
    listing = json.loads((tmp_path / "synthetic.json").read_text())
    told = json.loads((tmp_path / "synthetic" / "exits-0000.json").read_text())
    assert listing["clips"][0] == {"name": "exits-0000", "events": told["events"]}
    out = next(event for event in told["events"] if event["what"] == "outside")
    visible = told["objects"]["1"]["visible"]
    assert len(visible) == told["frames"] == 40
    assert not any(visible[out["first"] : out["last"] + 1]) and visible[out["last"] + 1] > 0
    assert told["size"] == [96, 64] and len(told["objects"]["2"]["matrix"][0]) == 2


def test_writing_that_was_stopped_goes_on_to_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synthesize(order(tmp_path / "whole"), DRAWN)
    write, calls = writing._write, []

    def stops(*parts: object) -> None:
        calls.append(parts)
        if len(calls) == 2:
            raise KeyboardInterrupt
        write(*parts)

    monkeypatch.setattr(writing, "_write", stops)
    with pytest.raises(KeyboardInterrupt):
        synthesize(order(tmp_path / "again"), DRAWN)
    synthesize(order(tmp_path / "again"), DRAWN)
    assert len(calls) == 3  # the first clip was not drawn anew
    whole, again = (
        {p.relative_to(tmp_path / name): p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()}
        for name in ("whole", "again")
    )
    assert whole == again


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"layout": "coco"}, "coco holds pictures; clips can be written as"),
        ({"layout": "vhs"}, "'vhs' is no format"),
        ({"preset": "fog"}, "'fog' is no preset"),
        ({"clips": 0}, "at least 1 clip"),
    ],
)
def test_a_wrong_order_writes_nothing(tmp_path: Path, wrong: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        synthesize(order(tmp_path / "set", **wrong), DRAWN)
    assert not (tmp_path / "set").exists()


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="holds something already"):
        synthesize(order(tmp_path), DRAWN)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
