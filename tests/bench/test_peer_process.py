"""A peer in its own process: one that is written here, driven as the real ones are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from masklet.bench.against import draw_footage
from masklet.bench.peer_process import PeerProcess
from masklet.bench.peers import Peer, PeerMissingError

SCRIPT = """
import sys
from pathlib import Path
import numpy as np
from masklet.peers.turns import Stopwatch, serve

class Toy:
    def __init__(self, job):
        print("words that are no answer")
        self.job, self.watch, self.objects = job, Stopwatch(), 0
        self.watch.listen(self, "look", "see")

    def look(self):
        return self.job.given["levels"][1].mean()

    def picture(self):
        return {"set_picture": 1.0, "prompt": 0.5}

    def frame(self, objects):
        if objects > 2:
            raise MemoryError("too many objects")
        self.objects = objects
        return self.watch.whole(self.look)

    def answers(self):
        return {"masks": self.job.given["masks"][: self.objects].astype(np.float32)}

serve(Path(sys.argv[1]), Toy, tuple(sys.argv[2:]))
"""


def toy(tmp_path: Path, script: str = SCRIPT) -> PeerProcess:
    environment = tmp_path / "environment"
    environment.mkdir()
    (environment / "toy_peer.py").write_text(script)
    peer = Peer("A toy", (), ("numpy",), "toy_peer", ("sam2.1-tiny",))
    return PeerProcess(peer, environment, "toy", tmp_path / "w.pt", draw_footage(64, 2), 1, tmp_path / "exchange")


def test_it_answers_by_lines_and_files(tmp_path: Path) -> None:
    with toy(tmp_path) as peer:
        assert peer.versions["numpy"] == np.__version__ and "torch" in peer.versions
        assert peer.picture() == {"set_picture": 1.0, "prompt": 0.5}
        took = peer.frame(2)
        assert took["frame"] >= took["see"] > 0 == took["recall"]
        assert np.array_equal(peer.answers()["masks"], draw_footage(64, 2).masks)
        with pytest.raises(PeerMissingError, match="A toy does not run here: MemoryError: too many objects"):
            peer.frame(3)


def test_one_that_does_not_start_is_told(tmp_path: Path) -> None:
    with pytest.raises(PeerMissingError, match="A toy does not run here: ModuleNotFoundError.*no_such_package"):
        toy(tmp_path, "import no_such_package").__enter__()
