"""The four verbs on exported graphs: numpy, and ONNX Runtime or OpenVINO. No torch.

What the graphs leave outside is here: prompts and memories of unlike structure are grouped, and filled up where the
export has fixed sizes. B objects, K memories, L pointers, P points, M masks, C channels, h w of the stride-16 grid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock, Thread
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from masklet.errors import ModelError

from . import manifest as names
from .graphs import Graph, library, open_graph
from .inputs import NO_POINT, prompt_inputs, recollection_inputs
from .manifest import PartSpec, read_manifest
from .preprocess import prepare
from .protocol import Decoded, Features, Memory, NetworkPrompt, Recalled, Recollection, RuntimeFacts
from .threads import usable_threads
from .weights import read_weights

Array = NDArray[Any]
GIVEN_SCALE, GIVEN_BIAS = 20.0, -10.0  # a given mask's logits
# What draws outlines computes in float32 in any case: a twentieth of a frame's time, for masks that come nearer.
OUTLINING = (names.DECODE, names.DECODE_UNPROMPTED)
OUTLINED_IN = "float32"
SMALL_PICTURE = 512  # side of the square, pixels
ALWAYS_PRESENT = 20.0  # what networks say that know nothing of absence


@dataclass(frozen=True, eq=False)
class _Seen:
    """`Features`: what `see` gave, by name; and `fresh`, as decode wants it where nothing is recalled."""

    features: Mapping[str, Array]
    fresh_1Chw: Array


@dataclass(frozen=True, eq=False)
class _Recalled:
    """`Recalled`: the picture as B objects (or one that all share) remember it."""

    seen: _Seen
    recalled_BChw: Array


class ExportedRuntime:
    """`Runtime` over a folder that `masklet export` wrote, or over graphs without weights and a weights file for them.
    Keeps no state between calls.

    threads: of the CPU, None for all that this process may use. weights: for graphs that hold none themselves; others
    do without. lanes: in how many shares the threads are dealt out: objects are worked on beside each other, and beside
    the next picture, each with one share; None: 2 where pictures are small, so that a call has too little work for many
    threads, else 1.
    precision: "float32", or "bfloat16" where `graphs.precisions` tells of it. Raises ModelError when the folder holds
    no exported model, the weights do not fit it, or the library that runs it is not installed; a broken graph shows
    when it is first used.
    """

    def __init__(
        self,
        folder: str | Path,
        threads: int | None = None,
        *,
        weights: Path | None = None,
        precision: str = "float32",
        lanes: int | None = None,
    ) -> None:
        self.folder, self.manifest = Path(folder), read_manifest(folder)
        self.spec = self.manifest.spec
        self._threads = threads or usable_threads()
        if lanes is None:
            lanes = 2 if self.manifest.target == "openvino" and self.manifest.picture.size <= SMALL_PICTURE else 1
        self._lanes = min(lanes, self._threads)
        self._precision = precision
        wanted = self.manifest.weights
        self._weights = read_weights(weights, wanted) if weights and wanted else {}
        self._graphs: dict[str, Graph] = {}
        self._opening = {part: Lock() for part in self.manifest.parts}
        self._counted: list[int | None] | None = None  # what each graph did, while someone counts
        self._graph(names.SEE)

    @property
    def facts(self) -> RuntimeFacts:
        """Where it runs, for reports."""
        known = self.manifest
        what = library(known.target)
        return RuntimeFacts(
            what, "cpu", self._precision, self._threads, known.parameters, side_by_side=True, decodes_in=OUTLINED_IN
        )

    def make_ready(self) -> None:
        """Opens what tracking takes in a thread of its own, beside the work that the first prompt makes."""
        parts = [one for one in (names.RECALL, names.DECODE_UNPROMPTED, names.REMEMBER) if one in self.manifest.parts]
        if any(one not in self._graphs for one in parts):
            Thread(target=self._open_quietly, args=(parts,), name="masklet-opening").start()

    def _open_quietly(self, parts: Sequence[str]) -> None:
        with suppress(ModelError):  # who needs the part is told
            for one in parts:
                self._graph(one)

    def wait(self) -> None:
        """Nothing to wait for: every call comes back once it is done."""

    def count(self, call: Callable[[], object]) -> int | None:
        """The operations that the graphs do within the call; None where their library does not tell."""
        self._counted = []
        try:
            call()
            found = self._counted
        finally:
            self._counted = None
        return None if None in found else sum(one or 0 for one in found)

    def see(self, picture: NDArray[np.uint8]) -> Features:
        """Features of one picture, HxWx3 uint8 RGB of any size. Raises ValueError for anything else."""
        how = self.manifest.picture
        square = prepare(picture, how.size, how.mean, how.deviation, letterbox=how.letterbox)
        (features,) = self._call(names.SEE, [{"picture": square}])
        fresh = features.pop("fresh")
        return cast(Features, _Seen(features, fresh))

    def depict(self, features: Features) -> NDArray[np.float32]:
        """C,h,w: a picture's features at stride 16."""
        return np.asarray(cast(_Seen, features).features["f16"][0], np.float32)

    def recall(self, features: Features, recollections: Sequence[Recollection]) -> Recalled:
        """The picture's features conditioned on what each of B objects remembers (may be nothing)."""
        seen = cast(_Seen, features)
        recalled_BChw = np.repeat(seen.fresh_1Chw, len(recollections), axis=0)
        for (memories, pointers), index in self._structures(recollections).items():
            group = [recollections[n] for n in index]
            recalled_BChw[index] = self._recall_group(seen, group, memories, pointers)
        return cast(Recalled, _Recalled(seen, recalled_BChw))

    def _structures(self, recollections: Sequence[Recollection]) -> dict[tuple[int, int], list[int]]:
        """(memories, pointers) of a call -> the objects that it can serve; without those that recall nothing."""
        fixed = self.manifest.fixed
        groups: dict[tuple[int, int], list[int]] = {}
        for n, one in enumerate(recollections):
            counts = len(one.memories), len(one.pointers)
            if counts == (0, 0):
                continue
            if "memories" in fixed:
                self._check_room("memories", counts[0])
                self._check_room("pointers", counts[1])
                counts = fixed["memories"], fixed["pointers"]
            groups.setdefault(counts, []).append(n)
        return groups

    def _recall_group(self, seen: _Seen, group: Sequence[Recollection], memories: int, pointers: int) -> Array:
        """recalled_BChw of objects with at most so many memories and pointers each."""
        each = recollection_inputs(group, memories, pointers, self._part(names.RECALL))
        return self._run(names.RECALL, seen.features, each)["recalled"]

    def decode(self, recalled: Recalled, prompts: Sequence[NetworkPrompt]) -> Decoded:
        """Masks for B prompts; `recalled` holds B objects, or one that all prompts share (still pictures).

        Raises ValueError when there are neither as many objects as prompts nor one, or an array has a wrong shape.
        """
        known = cast(_Recalled, recalled)
        objects = len(known.recalled_BChw)
        if objects not in (1, len(prompts)):
            raise ValueError(f"{len(prompts)} prompts for {objects} objects")
        answer = self._blank_answer(len(prompts))
        filled = [self.fill(prompt) for prompt in prompts]
        groups: dict[tuple[str, int], list[int]] = {}
        for n, prompt in enumerate(filled):
            groups.setdefault((self._part_for(prompt), len(prompt.labels)), []).append(n)
        for (part, _), index in groups.items():
            own = known.recalled_BChw[[0] * len(index) if objects == 1 else index]
            group = [filled[n] for n in index]
            got = self._run(part, known.seen.features, prompt_inputs(group, own, self.spec.mask_size))
            if part == names.READ_GIVEN_MASK:  # the same for all candidates
                got["mask_logits"], got["pointers"] = got["mask_logits"][:, None], got["pointer"][:, None]
            for name in ("mask_logits", "iou", "presence", "pointers"):
                if name in got:
                    getattr(answer, name)[index] = got[name]
        return answer

    def _blank_answer(self, count: int) -> Decoded:
        """What stands where a part says nothing: surely present, surely right."""
        masks, side = 1 + self.spec.candidates, self.spec.mask_size
        return Decoded(
            np.zeros((count, masks, side, side), np.float32),
            np.ones((count, masks), np.float32),
            np.full(count, ALWAYS_PRESENT, np.float32),
            np.zeros((count, masks, self._pointer_channels()), np.float32),
        )

    def fill(self, prompt: NetworkPrompt) -> NetworkPrompt:
        """The prompt with the points of label -1 that the parts want behind its own."""
        if prompt.given_mask is not None:
            return prompt
        count, least = len(prompt.labels), 1
        if count == 0 and prompt.mask_logits is None and names.DECODE_UNPROMPTED in self.manifest.parts:
            return prompt  # a part of its own answers those
        if not self.manifest.closed and count and 2 not in prompt.labels:
            least = count + 1
        if "points" in self.manifest.fixed:
            self._check_room("points", max(count, least))
            least = self.manifest.fixed["points"]
        more = max(0, least - count)
        return replace(
            prompt,
            points=np.concatenate([prompt.points, np.zeros((more, 2), np.float32)]),
            labels=np.concatenate([prompt.labels, np.full(more, NO_POINT, np.int64)]),
        )

    def _part_for(self, prompt: NetworkPrompt) -> str:
        if prompt.given_mask is not None:
            return names.READ_GIVEN_MASK
        return names.DECODE if len(prompt.labels) else names.DECODE_UNPROMPTED

    def remember(
        self,
        features: Features,
        mask_logits: NDArray[np.float32],
        presence: NDArray[np.float32],
        prompted: Sequence[bool],
    ) -> list[Memory]:
        """Memories of B objects on this picture, from the B,h,w logits chosen for them."""
        seen = cast(_Seen, features)
        if not len(mask_logits) == len(presence) == len(prompted):
            raise ValueError(f"{len(mask_logits)} masks, {len(presence)} presences, {len(prompted)} flags")
        if len(mask_logits) == 0:
            return []
        if mask_logits.shape[1:] == (self.spec.picture_size,) * 2:  # of masks that the user gave
            masks = (np.asarray(mask_logits, np.float32)[:, None] - GIVEN_BIAS) / GIVEN_SCALE
            found = self._run(names.READ_GIVEN_MASK, seen.features, {"masks": masks})["memory"]
        else:
            each = {
                "mask_logits": np.asarray(mask_logits, np.float32),
                "presence": np.asarray(presence, np.float32),
                "certain": np.asarray(prompted, bool),
            }
            found = self._run(names.REMEMBER, seen.features, each)["memory"]
        # copies: a memory that is kept must not keep its neighbours in the batch alive
        return [cast(Memory, np.array(one)) for one in found]

    def _run(self, part: str, shared: Mapping[str, Array], each: Mapping[str, Array]) -> dict[str, Array]:
        """A part's outputs for B objects; `each` has their axis first, and arrays that the part does not take too."""
        wanted = {port.name for port in self._part(part).inputs}
        shared = {name: array for name, array in shared.items() if name in wanted}
        each = {name: array for name, array in each.items() if name in wanted}
        count = len(next(iter(each.values())))
        size = self.manifest.fixed.get("objects")
        if size is None:
            portions = np.array_split(np.arange(count), min(count, self._lanes))
        else:  # the last one fills up
            portions = [np.minimum(np.arange(n, n + size), count - 1) for n in range(0, count, size)]
        if len(portions) == 1 and size is None:
            return self._call(part, [{**shared, **each}])[0]
        answers = self._call(part, [{**shared, **{k: one[rows] for k, one in each.items()}} for rows in portions])
        return {name: np.concatenate([one[name] for one in answers])[:count] for name in answers[0]}

    def _call(self, part: str, calls: Sequence[Mapping[str, Array]]) -> list[dict[str, Array]]:
        graph = self._graph(part)
        if self._counted is not None:
            for inputs in calls:
                self._counted.append(graph.count({name: array.shape for name, array in inputs.items()}))
        return graph.each(calls) if self._lanes > 1 and len(calls) > 1 else [graph(inputs) for inputs in calls]

    def _part(self, part: str) -> PartSpec:
        if part not in self.manifest.parts:
            raise ModelError(f"{self.folder}: {self.spec.name} was exported without the part {part}")
        return self.manifest.parts[part]

    def _graph(self, part: str) -> Graph:
        if part not in self._graphs:
            path = self.folder / self._part(part).file
            with self._opening[part]:
                if part not in self._graphs:
                    self._graphs[part] = self._open(part, path)
        return self._graphs[part]

    def _open(self, part: str, path: Path) -> Graph:
        precision = OUTLINED_IN if part in OUTLINING else self._precision
        return open_graph(self.manifest.target, path, self._threads, precision, self._weights, self._lanes)

    def _pointer_channels(self) -> int:
        for port in self.manifest.parts[names.DECODE].outputs:
            if port.name == "pointers":
                return int(port.shape[-1])
        return 0

    def _check_room(self, axis: str, count: int) -> None:
        room = self.manifest.fixed[axis]
        if count > room:
            raise ModelError(f"{self.folder} was exported for {room} {axis}, not {count}: export it with more")
