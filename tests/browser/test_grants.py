"""Grants in a real browser: from a proposal to a grant in force with its printed letter, and from an objection at home to the city's answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pdfplumber
import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.entitlements.words import GrantState
from songhe.foundation.access import SYSTEM, Role
from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide
from tests.web.city import SmallCity
from tests.web.granted import Granted, build_granted, line_of, notified


@pytest.fixture
def granted(city: SmallCity) -> Granted:
    return build_granted()


def letter_of(file: Path) -> str:
    with pdfplumber.open(file) as found:
        assert len(found.pages) == 1
        return (found.pages[0].extract_text() or "").replace("\n", "").replace(" ", "")


def test_from_a_proposal_to_a_grant_in_force(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], granted: Granted, tmp_path: Path
) -> None:
    sign_in(Role.STREET_CLERK)
    page.goto(f"{live_server.url}/street/")
    page.get_by_role("link", name="待遇", exact=True).click()
    tick = page.get_by_label("选中吴秀兰的高龄老年人生活津贴")
    tick.check()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="印选中的").click()
    waiting.value.save_as(tmp_path / "letters.pdf")
    letter = letter_of(tmp_path / "letters.pdf")
    for told in ("吴秀兰老人：", "您可以领取高龄老年人生活津贴", "已满80周岁", "什么都不用办", "查询码"):
        assert told in letter, told
    page.get_by_label("谁收的").fill("李国华，老伴")  # what was ticked is still ticked, and the form may be sent again
    page.get_by_role("button", name="选中的已送到").click()
    expect(page.get_by_text("已记下 1 份通知")).to_be_visible()
    page.get_by_role("link", name="等答复", exact=True).click()
    page.locator("main a", has_text="吴秀兰，高龄老年人生活津贴").click()
    expect(page.get_by_text("自动生效", exact=False).first).to_be_visible()
    page.get_by_role("button", name="老人同意，现在生效").click()
    expect(page.get_by_text("已记为同意，现在生效。")).to_be_visible()
    expect(page.locator("#steps")).to_contain_text("已告知，李国华，老伴收")
    assert accessibility_problems(page) == []
    assert line_of(granted.town.wife.id, "age_allowance").state is GrantState.ACTIVE
    watched.check()


def test_from_an_objection_at_home_to_the_answer_of_the_city(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], granted: Granted
) -> None:
    code = entitlements.issue_code(SYSTEM, grant_id=notified(granted.allowance).id).code
    page.goto(f"{live_server.url}/mine/")
    page.get_by_label("通知上的查询码").fill(code)
    page.get_by_label("老人身份证号的最后四位").fill("002X")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_role("heading", name="您的待遇")).to_be_visible()
    page.locator("main a", has_text="不同意，或者哪里写得不对：高龄老年人生活津贴").click()
    page.get_by_label("已满80周岁").check()
    page.get_by_label("应该是怎样的，或者为什么不同意").fill("我是1936年生的，今年九十了")
    page.get_by_label("您的姓名").fill("吴秀兰")
    assert accessibility_problems(page) == []
    page.get_by_role("button", name="交上去").click()
    expect(page.get_by_text("正在办理", exact=False)).to_be_visible()
    page.get_by_role("button", name="看完了，离开").click()
    expect(page.get_by_role("heading", name="查一查我的待遇")).to_be_visible()
    sign_in(Role.CITY_OFFICER)
    page.goto(f"{live_server.url}/city/grants/appeals/")
    page.get_by_role("link", name="吴秀兰").click()
    expect(page.locator("#words")).to_contain_text("我是1936年生的，今年九十了")
    expect(page.locator("#decided")).to_contain_text("公安")
    page.get_by_label("支持申诉，重新核算").check()
    page.get_by_label("理由（老人会看到）").fill("查过户口簿，确实是1936年")
    page.locator("summary", has_text="支持时：更正资料").click()
    page.locator("#value-birth_date").fill("1936-01-01")
    page.locator("#since-birth_date").fill("2026-01-01")
    assert accessibility_problems(page) == []
    page.get_by_role("button", name="定下来，答复老人").click()
    expect(page.get_by_text("已支持申诉，已经重新核算。", exact=False)).to_be_visible()
    line = line_of(granted.town.wife.id, "age_allowance")
    assert (line.state, line.amount > granted.allowance.amount) == (GrantState.ACTIVE, True)
    watched.check()


@pytest.mark.parametrize(("size", "large"), [("desk", False), ("phone", True)])
def test_the_pages_are_accessible_at_every_size(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], large_type: Callable[[], None],
    granted: Granted, size: str, large: bool,
) -> None:  # fmt: skip
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    if large:
        large_type()
    line = notified(granted.allowance)
    filed = entitlements.file_appeal(
        SYSTEM, person_id=granted.town.wife.id, benefit="age_allowance", by_name="吴秀兰", relation="本人", reason="金额不对"
    )
    code = entitlements.issue_code(SYSTEM, grant_id=line.id).code
    page.goto(f"{live_server.url}/mine/")
    assert (accessibility_problems(page), too_wide(page)) == ([], 0)
    page.locator("#code").fill(code)
    page.locator("#last4").fill("002X")
    page.get_by_role("button", name="查看").click()
    assert (accessibility_problems(page), too_wide(page)) == ([], 0)
    sign_in(Role.CITY_OFFICER)
    for path in (
        "/street/grants/", "/street/grants/waiting/", "/street/grants/active/", "/street/grants/stopped/", "/street/grants/applications/",
        "/street/grants/appeals/", "/street/grants/life-checks/", f"/street/grants/{line.public_id}/", "/city/grants/",
        f"/city/grants/appeals/{filed.public_id}/", f"/street/people/{granted.town.poor.public_id}/apply/service_subsidy/",
    ):  # fmt: skip
        page.goto(live_server.url + path)
        assert (path, accessibility_problems(page)) == (path, [])
        assert (path, too_wide(page)) == (path, 0)
    watched.check()


def test_without_javascript_everything_can_be_done(
    browser: Browser, page: Page, live_server: LiveServer, sign_in: Callable[[Role], None], granted: Granted
) -> None:
    sign_in(Role.STREET_CLERK)
    context = browser.new_context(java_script_enabled=False, locale="zh-CN", storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(f"{live_server.url}/street/grants/")
    plain.get_by_label("全选").check()
    plain.get_by_role("button", name="选中的已送到").click()
    plain.goto(f"{live_server.url}/street/grants/waiting/")
    plain.get_by_label("全选").check()
    plain.get_by_role("button", name="选中的老人同意").click()
    assert line_of(granted.town.wife.id, "age_allowance").state is GrantState.ACTIVE
    grant = line_of(granted.town.wife.id, "age_allowance")
    plain.goto(f"{live_server.url}/street/grants/{grant.public_id}/")
    plain.locator("summary", has_text="先暂停").click()
    plain.get_by_label("为什么暂停（老人会看到）").fill("家人说老人搬走了")
    plain.get_by_role("button", name="暂停", exact=True).click()
    assert line_of(granted.town.wife.id, "age_allowance").state is GrantState.SUSPENDED
    context.close()


def test_a_proposed_grant_is_answered_at_home_in_large_type(
    page: Page, live_server: LiveServer, watched: Watch, large_type: Callable[[], None], granted: Granted
) -> None:
    width, height = SIZES["phone"]
    page.set_viewport_size({"width": width, "height": height})
    large_type()
    code = entitlements.issue_code(SYSTEM, grant_id=granted.allowance.id).code
    page.goto(f"{live_server.url}/mine/")
    page.get_by_label("通知上的查询码").fill(code)
    page.get_by_label("老人身份证号的最后四位").fill("002X")
    page.get_by_role("button", name="查看").click()
    page.locator("main a", has_text="我来答复").first.click()
    expect(page.get_by_role("heading", name="高龄老年人生活津贴：您要不要？")).to_be_visible()
    assert (accessibility_problems(page), too_wide(page)) == ([], 0)
    page.get_by_label("您的姓名").fill("李国华")
    page.get_by_label("同意，请给我").check()
    page.get_by_role("button", name="就这样答复").click()
    expect(page.get_by_text("已记下您同意。", exact=False)).to_be_visible()
    expect(page.get_by_text("您正在领取", exact=False)).to_be_visible()
    assert line_of(granted.town.wife.id, "age_allowance").state is GrantState.ACTIVE
    watched.check()


def test_at_home_without_scripts(browser: Browser, live_server: LiveServer, granted: Granted) -> None:
    code = entitlements.issue_code(SYSTEM, grant_id=granted.allowance.id).code
    plain = browser.new_context(java_script_enabled=False, locale="zh-CN").new_page()
    plain.goto(f"{live_server.url}/mine/")
    plain.get_by_label("通知上的查询码").fill(code)
    plain.get_by_label("老人身份证号的最后四位").fill("002X")
    plain.get_by_role("button", name="查看").click()
    plain.locator("main a", has_text="我来答复").first.click()
    plain.get_by_label("不要", exact=True).check()
    plain.get_by_label("为什么不要，或者应该改成怎样").fill("想留给更需要的人")
    plain.get_by_label("您的姓名").fill("吴秀兰")
    plain.get_by_role("button", name="就这样答复").click()
    expect(plain.get_by_text("已记下您不要。", exact=False)).to_be_visible()
    assert line_of(granted.town.wife.id, "age_allowance").state is GrantState.REFUSED
