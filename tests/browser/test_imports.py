"""Import pages and 数据上报 in a real browser: accessible at every size, columns explained and a sheet asked for without JavaScript's help."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.people import actions as people
from songhe.contexts.people.models import ImportBatch, ImportRow, SheetRequest
from songhe.foundation.access import SYSTEM, Role
from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide
from tests.contexts.people.city import DAY, LI, ZHANG, resident, table
from tests.web.city import COMMUNITY, SmallCity
from tests.web.town import build_town

SignIn = Callable[[Role], None]
PLACE = {"村(社区)代码": "640381100001"}
PICTURES = os.environ.get("SONGHE_PICTURES", "")


def _batch(city: SmallCity, rows: list[dict[str, str]]) -> int:
    officer = accounts.actor_of_user(city.users[Role.CITY_OFFICER])
    batch = people.upload_file(officer, department="police", name="常住人口登记表.csv", content=table(rows), stated_on=DAY)
    people.check_batch(SYSTEM, batch_id=batch)
    return batch


def _odd(city: SmallCity) -> int:
    return _batch(city, [{"证件": ZHANG, "老人": "张桂兰", "户籍": "H7", "备注": "一"} | PLACE])


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
    town = build_town()
    officer = accounts.actor_of_user(city.users[Role.CITY_OFFICER])
    checked = _batch(city, [resident(ZHANG, "张桂兰", "H7") | PLACE, resident("123", "李建国", "H7", 备注="一") | PLACE])
    sheet = people.request_sheet(officer, person_ids=[town.poor.id], fields=["needs_meals"], reason="安排助餐")[0].request_id
    row = ImportRow.objects.get(batch_id=checked, verdict="rejected").id
    addresses = {
        "columns": f"/ops/imports/{_odd(city)}/columns/", "batch": f"/ops/imports/{checked}/", "row": f"/ops/imports/{checked}/rows/{row}/",
        "new": "/ops/imports/new/", "reports": "/street/reports/", "report": f"/street/reports/{sheet}/",
        "report_new": f"/street/reports/new/?lacking=needs_meals&area={COMMUNITY}",
    }  # fmt: skip
    sign_in(Role.CITY_OFFICER)
    for name, address in addresses.items():
        page.goto(live_server.url + address)
        if PICTURES:
            page.screenshot(path=str(Path(PICTURES) / f"{name}-{size}{'-large' if large else ''}.png"), full_page=size == "phone")
        assert (address, accessibility_problems(page), too_wide(page)) == (address, [], 0)
    watched.check()


def test_columns_are_explained_with_the_keyboard(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: SignIn, city: SmallCity
) -> None:
    batch = _odd(city)
    sign_in(Role.CITY_OFFICER)
    page.goto(f"{live_server.url}/ops/imports/{batch}/")
    page.get_by_role("link", name="指定列的意思").press("Enter")
    page.get_by_label("老人是什么意思").select_option("name")
    page.get_by_label("户籍是什么意思").select_option("household_no")
    expect(page.get_by_label("证件是什么意思")).to_have_value("id_number")
    page.get_by_role("button", name="就这样读，重新检查").press("Enter")
    expect(page.get_by_text("已记下，马上按新的意思检查")).to_be_visible()
    people.check_batch(SYSTEM, batch_id=batch)
    assert ImportBatch.objects.get(pk=batch).counts["new"] == 1
    assert LI not in page.content() and SheetRequest.objects.count() == 0
