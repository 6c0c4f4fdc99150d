"""What can be taken away from a project, written as one file each. Runs in the process of `export_process`."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from masklet.app.looks import Renderer, look_from, rgb
from masklet.data.sets.convert import Order, convert
from masklet.errors import InputError
from masklet.media.alpha_video import AlphaWriter
from masklet.media.encode import VideoWriter
from masklet.media.frames import FrameSource
from masklet.media.masks_out import MaskFolder, safe_name, write_masklets
from masklet.media.picture import write_picture
from masklet.media.rle import decode_mask, mask_area
from masklet.values import Mask, Masklet


@dataclass(frozen=True)
class Job:
    """frames: the project's. objects: id -> {"name", "colour"}; shown: frame -> id -> {"counts", "score", "presence"}.

    look, form: of a rendered effect. source: the upload, journal: what was said, for the project's own file. out: where
    the result goes; work: an empty folder for what is on the way. progress: told how far it is.
    """

    title: str
    frames: FrameSource
    objects: Mapping[str, Mapping[str, str]]
    shown: Mapping[int, Mapping[str, Mapping[str, Any]]]
    out: Path
    work: Path
    progress: Callable[[int, int], None]
    look: Mapping[str, Any] = field(default_factory=dict)
    form: str = "mp4"
    background: FrameSource | None = None
    source: Path | None = None
    journal: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return self.frames.size

    @property
    def name(self) -> str:
        """The title as a file's name."""
        return safe_name(self.title.rsplit(".", 1)[0])

    def names(self) -> dict[str, str]:
        """The objects' names by their ids, each one once."""
        given: dict[str, str] = {}
        for one, about in self.objects.items():
            name, number = about["name"], 2
            while name in given.values():
                name, number = f"{about['name']} {number}", number + 1
            given[one] = name
        return given

    def masks(self, frame: int) -> dict[str, Mask]:
        """The masks of a frame by the objects' ids."""
        return {one: decode_mask(self._rle(told)) for one, told in self.shown.get(frame, {}).items()}

    def masklets(self) -> list[Masklet]:
        """Every object through the video."""
        found = []
        for one, name in self.names().items():
            mine = {frame: told[one] for frame, told in sorted(self.shown.items()) if one in told}
            rles = {frame: self._rle(told) for frame, told in mine.items()}
            scores = {frame: float(told["score"]) for frame, told in mine.items()}
            presences = {frame: float(told["presence"]) for frame, told in mine.items()}
            found.append(Masklet(name, self.size, rles, scores, presences))
        return found

    def _rle(self, told: Mapping[str, Any]) -> dict[str, Any]:
        return {"size": list(self.size), "counts": str(told["counts"]).encode("ascii")}


def effect(job: Job) -> None:
    """The whole video with an effect, its sound kept: H.264 (mp4), ProRes 4444 (mov), VP9 (webm), or PNGs in a zip."""
    look, transparent = look_from(job.look), job.form in ("mov", "webm")
    if look.effect == "cutout" and job.form == "mp4":
        raise InputError("an mp4 holds no transparency: take mov (ProRes 4444), webm (VP9) or png")
    colours = {one: rgb(about["colour"]) for one, about in job.objects.items()}
    renderer, count = Renderer(look, colours, job.background), len(job.frames)
    with ExitStack() as stack:
        write: Callable[[int, Any], None]
        if job.form == "png":
            archive = stack.enter_context(zipfile.ZipFile(job.out, "w", zipfile.ZIP_STORED))
            write = lambda number, drawn: archive.writestr(f"{job.name}/{number:05d}.png", _png(drawn))  # noqa: E731
        elif transparent:
            alpha = stack.enter_context(AlphaWriter(job.out, job.frames, "mov" if job.form == "mov" else "webm"))
            write = lambda _, drawn: alpha.write(_rgba(drawn))  # noqa: E731
        else:
            write = stack.enter_context(VideoWriter(job.out, job.frames)).write
        for number, picture in enumerate(job.frames):
            write(number, renderer.draw(picture, job.masks(number), number, count))
            job.progress(number + 1, count)


def masks(job: Job) -> None:
    """NAME/00000.png per object and frame, 0 and 255, in a zip."""
    folder = MaskFolder(job.work / "masks")
    for done, frame in enumerate(sorted(job.shown), 1):
        for one, mask in job.masks(frame).items():
            folder.write(job.names()[one], frame, mask)
        job.progress(done, len(job.shown))
    _zip(folder.folder, job.out)


def sav(job: Job) -> None:
    """One JSON in SA-V's layout."""
    write_masklets(job.out, job.name, job.size, job.frames.fps, job.masklets(), frame_count=len(job.frames))


def davis(job: Job) -> None:
    """DAVIS 2017's folders, in a zip. Where objects overlap, the smaller lies on top."""
    _converted(job, "davis-2017")


def coco(job: Job) -> None:
    """Pictures with one JSON in COCO's layout, in a zip; of every frame that has masks."""
    _converted(job, "coco")


def yolo(job: Job) -> None:
    """YOLO's segmentation folders, in a zip: images, labels (class and outline, 0 to 1), data.yaml.

    Each object's name is a class; of an object in several parts every part is a line.
    """
    names = sorted(set(job.names().values()))
    place = job.work / "yolo"
    for done, frame in enumerate(sorted(job.shown), 1):
        lines = []
        for one, mask in job.masks(frame).items():
            lines += [f"{names.index(job.names()[one])} {outline}" for outline in outlines(mask)]
        write_picture(place / "images" / "train" / f"{job.name}_{frame:05d}.jpg", job.frames[frame])
        label = place / "labels" / "train" / f"{job.name}_{frame:05d}.txt"
        label.parent.mkdir(parents=True, exist_ok=True)
        label.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        job.progress(done, len(job.shown))
    listed = "".join(f"  {number}: {json.dumps(name)}\n" for number, name in enumerate(names))
    (place / "data.yaml").write_text(f"path: .\ntrain: images/train\nval: images/train\nnames:\n{listed}", "utf-8")
    _zip(place, job.out)


def project(job: Job) -> None:
    """The project itself, to go on with elsewhere: the upload, what was said, and all masks, in a zip."""
    assert job.source is not None
    with zipfile.ZipFile(job.out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("project.json", json.dumps({"masklet_project": 1, "title": job.title}))
        archive.writestr("journal.jsonl", job.journal, zipfile.ZIP_DEFLATED)
        archive.write(job.source, "source")


EXPORTS: dict[str, Callable[[Job], None]] = {
    "effect": effect, "masks": masks, "sav": sav, "davis": davis, "coco": coco, "yolo": yolo, "project": project,
}  # fmt: skip
SUFFIXES = {"sav": ".json", "masks": ".zip", "davis": ".zip", "coco": ".zip", "yolo": ".zip", "project": ".masklet.zip"}


def outlines(mask: Mask) -> Iterator[str]:
    """The outer outlines of a mask's parts as YOLO has them: x y x y …, from 0 to 1 of width and height."""
    height, width = mask.shape
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    for contour in found:
        points = np.asarray(cv2.approxPolyDP(contour, 0.7, True)).reshape(-1, 2) + 0.5
        if len(points) >= 3:
            yield " ".join(f"{x / width:.6f} {y / height:.6f}" for x, y in points)


def _converted(job: Job, layout: str) -> None:
    """The project as a set of SA-V's layout, converted."""
    assert job.source is not None
    place = job.work / "sav"
    place.mkdir()
    (place / f"{job.name}.mp4").symlink_to(job.source.resolve())
    seen = [one for one in job.masklets() if any(mask_area(rle) for rle in one.rles.values())]
    if not seen:
        raise InputError("there is no mask to take away yet")
    write_masklets(
        place / f"{job.name}_manual.json", job.name, job.size, job.frames.fps, seen, frame_count=len(job.frames)
    )
    order = Order(place, job.work / "set", layout, layout="sav", lossy=True)
    convert(order, progress=lambda _, done, total: job.progress(done, total + 1))
    _zip(job.work / "set", job.out)


def _zip(folder: Path, out: Path) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))


def _rgba(drawn: Any) -> Any:
    return drawn if drawn.shape[2] == 4 else np.dstack([drawn, np.full(drawn.shape[:2], 255, np.uint8)])


def _png(drawn: Any) -> bytes:
    order = [2, 1, 0, 3][: drawn.shape[2]]
    return bytes(cv2.imencode(".png", drawn[:, :, order], [cv2.IMWRITE_PNG_COMPRESSION, 3])[1])
