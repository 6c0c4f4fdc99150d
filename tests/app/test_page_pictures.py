"""The page with the embedded model on the drawn samples, as docs/how-to/app.md shows it.

MASKLET_SCREENSHOTS=docs/pictures makes the pictures of that page anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from masklet.runtime import list_models
from tests.app.browser import at, launch, opened, picture_for_docs, wait_for
from tests.app.client import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not list_models()[0].present, reason="the embedded model's weights are not here"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from launch()


@pytest.fixture(scope="module")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("real"), module=("masklet", "app")).start()
    yield running
    running.stop()


def take_sample(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    page.wait_for_selector("masklet-viewer canvas")
    wait_for(page, "!!document.querySelector('masklet-viewer').frames?.get(0)")


def test_the_ball_is_followed_from_one_click(real_server: Server, browser: Browser) -> None:
    with opened(browser, real_server.address, color_scheme="dark") as page:
        page.wait_for_selector(".samples button")
        take_sample(page, "A ball rolls behind a post")
        page.mouse.move(*at(page, 80, 250))
        wait_for(page, "!!document.querySelector('masklet-viewer').preview")
        page.mouse.click(*at(page, 80, 250))
        wait_for(page, "document.querySelector('masklet-workbench').project.state.can_undo")
        page.get_by_label("Name of object 1").fill("ball")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Follow").click()
        page.get_by_text("Followed to the end").first.wait_for(timeout=300_000)
        told = real_server.get(f"/api/projects/{page.evaluate('location.hash.slice(1)')}")
        assert len(told["objects"][0]["timeline"]) == 60
        page.get_by_label("Frame", exact=True).fill("14")
        wait_for(page, "!!document.querySelector('masklet-viewer').frames.get(14)")
        page.wait_for_timeout(300)
        picture_for_docs(page, "app-ball")
        page.get_by_text("Effects", exact=True).click()
        page.get_by_label("Effect", exact=True).select_option("trails")
        page.get_by_label("Frame", exact=True).fill("22")
        wait_for(page, "[2, 6, 10, 14, 18, 22].every(n => document.querySelector('masklet-viewer').frames.get(n))")
        page.wait_for_timeout(300)
        picture_for_docs(page, "app-effects")


def test_everything_of_the_picture(real_server: Server, browser: Browser) -> None:
    with opened(browser, real_server.address, color_scheme="light", viewport={"width": 900, "height": 620}) as page:
        take_sample(page, "A picture of shapes")
        page.get_by_role("button", name="Find everything").click()
        page.get_by_text("things found").first.wait_for(timeout=300_000)
        page.mouse.click(*at(page, 120, 120))
        wait_for(page, "document.querySelector('masklet-workbench').project.state.can_undo")
        picture_for_docs(page, "app-everything")


def test_a_telephone(real_server: Server, browser: Browser) -> None:
    size = {"width": 360, "height": 740}
    with opened(browser, real_server.address, color_scheme="dark", viewport=size, has_touch=True) as page:
        take_sample(page, "Two fish pass each other")
        page.touchscreen.tap(*at(page, 80, 145))
        wait_for(page, "document.querySelector('masklet-workbench').project.state.can_undo")
        picture_for_docs(page, "app-telephone")
