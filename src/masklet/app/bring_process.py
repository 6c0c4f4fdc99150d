"""The process that reads masks of other tools, bounded as the decoder is.

    python -m masklet.app.bring_process FILE HEIGHT WIDTH FRAMES MEMORY

Standard output has one JSON object: {"objects": {name: {frame: {"counts", "score", "presence"}}}} or {"problem"}.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from masklet.app.decoder import bound_process
from masklet.errors import InputError, MediaError
from masklet.media.masks_out import read_masklets
from masklet.media.picture import decode_picture
from masklet.media.rle import check_rle, encode_mask, mask_area, rle_to_json

Objects = dict[str, dict[int, dict[str, Any]]]
MAX_OBJECTS, MAX_MEMBER = 64, 64 << 20
_MEMBER = re.compile(r"(?:.*/)?([^/]+)/0*(\d{1,9})\.png", re.IGNORECASE)


def main(arguments: list[str]) -> None:
    """Read the file and print what it holds."""
    path, (height, width, frames, memory) = Path(arguments[0]), map(int, arguments[1:5])
    bound_process(memory)
    try:
        reader = _read_zip if zipfile.is_zipfile(path) else _read_json
        objects = reader(path, (height, width), frames)
        if not any(objects.values()):
            raise InputError("the file holds no mask of this video's frames")
        print(json.dumps({"objects": objects}))
    except InputError as problem:
        print(json.dumps({"problem": str(problem)}))
    except MemoryError:
        print(json.dumps({"problem": "the masks need more memory than is allowed here"}))


def _read_json(path: Path, size: tuple[int, int], frames: int) -> Objects:
    try:
        held = read_masklets(path)
    except MediaError as error:
        raise InputError("this is neither JSON in SA-V's layout nor a zip of NAME/00000.png") from error
    if held.size != size:
        raise InputError(f"the masks are {held.size[1]}x{held.size[0]} pixels, the video {size[1]}x{size[0]}")
    found: Objects = {}
    for masklet in held.masklets[:MAX_OBJECTS]:
        mine = found.setdefault(masklet.name, {})
        for frame, rle in masklet.rles.items():
            if frame < frames and (masklet.presences or mask_area(rle)):
                check_rle(rle)
                if list(rle["size"]) != list(size):
                    raise InputError(f"a mask on frame {frame} has another size than the video")
                there = float(bool(mask_area(rle)))
                scores = {"score": masklet.scores.get(frame, 1.0), "presence": masklet.presences.get(frame, there)}
                mine[frame] = {"counts": rle_to_json(rle)["counts"], **scores}
    return found


def _read_zip(path: Path, size: tuple[int, int], frames: int) -> Objects:
    found: Objects = {}
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            told = _MEMBER.fullmatch(member.filename)
            if told is None or int(told[2]) >= frames:
                continue
            if member.file_size > MAX_MEMBER:
                raise InputError("a picture in the zip is too large")
            picture = decode_picture(archive.read(member), f"frame {int(told[2])}'s mask")
            if picture.shape[:2] != size:
                shape = f"{picture.shape[1]}x{picture.shape[0]}"
                raise InputError(f"the mask of frame {int(told[2])} is {shape} pixels, the video {size[1]}x{size[0]}")
            bright = picture.max(axis=2)
            mask = np.asarray(bright > (127 if bright.max() > 127 else 0))
            mine = found.setdefault(told[1], {})
            counts = rle_to_json(encode_mask(mask))["counts"]
            mine[int(told[2])] = {"counts": counts, "score": 1.0, "presence": float(mask.any())}
            if len(found) > MAX_OBJECTS:
                raise InputError(f"the zip has more than {MAX_OBJECTS} objects")
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
