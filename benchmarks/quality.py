"""Measures a model: masks on pictures after 1, 3 and 5 clicks, and objects followed through videos.

    python benchmarks/quality.py --model nano --out quality.json

Without --pictures and --videos it takes pictures/dev and videos/dev below MASKLET_DATA, or below ../shared/data beside
the repository.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

import masklet
from masklet.data.davis import DavisSet
from masklet.data.pictures import PictureSet
from masklet.errors import InputError, OutputError
from masklet.evaluate import report
from masklet.evaluate.pictures import evaluate_pictures
from masklet.evaluate.vos import Given, evaluate_videos

DATA = Path(os.environ.get("MASKLET_DATA") or Path(__file__).resolve().parents[1].parent / "shared" / "data")
"""Where the development sets lie unless they are named."""


def main() -> int:
    """Runs the command; gives its exit code: 0 done, 2 the input was wrong."""
    wanted = _arguments()
    try:
        result = _measure(wanted)
        if wanted.out:
            _write(wanted.out, result)
    except InputError as error:
        print(f"quality: {error}", file=sys.stderr)
        return 2
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--model", default="nano", help="a model's name or a checkpoint's path")
    parser.add_argument("--device", default="auto", help="where it runs: cpu, cuda, mps or auto")
    parser.add_argument("--pictures", type=Path, default=DATA / "pictures" / "dev", help="folder of labelled pictures")
    parser.add_argument("--videos", type=Path, default=DATA / "videos" / "dev", help="folder in DAVIS's layout")
    parser.add_argument("--clicks", type=_clicks, default=(1, 3, 5), help="on pictures, such as 1,3,5")
    parser.add_argument(
        "--given",
        type=_given,
        default=("mask", "box", 1, 3),
        help="on videos, such as mask,box,1,3; numbers are clicks",
    )
    parser.add_argument("--only", choices=("pictures", "videos"), help="leave the other part out")
    parser.add_argument("--every", type=int, default=1, help="take each n-th picture only, for a quick look")
    parser.add_argument("--out", type=Path, help="where to write the figures as JSON")
    parser.add_argument("--details", action="store_true", help="every object and frame in the JSON too")
    return parser.parse_args()


def _measure(wanted: argparse.Namespace) -> dict[str, Any]:
    net = masklet.load(wanted.model, device=wanted.device)
    console = Console(width=None if sys.stdout.isatty() else 160)
    result: dict[str, Any] = {
        "model": wanted.model if Path(wanted.model).suffix == "" else Path(wanted.model).name,
        "device": wanted.device,
        "masklet": masklet.__version__,
        "date": datetime.date.today().isoformat(),
        "machine": {"processor": _processor(), "cores": os.cpu_count(), "threads": os.environ.get("OMP_NUM_THREADS")},
    }
    if wanted.only != "videos":
        pictures = PictureSet(wanted.pictures)
        with _bar("pictures") as progress:
            on_pictures = evaluate_pictures(net.open_image, pictures, wanted.clicks, progress, every=wanted.every)
        console.print(report.picture_table(on_pictures))
        result["pictures"] = {"set": _name(wanted.pictures), "every": wanted.every}
        result["pictures"] |= report.picture_json(on_pictures, details=wanted.details)
    if wanted.only != "pictures":
        videos = DavisSet(wanted.videos)
        on_videos = []
        for given in wanted.given:
            with _bar(f"videos, {report.name_of(given)}") as progress:
                on_videos.append(evaluate_videos(net.open_video, videos, given, progress))
        console.print(report.video_table(on_videos))
        each = [report.video_json(one, details=wanted.details) for one in on_videos]
        result["videos"] = {"set": _name(wanted.videos), "runs": each}
    return result


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _write(path: Path, result: dict[str, Any]) -> None:
    """The whole file or none."""
    text = json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    part: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
            part = Path(file.name)
            file.write(text)
        part.chmod(0o644)
        os.replace(part, path)
    except OSError as error:
        if part:
            part.unlink(missing_ok=True)
        raise OutputError(f"{path}: cannot be written ({error.strerror}); name another file with --out") from None


def _clicks(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def _given(text: str) -> tuple[Given, ...]:
    parts = text.split(",")
    if not all(part in ("mask", "box") or (part.isdecimal() and int(part) > 0) for part in parts):
        raise argparse.ArgumentTypeError(f"{text}: expected mask, box or numbers of clicks, such as mask,box,1,3")
    return tuple(int(part) if part.isdecimal() else part for part in parts)  # type: ignore[misc]


def _name(folder: Path) -> str:
    """The folder's last two parts: enough to know the set by, and nothing of the machine."""
    return "/".join(folder.resolve().parts[-2:])


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.is_file():
        for line in listing.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main())
