"""The head of a stress record's page: a minute must do."""

from __future__ import annotations

import re

from masklet.evaluate.findings import find
from masklet.evaluate.pages.report import report_page
from masklet.evaluate.stress_costs import limit_costs
from tests.evaluate.pages.test_document import check_harmless
from tests.evaluate.stress_fakes import loses
from tests.evaluate.test_stress_costs import record_of


def test_every_limit_is_a_card_and_a_row_the_dearest_first() -> None:
    record = record_of(loses)
    page = report_page(find(record))
    check_harmless(page)
    costs = limit_costs(record)
    names = [one.name for one in costs]
    assert names[0] == "exits" and names[-1] == "easy"
    head = page.split('id="limits"')[0]
    assert re.findall("<dt>([a-z0-9-]+)</dt>", head) == names
    assert costs[0].cost is not None
    assert f">−{100 * costs[0].cost.value:.1f}</div>" in head and "an object leaves the picture" in head
    assert f"J&amp;F {100 * costs[0].figures['jf']:.1f}; 95 %: −" in head
    rows = page.split('id="limits"')[1].split("</table>")[0]
    assert re.findall(r"<bdi>([a-z0-9-]+)</bdi>", rows) == names
    first = re.findall("<t[dh][^>]*>(.*?)</t[dh]>", rows.split("<tbody>")[1].split("</tr>")[0])
    assert [re.sub("<[^>]*>", "", cell) for cell in (first[1], first[2], first[5], first[7])] == [
        f"{100 * costs[0].figures['jf']:.1f}",
        f"{100 * costs[0].cost.value:.1f}",
        "0.0",
        "0.0",
    ]
    assert page.index('id="short"') < page.index('id="limits"') < page.index('id="worst"')
