"""Other implementations that masklet is measured against, and the environments that they run in.

An environment is a folder of packages beside the running interpreter's own, so that both sides use the same torch; it
is made once, under masklet's cache folder, and seen by the peer's process alone.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from filelock import FileLock

from masklet.errors import InputError
from masklet.runtime.catalogue import PUBLISHED, cache_folder

HYDRA = (
    "antlr4-python3-runtime==4.9.3",
    "hydra-core==1.3.8",
    "iopath==0.1.10",
    "omegaconf==2.3.1",
    "portalocker==4.4.2",
)
VISION = "torchvision==0.28.0"
SAM2 = tuple(name for name in PUBLISHED if name.startswith("sam2"))
TIMEOUT = 900  # seconds that an installation may take


class PeerMissingError(InputError):
    """A peer cannot be installed here."""


@dataclass(frozen=True)
class Peer:
    """title: for tables. requirements: what is installed, without what that would drag along; of these, `named` have
    their version told. script: the module that drives it. models: presets whose weights it runs, the first by default.
    """

    title: str
    requirements: tuple[str, ...]
    named: tuple[str, ...]
    script: str
    models: tuple[str, ...]


PEERS: Mapping[str, Peer] = MappingProxyType(
    {
        "sam2": Peer(
            "Meta's sam2",
            (*HYDRA, VISION, "sam2==1.1.0"),
            ("sam2",),
            "masklet.peers.published",
            ("sam2.1-tiny", *(name for name in SAM2 if name != "sam2.1-tiny")),
        ),
        "transformers": Peer(
            "transformers",
            ("regex==2026.11.15", "tokenizers==0.23.3", "transformers==5.23.0", VISION),
            ("transformers",),
            "masklet.peers.hugging_face",
            ("sam2.1-tiny",),
        ),
        "edgetam": Peer(
            "EdgeTAM's",
            (*HYDRA, VISION, "timm==1.0.31", "edgetam-dimos==1.0.1"),
            ("edgetam-dimos", "timm"),
            "masklet.peers.published",
            ("edgetam",),
        ),
    }
)


def find_peers(names: str) -> tuple[str, ...]:
    """The peers of a comma-separated list. Raises InputError for an unknown one."""
    found = tuple(dict.fromkeys(part.strip() for part in names.split(",")))
    for name in found:
        if name not in PEERS:
            raise InputError(f"--against {name!r}: choose {', '.join(PEERS)}")
    return found


def environment_of(name: str) -> Path:
    """The folder of a peer's packages, installed first where it is not there yet. Raises PeerMissingError."""
    peer = PEERS[name]
    key = hashlib.sha256(repr((peer.requirements, sys.version_info[:2])).encode()).hexdigest()[:12]
    folder = cache_folder() / "peers" / f"{name}-{key}"
    done = folder / ".installed"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f".{folder.name}.lock")):
            if not done.is_file():
                _install(peer, folder)
                done.touch()
    except OSError as problem:
        raise PeerMissingError(f"{peer.title} cannot be installed: {problem}") from None
    return folder


def _install(peer: Peer, folder: Path) -> None:
    words = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--upgrade"]
    words += ["--target", str(folder), *peer.requirements]
    try:
        # sam2 comes as source; its one CUDA operator fills holes in masks, and is left out
        surroundings = {**os.environ, "SAM2_BUILD_CUDA": "0"}
        ended = subprocess.run(words, capture_output=True, text=True, check=False, timeout=TIMEOUT, env=surroundings)
    except subprocess.TimeoutExpired:
        raise PeerMissingError(f"{peer.title} cannot be installed: pip took more than {TIMEOUT} s") from None
    if ended.returncode:
        errors = [line for line in ended.stderr.splitlines() if line.startswith("ERROR")] or ended.stderr.splitlines()
        raise PeerMissingError(f"{peer.title} cannot be installed: {' '.join(errors[:1])[:200] or 'pip failed'}")
