"""The page as a person uses it, in a real browser, on a server with the drawn-clip network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from masklet.media.picture import write_picture
from tests.app.browser import at, colour_at, follow, launch, opened, thing, upload, wait_for, wait_for_prompts
from tests.app.client import Server, click
from tests.session import drawn

if TYPE_CHECKING:
    from playwright.sync_api import APIResponse, Browser, Page, Route


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from launch()


def test_upload_click_follow_correct_undo(server: Server, browser: Browser, clip_file: Path) -> None:
    with opened(browser, server.address) as page:
        project = upload(page, clip_file)
        x, y = drawn.disc(0)
        plain = colour_at(page, x, y)
        page.mouse.move(*at(page, x, y))
        wait_for(page, "document.querySelector('masklet-viewer').preview")  # the mask under the pointer
        page.mouse.click(*at(page, x, y))
        wait_for_prompts(page, 1)
        assert colour_at(page, x, y) != plain
        follow(page)
        assert len(thing(server, project)["timeline"]) == 12
        page.keyboard.press("End")
        assert colour_at(page, *drawn.disc(11)) != [*drawn.RED, 255]
        assert page.locator(".place").inner_text().startswith("12 / 12")
        page.keyboard.down("Shift")
        page.mouse.click(*at(page, 5, 5))  # beside the object
        page.keyboard.up("Shift")
        wait_for_prompts(page, 2)
        assert thing(server, project)["prompts"]["11"]["labels"] == [0]
        page.get_by_role("button", name="Undo").click()
        wait_for_prompts(page, 1)
        page.get_by_role("button", name="Redo").click()
        wait_for_prompts(page, 2)


def test_several_pictures_become_a_video(server: Server, browser: Browser, tmp_path: Path) -> None:
    files = []
    for number in (0, 2, 10):
        files.append(tmp_path / f"f{number}.png")
        write_picture(files[-1], drawn.draw(number))
    with opened(browser, server.address) as page:
        page.locator("input[type=file]").set_input_files([files[2], files[0], files[1]])
        page.wait_for_selector("masklet-viewer canvas")
        project = page.evaluate("location.hash.slice(1)")
        assert server.get(f"/api/projects/{project}")["frames"] == 3
        data = server.get(f"/api/projects/{project}/frames/2")
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]
        assert np.abs(picture.astype(int) - drawn.draw(10)).mean() < 4


def test_box_and_brush(server: Server, browser: Browser, clip_file: Path) -> None:
    with opened(browser, server.address) as page:
        project = upload(page, clip_file)
        x, y = drawn.square(0)
        page.get_by_role("button", name="Box").click()
        page.mouse.move(*at(page, x - 14, y - 14))
        page.mouse.down()
        page.mouse.move(*at(page, x + 14, y + 14), steps=4)
        page.mouse.up()
        wait_for_prompts(page, 1)
        box = thing(server, project)["prompts"]["0"]["box"]
        assert box == pytest.approx([x - 14, y - 14, x + 14, y + 14], abs=1)
        masks = server.get(f"/api/projects/{project}/masks")["frames"]["0"]["o1"]
        page.get_by_role("button", name="Brush").click()
        page.mouse.move(*at(page, 20, 100))
        page.mouse.down()
        page.mouse.move(*at(page, 60, 100), steps=5)
        page.mouse.up()
        wait_for(page, "document.querySelector('masklet-workbench').project.thing.prompts[0].mask")
        from tests.app.client import mask_of

        before, after = mask_of(masks), mask_of(server.get(f"/api/projects/{project}/masks")["frames"]["0"]["o1"])
        assert after[before].all()
        assert after[100, 25:55].all()
        assert 80 < (after & ~before).sum() < 600


def test_everything_by_keyboard_alone(server: Server, browser: Browser, clip_file: Path) -> None:
    with opened(browser, server.address) as page:
        project = upload(page, clip_file)
        page.keyboard.press("?")
        assert page.get_by_role("dialog").is_visible()
        for key in ("Space", "Z", "L"):
            assert key in page.get_by_role("dialog").inner_text()
        page.keyboard.press("Escape")
        page.locator("masklet-viewer canvas").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        cross = page.evaluate("({...document.querySelector('masklet-viewer').cursor})")
        x, y = drawn.disc(2)
        for key, count in (("A", cross["x"] - x), ("W", cross["y"] - y)):
            for _ in range(round(count)):
                page.keyboard.press(f"Shift+{key}")
        page.keyboard.press("Enter")
        wait_for_prompts(page, 1)
        assert thing(server, project)["prompts"]["2"]["points"] == [[x, y]]
        page.keyboard.press("f")
        page.get_by_text("Followed to the end").first.wait_for()
        assert len(thing(server, project)["timeline"]) == 12
        page.keyboard.press("n")
        wait_for(page, "document.querySelectorAll('masklet-objects li').length === 2")
        wait_for(page, "document.querySelector('masklet-workbench').project.selected === 'o2'")
        page.keyboard.press("o")
        assert page.evaluate("document.querySelector('masklet-workbench').project.selected") == "o1"
        page.keyboard.press("Home")
        page.keyboard.press(" ")
        wait_for(page, "document.querySelector('masklet-workbench').project.frame >= 3")  # it plays
        page.keyboard.press(" ")
        page.keyboard.press("z")
        wait_for_prompts(page, 0)
        page.keyboard.press("Shift+Z")
        wait_for_prompts(page, 1)
        page.keyboard.press("Delete")
        wait_for(page, "document.querySelectorAll('masklet-objects li').length === 1")


def test_names_colours_and_two_tabs(server: Server, browser: Browser, clip_file: Path) -> None:
    with opened(browser, server.address) as page:
        project = upload(page, clip_file)
        page.mouse.click(*at(page, *drawn.disc(0)))
        wait_for_prompts(page, 1)
        with opened(browser, f"{server.address}/#{project}") as other:
            other.wait_for_selector("masklet-objects li")
            page.get_by_label("Name of object 1").fill("the <b>disc</b>")
            page.keyboard.press("Enter")
            wait_for(other, "document.querySelector('masklet-objects .name').value === 'the <b>disc</b>'")
            other.mouse.click(*at(other, *drawn.square(0)))
            wait_for(page, "document.querySelector('masklet-workbench').project.thing.prompts[0].points.length === 2")
            other.evaluate("""() => {
                window.said = [];
                const bench = document.querySelector("masklet-workbench");
                bench.addEventListener("say", (event) => window.said.push(event.detail));
            }""")
            follow(page)
            for one in (page, other):
                one.get_by_text("Followed to the end").first.wait_for()
                assert one.evaluate("document.querySelector('[data-act=follow]').textContent") == "Follow"
            assert other.evaluate("window.said[0]") == "Following …"


def test_a_mask_that_comes_while_all_are_read_stays(server: Server, browser: Browser, clip_file: Path) -> None:
    held: list[tuple[Route, APIResponse]] = []
    with opened(browser, server.address) as page:
        project = upload(page, clip_file)
        page.route("**/masks", lambda route: held.append((route, route.fetch())))
        page.reload()
        page.wait_for_selector("masklet-viewer")
        for _ in range(600):
            if not held:
                page.wait_for_timeout(100)
        assert held
        target = server.post(f"/api/projects/{project}/objects", {})["id"]
        click(server, project, target, 0, drawn.disc(0))
        wait_for(page, "document.querySelector('masklet-workbench').project.masks.has(0)")
        for route, answer in held:
            route.fulfill(response=answer)
        wait_for(page, "document.querySelector('masklet-workbench').project.meanwhile === null")
        assert page.evaluate("document.querySelector('masklet-workbench').project.masks.has(0)")


def test_a_killed_server_loses_nothing_that_the_page_showed(tmp_path: Path, browser: Browser, clip_file: Path) -> None:
    server = Server(tmp_path).start()
    with opened(browser, server.address) as page:
        project = upload(page, clip_file)
        page.mouse.click(*at(page, *drawn.disc(0)))
        wait_for_prompts(page, 1)
        follow(page)
        before = server.get(f"/api/projects/{project}/masks")
        server.kill()
        again = Server(tmp_path, ("--port", server.address.rsplit(":", 1)[1])).start()
        page.get_by_text("The server is back.").first.wait_for()
        page.mouse.click(*at(page, *drawn.square(0)))  # the page goes on as if nothing had been
        wait_for(page, "document.querySelector('masklet-workbench').project.thing.prompts[0].points.length === 2")
        page.keyboard.press("z")
        wait_for(page, "document.querySelector('masklet-workbench').project.thing.prompts[0].points.length === 1")
        page.reload()
        page.wait_for_selector("masklet-objects li")
        assert again.get(f"/api/projects/{project}/masks") == before
        wait_for_prompts(page, 1)
        again.stop()


def test_touch_and_a_narrow_screen(server: Server, browser: Browser, clip_file: Path) -> None:
    size = {"width": 360, "height": 740}
    with opened(browser, server.address, viewport=size, has_touch=True, device_scale_factor=2) as page:
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
        upload(page, clip_file)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
        page.touchscreen.tap(*at(page, *drawn.disc(0)))
        wait_for_prompts(page, 1)
        for name in ("Follow", "Undo", "Box", "New object", "Play"):
            button = page.get_by_role("button", name=name, exact=True)
            box = button.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 360
        page.get_by_role("button", name="Help").click()
        for part in ("#help-title", "#help button"):  # the first line and the way out
            box = page.locator(part).bounding_box()
            assert box is not None
            assert 0 < box["y"] < box["y"] + box["height"] <= 740, part
        page.keyboard.press("Escape")
        place = page.locator(".place").bounding_box()
        assert place is not None
        assert place["x"] + place["width"] <= 360


def test_two_fingers_zoom_and_one_moves_the_picture(server: Server, browser: Browser, clip_file: Path) -> None:
    scale = "document.querySelector('masklet-viewer').view.scale"
    with opened(browser, server.address, viewport={"width": 360, "height": 740}, has_touch=True) as page:
        upload(page, clip_file)
        fingers = page.context.new_cdp_session(page)

        def touch(kind: str, *spots: tuple[float, float]) -> None:
            points = [{"x": x, "y": y, "id": order} for order, (x, y) in enumerate(spots)]
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        (x, y), before = at(page, 80, 60), page.evaluate(scale)
        touch("touchStart", (x - 20, y))
        touch("touchStart", (x - 20, y), (x + 20, y))
        for span in (30, 45, 60):
            touch("touchMove", (x - span, y), (x + span, y))
        touch("touchEnd")
        assert page.evaluate(scale) == pytest.approx(3 * before, rel=0.1)
        assert at(page, 80, 60) == pytest.approx((x, y), abs=8)  # the place between them stays
        touch("touchStart", (x, y))
        for step in (10, 25, 40):
            touch("touchMove", (x + step, y + step))
        touch("touchEnd")
        assert at(page, 80, 60) == pytest.approx((x + 40, y + 40), abs=12)
        assert page.locator("masklet-objects li").count() == 0  # none of this was a click


@pytest.mark.parametrize(("system", "others"), [("dark", "light"), ("light", "dark")])
def test_the_systems_theme_until_another_is_chosen(server: Server, browser: Browser, system: str, others: str) -> None:
    def shown(page: Page) -> str:
        scheme, ground = page.evaluate(
            "[getComputedStyle(document.documentElement).colorScheme, getComputedStyle(document.body).backgroundColor]"
        )
        assert ground == {"dark": "rgb(16, 21, 28)", "light": "rgb(242, 244, 247)"}[scheme]
        return str(scheme)

    with opened(browser, server.address, color_scheme=system) as page:
        assert shown(page) == system
        page.get_by_role("button", name="Theme").click()
        assert shown(page) == others
        page.reload()
        assert shown(page) == others
        page.get_by_role("button", name="Theme").click()
        assert shown(page) == system


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_no_serious_fault(server: Server, browser: Browser, clip_file: Path, theme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

    def check(page: Page) -> None:
        found = axe.Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []

    with opened(browser, server.address, color_scheme=theme, bypass_csp=True) as page:
        page.wait_for_selector(".samples button")
        check(page)
        upload(page, clip_file)
        page.mouse.click(*at(page, *drawn.disc(0)))
        wait_for_prompts(page, 1)
        follow(page)
        check(page)
        page.keyboard.press("?")
        check(page)


def test_what_is_wrong_is_told_on_the_page(server: Server, browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + b"nothing" * 40)
    with opened(browser, server.address) as page:
        page.locator("input[type=file]").set_input_files(tmp_path / "broken.mp4")
        page.get_by_role("alert").get_by_text("cut off").wait_for()
        page.goto(f"{server.address}/#{'x' * 22}")
        page.get_by_role("alert").get_by_text("no such project").wait_for()


def test_zoom_and_pan(server: Server, browser: Browser, clip_file: Path) -> None:
    with opened(browser, server.address) as page:
        upload(page, clip_file)
        spot = at(page, 40, 40)  # a pointer stands on whole pixels of the screen
        page.mouse.move(*spot)
        for _ in range(6):
            page.mouse.wheel(0, -300)
        wait_for(page, "document.querySelector('masklet-viewer').view.scale > 10")
        assert at(page, 40, 40) == pytest.approx(spot, abs=9)  # the place under the pointer stays
        page.mouse.down(button="middle")
        page.mouse.move(spot[0] + 50, spot[1] + 20, steps=3)
        page.mouse.up(button="middle")
        assert at(page, 40, 40) == pytest.approx((spot[0] + 50, spot[1] + 20), abs=12)
        page.keyboard.press("0")
        assert at(page, 0, 0)[1] > 0
