"""DAVIS 2016 and 2017: JPEGImages/480p/VIDEO/00000.jpg, Annotations/480p/VIDEO/00000.png, lists in ImageSets.

2017 has palette PNGs whose numbers are the objects, 255 the pixels that count neither way; 2016 has one object per
video, 255 on 0, and lists of pairs of paths.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from masklet.data.sets.files import files_in, first_file, first_folder, folders_in
from masklet.data.sets.issues import DataError, Issues
from masklet.data.sets.label_maps import VOID, read_label_map, shows_one_object
from masklet.data.sets.pixels_out import write_frames
from masklet.data.sets.seam import Holds, Record
from masklet.data.sets.values import About, Item, VideoItem
from masklet.data.sets.vos_folder import VosSet, picture_and_annotation_folders, write_label_maps
from masklet.errors import MediaError
from masklet.media.files import atomic_write

_LEVEL = "480p"


class Davis:
    """The Layout of DAVIS; year: 2016 or 2017."""

    def __init__(self, year: Literal[2016, 2017]) -> None:
        self.year = year
        self.name, self.title = f"davis-{year}", f"DAVIS {year}"
        self.holds = Holds(
            "videos",
            ids=(1, 1) if year == 2016 else (1, VOID - 1),
            overlaps=False,
            void="beside" if year == 2017 else False,
            partial=False,
            unseen=False,
            one_object=year == 2016,
            splits=True,
        )

    def recognise(self, folder: Path) -> bool:
        """JPEGImages and Annotations with pictures in folders; 2016 when an annotation holds 255 alone."""
        try:
            pictures, annotations = picture_and_annotation_folders(folder)
        except DataError:
            return False
        if not annotations.is_dir() or first_folder(pictures) is None:
            return False
        return self.year == (2016 if _looks_binary(folder, annotations) else 2017)

    def open(self, folder: Path, issues: Issues) -> VosSet:
        """The set. Raises DataError when there is no JPEGImages."""
        return VosSet(self.name, folder, issues, about=self._about)

    def write(self, item: Item, place: Path, *, exact: bool) -> Record:
        """Pictures and label maps of one video."""
        assert isinstance(item, VideoItem)
        frames = write_frames(item, place / "JPEGImages" / _LEVEL / item.name, exact=exact)
        write_label_maps(item, place / "Annotations" / _LEVEL / item.name, binary=self.year == 2016)
        # 2016's lists name the files, so their names are kept.
        pairs = [[frames[t], f"{item.frame_names[t]}.png"] for t in sorted(item.truths)]
        return {"name": item.name, "pairs": pairs if self.year == 2016 else []}

    def finish(self, about: About, records: Iterable[Record], folder: Path) -> None:
        """The lists in ImageSets: those of the set, or one with everything when it has none."""
        splits = dict(about.splits) or {"train": tuple(record["name"] for record in records)}
        place = folder / "ImageSets" / (_LEVEL if self.year == 2016 else "2017")
        pairs = {record["name"]: record["pairs"] for record in records} if self.year == 2016 else {}
        for split, names in splits.items():
            lines = [line for name in names for line in self._lines(name, pairs)]
            with atomic_write(place / f"{split}.txt") as temporary:
                temporary.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def _lines(self, name: str, pairs: dict[str, list[list[str]]]) -> list[str]:
        if self.year == 2017:
            return [name]
        return [
            f"/JPEGImages/{_LEVEL}/{name}/{picture} /Annotations/{_LEVEL}/{name}/{labels}"
            for picture, labels in pairs.get(name, [])
        ]

    def _about(self, videos: VosSet) -> About:
        sets = videos.folder / "ImageSets"
        wanted = [_LEVEL, "2016", "2017"] if self.year == 2016 else ["2017", "2016", _LEVEL]
        levels = [name for name in wanted if (sets / name).is_dir()] or folders_in(sets)[:1]
        splits = {}
        known = set(videos.names())
        for path in files_in(sets / levels[0], (".txt",)) if levels else files_in(sets, (".txt",)):
            names = []
            for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                name = line.split()[0].split("/")[-2] if "/" in line.strip("/") else line.strip()
                if name in known:
                    names.append(name)
                elif name:
                    videos.issues.add(path, "list names nothing", f"there is no video {name!r}", f"line {number}")
            splits[path.stem] = tuple(dict.fromkeys(names))
        return About(splits=splits)


def _looks_binary(folder: Path, annotations: Path) -> bool:
    sets = folder / "ImageSets"
    if (sets / "2017").is_dir() != (sets / _LEVEL).is_dir():
        return not (sets / "2017").is_dir()
    for name in folders_in(annotations)[:20]:
        path = first_file(annotations / name, (".png",))
        try:
            labels = None if path is None else read_label_map(path)
        except MediaError:
            continue
        if path is not None and labels is not None and labels.any():
            return shows_one_object(path, labels)
    return False
