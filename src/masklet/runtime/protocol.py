"""The seam between sessions and the network: four verbs over opaque handles.

A session owns all state and imports no torch; a runtime owns the network and keeps no state between
calls. What crosses the seam is numpy and the handles `Features`, `Recalled` and `Memory`, which a
session stores and hands back but never looks into.

Shapes: B objects, M candidate masks, P points, C channels, h w the network's mask size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NewType, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from masklet.errors import ModelError

Features = NewType("Features", object)  # one picture, seen
Recalled = NewType("Recalled", object)  # a picture's features in the light of B objects' memories
Memory = NewType("Memory", object)  # one object on one frame
Pointer = NDArray[np.float32]  # C: what one object is, in one vector (SAM 2's object pointer)


def letterboxed(size: tuple[int, int], side: int) -> tuple[int, int]:
    """(height, width) that a picture of `size` has when its longest side becomes `side`, rounded as in SAM."""
    scale = side / max(size)
    return max(1, int(size[0] * scale + 0.5)), max(1, int(size[1] * scale + 0.5))


@dataclass(frozen=True)
class RuntimeSpec:
    """What a session must know of a network.

    picture_size: side of the square that a picture is brought to (pixels): stretched, or with `letterbox` resized so
    that its longest side fits, the rest below it or to its right being empty (SAM).
    mask_size: side of the square mask logits.
    candidates: masks that a single ambiguous click gets (3).
    recent_memories: how many of the last frames the network was trained to recall (SAM 2: 6); 0: it knows pictures
    alone, and has neither `remember` nor anything to recall (SAM).
    pointers: how many object pointers it was trained to recall (SAM 2: 16).
    least_iou, least_stability: what a mask of this network needs to be kept when everything is segmented.
    most_overlap: IoU of two masks above which one is a double of the other then.
    mask_limit: the logits of an earlier answer are cut off at ± this before they are refined (SAM: infinity).
    reach: on tracked frames, parts of a mask that lie farther from where the object was last than so many times the
    square root of its area are taken for something else, if another part is nearer; infinity: never (SAM 2).
    slots: which of the recent frames are recalled, by how many frames ago (1 … `recent_memories`); none named: all.
    absences: frames on which an object is absent enter its memory (SAM 2).
    steady: where the single mask is unstable the best candidate answers in its place (SAM 2; not SAM).
    closer: what is small in a picture is looked at again through a window of its own (nano).
    middle: what it counts, beside a candidate's predicted IoU, that one click lies in its middle (nano: 1; SAM: 0).
    likeness: how like its prompted frames an object looks counts for its presence when it is followed (nano).
    strict: pictures are resized and memories rounded as the published code does, rather than as suits the network.
    """

    name: str
    picture_size: int
    mask_size: int
    candidates: int
    recent_memories: int
    pointers: int
    least_iou: float = 0.8
    least_stability: float = 0.92
    most_overlap: float = 0.7
    letterbox: bool = False
    mask_limit: float = 32.0
    reach: float = math.inf
    slots: tuple[int, ...] = ()
    absences: bool = True
    steady: bool = True
    closer: bool = False
    middle: float = 0.0
    likeness: bool = False
    strict: bool = False


def pictures_alone(name: str) -> ModelError:
    """What is raised where a network without a memory should follow objects."""
    return ModelError(f"{name} knows pictures alone: to follow objects choose a model that has a memory, such as nano")


@dataclass(frozen=True)
class RuntimeFacts:
    """What a report must say of where a network runs, so that its figures mean something.

    library: what computes, with its version, as "torch 2.13.0". device: "cpu", "mps", or a GPU's
    name. precision: "float32", "bfloat16" or "float16". threads: of the CPU that a call may use. parameters: numbers
    that the network was trained to. device_bytes: the most of the device's own memory that this process has held
    at once; None on the CPU and where nobody counts. side_by_side: verbs called from two threads at once gain by it.
    decodes_in: the precision of `decode`, where it has one of its own.
    """

    library: str
    device: str
    precision: str
    threads: int
    parameters: int
    device_bytes: int | None = None
    side_by_side: bool = False
    decodes_in: str | None = None

    def precision_of(self, verb: str) -> str:
        """In what a verb computes."""
        return self.decodes_in or self.precision if verb == "decode" else self.precision


@dataclass(frozen=True, eq=False)
class NetworkPrompt:
    """One object's prompt in the network's frame.

    points: Px2 float32, (x, y) in pixels of the picture_size square. labels: P int64: 0 and 1 clicks outside
    and on the object, 2 and 3 a box's top-left and bottom-right corner; a box comes first.
    mask_logits: hxw float32 at mask_size, an earlier answer to refine, or None.
    given_mask: float32 0..1 on the picture_size square, a mask given by the user, or None. It stands alone: the
    answer is that mask itself (logits 20 * mask - 10), and the pointer and presence are read from it.
    No points and no mask: the object is tracked from memory alone.
    surely_there: the user pointed at the object, so it is in the picture: its pointers are those of a present object,
    whatever the network thinks. Presence and masks come out as the network gives them.
    """

    points: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 2), np.float32))
    labels: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    mask_logits: NDArray[np.float32] | None = None
    given_mask: NDArray[np.float32] | None = None
    surely_there: bool = False


@dataclass(frozen=True, eq=False)
class Recollection:
    """What one object recalls on one frame; a memory policy chooses it.

    memories: (temporal slot, memory): slot 0 for prompted frames, 1 for the frame just before (in the
    direction of tracking), 2 for the one before that, up to `recent_memories`.
    pointers: (distance in frames, pointer): positive for frames already passed in the direction of tracking.
    Both empty: nothing is known yet, as on a first prompted frame or a still picture.
    """

    memories: tuple[tuple[int, Memory], ...] = ()
    pointers: tuple[tuple[float, Pointer], ...] = ()


@dataclass(frozen=True, eq=False)
class Decoded:
    """The network's answer for B objects, the single mask first and then the candidates.

    mask_logits: B,1+M,h,w float32, above 0 is object; mask 0 is the one for unambiguous prompts, masks 1…M
    the candidates for ambiguous ones (which to take is the session's decision).
    iou: B,1+M float32, predicted IoU, 0 to 1 (SAM's is not bounded, and may leave that a little).
    presence: B float32 logits, above 0 is present.
    pointers: B,1+M,C float32, one per mask, with absence already blended in, save where the prompt is
    `surely_there`.
    """

    mask_logits: NDArray[np.float32]
    iou: NDArray[np.float32]
    presence: NDArray[np.float32]
    pointers: NDArray[np.float32]


class Runtime(Protocol):
    """Where the four verbs run. Calls of n objects give what n calls of one object give."""

    @property
    def spec(self) -> RuntimeSpec:
        """Sizes and counts of the network behind it."""
        ...

    @property
    def facts(self) -> RuntimeFacts:
        """Where it runs, for reports."""
        ...

    def wait(self) -> None:
        """Come back once the device has done all that it was given: a stopwatch must not stop before."""
        ...

    def see(self, picture: NDArray[np.uint8]) -> Features:
        """Features of one picture, HxWx3 uint8 RGB of any size; resizing and normalisation happen here."""
        ...

    def depict(self, features: Features) -> NDArray[np.float32]:
        """C,h,w: a picture's features at stride 16, before any memory; of networks whose `spec` says `likeness`."""
        ...

    def recall(self, features: Features, recollections: Sequence[Recollection]) -> Recalled:
        """The picture's features conditioned on what each of B objects remembers (may be nothing)."""
        ...

    def decode(self, recalled: Recalled, prompts: Sequence[NetworkPrompt]) -> Decoded:
        """Masks for B prompts; `recalled` holds B objects, or one that all prompts share (still pictures)."""
        ...

    def remember(
        self,
        features: Features,
        mask_logits: NDArray[np.float32],
        presence: NDArray[np.float32],
        prompted: Sequence[bool],
    ) -> list[Memory]:
        """Memories of B objects on this picture, from the B,h,w logits chosen for them.

        h and w: mask_size, or picture_size for a mask that the user gave. presence: B logits.
        prompted: the mask was decoded from clicks or a box on this frame, and is taken as certain (made binary).
        """
        ...


@runtime_checkable
class Opening(Protocol):
    """A runtime that takes time to open what is needed later, and can do so beside other work."""

    def make_ready(self) -> None:
        """Begin with what following objects takes, and come back at once."""
        ...
