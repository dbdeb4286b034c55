"""The indicators in a real browser: accessible at every size, readable without JavaScript, a figure opened to its rows."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from songhe.contexts.places.models import Area
from songhe.contexts.statistics import actions
from songhe.foundation.access import SYSTEM, Role
from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide
from tests.web.city import OTHER_TOWN, TOWN, SmallCity
from tests.web.town import Town, build_town

PAGES = (
    "/city/indicators/",
    "/city/indicators/?theme=机构与床位",
    "/city/indicators/of/family_doctor_60/",
    "/city/indicators/of/monthly_visit_rate/",
    "/city/indicators/of/elders_60/numerator/",
    "/city/indicators/of/villages/numerator/",
    "/city/indicators/baseline/",
    "/city/indicators/months/",
)


@pytest.fixture
def counted(city: SmallCity) -> Town:
    for number, path in enumerate((TOWN, OTHER_TOWN)):
        x = 106.0 + number * 0.1
        shape = {"type": "Polygon", "coordinates": [[[x, 38.0], [x + 0.1, 38.0], [x + 0.1, 38.1], [x, 38.1], [x, 38.0]]]}
        Area.objects.filter(path=path).update(outline=shape, outline_source="schematic")
    town = build_town()
    actions.compute_figures(SYSTEM)
    return town


@pytest.mark.parametrize(("size", "large"), [("desk", False), ("phone", True)])
def test_the_pages_are_accessible(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], large_type: Callable[[], None], counted: Town,
    size: str, large: bool,
) -> None:  # fmt: skip
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    sign_in(Role.CITY_OFFICER)
    if large:
        large_type()
    found = []
    for number, path in enumerate(PAGES):
        page.goto(live_server.url + path)
        if os.environ.get("SHOTS"):
            page.screenshot(path=f"{os.environ['SHOTS']}/{size}{number}.png", full_page=True)
        found += [(path, problem) for problem in accessibility_problems(page)]
        found += [(path, "too wide")] if too_wide(page) else []
    assert found == []
    watched.check()


def test_a_figure_opens_to_its_rows_without_javascript(
    browser: Browser, page: Page, live_server: LiveServer, sign_in: Callable[[Role], None], counted: Town
) -> None:
    sign_in(Role.CITY_OFFICER)
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    reader = plain.new_page()
    reader.goto(live_server.url + "/city/indicators/of/elders_60/")
    expect(reader.locator("#towns tbody tr")).to_have_count(2)
    reader.locator(".figures a").first.click()
    expect(reader.get_by_role("link", name="吴秀兰")).to_be_visible()
    plain.close()


def test_the_map_stands_beside_the_towns(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], counted: Town
) -> None:
    sign_in(Role.CITY_OFFICER)
    page.goto(live_server.url + "/city/indicators/of/elders_60/")
    expect(page.locator(".map canvas")).to_be_visible()
    expect(page.locator(".map")).to_contain_text("示意图，不是行政区划界线")
    watched.check()
