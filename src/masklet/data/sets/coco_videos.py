"""Videos in COCO's JSON, as TAO has them: "videos" and "tracks" beside images with "video_id" and "frame_index", and
annotations with "track_id".

"object_id" of a track is the object's number in its video. An image with "annotated": false says nothing of any object;
"unmarked" lists the objects of which an annotated one says nothing; all others without an annotation are absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from masklet.data.sets.coco import JSON, annotation_of, looks, number_categories, read_row, the_json, write_json
from masklet.data.sets.coco_index import CocoIndex, file_name, find_json, picture_root
from masklet.data.sets.files import is_safe_name, picture_size
from masklet.data.sets.issues import Issues, told_when_malformed
from masklet.data.sets.pixels_out import write_frames
from masklet.data.sets.seam import Holds, Record
from masklet.data.sets.values import About, FrameTruth, Item, Region, Thing, VideoItem
from masklet.media.files import atomic_write
from masklet.media.rle import Rle, check_rle, rle_from_json, rle_to_json

_TRACK = frozenset({"id", "video_id", "object_id", "category_id", "name", "crowd"})
_VIDEO = frozenset({"id", "name", "width", "height", "fps", "extra"})


class CocoVideos:
    """The Layout of videos in COCO's JSON."""

    name, title = "coco-videos", "videos in COCO's JSON (TAO)"
    holds = Holds(
        "videos", void=True, names=True, categories=True, crowd=True, polygons=True, fps="any", fields=True,
        region_fields=True, set_fields=True, folders=True,
    )  # fmt: skip

    def recognise(self, folder: Path) -> bool:
        """A JSON of COCO's form with videos."""
        found = find_json(folder)
        return bool(found) and looks(found[0])[1]

    def open(self, folder: Path, issues: Issues) -> CocoVideosSet:
        """The set. Raises DataError when there is no JSON, or more than one to choose from."""
        return CocoVideosSet(folder, the_json(folder), issues)

    def write(self, item: Item, place: Path, *, exact: bool) -> Record:
        """The frames; everything else is gathered into the JSON at the end."""
        assert isinstance(item, VideoItem)
        files = write_frames(item, place / "images" / item.name, exact=exact)
        things = {thing.id: thing for thing in item.things}
        clashing = {key: value for key, value in item.extra.items() if key in _VIDEO}
        video: dict[str, Any] = {key: value for key, value in item.extra.items() if key not in _VIDEO}
        video |= {"name": item.name, "width": item.size[1], "height": item.size[0], "fps": item.fps}
        if clashing:
            video["extra"] = clashing
        frames = []
        for t, file in enumerate(files):
            truth = item.truths.get(t)
            frame: dict[str, Any] = {"file_name": f"{item.name}/{file}", "annotated": truth is not None, "rows": []}
            if truth is not None:
                seen = {region.thing for region in truth.regions}
                frame["unmarked"] = [i for i in things if i not in seen and i not in truth.absent]
                for region in truth.regions:
                    row = annotation_of(region, Thing(region.thing, None, things[region.thing].category), crowds=True)
                    frame["rows"].append(row)
                if truth.void is not None:
                    frame["void"] = rle_to_json(truth.void)
            frames.append(frame)
        tracks = [_track(thing) for thing in item.things]
        return {"name": item.name, "video": video, "frames": frames, "tracks": tracks}

    def finish(self, about: About, records: Iterable[Record], folder: Path) -> None:
        """The JSON."""
        used = {track["category"] for record in records for track in record["tracks"]}
        categories, numbers = number_categories(about, used)
        with atomic_write(folder / JSON) as temporary, temporary.open("w", encoding="utf-8") as file:
            parts = {
                "videos": ({**r["video"], "id": n} for n, r in enumerate(records, 1)),
                "tracks": _tracks(records, numbers),
                "images": _images(records),
                "annotations": _annotations(records, numbers),
                "categories": iter(categories),
            }
            write_json(file, about.extra, parts)


def _track(thing: Thing) -> dict[str, Any]:
    fields = {**thing.extra, "object_id": thing.id, "category": thing.category}
    if thing.name is not None:
        fields["name"] = thing.name
    if thing.crowd:
        fields["crowd"] = True
    return fields


def _tracks(records: Iterable[Record], numbers: Mapping[str | None, int]) -> Iterator[dict[str, Any]]:
    count = 0
    for video, record in enumerate(records, 1):
        for track in record["tracks"]:
            count += 1
            fields = {key: value for key, value in track.items() if key != "category"}
            yield {**fields, "id": count, "video_id": video, "category_id": numbers[track["category"]]}


def _images(records: Iterable[Record]) -> Iterator[dict[str, Any]]:
    count = 0
    for video, record in enumerate(records, 1):
        size = {key: record["video"][key] for key in ("width", "height")}
        for t, frame in enumerate(record["frames"]):
            count += 1
            fields = {key: value for key, value in frame.items() if key != "rows"}
            yield {**fields, **size, "id": count, "video_id": video, "frame_index": t}


def _annotations(records: Iterable[Record], numbers: Mapping[str | None, int]) -> Iterator[dict[str, Any]]:
    image = count = tracks = 0
    for video, record in enumerate(records, 1):
        first = {track["object_id"]: tracks + i for i, track in enumerate(record["tracks"], 1)}
        tracks += len(record["tracks"])
        for frame in record["frames"]:
            image += 1
            for row in frame["rows"]:
                count += 1
                fields = {key: value for key, value in row.items() if key != "category"}
                fields |= {"object_id": row["id"], "id": count, "image_id": image, "video_id": video}
                yield {**fields, "track_id": first[row["id"]], "category_id": numbers[row["category"]]}


@dataclass(frozen=True)
class _Told:
    """One frame's regions. not_absent: the things that are there or of which nothing is said."""

    regions: tuple[Region, ...]
    not_absent: frozenset[int]
    void: Rle | None


class CocoVideosSet:
    """A VideoData over a JSON of COCO's form with videos."""

    kind: Literal["videos"] = "videos"
    layout = "coco-videos"

    def __init__(self, folder: Path, path: Path, issues: Issues) -> None:
        self.folder, self.path, self.issues = folder, path, issues

    @cached_property
    def _index(self) -> CocoIndex:
        return CocoIndex(self.path, self.issues)

    @cached_property
    def about(self) -> About:
        """See CocoIndex."""
        return self._index.about

    @cached_property
    def _videos(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for number, span in self._index.videos.items():
            name = str(self._index.load(span).get("name", number))
            if not is_safe_name(name) or name in found:
                self.issues.add(self.path, "videos broken", f"the name {name!r} is twice or no path", f"video {number}")
                continue
            found[name] = number
        return found

    def names(self) -> Sequence[str]:
        """The videos' names, in the JSON's order."""
        return list(self._videos)

    @told_when_malformed
    def read(self, name: str) -> VideoItem | None:
        """One video. None when it has no frames or the first cannot be read."""
        number = self._videos[name]
        video = self._index.load(self._index.videos[number])
        images = [self._index.load((start, stop)) for _, start, stop in self._index.frames.of(number)]
        images.sort(key=lambda image: (image.get("frame_index", image.get("frame_id", 0)), str(image.get("id"))))
        if not images:
            self.issues.add(self.path, "pictures missing", f"the video {name!r} has no images")
            return None
        root = self._root
        files = tuple(root / file_name(image) for image in images)
        size = self.issues.attempt(files[0], "picture broken", picture_size)
        if size is None:
            return None
        tracks = self._tracks(number)
        told: dict[int, _Told] = {}
        for t, image in enumerate(images):
            if image.get("annotated", True):
                told[t] = self._truth(image, size, tracks)
        # Other makers list no tracks: which there are is known when all frames are read.
        truths = {t: FrameTruth(one.regions, frozenset(tracks) - one.not_absent, one.void) for t, one in told.items()}
        own = {key: value for key, value in video.items() if key not in _VIDEO}
        fps = video.get("fps")
        frame_names = tuple(file.stem for file in files)
        things = tuple(tracks.values())
        extra = {**own, **video.get("extra", {})}
        return VideoItem(name, size, frame_names, files, things, truths, None if fps is None else float(fps), extra)

    def _truth(self, image: Mapping[str, Any], size: tuple[int, int], tracks: dict[int, Thing]) -> _Told:
        regions: list[Region] = []
        for place, start, stop in self._index.annotations.of(int(image["id"])):
            row = dict(self._index.load((start, stop)))
            # Of other makers a track's number is the object's.
            row.setdefault("object_id", row.get("track_id", row.get("id")))
            for key in ("video_id", "track_id"):
                row.pop(key, None)
            found = read_row(self._index, row, size, place, self.issues)
            if found is None:
                continue
            if any(region.thing == found[0].id for region in regions):
                what = f"object {found[0].id} is marked twice on this frame"
                self.issues.add(self.path, "id twice", what, f"annotations[{place}]")
                continue
            tracks.setdefault(found[0].id, found[0])
            regions.append(found[1])
        seen = {region.thing for region in regions} | set(image.get("unmarked", ()))
        void = None
        if "void" in image:
            with self.issues.catch(self.path, "annotation broken"):
                void = rle_from_json(image["void"])
                check_rle(void)
        return _Told(tuple(regions), frozenset(seen), void)

    def _tracks(self, video: int) -> dict[int, Thing]:
        things: dict[int, Thing] = {}
        for place, start, stop in self._index.tracks.of(video):
            row = self._index.load((start, stop))
            number = int(row.get("object_id", row["id"]))
            category = None
            if row.get("category_id") is not None:
                try:
                    category = self._index.category(row["category_id"])
                except (KeyError, TypeError):
                    what = f"category_id {row['category_id']!r} is no category"
                    self.issues.add(self.path, "category unknown", what, f"tracks[{place}]")
            extra = {key: value for key, value in row.items() if key not in _TRACK}
            things[number] = Thing(number, row.get("name"), category, bool(row.get("crowd")), extra)
        return things

    @cached_property
    def _root(self) -> Path:
        for number in list(self._index.images.values())[:50]:
            root = picture_root(self.path, file_name(self._index.load(number)))
            if root is not None:
                return root
        return self.path.parent.parent / "images"
