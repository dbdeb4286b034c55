"""部门比对认证 in pages: the file is looked at row by row by the town and let in by the city."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.entitlements.models import LifeCheck, ReturnFile
from songhe.contexts.people.models import Person
from songhe.foundation.access import SYSTEM, Role
from tests.contexts.entitlements.test_returns import HEAD, numbered, written
from tests.web.city import SmallCity
from tests.web.granted import Granted, build_granted

SignIn = Callable[[Role], Client]
ADDRESS = "/street/grants/returns/life/"


@pytest.fixture
def granted(city: SmallCity) -> Granted:
    found = build_granted()
    entitlements.confirm_grant(SYSTEM, grant_id=found.allowance.id)
    return found


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_the_town_sends_it_and_the_city_lets_it_in(client_for: SignIn, granted: Granted) -> None:
    number = numbered(Person.objects.get(id=granted.town.wife.id), 2)
    content = written(HEAD, [(number, "吴秀兰", "健在", "2026-11-01", "接种疫苗", ""), (number[:-1], "", "健在", "", "", "")])
    clerk = client_for(Role.STREET_CLERK)
    assert "部门比对认证" in read(clerk, "/street/grants/life-checks/")
    assert "从哪里见到" in read(clerk, ADDRESS)
    assert "从哪里见到" in clerk.get(f"{ADDRESS}template/").content.decode("utf-8-sig")
    refused = clerk.post(ADDRESS, {"sender": "人社"})
    assert (refused.status_code, ReturnFile.objects.count()) == (422, 0)
    sent = clerk.post(ADDRESS, {"sender": "人社", "content": SimpleUploadedFile("人社比对.csv", content)})
    page = sent["Location"]
    shown = read(clerk, page)
    for told in ("等待确认", "记一次认证（接种疫苗）", "吴秀兰", "由市级工作人员看过以后确认记入"):
        assert told in shown
    assert clerk.post(f"{page}accept/").status_code == 403
    assert LifeCheck.objects.count() == 0
    officer = client_for(Role.CITY_OFFICER)
    assert "看过了，1 行记入" in read(officer, page)
    assert officer.post(f"{page}accept/")["Location"] == page
    assert LifeCheck.objects.get().way == "接种疫苗"
    assert "已记入 1 行" in read(officer, page)
    assert "人社比对.csv" in read(clerk, ADDRESS)
    result = clerk.get(f"{page}result/?format=csv").content.decode("utf-8-sig")
    assert "要记入" in result
    assert "不能记入" in result


def test_what_nobody_may_send_or_see(client_for: SignIn, granted: Granted) -> None:
    assert client_for(Role.COMMUNITY_WORKER).get(ADDRESS).status_code == 403
    clerk = client_for(Role.STREET_CLERK)
    assert clerk.get("/street/grants/returns/else/").status_code == 404
    assert clerk.get("/street/grants/return/1/").status_code == 404
    assert "本市没有按数量计发的待遇" in read(clerk, "/street/grants/returns/units/")
