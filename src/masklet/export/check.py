"""What the exported parts answer, beside what torch answers, on a clip.

Two runs. In the first a session's every call goes to both: each keeps its own features, memories and pointers, and
the session's choices (which mask is taken) are torch's, so that the two stay on the same path and every answer can be
compared. In the second the exported parts track alone, and their masks are compared with torch's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from masklet.runtime.exported import ExportedRuntime
from masklet.runtime.protocol import (
    Decoded,
    Features,
    Memory,
    NetworkPrompt,
    Recalled,
    Recollection,
    Runtime,
    RuntimeFacts,
    RuntimeSpec,
)
from masklet.session.image import ImageSession
from masklet.session.video import VideoSession
from masklet.values import Mask, Picture

BOUND = 1e-3  # of the largest difference in mask logits, in single precision


@dataclass(frozen=True)
class Checked:
    """What was measured.

    frames, objects: of the clip. answers: masks' logits compared, one per object and call. logits, iou, presence,
    pointers: the largest difference from torch, absolute. bound: what `logits` must not exceed. least_mask_iou: of the
    masks that the exported parts made alone, in their own loop, with torch's; the least of all objects and frames.
    """

    clip: str
    frames: int
    objects: int
    answers: int
    logits: float
    iou: float
    presence: float
    pointers: float
    least_mask_iou: float
    bound: float

    @property
    def good(self) -> bool:
        """Whether the exported parts may be used."""
        return self.logits <= self.bound

    def as_json(self) -> dict[str, Any]:
        """For the manifest."""
        return asdict(self)


def check_parts(
    reference: Runtime,
    exported: ExportedRuntime,
    pictures: Sequence[Picture],
    clip: str,
    bound: float = BOUND,
    *,
    quick: bool = False,
) -> Checked:
    """Runs both on the pictures. clip: their name, for the report. quick: a video's check follows one object, clicked
    on, and reads a mask. Raises ValueError for no picture at all."""
    if not pictures:
        raise ValueError("a check needs a picture")
    pair = Pair(reference, exported)
    video = _on_video_quickly if quick else _on_video
    run = video if reference.spec.recent_memories else _on_pictures
    wanted, alone = list(run(pair, pictures)), list(run(exported, pictures))
    return Checked(
        clip=clip,
        frames=len(pictures),
        objects=1 if quick or not reference.spec.recent_memories else 3,
        answers=pair.differences.answers,
        logits=pair.differences.logits,
        iou=pair.differences.iou,
        presence=pair.differences.presence,
        pointers=pair.differences.pointers,
        least_mask_iou=min(_overlap(a, b) for a, b in zip(wanted, alone, strict=True)),
        bound=bound,
    )


def _on_video(runtime: Runtime, pictures: Sequence[Picture]) -> Iterator[Mask]:
    """A click, a box, a mask given half-way, a correction, forward and back; the masks as they come.

    Where the prompts lie does not matter: the clip may be any, and what they hit is no question here.
    """
    height, width = pictures[0].shape[:2]
    last, part = len(pictures) - 1, len(pictures) // 3
    with VideoSession(runtime, list(pictures), fine=False) as video:
        yield video.prompt("clicked", frame=0, points=[(width * 0.5, height * 0.5)]).mask
        box = (width * 0.6, height * 0.45, width * 0.9, height * 0.8)
        yield video.prompt("boxed", frame=0, box=box).mask
        if last == 0:
            return
        for frame in video.track(stop=max(1, part + 1)):
            yield from (known.mask for known in frame.objects.values())
        rows, columns = np.mgrid[0:height, 0:width]
        ellipse = (rows / height - 0.6) ** 2 + (columns / width - 0.4) ** 2 < 0.03
        yield video.prompt("given", frame=part, mask=ellipse).mask
        points, labels = [(width * 0.55, height * 0.5), (width * 0.1, height * 0.1)], [1, 0]
        yield video.prompt("clicked", frame=part, points=points, labels=labels).mask
        for frame in video.track(start=part):
            yield from (known.mask for known in frame.objects.values())
        for frame in video.track(start=last, stop=max(-1, last - 3), reverse=True) if last > 3 else ():
            yield from (known.mask for known in frame.objects.values())


def _on_video_quickly(runtime: Runtime, pictures: Sequence[Picture]) -> Iterator[Mask]:
    """A click, followed, and a mask given on the last frame; the masks as they come. Without closer looks: windows that
    differ by a pixel would hide what the parts differ by."""
    height, width = pictures[0].shape[:2]
    with VideoSession(runtime, list(pictures), fine=False) as video:
        yield video.prompt("clicked", frame=0, points=[(width * 0.5, height * 0.5)]).mask
        for frame in video.track():
            yield from (known.mask for known in frame.objects.values())
        middle = np.zeros((height, width), bool)
        middle[height // 3 : height // 2, width // 3 : width // 2] = True
        yield video.prompt("clicked", frame=len(pictures) - 1, mask=middle).mask


def _on_pictures(runtime: Runtime, pictures: Sequence[Picture]) -> Iterator[Mask]:
    """A click, a click that refines it, a box with a click; the masks as they come."""
    for picture in pictures:
        height, width = picture.shape[:2]
        image = ImageSession(runtime, picture, fine=False)
        first = image.segment(points=[(width * 0.5, height * 0.5)])
        yield from (one.mask for one in first)
        points, labels = [(width * 0.5, height * 0.5), (width * 0.1, height * 0.1)], [1, 0]
        yield from (one.mask for one in image.segment(points=points, labels=labels, previous=first[0]))
        box = (width * 0.6, height * 0.45, width * 0.9, height * 0.8)
        yield from (one.mask for one in image.segment(box=box))


def _overlap(a: Mask, b: Mask) -> float:
    union = int((a | b).sum())
    return float((a & b).sum() / union) if union else 1.0


@dataclass
class Differences:
    """The largest so far, absolute."""

    answers: int = 0
    logits: float = 0.0
    iou: float = 0.0
    presence: float = 0.0
    pointers: float = 0.0

    def take(self, wanted: Decoded, got: Decoded) -> None:
        """Two answers to the same prompts."""
        self.answers += len(wanted.presence)
        self.logits = max(self.logits, _largest(wanted.mask_logits, got.mask_logits))
        self.iou = max(self.iou, _largest(wanted.iou, got.iou))
        self.presence = max(self.presence, _largest(wanted.presence, got.presence))
        self.pointers = max(self.pointers, _largest(wanted.pointers, got.pointers))


def _largest(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    difference = float(np.abs(a - b).max(initial=0.0))
    return difference if np.isfinite(difference) else float("inf")


@dataclass(frozen=True, eq=False)
class _Both:
    """Any handle: the reference's and the exported parts'."""

    wanted: Any
    got: Any


@dataclass(eq=False)
class Pair:
    """`Runtime` that asks both, answers with the reference's word, and notes how far the other's is from it."""

    reference: Runtime
    exported: ExportedRuntime
    differences: Differences = field(default_factory=Differences)
    _pointers: dict[bytes, NDArray[np.float32]] = field(default_factory=dict)  # the reference's -> the exported parts'

    @property
    def spec(self) -> RuntimeSpec:
        """The reference's."""
        return self.reference.spec

    @property
    def facts(self) -> RuntimeFacts:
        """The reference's."""
        return self.reference.facts

    def wait(self) -> None:
        """For the reference."""
        self.reference.wait()

    def see(self, picture: Picture) -> Features:
        """Both see."""
        return cast(Features, _Both(self.reference.see(picture), self.exported.see(picture)))

    def depict(self, features: Features) -> NDArray[np.float32]:
        """The reference's."""
        return self.reference.depict(cast(_Both, features).wanted)

    def recall(self, features: Features, recollections: Sequence[Recollection]) -> Recalled:
        """Both recall what each of them remembered."""
        seen = cast(_Both, features)
        own = [
            Recollection(
                tuple((slot, cast(_Both, memory).got) for slot, memory in one.memories),
                tuple((distance, self._pointers[pointer.tobytes()]) for distance, pointer in one.pointers),
            )
            for one in recollections
        ]
        theirs = [
            replace(one, memories=tuple((slot, cast(_Both, memory).wanted) for slot, memory in one.memories))
            for one in recollections
        ]
        wanted = self.reference.recall(seen.wanted, theirs)
        return cast(Recalled, _Both(wanted, self.exported.recall(seen.got, own)))

    def decode(self, recalled: Recalled, prompts: Sequence[NetworkPrompt]) -> Decoded:
        """Both decode. Where the export has a fixed number of points, both get them filled up."""
        known = cast(_Both, recalled)
        if "points" in self.exported.manifest.fixed:
            prompts = [self.exported.fill(prompt) for prompt in prompts]
        wanted = self.reference.decode(known.wanted, prompts)
        got = self.exported.decode(known.got, prompts)
        self.differences.take(wanted, got)
        for theirs, own in zip(wanted.pointers, got.pointers, strict=True):
            self._pointers.update((one.tobytes(), other) for one, other in zip(theirs, own, strict=True))
        return wanted

    def remember(
        self,
        features: Features,
        mask_logits: NDArray[np.float32],
        presence: NDArray[np.float32],
        prompted: Sequence[bool],
    ) -> list[Memory]:
        """Both remember the mask that was taken."""
        seen = cast(_Both, features)
        wanted = self.reference.remember(seen.wanted, mask_logits, presence, prompted)
        got = self.exported.remember(seen.got, mask_logits, presence, prompted)
        return [cast(Memory, _Both(*both)) for both in zip(wanted, got, strict=True)]
