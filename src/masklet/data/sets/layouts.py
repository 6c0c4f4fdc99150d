"""All formats, and which one a folder is of."""

from __future__ import annotations

from pathlib import Path

from masklet.data.sets.coco import Coco
from masklet.data.sets.coco_videos import CocoVideos
from masklet.data.sets.davis import Davis
from masklet.data.sets.files import folders_in
from masklet.data.sets.issues import DataError, Issues
from masklet.data.sets.lvos import Lvos
from masklet.data.sets.plain import Plain
from masklet.data.sets.sa1b import Sa1b
from masklet.data.sets.sav import Sav, Which
from masklet.data.sets.sav_folders import SavFolders
from masklet.data.sets.seam import DataSet, Layout
from masklet.data.sets.youtube_vos import YouTubeVos

# In the order in which a folder is tried: the more particular first.
LAYOUTS: tuple[Layout, ...] = (
    SavFolders(),
    Lvos(),
    YouTubeVos("mose"),
    YouTubeVos("youtube-vos"),
    Davis(2016),
    Davis(2017),
    Sav(),
    CocoVideos(),
    Coco("lvis"),
    Coco("coco"),
    Sa1b(),
    Plain(),
)


def layout_named(name: str) -> Layout:
    """The format of that name. Raises DataError with all names for an unknown one."""
    for layout in LAYOUTS:
        if layout.name == name:
            return layout
    names = ", ".join(layout.name for layout in LAYOUTS)
    raise DataError(f"{name!r} is no format that masklet knows; there are {names}")


def recognise(folder: Path) -> tuple[Layout, Path] | None:
    """The format of a folder (or of a JSON of COCO's form), by its contents, and where the set lies.

    A folder that holds one set and nothing else that is one is taken for it. Raises DataError when it is not there, or
    holds several.
    """
    if not folder.exists():
        raise DataError(f"{folder}: there is no such folder")
    found = next((layout for layout in LAYOUTS if layout.recognise(folder)), None)
    if found is not None and found.name != "plain":
        return found, folder
    if not folder.is_dir():
        return None
    inner = []
    for name in folders_in(folder)[:20]:
        below = next((layout for layout in LAYOUTS[:-1] if layout.recognise(folder / name)), None)
        if below is not None:
            inner.append((below, folder / name))
    if found is not None and not inner:
        return found, folder
    if len(inner) > 1:
        names = ", ".join(f"{place.name} ({layout.name})" for layout, place in inner)
        raise DataError(f"{folder}: holds several data sets: {names}; give one of them")
    return inner[0] if inner else None


def open_set(
    folder: Path | str, *, layout: str | None = None, issues: Issues | None = None, masklets: Which = "both"
) -> DataSet:
    """The data set that lies in a folder, opened; what is read is read when it is needed.

    layout: the format's name, by the contents when None. issues: where problems go, `.issues` of the set.
    masklets: of SA-V, those made by hand, those made by a model, or both.
    Raises DataError when there is none, or the format cannot be told.
    """
    path = Path(folder)
    issues = Issues() if issues is None else issues  # an empty one is false
    if layout is None:
        found = recognise(path)
        if found is None:
            names = ", ".join(one.name for one in LAYOUTS)
            raise DataError(f"{path}: no data set of a format that masklet knows ({names})")
        chosen, path = found
    else:
        chosen = layout_named(layout)
        if not path.exists():
            raise DataError(f"{path}: there is no such folder")
    if isinstance(chosen, Sav):
        return chosen.open(path, issues, masklets)
    return chosen.open(path, issues)
