"""The files of a tracked video: masks as they come, the rest when tracking ends, however it ends."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from masklet.media.behind import Behind
from masklet.media.encode import OverlayWriter
from masklet.media.frames import FrameSource
from masklet.media.masks_out import MaskFolder, write_masklets
from masklet.media.rle import decode_mask, mask_area
from masklet.session.doubt import look_here
from masklet.values import Frame, Mask, Masklet, Prompt

LOOKS = 5  # frames of an object that are named as worth a look, at most


@dataclass(frozen=True)
class OutputPaths:
    """Where each of a run's files lies."""

    folder: Path

    @property
    def overlay(self) -> Path:
        """The video with the objects marked."""
        return self.folder / "overlay.mp4"

    @property
    def masks(self) -> Path:
        """NAME/00000.png below it, for every object and frame."""
        return self.folder / "masks"

    @property
    def masklets(self) -> Path:
        """All masks and scores in SA-V's layout."""
        return self.folder / "masklets.json"

    @property
    def lines(self) -> Path:
        """Of a stream, in place of the masklets: one line of JSON per frame."""
        return self.folder / "frames.jsonl"

    @property
    def prompts(self) -> Path:
        """The prompt log, from which the run can be repeated."""
        return self.folder / "prompts.jsonl"

    def as_json(self) -> dict[str, str]:
        """For the result's `outputs`."""
        paths = {"overlay": self.overlay, "masks": self.masks, "masklets": self.masklets, "prompts": self.prompts}
        return {what: str(path) for what, path in paths.items()}


class MaskFiles:
    """Writes each frame's masks as soon as they are there; masks of an earlier run make room with the first one."""

    def __init__(self, paths: OutputPaths) -> None:
        """Writes nothing yet, but looks whether an earlier run's files are here."""
        self._paths = paths
        self._earlier = any(path.exists() for path in (paths.masklets, paths.prompts, paths.lines))
        self._masks: MaskFolder | None = None
        self.last: int | None = None  # the frame that was written last

    def take(self, index: int, masks: Mapping[str, Mask]) -> None:
        """Write the masks of one frame, HxW bool by name. Raises OutputError when the disk refuses."""
        if self._masks is None:
            self._masks = MaskFolder(self._paths.masks)
            if self._earlier:
                _remove_earlier(self._paths)
        for name, mask in masks.items():
            self._masks.write(name, index, mask)
        self.last = index


class FramesOut:
    """Writes tracked frames in a thread of its own, so that the network need not wait: their masks, and the overlay too
    where frames come in the video's order from its first one on.

    overlay: whether that is so; `overlay_done` tells whether it came to be written, once the block is left.
    """

    def __init__(self, files: MaskFiles, paths: OutputPaths, frames: FrameSource, *, overlay: bool) -> None:
        """Writes nothing yet."""
        self.overlay_done, self._failed = False, False
        self._files, self._paths, self._frames, self._wanted = files, paths, frames, overlay
        self._overlay: OverlayWriter | None = None
        self._behind: Behind[tuple[Frame, Mapping[str, Prompt]]] = Behind(self._write)

    def take(self, frame: Frame, prompts: Mapping[str, Prompt]) -> None:
        """A tracked frame, and what was said on it. Raises OutputError for it or an earlier one."""
        self._behind.put((frame, prompts))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """All is written when the block is left; the overlay is kept also when it is left by an exception."""
        try:
            self._behind.__exit__(kind, error, trace)
        finally:
            if self._overlay is not None:
                self._overlay.close(keep=True)
                self.overlay_done = not self._failed

    def _write(self, item: tuple[Frame, Mapping[str, Prompt]]) -> None:
        frame, prompts = item
        masks = {name: known.mask for name, known in frame.objects.items()}
        self._files.take(frame.index, masks)
        if self._wanted and self._overlay is None and frame.index == 0:
            self._overlay = OverlayWriter(self._paths.overlay, self._frames)
        if self._overlay is not None:
            self._failed = True  # as long as it has not gone well
            self._overlay.write(frame.index, masks, prompts, picture=frame.picture)
            self._failed = False


def _remove_earlier(paths: OutputPaths) -> None:
    """Remove what an earlier run of masklet wrote here: its masks would mix with the new ones."""
    for file in paths.masks.glob("*/[0-9]*.png"):
        file.unlink()
    for folder in paths.masks.iterdir():
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    for path in (paths.masklets, paths.lines):
        path.unlink(missing_ok=True)


def write_overlay(
    path: Path,
    frames: FrameSource,
    masklets: Sequence[Masklet],
    prompts: Mapping[int, Mapping[str, Prompt]],
    stop: int,
    step: Callable[[], None],
) -> None:
    """The video up to frame `stop` (exclusive) with all masks and clicks drawn; `step` is called per frame.

    Raises OutputError when it cannot be written; nothing of it is left then.
    """
    with OverlayWriter(path, frames) as overlay:
        for index, picture in zip(range(stop), frames, strict=False):
            masks = {one.name: decode_mask(one.rles[index]) for one in masklets if index in one.rles}
            overlay.write(index, masks, prompts.get(index), picture=picture)
            step()


def write_masklets_file(path: Path, frames: FrameSource, masklets: Sequence[Masklet]) -> None:
    """masklets.json. Raises OutputError when it cannot be written."""
    write_masklets(path, frames.name, frames.size, frames.fps, masklets, frame_count=len(frames))


def describe(masklets: Sequence[Masklet], prompted: Mapping[str, Collection[int]]) -> list[dict[str, Any]]:
    """The result's `objects`: name, visible_frames, first_frame (None when never seen), mean_iou_prediction, look (the
    most doubtful frames, the worst first). prompted: an object's frames on which something was said of it."""
    described = []
    for one in masklets:
        visible = [index for index in sorted(one.rles) if mask_area(one.rles[index]) > 0]
        scores = [one.scores[index] for index in visible if index in one.scores]
        judged = {index: (score, one.presences[index]) for index, score in one.scores.items() if index in one.presences}
        described.append(
            {
                "name": one.name,
                "visible_frames": len(visible),
                "first_frame": visible[0] if visible else None,
                "mean_iou_prediction": round(sum(scores) / len(scores), 4) if scores else None,
                "look": look_here(judged, prompted.get(one.name, ()), LOOKS),
            }
        )
    return described
