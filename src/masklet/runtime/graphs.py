"""One exported graph, run by ONNX Runtime or OpenVINO on the CPU: named arrays in, named arrays out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from masklet.errors import ModelError

from .operations import operations_of
from .threads import usable_threads

Array = NDArray[Any]


class Graph(Protocol):
    """An exported part, ready to run."""

    def __call__(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """Its outputs by name. Raises ValueError when the inputs are not the graph's."""
        ...

    def each(self, calls: Sequence[Mapping[str, Array]]) -> list[dict[str, Array]]:
        """The outputs of several calls, as many of them beside each other as the graph has lanes."""
        ...

    def count(self, shapes: Mapping[str, tuple[int, ...]]) -> int | None:
        """The operations of a call with inputs of these shapes; None where the library does not tell."""
        ...


def open_graph(
    target: str,
    path: Path,
    threads: int | None = None,
    precision: str = "float32",
    weights: Mapping[str, NDArray[np.float32]] | None = None,
    lanes: int = 1,
) -> Graph:
    """The graph of a file; target: "onnx" or "openvino". threads: of the CPU, None for all that this process may use.

    lanes: calls that OpenVINO works on beside each other, the threads shared out among them.
    precision: "float32", or "bfloat16" where `precisions` has it. weights: by the names of the graph's inputs that they
    take the place of; for OpenVINO alone.
    Raises ModelError when the library for it is not installed, or the file is missing or broken.
    """
    if target not in LIBRARIES:
        raise ModelError(f"no runtime for {target!r:.20}: choose {' or '.join(LIBRARIES)}")
    if not path.is_file():
        raise ModelError(f"{path}: there is no such file; export the model anew")
    count = threads or usable_threads()
    return _OnnxGraph(path, count) if target == "onnx" else _OpenVinoGraph(path, count, precision, weights or {}, lanes)


def precisions(target: str) -> tuple[str, ...]:
    """In what graphs of that target can compute on this processor, the fastest first; nothing without the library."""
    if find_spec(LIBRARIES[target]) is None:
        return ()
    if target == "onnx":
        return ("float32",)
    able = openvino_core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return ("bfloat16", "float32") if "BF16" in able else ("float32",)


def library(target: str) -> str:
    """What runs graphs of that target, with its version, as "onnxruntime 1.32.0"."""
    from importlib.metadata import version

    return f"{LIBRARIES[target]} {version(LIBRARIES[target])}"


def openvino_core() -> Any:
    """This process's one `openvino.Core`; raises ImportError where OpenVINO is missing.

    One, kept for good: a core puts a stack for signals of its own in place of the thread's and at its end brings back
    the one it found. Of two whose ends come in the order of their beginnings, the second brings back the first's, which
    is gone by then, and the next signal (Ctrl-C, a child's end) kills the process.
    """
    global _core
    import openvino

    with _opening:
        if _core is None:
            _core = openvino.Core()
    return _core


_core: Any = None
_opening = Lock()
LIBRARIES = {"onnx": "onnxruntime", "openvino": "openvino"}
HINTS = {"float32": "f32", "bfloat16": "bf16"}


class _OnnxGraph:
    def __init__(self, path: Path, threads: int) -> None:
        try:
            import onnxruntime
        except ImportError:
            raise _missing("onnxruntime") from None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3  # errors alone: what it warns of is its own business
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as problem:  # its exceptions have no common class
            raise _broken(path, problem) from None
        self._outputs = [one.name for one in self._session.get_outputs()]

    def __call__(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        return dict(zip(self._outputs, self._session.run(self._outputs, _contiguous(inputs)), strict=True))

    def each(self, calls: Sequence[Mapping[str, Array]]) -> list[dict[str, Array]]:
        """One after the other."""
        return [self(inputs) for inputs in calls]

    def count(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Not told."""


class _OpenVinoGraph:
    def __init__(
        self, path: Path, threads: int, precision: str, weights: Mapping[str, NDArray[np.float32]], lanes: int
    ) -> None:
        try:
            core = openvino_core()
        except ImportError:
            raise _missing("openvino") from None
        # by itself it would compute in bfloat16 where the processor can
        how = {
            "INFERENCE_PRECISION_HINT": HINTS[precision],
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": lanes,
            # it would pin the first thread of every graph to the same core, where the verbs wait for each other
            "ENABLE_CPU_PINNING": False,
        }
        try:
            self._model = core.read_model(path)
            _fill(self._model, weights)
            self._compiled = core.compile_model(self._model, "CPU", how)
        except Exception as problem:  # RuntimeError mostly, at times a more particular one
            raise _broken(path, problem) from None
        self._outputs = [one.get_any_name() for one in self._compiled.outputs]
        self._idle: SimpleQueue[Any] = SimpleQueue()  # a request serves one call at a time
        for _ in range(lanes):
            self._idle.put(self._compiled.create_infer_request())

    def __call__(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        request = self._idle.get()
        try:
            request.infer(_contiguous(inputs), share_inputs=True)
            return self._answer(request)
        finally:
            self._idle.put(request)

    def each(self, calls: Sequence[Mapping[str, Array]]) -> list[dict[str, Array]]:
        """See Graph."""
        answers = []
        held = [self._idle.get()]  # the others only where nobody has them: who waits for two could wait for ever
        with suppress(Empty):
            while len(held) < len(calls):
                held.append(self._idle.get_nowait())
        try:
            for start in range(0, len(calls), len(held)):
                begun = [(one, _contiguous(inputs)) for one, inputs in zip(held, calls[start:], strict=False)]
                for request, inputs in begun:
                    request.start_async(inputs, share_inputs=True)
                for request, _ in begun:
                    request.wait()
                answers += [self._answer(request) for request, _ in begun]
        finally:
            for request in held:
                self._idle.put(request)
        return answers

    def _answer(self, request: Any) -> dict[str, Array]:
        # copies: the request writes its next results to the same place
        return {name: np.array(request.get_output_tensor(n).data) for n, name in enumerate(self._outputs)}

    def count(self, shapes: Mapping[str, tuple[int, ...]]) -> int:
        """Counted on the graph as it was read."""
        return operations_of(self._model, shapes)


def _contiguous(inputs: Mapping[str, Array]) -> dict[str, Array]:
    return {name: np.ascontiguousarray(array) for name, array in inputs.items()}


def _fill(model: Any, weights: Mapping[str, NDArray[np.float32]]) -> None:
    """Puts weights in the place of the OpenVINO model's inputs of their names."""
    from openvino import opset13

    for port in list(model.inputs):
        name = port.get_any_name()
        if name in weights:
            parameter = port.get_node()
            port.replace(opset13.constant(weights[name], shared_memory=True).output(0))
            model.remove_parameter(parameter)


def _missing(name: str) -> ModelError:
    return ModelError(f'this exported model runs on {name}: pip install {name}, or pip install "masklet[export]"')


def _broken(path: Path, problem: Exception) -> ModelError:
    return ModelError(f"{path}: not a whole exported graph ({' '.join(str(problem).split())[:160]})")
