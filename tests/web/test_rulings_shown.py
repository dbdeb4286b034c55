"""What an appeal gives against the rules is named by its decision wherever the grant is shown; a draft that waits is in who may approve's list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.policy_library import actions as pack
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Grant, Role
from songhe.web.public.mine_shown import mine_of
from tests.contexts.policy_library.conftest import simulated
from tests.web.city import CITY, SmallCity
from tests.web.granted import Granted, build_granted, line_of

SignIn = Callable[[Role], Client]
FROM = dt.date(2026, 11, 1)


@pytest.fixture
def granted(city: SmallCity) -> Granted:
    return build_granted()


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return unescape(response.content.decode())


def ruling() -> str:
    """By which decision of today, and since when."""
    today = clock.today()
    return f"按{today.year}年{today.month}月{today.day}日的申诉决定给，从2026年11月1日起"


def test_the_ruling_stands_in_list_file_person_export_and_on_the_own_page(client_for: SignIn, granted: Granted) -> None:
    wife = granted.town.wife
    entitlements.confirm_grant(SYSTEM, grant_id=granted.allowance.id)
    filed = entitlements.file_appeal(
        SYSTEM, person_id=wife.id, benefit="age_allowance", by_name="吴秀兰", relation="本人", reason="应当多些"
    )
    judge = Actor(id=90, name="复核员", kind="user", grants=(Grant(Role.CITY_OFFICER, CITY),))
    override = entitlements.Override(FROM, 12_300)
    entitlements.decide_appeal(judge, appeal_id=filed.appeal_id, uphold=True, because="按旧标准", override=override)
    line = line_of(wife.id, "age_allowance")
    clerk = client_for(Role.STREET_CLERK)
    for address in ("/street/grants/active/", f"/street/grants/{line.public_id}/", f"/street/people/{wife.public_id}/"):
        page = read(clerk, address)
        assert ruling() in page, address
        assert "123.00 元/月" in page, address
    export = clerk.get("/street/grants/active/export/").content.decode("utf-8-sig")
    assert f"123.00 元/月,{line.from_on.isoformat()},{ruling()}" in export
    (mine,) = [each for each in mine_of(wife.id) if each.benefit == "age_allowance"]
    assert "123.00 元" in mine.say
    assert mine.reasons == (f"{ruling()}。", "按旧标准。")


def test_a_draft_that_waits_leads_from_the_list_to_its_page(client_for: SignIn, granted: Granted) -> None:
    maker = Actor(id=91, name="拟稿人", kind="user", grants=(Grant(Role.CITY_OFFICER, CITY),))
    draft = simulated(
        pack.draft_parameter(maker, name="allowance_80", value="120.00", valid_from=dt.date(2026, 11, 1), note="按文件")
    )
    page = read(client_for(Role.CITY_OFFICER), reverse("street:work") + "?kind=pack_approval")
    assert "等您批准，还差2位" in page
    assert f"/city/policy/drafts/{draft.id}/" in page
    assert "等您批准" not in read(client_for(Role.STREET_CLERK), reverse("street:work") + "?kind=pack_approval")
