"""Measures a model on the development sets: `masklet evaluate images` and `masklet evaluate vos`, one after the other.

    python benchmarks/quality.py --model nano --out figures

The sets are looked for as pictures/dev and videos/dev below MASKLET_DATA, or ../shared/data beside the repository.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from masklet.cli import main as masklet

DATA = Path(os.environ.get("MASKLET_DATA") or Path(__file__).resolve().parents[1].parent / "shared" / "data")
"""Where the development sets lie unless they are named."""


def main() -> int:
    """Runs both commands; gives the exit code of the first that did not go well, or 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--model", default="nano", help="a model's name or a checkpoint's path")
    parser.add_argument("--device", default="auto", help="where it runs: cpu, cuda, mps or auto")
    parser.add_argument("--pictures", type=Path, default=DATA / "pictures" / "dev", help="a set of pictures")
    parser.add_argument("--videos", type=Path, default=DATA / "videos" / "dev", help="a set of videos")
    parser.add_argument("--given", default="mask,box,1,3,5", help="on videos, such as mask,box,1,3; numbers are clicks")
    parser.add_argument("--out", type=Path, default=Path("figures"), help="folder for the records")
    wanted = parser.parse_args()
    shared = ["--model", wanted.model, "--device", wanted.device, "--out", str(wanted.out)]
    code = masklet(["evaluate", "images", str(wanted.pictures), *shared])
    return code or masklet(["evaluate", "vos", str(wanted.videos), "--given", wanted.given, *shared])


if __name__ == "__main__":
    sys.exit(main())
