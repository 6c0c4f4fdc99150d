"""What the server allows: bounds on uploads, on the processes that decode them, and on what stays in memory."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

import platformdirs

from masklet.errors import InputError

PREFIX = "MASKLET_APP_"


@dataclass(frozen=True)
class Settings:
    """Bounds. Each can be set by an environment variable, MASKLET_APP_MAX_BYTES for `max_bytes` and so on.

    max_bytes: of one upload. max_seconds, max_frames: of a video. max_pixels: of one frame. decoder_memory: bytes of
    address space of a process that decodes or renders; decoder_seconds: for one answer of it. max_sessions: how many
    projects stay in memory; the others are read from disk when they are asked for. max_objects: of one project.
    allow_urls: 1 lets the server fetch videos from public addresses; fetch_seconds: for one of them.
    """

    max_bytes: int = 2 << 30
    max_seconds: int = 2 * 3600
    max_frames: int = 250_000
    max_pixels: int = 8192 * 4608
    decoder_memory: int = 4 << 30
    decoder_seconds: int = 30
    max_sessions: int = 24
    max_objects: int = 64
    allow_urls: int = 0
    fetch_seconds: int = 600


def settings_from(environment: Mapping[str, str]) -> Settings:
    """The bounds with what the environment sets. Raises InputError for a value that is no whole number from 0."""
    settings = Settings()
    for field in fields(Settings):
        text = environment.get(PREFIX + field.name.upper())
        if text is None:
            continue
        if not text.isdecimal():
            raise InputError(f"{PREFIX}{field.name.upper()} is {text!r}: give a whole number")
        settings = replace(settings, **{field.name: int(text)})
    return settings


def projects_folder() -> Path:
    """Where projects lie: under MASKLET_HOME, or the platform's data folder."""
    home = os.environ.get("MASKLET_HOME")
    return (Path(home) if home else platformdirs.user_data_path("masklet", appauthor=False)) / "projects"
