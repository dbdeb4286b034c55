"""The pages of registers in a real browser: accessible at every size and of no wider than the screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from songhe.contexts.registers import actions
from songhe.foundation.access import SYSTEM, Actor, Grant, Role
from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide
from tests.web.city import CITY, TOWN, SmallCity
from tests.web.town import Town, build_town


@pytest.fixture
def entries(city: SmallCity) -> tuple[Town, int, int]:
    """An entry about a person with a history, and a file that has a good row and a bad one."""
    town = build_town()
    entry = actions.add_entry(SYSTEM, register="left_behind", person_id=town.poor.id, values={"helper_phone": "13900001234"}).id
    actions.move_entry(
        SYSTEM, entry_id=entry, move="pair", values={"helper_name": "李志愿", "paired_since": "2026-01-01", "visit_every": "week"}
    )
    content = "设施编号,年度,设施名称,设施类别,正在运营,床位数,护理型床位\nA1,2025,甲养老院,养老机构,是,100,40\nA2,2025,乙养老院,养老机构,是,50,60\n"
    officer = Actor(1, "市级", "user", (Grant(Role.CITY_OFFICER, CITY),))
    file = actions.check_file(officer, register="facility_returns", name="年报.csv", content=content.encode()).file_id
    actions.accept_file(officer, file_id=file)
    actions.add_entry(
        SYSTEM, register="facility_returns", area_path=TOWN,
        values={"code": "B1", "year": 2025, "name": "丙养老院", "kind": "home", "operating": True, "beds": 20},
    )  # fmt: skip
    actions.refresh_candidates(SYSTEM)
    return town, entry, file


@pytest.mark.parametrize(("size", "large"), [("desk", False), ("phone", True)])
def test_the_pages_of_registers_are_accessible(
    page: Page,
    live_server: LiveServer,
    watched: Watch,
    sign_in: Callable[[Role], None],
    large_type: Callable[[], None],
    entries: tuple[Town, int, int],
    size: str,
    large: bool,
) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    town, entry, file = entries
    sign_in(Role.CITY_OFFICER)
    if large:
        large_type()
    for path in (
        "/city/registers/",
        "/city/registers/of/left_behind/",
        "/city/registers/of/facility_returns/",
        "/city/registers/of/facility_returns/new/",
        "/city/registers/of/left_behind/new/",
        f"/street/registers/of/left_behind/new/?person={town.wife.public_id}",
        "/city/registers/of/health_record/expected/?of=unknown",
        "/city/registers/of/facility_returns/files/",
        f"/city/registers/files/{file}/",
        f"/city/registers/entries/{entry}/",
        f"/city/registers/entries/{entry}/change/",
    ):
        page.goto(live_server.url + path)
        assert (path, accessibility_problems(page)) == (path, [])
        assert (path, too_wide(page)) == (path, 0)
    watched.check()
