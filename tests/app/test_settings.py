"""Bounds from the environment."""

from __future__ import annotations

import pytest

from masklet.app.settings import settings_from
from masklet.errors import InputError


def test_settings_come_from_the_environment() -> None:
    assert settings_from({"MASKLET_APP_MAX_BYTES": "77", "OTHER": "x"}).max_bytes == 77
    with pytest.raises(InputError, match="MASKLET_APP_MAX_FRAMES is '-3'"):
        settings_from({"MASKLET_APP_MAX_FRAMES": "-3"})
