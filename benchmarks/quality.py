"""Measures a model as its card tells it, and writes the card's tables.

    python benchmarks/quality.py --model nano --out figures

Runs `masklet evaluate` on the development sets, one protocol after the other, then `masklet evaluate card`. Records,
figures.json (of all records, without their items), card.md and sheets of the worst are in the folder. A run that was
stopped goes on when the same command is given again. The sets are looked for as pictures/dev and videos/dev below
MASKLET_DATA, or ../shared/data beside the repository.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from masklet.cli import main as masklet
from masklet.media.files import atomic_write

DATA = Path(os.environ.get("MASKLET_DATA") or Path(__file__).resolve().parents[1].parent / "shared" / "data")
"""Where the development sets lie unless they are named."""
PARTS = ("images", "vos", "fine", "interactive", "stress")


def main() -> int:
    """Runs the commands; gives the exit code of the first that did not go well, or 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--model", default="nano", help="a model's name or a checkpoint's path")
    parser.add_argument("--device", default="auto", help="where it runs: cpu, cuda, mps or auto")
    parser.add_argument("--runtime", default="auto", help="what computes: auto, openvino or torch")
    parser.add_argument("--precision", default="auto", help="auto, float32, bfloat16 or float16")
    parser.add_argument("--pictures", type=Path, default=DATA / "pictures" / "dev", help="a set of pictures")
    parser.add_argument("--videos", type=Path, default=DATA / "videos" / "dev", help="a set of videos")
    parser.add_argument("--clicks", type=int, default=5, help="on pictures")
    parser.add_argument("--given", default="mask,box,1,3", help="on videos, such as mask,box,1,3; numbers are clicks")
    parser.add_argument("--parts", default=",".join(PARTS), help="some of these alone")
    parser.add_argument("--workers", type=int, default=None, help="processes; one per core by default")
    parser.add_argument("--out", type=Path, default=Path("figures"), help="folder for records and the card's tables")
    wanted = parser.parse_args()
    parts = wanted.parts.split(",")
    if unknown := [part for part in parts if part not in PARTS]:
        parser.error(f"--parts {unknown[0]}: there are {', '.join(PARTS)}")
    for part in parts:
        started = time.perf_counter()
        code = masklet(["evaluate", *_words(part, wanted)])
        print(f"{part}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
        if code:
            return code
    _write_figures(wanted.out)
    return _write_card(wanted.out)


def _words(part: str, wanted: argparse.Namespace) -> list[str]:
    """The command that gives a part of the card."""
    own = {
        "images": [str(wanted.pictures), "--clicks", str(wanted.clicks)],
        "vos": [str(wanted.videos), "--given", wanted.given],
        "fine": [str(wanted.videos), "--given", wanted.given, "--fine"],
        "interactive": [str(wanted.videos), "--mode", "offline,online", "--system", "full,propagate,masks,picture"],
        "stress": [],
    }[part]
    pages = ["--report"] if part in ("images", "vos") else []  # these keep the masks, for the worst
    workers = [] if wanted.workers is None else ["--workers", str(wanted.workers)]
    how = ["--model", wanted.model, "--device", wanted.device, "--runtime", wanted.runtime]
    out = wanted.out / "fine" if part == "fine" else wanted.out
    command = "vos" if part == "fine" else part
    return [command, *own, *how, "--precision", wanted.precision, *pages, *workers, "--out", str(out)]


def _write_figures(folder: Path) -> None:
    """What all records say over all, each with the command that gives it."""
    kept = ("command", "kind", "model", "protocol", "version", "machine", "figures", "curves")
    found = {}
    for path in [*sorted(folder.glob("*.json")), *sorted(folder.glob("fine/*.json"))]:
        record = json.loads(path.read_text(encoding="utf-8"))
        if "kind" in record and "figures" in record:
            name = f"fine-{path.stem}" if path.parent != folder else path.stem
            found[name] = {key: record[key] for key in kept if record.get(key)}
    with atomic_write(folder / "figures.json") as temporary:
        dated = {"date": time.strftime("%Y-%m-%d"), "records": found}
        temporary.write_text(json.dumps(dated, indent=1) + "\n", encoding="utf-8")


def _write_card(folder: Path) -> int:
    """The tables of all records in the folder as card.md."""
    records = sorted(str(path) for path in folder.glob("*.json"))
    figures = [path for path in records if json.loads(Path(path).read_text()).get("kind") in ("images", "vos")]
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        code = masklet(["evaluate", "card", *_in_order(figures), "--worst", str(folder / "worst"), "--json"])
    if code == 0:
        (folder / "card.md").write_text(json.loads(told.getvalue())["markdown"] + "\n", encoding="utf-8")
        print(f"Card: {folder / 'card.md'}")
    return code


def _in_order(records: Sequence[str]) -> list[str]:
    order = ("images", "vos-mask", "vos-box")
    return sorted(records, key=lambda path: (order.index(stem) if (stem := Path(path).stem) in order else 9, path))


if __name__ == "__main__":
    sys.exit(main())
