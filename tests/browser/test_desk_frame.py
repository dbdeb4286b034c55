"""The desk frame with every part on it: accessible at every size, charts and map drawn under the page policy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from songhe.foundation.access import Role
from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide


@pytest.mark.parametrize(("size", "large"), [("desk", False), ("phone", False), ("desk", True), ("phone", True)])
def test_every_part_is_accessible(
    page: Page,
    live_server: LiveServer,
    watched: Watch,
    sign_in: Callable[[Role], None],
    large_type: Callable[[], None],
    size: str,
    large: bool,
) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    sign_in(Role.SYSTEM_ADMIN)
    if large:
        large_type()
    page.goto(live_server.url + "/ops/design/")
    expect(page.locator(".chart svg")).to_be_visible()
    expect(page.locator(".map canvas")).to_be_visible()
    assert accessibility_problems(page) == []
    assert too_wide(page) == 0
    watched.check()


def test_up_and_down_move_along_a_work_list(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None]
) -> None:
    sign_in(Role.SYSTEM_ADMIN)
    page.goto(live_server.url + "/ops/design/")
    rows = page.locator(".work-list .title a")
    rows.first.focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(rows.first).to_be_focused()


def test_a_map_and_its_list_follow_each_other(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None]
) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    sign_in(Role.SYSTEM_ADMIN)
    page.goto(live_server.url + "/ops/design/")
    row = page.locator('[data-area="sample0"]')
    row.scroll_into_view_if_needed()
    row.hover()
    expect(row).to_have_class("table-active")
    watched.check()


def test_signing_in_and_out_by_hand(page: Page, live_server: LiveServer, watched: Watch) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(live_server.url + "/ops/design/")
    page.get_by_label("账号").fill("system_admin")
    page.get_by_label("密码").fill("Songhe-cedar-2026")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="页面样式")).to_be_visible()
    page.locator("details.menu > summary").click()
    expect(page.get_by_text("系统管理员")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("details.menu")).not_to_have_attribute("open", "")
    page.locator("details.menu > summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url(live_server.url + "/")
    page.goto(live_server.url + "/ops/design/")
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    watched.check()


def test_a_reason_is_asked_before_a_sensitive_field_is_shown(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None]
) -> None:
    sign_in(Role.SYSTEM_ADMIN)
    page.goto(live_server.url + "/ops/design/")
    expect(page.get_by_label("为什么要看身份证号")).not_to_be_visible()
    page.get_by_text("查看全部身份证号").click()
    expect(page.get_by_label("为什么要看身份证号")).to_be_visible()
    assert accessibility_problems(page) == []
