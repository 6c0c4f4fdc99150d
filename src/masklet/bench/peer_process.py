"""A peer in a process of its own: asked by lines, answering by lines of JSON and files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .peers import Peer, PeerMissingError

JOB, GIVEN, ANSWERS = "job.json", "given.npz", "answers.npz"


@dataclass(frozen=True, eq=False)
class Footage:
    """What all sides work on, on the network's own square, so that how a side resizes has no say.

    levels: 2,S,S,3 uint8, two pictures. pictures: 2,3,S,S float32, the same as the network takes them. masks: B,S,S
    bool, what is followed, as it is on the first. click: (x, y) on the first.
    """

    levels: NDArray[np.uint8]
    pictures: NDArray[np.float32]
    masks: NDArray[np.bool_]
    click: tuple[float, float]


class PeerProcess:
    """A context: within it the peer runs, its network loaded and its memories full.

    environment: the folder of its packages. checkpoint: the weights, as the peer reads them. folder: for the files that
    are exchanged. Raises PeerMissingError, with the peer's last line, when it cannot run.
    """

    def __init__(
        self, peer: Peer, environment: Path, model: str, checkpoint: Path, footage: Footage, threads: int, folder: Path
    ) -> None:
        self._peer, self._folder = peer, folder
        folder.mkdir(parents=True, exist_ok=True)
        told = {"checkpoint": str(checkpoint), "model": model, "side": footage.levels.shape[1], "threads": threads}
        (folder / JOB).write_text(json.dumps(told), encoding="utf-8")
        np.savez(
            folder / GIVEN,
            levels=footage.levels,
            pictures=footage.pictures,
            masks=footage.masks,
            click=np.array([footage.click]),
        )
        here = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join([str(environment), here])
        self._surroundings = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": str(threads)}
        self.versions: Mapping[str, str] = {}

    def __enter__(self) -> PeerProcess:
        words = [sys.executable, "-m", self._peer.script, str(self._folder), *self._peer.named]
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        self._process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            env=self._surroundings,
        )
        try:
            self.versions = self._answer()["versions"]
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
        self._said.close()

    def picture(self) -> dict[str, float]:
        """Seconds to make a picture ready ("set_picture") and to answer a click on it ("prompt")."""
        return self._ask("picture")

    def frame(self, objects: int) -> dict[str, float]:
        """Seconds of the next frame of so many objects ("frame"), and of see, recall, decode and remember in it."""
        return self._ask(f"frame {objects}")

    def answers(self) -> dict[str, NDArray[np.float32]]:
        """What the last calls answered. masks: B,h,w logits of the followed objects; click: M,h,w of the candidates,
        where the peer tells them all."""
        self._ask("save")
        with np.load(self._folder / ANSWERS) as saved:
            return {name: np.asarray(saved[name], np.float32) for name in saved.files}

    def _ask(self, what: str) -> Any:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{what}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # what it said last tells why
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line:
            return json.loads(line)
        self._process.wait()
        self._said.seek(0)
        last = (self._said.read().strip().splitlines() or [f"it ended with {self._process.returncode}"])[-1]
        raise PeerMissingError(f"{self._peer.title} does not run here: {last[:200]}")
