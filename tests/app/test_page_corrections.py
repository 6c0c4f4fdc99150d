"""Masks corrected on the page, and what comes of it, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from masklet.media.picture import write_picture
from tests.app.browser import at, follow, launch, opened, thing, upload, wait_for, wait_for_prompts
from tests.app.client import Server, mask_of
from tests.session import drawn

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from launch()


FRAME = "document.querySelector('masklet-workbench').project.frame"


def test_the_eraser_takes_away_where_it_goes(server: Server, browser: Browser, clip_file: Path) -> None:
    with opened(browser, server.address) as page:
        project = upload(page, clip_file)
        x, y = drawn.disc(0)
        page.mouse.click(*at(page, x, y))
        wait_for_prompts(page, 1)
        before = mask_of(server.get(f"/api/projects/{project}/masks")["frames"]["0"]["o1"])
        page.get_by_role("button", name="Eraser").click()
        page.mouse.move(*at(page, x - 20, y))
        page.mouse.down()
        page.mouse.move(*at(page, x + 20, y), steps=6)
        page.mouse.up()
        wait_for(page, "document.querySelector('masklet-workbench').project.thing.prompts[0].mask")
        after = mask_of(server.get(f"/api/projects/{project}/masks")["frames"]["0"]["o1"])
        gone = before & ~after
        assert not (after & ~before).any()
        assert not after[y, x - 18 : x + 19].any()
        assert set(np.nonzero(gone)[0]) <= set(range(y - 4, y + 5))  # the brush is 6 pixels wide
        page.keyboard.press("z")
        wait_for(page, "!document.querySelector('masklet-workbench').project.thing.prompts[0].mask")
        assert np.array_equal(mask_of(server.get(f"/api/projects/{project}/masks")["frames"]["0"]["o1"]), before)


def test_only_what_depends_on_a_correction_is_computed_anew(server: Server, browser: Browser, clip_file: Path) -> None:
    out_of_date = """document.querySelector("masklet-workbench").project.state.objects.map(
        one => Object.entries(one.timeline).filter(entry => entry[1][2]).map(entry => Number(entry[0])))"""
    with opened(browser, server.address) as page:
        project = upload(page, clip_file)
        page.mouse.click(*at(page, *drawn.disc(0)))
        wait_for_prompts(page, 1)
        page.keyboard.press("n")
        wait_for(page, "document.querySelector('masklet-workbench').project.selected === 'o2'")
        page.mouse.click(*at(page, *drawn.square(0)))
        wait_for_prompts(page, 2)
        follow(page)
        before = server.get(f"/api/projects/{project}/masks")["frames"]
        page.keyboard.press("1")  # the first object
        page.keyboard.press("End")
        for _ in range(3):
            page.keyboard.press("ArrowLeft")
        page.mouse.click(*at(page, 100, 20))  # the ground joins the disc on frame 8
        wait_for_prompts(page, 3)
        wait_for(page, f"JSON.stringify({out_of_date}) === '[[9,10,11],[]]'")
        page.evaluate("""() => {
            const { project } = document.querySelector("masklet-workbench");
            window.came = [];
            project.stream.addEventListener("masks", (event) => window.came.push(JSON.parse(event.data)));
            project.addEventListener("followed", () => (window.ended = true));
        }""")
        page.get_by_role("button", name="Follow").click()
        wait_for(page, "window.ended")
        came = page.evaluate("window.came.map(told => [told.frame, Object.keys(told.objects)])")
        assert came == [[9, ["o1"]], [10, ["o1"]], [11, ["o1"]]]
        after = server.get(f"/api/projects/{project}/masks")["frames"]
        for frame in map(str, range(12)):
            assert after[frame]["o2"] == before[frame]["o2"]
            assert int(frame) > 8 or (after[frame]["o1"] == before[frame]["o1"]) == (int(frame) < 8), frame


def test_the_next_doubtful_frame(server: Server, browser: Browser, clip_file: Path, tmp_path: Path) -> None:
    box = [[40, 30, 80, 30, 80, 60, 40, 60]]
    rows = [
        {
            "id": frame,
            "image_id": frame,
            "category_id": 1,
            "segmentation": box,
            "iscrowd": 0,
            "score": score,
            "track_id": 1,
        }
        for frame, score in ((1, 0.95), (2, 0.6), (3, 0.9), (9, 0.65), (10, 0.2), (11, 0.9))
    ]
    size = {"width": drawn.WIDTH, "height": drawn.HEIGHT}
    images = [{"id": row["id"], "file_name": f"{row['id']}.jpg", "frame_index": row["id"], **size} for row in rows]
    held = {"images": images, "annotations": rows, "categories": [{"id": 1, "name": "cat"}]}
    (tmp_path / "unsure.json").write_text(json.dumps(held))
    with opened(browser, server.address) as page:
        project = upload(page, clip_file)
        page.keyboard.press("l")
        page.get_by_role("status").get_by_text("No frame is doubtful").wait_for()
        page.get_by_text("Take away, bring back").click()
        page.locator("masklet-takeaway input[type=file]").set_input_files(tmp_path / "unsure.json")
        wait_for(page, "document.querySelectorAll('masklet-objects li').length === 1")
        assert thing(server, project)["look"] == [10, 2]  # the worst first, and none beside it
        for frame in (2, 10, 2):
            page.keyboard.press("l")
            wait_for(page, f"{FRAME} === {frame}")


def test_what_was_found_in_a_picture_becomes_an_object(server: Server, browser: Browser, tmp_path: Path) -> None:
    write_picture(tmp_path / "two shapes.png", drawn.draw(0))
    with opened(browser, server.address) as page:
        project = upload(page, tmp_path / "two shapes.png")
        page.get_by_role("button", name="Find everything").click()
        page.get_by_text("things found").first.wait_for()
        found = page.evaluate("document.querySelector('masklet-viewer').regions.length")
        page.mouse.click(*at(page, *drawn.square(0)))
        wait_for_prompts(page, 1)
        assert thing(server, project)["prompts"]["0"]["mask"]
        mask = mask_of(server.get(f"/api/projects/{project}/masks")["frames"]["0"]["o1"])
        assert drawn.iou(mask, drawn.truth(drawn.draw(0), drawn.BLUE)) > 0.7
        wait_for(page, f"(document.querySelector('masklet-viewer').regions?.length ?? 0) === {found - 1}")
        page.mouse.click(*at(page, *drawn.disc(0)))  # and another one
        wait_for(page, "document.querySelectorAll('masklet-objects li').length === 2")
