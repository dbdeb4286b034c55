"""老年人状况 and the rating in a real browser: accessible at every size, readable without JavaScript, with large type."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from songhe.contexts.places.models import Area
from songhe.contexts.statistics import actions
from songhe.foundation.access import SYSTEM, Actor, Grant, Role
from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide
from tests.web.city import CITY, OTHER_TOWN, TOWN, SmallCity
from tests.web.crowd import build_crowd
from tests.web.town import build_town

SECOND = Actor(id=99, name="复核员", kind="user", grants=(Grant(Role.CITY_OFFICER, CITY),))
LOOKS = [("desk", False), ("phone", False), ("desk", True), ("phone", True)]


@pytest.fixture
def published(city: SmallCity) -> int:
    for number, path in enumerate((TOWN, OTHER_TOWN)):
        x = 106.0 + number * 0.1
        shape = {"type": "Polygon", "coordinates": [[[x, 38.0], [x + 0.1, 38.0], [x + 0.1, 38.1], [x, 38.1], [x, 38.0]]]}
        Area.objects.filter(path=path).update(outline=shape, outline_source="schematic")
    build_town()
    build_crowd()
    actions.compute_figures(SYSTEM)
    made = actions.draft_release(SYSTEM, year=2026)
    actions.check_release(SECOND, release_id=made.id, agrees=True)
    return actions.publish_release(SYSTEM, release_id=made.id).id


@pytest.mark.parametrize(("size", "large"), LOOKS)
def test_the_public_pages_are_accessible(
    page: Page, live_server: LiveServer, watched: Watch, large_type: Callable[[], None], published: int, size: str, large: bool
) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    if large:
        large_type()
    base = f"/elders/{published}/"
    for address in ("/elders/", base, f"{base}tables/area_age/", f"{base}tables/area_age/?area={TOWN}", f"{base}dictionary/"):
        page.goto(live_server.url + address)
        assert accessibility_problems(page) == [], address
        assert too_wide(page) == 0, address
    watched.check()


@pytest.mark.parametrize(("size", "large"), [("desk", False), ("phone", True)])
def test_the_desk_pages_are_accessible(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], large_type: Callable[[], None], published: int,
    size: str, large: bool,
) -> None:  # fmt: skip
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    sign_in(Role.CITY_OFFICER)
    if large:
        large_type()
    base = f"/city/elders/{published}/"
    for address in ("/city/elders/", base, f"{base}tables/age_ability/", f"{base}dictionary/", "/city/elders/rating/"):
        page.goto(live_server.url + address)
        assert accessibility_problems(page) == [], address
        assert too_wide(page) == 0, address
    watched.check()


def test_everything_reads_without_scripts(browser: Browser, live_server: LiveServer, published: int) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(live_server.url + "/elders/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("2026年老年人状况")
    assert page.locator(".bars li").count() > 15
    page.get_by_role("link", name="各镇街、村（社区）的年龄").click()
    expect(page.get_by_role("columnheader", name="不能判断（人）")).to_be_visible()
    context.close()
