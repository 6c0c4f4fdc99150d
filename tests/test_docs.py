"""Every code block of README.md and docs/ runs, in the order in which it stands, on footage that masklet draws.

A page has a working directory and Python names of its own. `masklet` lines run in this process, through the door that
the installed program uses. Indented blocks are for reading and are not run.
"""

from __future__ import annotations

import contextlib
import io
import re
import runpy
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from examples.drawn_clip import HEIGHT, WIDTH, ball_centre, draw_clip
from masklet import cli
from masklet.media.picture import write_picture
from masklet.runtime import graph_sources, list_models
from masklet.values import Picture

ROOT = Path(__file__).resolve().parents[1]
PAGES = ["README.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))]
DOG = (420, 310)  # where the README clicks
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")

embedded = pytest.mark.skipif(not list_models()[0].present, reason="the embedded model's weights are not here")


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """(language, code) of each fenced block."""
    for found in _BLOCK.finditer((ROOT / page).read_text(encoding="utf-8")):
        yield found[1], found[2]


def with_code(pages: list[str]) -> list[str]:
    return [page for page in pages if any(True for _ in blocks(page))]


def draw_dog() -> list[Picture]:
    """The drawn clip on a larger canvas, with its ball where the README clicks."""
    x, y = (round(value) for value in ball_centre(0, 20))
    room = ((DOG[1] - y, 40), (DOG[0] - x, 0), (0, 0))
    return [np.pad(picture, room, mode="edge") for picture in draw_clip(20)[0]]


def write_dog(folder: Path) -> Picture:
    import av

    pictures = draw_dog()
    write_picture(folder / "dog.jpg", pictures[0])
    with av.open(str(folder / "dog.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        height, width = (side - side % 2 for side in pictures[0].shape[:2])
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture[:height, :width]), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return pictures[0]


def write_mobile_sam(folder: Path) -> None:
    """MobileSAM's weights as they are published, but for the numbers, which are random."""
    import torch

    from masklet.model.formats.mobile_sam import LAYOUT
    from masklet.model.presets import PRESETS
    from tests.model.random_weights import random_network

    torch.save(LAYOUT.from_ours(random_network(PRESETS["mobile-sam"]).state_dict()), folder / "mobile_sam.pt")


def run_shell(code: str) -> None:
    """The lines of a shell block: `masklet …`, `python FILE …`, each perhaps with `> FILE` behind it."""
    for line in code.splitlines():
        words = shlex.split(line, comments=True)
        if not words:
            continue
        into = Path(words[words.index(">") + 1]) if ">" in words else None
        words = words[: words.index(">")] if into else words
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            if words[0] == "masklet":
                assert cli.main(words[1:]) == 0, line
            else:
                assert words[0] == "python", f"{line}: what is this?"
                sys.argv = words[1:]
                runpy.run_path(words[1], run_name="__main__")
        if into:
            into.write_text(said.getvalue())


@embedded
@pytest.mark.parametrize("page", with_code(PAGES))
def test_the_code_of_a_page_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", sys.argv)
    # graphs of published weights take a minute: tests/export/test_converting.py makes smaller ones
    monkeypatch.setattr(graph_sources, "SOURCES", (graph_sources.Packaged(),))
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    names: dict[str, Any] = {"picture": write_dog(tmp_path)} if page == "README.md" else {}
    if page.endswith("published-weights.md"):
        write_mobile_sam(tmp_path)
    for language, code in blocks(page):
        if language == "python":
            exec(compile(code, page, "exec"), names)
        else:
            assert language == "bash", f"a {language} block in {page} cannot be run: indent it instead"
            run_shell(code)


def test_the_readmes_click_is_on_the_drawn_ball() -> None:
    picture, ball = draw_dog()[0], draw_clip(20)[0][0]
    x, y = (round(value) for value in ball_centre(0, 20))
    assert picture.shape[0] > HEIGHT
    assert picture.shape[1] > WIDTH
    assert np.array_equal(picture[DOG[1], DOG[0]], ball[y, x])


@pytest.mark.parametrize("page", [*PAGES, "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_somewhere(page: str) -> None:
    for target in _LINK.findall((ROOT / page).read_text(encoding="utf-8")):
        if "://" not in target:
            assert (ROOT / page).parent.joinpath(target).exists(), f"{page} links to {target}"


def test_the_command_lines_page_names_every_option() -> None:
    page = (ROOT / "docs/reference/command-line.md").read_text(encoding="utf-8")
    measured = (
        "vos",
        "images",
        "interactive",
        "everything",
        "transfer",
        "predictions",
        "stress",
        "report",
        "groups",
        "compare",
        "card",
    )
    single = ("segment", "everything", "track", "bench", "train", "finetune", "export", "app")
    for command in (*((one,) for one in single), *(("evaluate", one) for one in measured)):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            cli.main([*command, "--help"])
        for option in set(re.findall(r"--[a-z-]+", said.getvalue())) - {"--help"}:
            assert f"`{option}" in page, f"{command} {option} is not in the reference"
