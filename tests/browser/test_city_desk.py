"""The city desk in a real browser: accessible at every size, the map beside its list, a change made after its effect was seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from songhe.contexts.places.models import Area
from songhe.foundation.access import Role
from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide
from tests.web.city import OTHER_TOWN, TOWN, SmallCity
from tests.web.town import Town, build_town

PAGES = (
    "/city/",
    "/city/plan/targets/T000-09/",
    "/city/projection/",
    "/city/projection/?a.occupancy=500",
    "/city/money/",
    "/city/people/age_allowance/eligible/",
    "/city/policy/",
    "/city/policy/definitions/hard_up/",
    "/city/policy/parameters/allowance_80/",
    "/city/policy/parameters/allowance_80/change/?value=200&from=2026-12-01&note=试试",
    "/city/policy/assumed/",
    "/city/policy/drafts/",
    "/city/policy/versions/",
    "/city/what-if/?p.allowance_80=200",
    "/city/runs/",
)


@pytest.fixture
def town(city: SmallCity) -> Town:
    for number, path in enumerate((TOWN, OTHER_TOWN)):
        x = 106.0 + number * 0.1
        shape = {"type": "Polygon", "coordinates": [[[x, 38.0], [x + 0.1, 38.0], [x + 0.1, 38.1], [x, 38.1], [x, 38.0]]]}
        Area.objects.filter(path=path).update(outline=shape, outline_source="schematic")
    return build_town()


@pytest.mark.parametrize(("size", "large"), [("desk", False), ("phone", True)])
def test_the_main_pages_are_accessible(
    page: Page,
    live_server: LiveServer,
    watched: Watch,
    sign_in: Callable[[Role], None],
    large_type: Callable[[], None],
    town: Town,
    size: str,
    large: bool,
) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    sign_in(Role.CITY_OFFICER)
    if large:
        large_type()
    found = []
    for path in PAGES:
        page.goto(live_server.url + path)
        found += [(path, problem) for problem in accessibility_problems(page)]
        found += [(path, "too wide")] if too_wide(page) else []
    assert found == []
    watched.check()


def test_the_map_stands_beside_its_list_and_says_that_it_is_schematic(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], town: Town
) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    sign_in(Role.CITY_OFFICER)
    page.goto(live_server.url + "/city/money/?benefit=age_allowance")
    expect(page.locator(".map canvas")).to_be_visible()
    expect(page.locator(".map")).to_contain_text("示意图，不是行政区划界线")
    row = page.locator('[data-area="640381100"]')
    row.hover()
    expect(row).to_have_class("table-active")
    row.get_by_role("link", name="1", exact=True).first.click()
    expect(page.locator("tbody th")).to_have_text(["吴秀兰"])
    page.get_by_role("link", name="吴秀兰").click()
    expect(page.locator("#decision-age_allowance")).to_be_visible()
    watched.check()


def test_a_parameter_is_drafted_in_two_steps(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], town: Town
) -> None:
    sign_in(Role.CITY_OFFICER)
    page.goto(live_server.url + "/city/policy/parameters/allowance_80/")
    page.get_by_label("新的数（元/月）").fill("200")
    page.get_by_label("为什么改").fill("按市政府文件")
    page.get_by_role("button", name="看影响").click()
    expect(page.locator("main")).to_contain_text("吴秀兰")
    page.get_by_role("button", name="拟成草稿").click()
    expect(page.locator("main")).to_contain_text("200.00 元/月")
    expect(page.locator("main")).to_contain_text("按市政府文件")
    expect(page.locator(".stages")).to_contain_text("两人批准")
    watched.check()
