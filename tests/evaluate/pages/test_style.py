"""The look of pages: every name that a page gives its parts has a look, and nothing is fetched."""

from __future__ import annotations

import re
from pathlib import Path

from masklet.evaluate.findings import find
from masklet.evaluate.pages.report import report_page
from masklet.evaluate.pages.style import STYLE
from tests.evaluate.pages.drawn_record import video_record


def test_every_class_of_a_report_has_a_look(tmp_path: Path) -> None:
    page = report_page(find(video_record(tmp_path)))
    used = {name for names in re.findall(r'class="([^"]+)"', page) for name in names.split()}
    assert used - set(re.findall(r"\.([a-z][\w-]*)", STYLE)) == set()


def test_it_loads_nothing_and_knows_light_and_dark() -> None:
    assert "url(" not in STYLE and "@import" not in STYLE
    assert "prefers-color-scheme: dark" in STYLE
    assert STYLE.count("{") == STYLE.count("}")
