"""The page in a real browser: the system's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.app.client import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREENSHOTS = os.environ.get("MASKLET_SCREENSHOTS")  # a folder that pictures for the documentation go to


def chromium() -> str | None:
    """Where the system's Chromium is."""
    return os.environ.get("MASKLET_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def launch() -> Iterator[Browser]:
    """A browser; skips where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = chromium()
    if program is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """A page of its own; anything that it says in error, or asks of other hosts, fails the test."""
    context = browser.new_context(**{"viewport": {"width": 1200, "height": 760}, **options})
    page = context.new_page()
    page.set_default_timeout(60_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("request", lambda one: None if is_own(one.url, address) else faults.append(one.url))
    page.goto(address)
    yield page
    known = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_INCOMPLETE", "ERR_EMPTY", "status of 4")
    assert [fault for fault in faults if not any(one in fault for one in known)] == []
    context.close()


def is_own(url: str, address: str) -> bool:
    """Whether a request goes to the server itself, or nowhere."""
    return url.startswith(("blob:", "data:", address.split("#")[0].rstrip("/")))


def wait_for(page: Page, expression: str, argument: Any = None) -> None:
    """Wait until a JavaScript expression, or a function of `argument`, is true; the page's policy forbids eval."""
    end = time.monotonic() + 60
    while not page.evaluate(expression, argument):
        assert time.monotonic() < end, f"this never came true: {expression}"
        page.wait_for_timeout(40)


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where the picture's pixel (x, y) is on the screen."""
    place = page.evaluate(
        """([x, y]) => {
            const viewer = document.querySelector("masklet-viewer");
            const box = viewer.canvas.getBoundingClientRect();
            const { scale, x: left, y: top } = viewer.view;
            return [box.left + (x * scale + left) / devicePixelRatio, box.top + (y * scale + top) / devicePixelRatio];
        }""",
        [x, y],
    )
    return float(place[0]), float(place[1])


def colour_at(page: Page, x: float, y: float) -> list[int]:
    """The canvas's colour at the picture's pixel (x, y)."""
    return page.evaluate(
        """([x, y]) => {
            const viewer = document.querySelector("masklet-viewer");
            viewer.paint();
            const { scale, x: left, y: top } = viewer.view;
            const at = [Math.round(x * scale + left), Math.round(y * scale + top)];
            return [...viewer.canvas.getContext("2d").getImageData(...at, 1, 1).data];
        }""",
        [x, y],
    )


def upload(page: Page, path: Path) -> str:
    """Give the page a file; the project's id."""
    page.locator("input[type=file]").set_input_files(path)
    page.wait_for_selector("masklet-viewer canvas")
    wait_for(page, "document.querySelector('masklet-viewer').frames?.get(0)")
    return str(page.evaluate("location.hash.slice(1)"))


def wait_for_prompts(page: Page, count: int) -> None:
    wait_for(
        page,
        """count => document.querySelector("masklet-workbench").project.state.objects
            .flatMap(one => Object.keys(one.prompts)).length === count""",
        count,
    )


def thing(server: Server, project: str, order: int = 0) -> dict[str, Any]:
    return server.get(f"/api/projects/{project}")["objects"][order]


def follow(page: Page) -> None:
    page.get_by_role("button", name="Follow").click()
    page.get_by_text("Followed to the end").first.wait_for()


def picture_for_docs(page: Page, name: str) -> None:
    """Keep a picture of the page for the documentation, when a folder was named for them."""
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.jpg", type="jpeg", quality=72)
