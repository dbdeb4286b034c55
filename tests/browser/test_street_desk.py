"""The street desk in a real browser: accessible at every size, and a fact entered in its row by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from songhe.foundation.access import Role
from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide
from tests.web.city import SmallCity
from tests.web.town import Town, build_town


@pytest.fixture
def town(city: SmallCity) -> Town:
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
    sign_in(Role.STREET_CLERK)
    if large:
        large_type()
    person = f"/street/people/{town.wife.public_id}/"
    for path in ("/street/", "/street/people/", person, f"{person}runs/{town.run}/", f"{person}facts/assistance/"):
        page.goto(live_server.url + path)
        assert (path, accessibility_problems(page)) == (path, [])
        assert (path, too_wide(page)) == (path, 0)
    watched.check()


def test_a_missing_fact_is_entered_by_keyboard_and_the_next_row_takes_the_focus(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], town: Town
) -> None:
    sign_in(Role.STREET_CLERK)
    page.goto(live_server.url + "/street/?kind=missing_fact")
    rows = page.locator(".work-list > li")
    before = rows.count()
    asked = rows.filter(has_text="张建明：补“能力等级”")
    place = [row.get_attribute("id") for row in rows.all()].index(asked.get_attribute("id"))
    asked.locator(".title a").focus()
    page.keyboard.press("Enter")
    field = page.get_by_label("能力等级（级(0完好—4完全丧失)）")
    expect(field).to_be_focused()
    assert accessibility_problems(page) == []
    page.keyboard.type("3")
    page.keyboard.press("Tab")
    page.keyboard.type("看过评估报告")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(before - 1)
    expect(page.locator("#work-news")).to_contain_text("张建明：“能力等级”已记为3级")
    expect(rows.nth(min(place, before - 2)).locator(".title a")).to_be_focused()
    watched.check()


def test_a_decision_opens_to_its_conditions(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], town: Town
) -> None:
    sign_in(Role.STREET_CLERK)
    page.goto(f"{live_server.url}/street/people/{town.wife.public_id}/")
    page.locator("summary", has_text="高龄老年人生活津贴").click()
    decision = page.locator("#decision-age_allowance")
    expect(decision).to_contain_text("已满80周岁")
    expect(decision).to_contain_text("公安")
    expect(decision).to_contain_text("觉得不对怎么办")
    assert accessibility_problems(page) == []
    watched.check()
