"""The operations desk and the desks of rules in a real browser: accessible at every size, an import from upload to acceptance."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.people import actions as people
from songhe.contexts.people import queries as people_queries
from songhe.foundation.access import SYSTEM, Role
from songhe.foundation.models import OutboxEvent
from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide
from tests.contexts.people.city import DAY, ZHANG, resident, table
from tests.web.city import SmallCity

SignIn = Callable[[Role], None]
PLACE = {"村(社区)代码": "640381100001"}
PAGES = (
    (Role.CITY_OFFICER, "/ops/imports/"),
    (Role.CITY_OFFICER, "/ops/imports/new/"),
    (Role.CITY_OFFICER, "/ops/imports/{batch}/"),
    (Role.CITY_OFFICER, "/ops/imports/{batch}/accept/"),
    (Role.SECURITY_ADMIN, "/ops/users/"),
    (Role.SECURITY_ADMIN, "/ops/users/new/"),
    (Role.SECURITY_ADMIN, "/ops/users/{clerk}/"),
    (Role.SECURITY_ADMIN, "/ops/consumers/"),
    (Role.SECURITY_ADMIN, "/ops/consumers/new/"),
    (Role.SYSTEM_ADMIN, "/ops/jobs/"),
    (Role.AUDIT_ADMIN, "/ops/audit/"),
    (Role.PROVIDER_MANAGER, "/provider/"),
    (Role.ASSESSOR, "/assess/"),
    (Role.INSPECTOR, "/inspect/"),
)


def _file() -> bytes:
    return table([resident(ZHANG, "张桂兰", "H7") | PLACE, resident("123", "李建国", "H7") | PLACE])


def _batch(city: SmallCity) -> int:
    officer = accounts.actor_of_user(city.users[Role.CITY_OFFICER])
    batch = people.upload_file(officer, department="police", name="常住人口登记表.csv", content=_file(), stated_on=DAY)
    people.check_batch(SYSTEM, batch_id=batch)
    return batch


@pytest.mark.parametrize(("size", "large"), [("desk", False), ("phone", False), ("desk", True)])
def test_every_page_is_accessible(
    page: Page,
    live_server: LiveServer,
    watched: Watch,
    sign_in: SignIn,
    large_type: Callable[[], None],
    city: SmallCity,
    size: str,
    large: bool,
) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    if large:
        large_type()
    found = {"batch": _batch(city), "clerk": city.users[Role.STREET_CLERK]}
    for role, address in PAGES:
        sign_in(role)
        page.goto(live_server.url + address.format(**found))
        assert (address, accessibility_problems(page), too_wide(page)) == (address, [], 0)
    watched.check()


def test_a_file_from_upload_to_acceptance(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: SignIn, city: SmallCity
) -> None:
    sign_in(Role.CITY_OFFICER)
    page.goto(live_server.url + "/ops/imports/")
    page.get_by_role("link", name="上传文件").first.click()
    page.get_by_label("数据统计到哪一天").fill("2026-06-30")
    page.get_by_label("文件", exact=True).set_input_files({"name": "公安.csv", "mimeType": "text/csv", "buffer": _file()})
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("几秒钟后开始检查")).to_be_visible()
    batch = people_queries.list_batches(SYSTEM).items[0].id
    people.check_batch(SYSTEM, batch_id=batch)  # the worker's part
    expect(page.get_by_role("link", name="不能入库 1行")).to_be_visible()  # the page has asked again by itself
    page.get_by_role("link", name="不能入库 1行").click()
    expect(page.locator(".verdicts tbody tr")).to_have_count(1)
    page.get_by_text("看这一行").click()
    expect(page.get_by_text("李建国")).to_be_visible()
    page.get_by_role("link", name="去确认入库").click()
    page.get_by_role("button", name="看过了，确认入库").click()
    expect(page.get_by_text("已确认，正在入库。")).to_be_visible()
    assert OutboxEvent.objects.filter(name="people.accept_requested").count() == 1
    people.accept_batch(accounts.actor_of_user(city.users[Role.CITY_OFFICER]), batch_id=batch)  # the worker's part
    expect(page.get_by_text("确认入库", exact=False).first).to_be_visible()
    expect(page.locator(".chip", has_text="已入库")).to_be_visible()
    watched.check()


def test_an_import_goes_on_without_scripts(live_server: LiveServer, page: Page, sign_in: SignIn, city: SmallCity) -> None:
    officer = accounts.actor_of_user(city.users[Role.CITY_OFFICER])
    batch = people.upload_file(officer, department="police", name="公安.csv", content=_file(), stated_on=DAY)
    sign_in(Role.CITY_OFFICER)
    browser = page.context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    bare = plain.new_page()
    bare.goto(f"{live_server.url}/ops/imports/{batch}/")
    expect(bare.get_by_text("几秒钟后开始检查")).to_be_visible()
    people.check_batch(SYSTEM, batch_id=batch)
    expect(bare.get_by_role("link", name="去确认入库")).to_be_visible(timeout=15_000)
    plain.close()


def test_a_role_is_given_and_taken_back_by_hand(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: SignIn, city: SmallCity
) -> None:
    sign_in(Role.SECURITY_ADMIN)
    page.goto(f"{live_server.url}/ops/users/{city.users[Role.INSPECTOR]}/")
    page.get_by_label("角色", exact=True).select_option(label="评估员")
    page.get_by_label("管哪里").select_option(label="　小坝镇")
    page.get_by_label("村（社区），只管一个村（社区）时才填").fill("永丰村")
    page.get_by_role("button", name="授予").click()
    expect(page.get_by_text("已授予“评估员”。")).to_be_visible()
    row = page.get_by_role("row", name="评估员 永丰村")
    row.get_by_text("收回").first.click()
    row.get_by_label("为什么收回").fill("期满")
    assert accessibility_problems(page) == []
    row.get_by_role("button", name="收回").click()
    expect(page.get_by_text("已收回“评估员”")).to_be_visible()
    watched.check()
