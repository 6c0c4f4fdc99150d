"""`masklet bench --against sam2,transformers,edgetam`: masklet beside other implementations, in one run."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from masklet.commands.options import Computing
from masklet.commands.report import Report
from masklet.errors import InputError

if TYPE_CHECKING:
    from masklet.bench.against import Comparison
    from masklet.bench.against_report import AgainstRun
    from masklet.bench.ourselves import Ourselves
    from masklet.runtime.protocol import Runtime

LAYOUTS = {"sam2": "published", "transformers": "transformers", "edgetam": "published"}


@dataclass(frozen=True)
class AgainstWanted:
    """What the command line asked for. model: None is what each peer runs most. computing: with the precision "auto",
    each precision of the runtime is measured."""

    peers: tuple[str, ...]
    model: str | None
    objects: tuple[int, ...]
    rounds: int
    computing: Computing


@dataclass(frozen=True)
class _Weights:
    network: str
    path: Path
    drawn: bool


def measure_against(wanted: AgainstWanted, report: Report) -> list[AgainstRun]:
    """A run for each model that takes part; a peer that cannot be had is noted in it. Raises InputError."""
    from masklet.bench.against_report import AgainstRun
    from masklet.bench.machine import this_machine
    from masklet.bench.peers import PEERS, PeerMissingError

    if find_spec("torch") is None:
        raise InputError(
            '--against runs other implementations, which need PyTorch: pip install "masklet[torch,export]"'
        )
    runs: dict[str, tuple[_Weights, list[Comparison], dict[str, str]]] = {}
    for name in wanted.peers:
        weights = _weights(wanted.model or PEERS[name].models[0])
        _, comparisons, missing = runs.setdefault(str(weights.path), (weights, [], {}))
        try:
            comparisons.append(_compare(name, weights, wanted, report))
        except PeerMissingError as problem:
            missing[name] = str(problem)
            report.remark(str(problem))
    titles = {name: peer.title for name, peer in PEERS.items()}
    return [
        AgainstRun(this_machine(), weights.network, weights.drawn, wanted.rounds, titles, tuple(found), missing)
        for weights, found, missing in runs.values()
    ]


def _weights(model: str) -> _Weights:
    """A model's weights; drawn at random for a published one that is not on this machine. Raises ModelError."""
    from masklet.runtime import list_models
    from masklet.runtime.catalogue import find_weights
    from masklet.runtime.checkpoints import describe

    known = {one.name: one for one in list_models()}.get(model)
    if known is not None and not known.present and not known.embedded:
        return _Weights(model, _drawn(model), True)
    path = find_weights(model)
    return _Weights(model if known else describe(path).network, path, False)


def _drawn(network: str) -> Path:
    """Kept, so that the graphs made of them are found again."""
    from masklet.runtime.catalogue import cache_folder
    from masklet.runtime.checkpoints import draw

    path = cache_folder() / "drawn" / f"{network}.safetensors"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        draw(network, path)
    return path


def _compare(name: str, weights: _Weights, wanted: AgainstWanted, report: Report) -> Comparison:
    from masklet.bench.against import compare, draw_footage
    from masklet.bench.ourselves import Ourselves
    from masklet.bench.peer_process import PeerProcess
    from masklet.bench.peers import PEERS, environment_of
    from masklet.runtime.checkpoints import convert
    from masklet.runtime.threads import usable_threads

    peer, most = PEERS[name], max(wanted.objects)
    same = weights.network in peer.models
    network, source = (weights.network, weights.path) if same else (peer.models[0], _drawn(peer.models[0]))
    with report.progress(f"installing {peer.title}", None):
        environment = environment_of(name)
    runtimes = _runtimes(weights, wanted)
    ours: list[Ourselves] = [Ourselves(one, draw_footage(one.spec.picture_size, most)) for one in runtimes]
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder) / ("weights.safetensors" if LAYOUTS[name] == "transformers" else "weights.pt")
        convert(source, checkpoint, LAYOUTS[name])
        footage = draw_footage(1024, most)  # all peers' networks are for pictures of that size
        with PeerProcess(peer, environment, network, checkpoint, footage, usable_threads(), Path(folder)) as process:
            turns = (wanted.rounds + 1) * (1 + len(ours))
            with report.progress(f"against {peer.title}", turns) as steps:
                return compare(name, network, process, ours, wanted.objects, wanted.rounds, same=same, step=steps.one)


def _runtimes(weights: _Weights, wanted: AgainstWanted) -> Sequence[Runtime]:
    from masklet.runtime import load_runtime
    from masklet.runtime.graphs import precisions

    how = wanted.computing
    first = load_runtime(weights.path, how.device, how.precision, runtime=how.runtime)
    if how.precision != "auto" or not first.facts.library.startswith("openvino"):
        return [first]
    each = sorted(precisions("openvino"), key=lambda one: one != "float32")
    return [load_runtime(weights.path, how.device, one, runtime=how.runtime) for one in each]
