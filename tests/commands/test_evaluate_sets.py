"""Sets are opened by their contents, and the wrong kind is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from masklet.commands.evaluate_sets import open_pictures, open_videos
from masklet.errors import InputError


def test_each_kind_where_it_is_wanted(clips: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clips.parent)
    videos = open_videos(Path("clips"))
    assert (list(videos.names()), videos.folder) == (["run", "walk"], clips.resolve())
    assert list(open_pictures(Path("pictures")).names()) == ["a/000", "b/001"]
    with pytest.raises(InputError, match="clips: a set of videos .*; here pictures are wanted"):
        open_pictures(clips)
    with pytest.raises(InputError, match="pictures: a set of pictures .*; here videos are wanted"):
        open_videos(pictures)
