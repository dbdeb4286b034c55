"""The census and the roster in a real browser: accessible at every size, and a person asked at the door on a phone, also without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from songhe.contexts.people import actions as people
from songhe.contexts.people.models import CensusAnswer, Record
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Role
from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide
from tests.web.city import CITY, COMMUNITY, SmallCity
from tests.web.town import Town, build_town


@pytest.fixture
def town(city: SmallCity) -> Town:
    return build_town()


@pytest.fixture
def round_id(town: Town) -> int:
    today = clock.today()
    asked = ("lives_alone", "assistance", "housing", "ability_grade")
    return people.open_round(SYSTEM, title="试验普查", area_path=CITY, variables=asked, starts_on=today, ends_on=today)


@pytest.mark.parametrize(("size", "large"), [("desk", False), ("phone", True)])
def test_the_pages_are_accessible(
    page: Page,
    live_server: LiveServer,
    watched: Watch,
    sign_in: Callable[[Role], None],
    large_type: Callable[[], None],
    town: Town,
    round_id: int,
    size: str,
    large: bool,
) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    sign_in(Role.STREET_CLERK)
    if large:
        large_type()
    census = f"/street/census/{round_id}/"
    ask = f"{census}people/{town.poor.public_id}/"
    rounds = (
        "/street/census/",
        "/street/census/new/",
        census,
        f"{census}people/",
        f"{census}paper/?area={COMMUNITY}",
        f"{census}table/",
        ask,
    )
    for path in (*rounds, "/street/roster/", "/street/roster/list/", "/city/roster/list/?state=left"):
        page.goto(live_server.url + path)
        assert (path, accessibility_problems(page)) == (path, [])
        assert (path, too_wide(page)) == (path, 0)
    watched.check()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_person_is_asked_at_the_door(
    browser: Browser,
    live_server: LiveServer,
    page: Page,
    sign_in: Callable[[Role], None],
    town: Town,
    round_id: int,
    scripts: bool,
) -> None:
    sign_in(Role.COMMUNITY_WORKER)
    context = browser.new_context(java_script_enabled=scripts, viewport={"width": 390, "height": 844}, locale="zh-CN")
    context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    door = context.new_page()
    door.goto(f"{live_server.url}/street/census/{round_id}/people/{town.poor.public_id}/")
    door.get_by_label("已问到").check()
    alone = door.get_by_role("group", name="独居")
    alone.get_by_label("不变").check()
    home = door.get_by_role("group", name="住房")
    home.get_by_label("填上").check()
    home.get_by_role("combobox").select_option("rent")
    door.get_by_role("button", name="记下，问下一位").click()
    expect(door.get_by_text("张建明：已问到，已记下。")).to_be_visible()
    assert CensusAnswer.objects.get(round_id=round_id).outcome == "answered"
    said = {name: value for record in Record.objects.filter(department="社区") for name, value in record.values.items()}
    assert said == {"lives_alone": True, "housing": "rent"}
    context.close()
