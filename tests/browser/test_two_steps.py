"""The pages of signing in in two steps in a real browser: accessible at every size, in our words, and the whole way through."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from songhe.foundation.access import Role
from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide
from tests.two_steps import code_of
from tests.web.city import PASSWORD, SmallCity

LATIN = re.compile(r"[A-Za-z]{3,}")


def _look(page: Page, large_type: Callable[[], None]) -> None:
    """The page as it stands: no barrier, nothing cut, no English, on a desk and on a phone; then large type once for all that follow."""
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        assert accessibility_problems(page) == []
        assert too_wide(page) == 0
    said = [word for word in LATIN.findall(page.locator("main").inner_text()) if not word.isupper()]
    assert said == []
    large_type()


def _sign_in(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("账号").fill("street_clerk")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def test_from_the_first_step_to_the_second_and_back(
    page: Page, live_server: LiveServer, watched: Watch, city: SmallCity, large_type: Callable[[], None]
) -> None:
    assert Role.STREET_CLERK in city.users
    _sign_in(page, live_server)
    expect(page).to_have_url(f"{live_server.url}/desks/")
    page.goto(f"{live_server.url}/accounts/2fa/")
    _look(page, large_type)
    page.get_by_role("link", name="现在开启").click()
    expect(page.get_by_text("请再确认一次是您本人")).to_be_visible()
    _look(page, large_type)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="确认").click()
    expect(page.get_by_role("heading", name="开启两步登录")).to_be_visible()
    _look(page, large_type)
    secret = page.locator("#totp-secret").inner_text()
    page.get_by_label("填验证器现在显示的6位数字").fill(code_of(secret))
    page.get_by_role("button", name="开启", exact=True).click()
    expect(page.get_by_role("heading", name="备用码")).to_be_visible()
    _look(page, large_type)
    codes = page.locator(".code-list li").all_inner_texts()
    for address, heading in (
        ("password/change/", "改密码"),
        ("2fa/recovery-codes/generate/", "要换一批备用码吗"),
        ("2fa/", "登录安全"),
    ):
        page.goto(f"{live_server.url}/accounts/{address}")
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        _look(page, large_type)
    page.context.clear_cookies()
    _sign_in(page, live_server)
    expect(page.get_by_text("第二步：输入验证码")).to_be_visible()
    _look(page, large_type)
    page.get_by_label("验证码").fill("12345678")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_text("这个数字不对")).to_be_visible()
    page.get_by_label("验证码").fill(codes[0])
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page).to_have_url(f"{live_server.url}/desks/")
    page.goto(f"{live_server.url}/accounts/2fa/totp/deactivate/")
    page.get_by_role("link", name="改用验证码确认").click()
    expect(page.get_by_label("验证码")).to_be_visible()
    _look(page, large_type)
    page.get_by_label("验证码").fill(codes[1])
    page.get_by_role("button", name="确认").click()
    expect(page.get_by_role("heading", name="要停用两步登录吗")).to_be_visible()
    _look(page, large_type)
    page.get_by_role("button", name="停用").click()
    expect(page.get_by_text("两步登录停用了")).to_be_visible()
    watched.check()
