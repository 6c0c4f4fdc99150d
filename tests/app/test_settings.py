"""Bounds from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from masklet.app.settings import projects_folder, settings_from
from masklet.errors import InputError


def test_settings_come_from_the_environment() -> None:
    assert settings_from({"MASKLET_APP_MAX_BYTES": "77", "OTHER": "x"}).max_bytes == 77
    with pytest.raises(InputError, match="MASKLET_APP_MAX_FRAMES is '-3'"):
        settings_from({"MASKLET_APP_MAX_FRAMES": "-3"})


def test_projects_lie_under_the_folder_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MASKLET_HOME", str(tmp_path))
    assert projects_folder() == tmp_path / "projects"
    monkeypatch.delenv("MASKLET_HOME")
    assert projects_folder().name == "projects"
    assert projects_folder().parent.name == "masklet"
