"""The commands and a Python session in an environment without torch. Run by `make test-light`, with that environment's
Python and no pytest in it: it has what `pip install masklet` brings, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))
from drawn_clip import draw_clip, write_clip

import masklet
from masklet.media.picture import write_picture

CLICK = "70,176"  # on the drawn ball
PROGRAM = Path(sys.executable).parent / "masklet"


def run(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False)
    assert done.returncode == code, f"masklet {' '.join(words)}: exit code {done.returncode}\n{done.stderr}"
    return done


def result(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*words, "--json", "--quiet").stdout)
    return found


def follow_and_segment(folder: Path) -> None:
    clip, picture = write_clip(folder / "ball.mp4"), folder / "ball.png"
    write_picture(picture, draw_clip(1)[0][0])
    tracked = result("track", str(clip), "--point", f"{CLICK}=ball", "--stop", "6", "--out", str(folder / "track"))
    assert tracked["runtime"]["library"].startswith("openvino "), tracked["runtime"]
    assert tracked["objects"][0]["visible_frames"] == 6, tracked["objects"]
    assert len(list((folder / "track/masks/ball").iterdir())) == 6
    assert (folder / "track/overlay.mp4").stat().st_size > 1000
    segmented = result(
        "segment", str(picture), "--point", CLICK, "--precision", "float32", "--out", str(folder / "segment")
    )
    assert segmented["runtime"]["precision"] == "float32", segmented["runtime"]
    assert segmented["objects"][0]["candidates"][0]["area"] > 100, segmented["objects"]
    found = result("everything", str(picture), "--grid", "4", "--out", str(folder / "everything"))
    assert found["masks"], "nothing was found"


def list_and_refuse() -> None:
    first = result("models", "list")["models"][0]
    assert (first["name"], first["present"]) == ("nano", True), first
    for extra, words in (
        ("torch", ["segment", "x.png", "--point", "1,1", "--runtime", "torch"]),
        ("torch", ["models", "check", "x.pt"]),
        ("export", ["export", "x.onnx"]),
    ):
        with tempfile.TemporaryDirectory() as folder:
            write_picture(Path(folder) / "x.png", draw_clip(1)[0][0])
            words = [str(Path(folder) / word) if word.startswith("x.") else word for word in words]
            said = run(*words, code=2).stderr
        assert f'pip install "masklet[{extra}]"' in said and said.count("\n") == 1, said


def use_python() -> None:
    net, pictures = masklet.load(), draw_clip(4)[0]
    live = net.open_stream()
    live.prompt("ball", points=[tuple(map(float, CLICK.split(",")))])
    assert all(live.step(picture)["ball"].visible for picture in pictures)
    image = net.open_image(pictures[0])
    assert len(image.segment(points=[(70, 176)])) == 3
    assert "torch" not in sys.modules


def main() -> None:
    """Raises AssertionError with what is wrong."""
    assert find_spec("torch") is None, "this environment has torch, which the core install must not bring"
    installed = Path(str(masklet.__file__)).resolve()
    assert installed.is_relative_to(Path(sysconfig.get_path("purelib")).resolve()), f"not the wheel: {installed}"
    with tempfile.TemporaryDirectory() as folder:
        follow_and_segment(Path(folder))
    list_and_refuse()
    use_python()
    print("the light install runs: track, segment, everything, models, sessions; no torch")


if __name__ == "__main__":
    main()
