"""Pairs that may be one person, in a real browser: accessible at every size, decided by keyboard, and the next one takes the focus."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from songhe.contexts.people import actions
from songhe.contexts.people.models import LinkCandidate, Person
from songhe.foundation.access import SYSTEM, Role
from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide
from tests.contexts.people.city import id_number
from tests.web.city import SmallCity
from tests.web.test_links import brought_in


@pytest.fixture
def pairs(city: SmallCity) -> list[LinkCandidate]:
    """Two rows of 残联, each of which may be somebody in 永丰村."""
    for order, name in ((2, "张桂兰"), (6, "李秀英")):
        known = {
            "公民身份号码": id_number("19450301", order),
            "姓名": name,
            "户号": f"H{order}7",
            "村(社区)代码": "640381100001",
            "人员状态": "正常",
        }
        brought_in("公安", known)
        brought_in("残联", {"身份证号": id_number("19450301", order + 2), "姓名": name, "村(社区)": "永丰村", "残疾等级": "二级"})
    return list(LinkCandidate.objects.order_by("id"))


@pytest.mark.parametrize(("size", "large"), [("desk", False), ("phone", True)])
def test_list_pair_and_person_are_accessible(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], large_type: Callable[[], None],
    pairs: list[LinkCandidate], size: str, large: bool,
) -> None:  # fmt: skip
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    actions.decide_candidate(SYSTEM, candidate_id=pairs[0].id, same=True, reason="换过身份证，已核对")
    sign_in(Role.STREET_CLERK)
    if large:
        large_type()
    head = Person.objects.get(id=pairs[0].other_id)
    for path in ("/street/links/", f"/street/links/{pairs[1].id}/", f"/street/people/{head.public_id}/"):
        page.goto(live_server.url + path)
        assert (path, accessibility_problems(page)) == (path, [])
        assert (path, too_wide(page)) == (path, 0)
    watched.check()


def test_a_pair_is_decided_by_keyboard_and_the_next_takes_the_focus(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], pairs: list[LinkCandidate]
) -> None:
    sign_in(Role.STREET_CLERK)
    page.goto(live_server.url + "/street/links/")
    rows = page.locator(".work-list > li")
    expect(rows).to_have_count(2)
    rows.first.locator(".title a").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("怎么知道的？会留下记录")).to_be_focused()
    assert accessibility_problems(page) == []
    page.keyboard.type("换过身份证，已核对")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(page.locator("#work-news")).to_contain_text("已认定为同一个人")
    expect(rows.first.locator(".title a")).to_be_focused()
    watched.check()
    assert LinkCandidate.objects.filter(outcome="linked").count() == 1
