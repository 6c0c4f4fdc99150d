"""Effects as a person tries and makes them, and sound, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.app.browser import at, colour_at, follow, launch, opened, upload, wait_for, wait_for_prompts
from tests.app.client import Server
from tests.session import drawn

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SHOWING = """() => {  // the server's own drawing
    const viewer = document.querySelector("masklet-viewer");
    return !!viewer.look && !!viewer.rendered.get(viewer.look, viewer.project.frame);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from launch()


def test_effects_are_tried_and_made_and_files_taken_away(
    server: Server, browser: Browser, clip_file: Path, tmp_path: Path
) -> None:
    with opened(browser, server.address) as page:
        upload(page, clip_file)
        x, y = drawn.disc(0)
        page.mouse.click(*at(page, x, y))
        wait_for_prompts(page, 1)
        page.get_by_text("Effects", exact=True).click()
        ground, plain = (100, 20), colour_at(page, 100, 20)
        for effect, changed in (("spotlight", True), ("colour", True), ("pixelate", True), ("outline", False)):
            page.get_by_label("Effect", exact=True).select_option(effect)
            assert (colour_at(page, *ground) != plain) == (changed and effect != "pixelate"), effect
        page.get_by_label("Effect", exact=True).select_option("cutout")
        page.get_by_role("button", name="Make the video").click()
        page.get_by_role("link", name="Download it").wait_for()
        page.get_by_label("Effect", exact=True).select_option("")
        page.get_by_text("Take away, bring back").click()
        page.get_by_role("button", name="SA-V (JSON)").click()
        page.locator("a[href$='.json']").wait_for()
        with page.expect_download() as download:
            page.get_by_role("link", name="Download it").click()
        assert download.value.suggested_filename == "two shapes.json"
        download.value.save_as(tmp_path / "masks.json")
        bring = page.locator("masklet-takeaway input[type=file]")
        bring.set_input_files(tmp_path / "masks.json")
        wait_for(page, "document.querySelectorAll('masklet-objects li').length === 2")
        page.get_by_role("button", name="COCO (zip)").click()
        page.locator("a[href$='.zip']").wait_for()
        with page.expect_download() as download:
            page.get_by_role("link", name="Download it").click()
        download.value.save_as(tmp_path / "coco.zip")
        bring.set_input_files(tmp_path / "coco.zip")
        wait_for(page, "document.querySelectorAll('masklet-objects li').length === 4")
        (tmp_path / "notes.json").write_text("{}")
        bring.set_input_files(tmp_path / "notes.json")
        page.get_by_role("alert").get_by_text("neither SA-V's").wait_for()


def test_effects_that_only_the_server_draws_are_shown_before_they_are_made(
    server: Server, browser: Browser, clip_file: Path
) -> None:
    with opened(browser, server.address) as page:
        upload(page, clip_file)
        page.goto(server.address)
        upload(page, clip_file)  # another project, so that one can be put behind
        page.mouse.click(*at(page, *drawn.disc(0)))
        wait_for_prompts(page, 1)
        follow(page)
        page.mouse.move(2, 2)
        page.get_by_text("Effects", exact=True).click()
        effect = page.get_by_label("Effect", exact=True)
        effect.select_option("erase")
        wait_for(page, SHOWING)
        x, y = drawn.disc(0)
        ground = colour_at(page, x + 25, y)
        assert colour_at(page, x + 6, y + 6) == pytest.approx(ground, abs=40)  # the disc is gone
        effect.blur()
        page.keyboard.press(" ")  # and so through the video as it plays
        wait_for(page, "document.querySelector('masklet-workbench').project.frame >= 3")
        page.keyboard.press(" ")
        wait_for(page, SHOWING)
        now = page.evaluate("document.querySelector('masklet-workbench').project.frame")
        assert colour_at(page, *drawn.disc(now)) == pytest.approx(ground, abs=40)
        page.keyboard.press("Home")
        effect.select_option("video")
        wait_for(page, SHOWING)
        effect.select_option("grey")
        page.get_by_label("Soft edges").check()
        wait_for(page, SHOWING)
        assert len(set(colour_at(page, *drawn.square(0))[:3])) == 1  # no colour but on the disc
        assert colour_at(page, *drawn.disc(0))[0] > 150


def test_sound_plays_in_time_with_the_pictures(server: Server, browser: Browser) -> None:
    player = "document.querySelector('masklet-workbench').player"
    watch = """() => {
        const { player, project } = document.querySelector("masklet-workbench");
        const tick = player.tick.bind(player);
        player.apart = [];  // after each step of playing with sound, so that a busy machine is not measured
        player.tick = (now) => {
            tick(now);
            const { audio } = player;
            if (audio && !audio.paused) player.apart.push(Math.abs(audio.currentTime - project.timeOf(project.frame)));
        };
    }"""
    with opened(browser, server.address) as page:
        pictures = "[...document.querySelectorAll('.samples img')].filter(one => one.naturalWidth > 0).length"
        wait_for(page, f"{pictures} === 3")
        page.get_by_role("button", name="Two fish").click()
        page.wait_for_selector("masklet-viewer canvas")
        wait_for(page, "document.querySelector('masklet-viewer').frames?.get(0)")
        page.evaluate(watch)
        apart: list[float] = []
        for _ in range(10):  # a busy machine may have shown the last picture before the sound was there
            if not apart:
                page.get_by_role("button", name="Play").click()
                wait_for(page, f"{player}.apart.length >= 8 || !{player}.playing")
                apart = page.evaluate(f"{player}.apart")
        assert apart
        assert max(apart) < 0.5  # the sound waits for pictures that are later than 0.4 s
        page.keyboard.press("v")
        sound = page.get_by_role("button", name="Sound")
        assert sound.get_attribute("aria-pressed") == "false"
        assert page.evaluate(f"{player}.audio.muted")
        wait_for(page, f"!{player}.playing")  # the end
        assert page.evaluate(f"{player}.audio.paused")
        page.reload()
        page.wait_for_selector("masklet-viewer canvas")
        assert sound.get_attribute("aria-pressed") == "false"  # it stays off until it is wanted
        sound.click()
        assert sound.get_attribute("aria-pressed") == "true"


def test_trails_and_before_and_after_in_pixels(server: Server, browser: Browser, clip_file: Path) -> None:
    with opened(browser, server.address) as page:
        upload(page, clip_file)
        page.mouse.click(*at(page, *drawn.disc(0)))
        wait_for_prompts(page, 1)
        follow(page)
        page.mouse.move(2, 2)
        page.keyboard.press("End")  # frame 11
        wait_for(page, "document.querySelector('masklet-viewer').frames.get(11)")
        x, y = drawn.disc(11)
        ground, tail, blue = (x, y + 25), (x - 27, y), drawn.square(11)  # only the disc's earlier places reach the tail
        plain = {spot: colour_at(page, *spot) for spot in (ground, tail, blue)}
        page.get_by_text("Effects", exact=True).click()
        playing = "document.querySelector('masklet-viewer').playing"  # meanwhile the page draws by itself
        for effect in ("trails", "wipe"):
            page.evaluate(f"{playing} = true")
            page.get_by_label("Effect", exact=True).select_option(effect)
            for drawn_by in ("page", "server"):
                if drawn_by == "server":
                    page.evaluate(f"{playing} = false")
                    wait_for(page, f"(document.querySelector('masklet-viewer').draw(), ({SHOWING})())")
                if effect == "trails":
                    assert reddish(colour_at(page, *tail)) > reddish(plain[tail]) + 20, drawn_by
                    assert colour_at(page, x, y)[:3] == pytest.approx(drawn.RED, abs=25), drawn_by
                    assert colour_at(page, *ground) == pytest.approx(plain[ground], abs=8), drawn_by
                else:  # all but the last half of a twelfth is "after"
                    assert abs(reddish(colour_at(page, x, y)) - reddish([*drawn.RED])) > 30, drawn_by
                    assert colour_at(page, *blue) == pytest.approx(plain[blue], abs=8), drawn_by
                    assert min(colour_at(page, 11.5 / 12 * drawn.WIDTH, 60)[:3]) > 180, drawn_by  # the border
        page.keyboard.press("Escape")
        page.get_by_label("Effect", exact=True).blur()
        page.keyboard.press("Home")  # frame 0: all is "before" but for its first half twelfth
        wait_for(page, f"(document.querySelector('masklet-viewer').draw(), ({SHOWING})())")
        x, y = drawn.disc(0)
        assert colour_at(page, x + 7, y)[:3] == pytest.approx(drawn.RED, abs=25)  # beside the click's dot


def reddish(colour: list[int]) -> int:
    return colour[0] - colour[1]
