"""数据上报: a sheet is asked for, found by its community, downloaded, handed in; nobody else sees it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from songhe.contexts.people import actions as people
from songhe.contexts.people.models import SheetRequest
from songhe.foundation.access import SYSTEM, Role
from songhe.foundation.models import WorkItem
from tests.contexts.people.workbooks import cells_of, sheet_of
from tests.web.city import COMMUNITY, SmallCity
from tests.web.town import Town, build_town

RoleClient = Callable[[Role], Client]


@pytest.fixture
def town(city: SmallCity) -> Town:
    return build_town()


def _asked(client: Client) -> SheetRequest:
    found = client.get(f"/street/reports/new/?lacking=needs_meals&area={COMMUNITY}")
    assert "3位老人缺这一项" in found.content.decode()
    sent = {"fields": ["needs_meals"], "reason": "安排助餐", "due_on": "2999-01-01"}
    assert client.post(f"/street/reports/new/?lacking=needs_meals&area={COMMUNITY}", sent).status_code == 302
    return SheetRequest.objects.get()


def test_a_sheet_from_asking_to_letting_in(client_for: RoleClient, town: Town) -> None:
    officer, worker = client_for(Role.CITY_OFFICER), client_for(Role.COMMUNITY_WORKER)
    assert "没有要填的表" in worker.get("/street/reports/").content.decode()
    request = _asked(officer)
    assert (request.area_path, len(request.person_ids)) == (COMMUNITY, 3)
    listed = worker.get("/street/reports/").content.decode()
    assert (
        "安排助餐" in listed
        and "等待填写" in listed
        and f"/street/reports/{request.id}/" in worker.get("/street/").content.decode()
    )
    lines = cells_of(worker.get(f"/street/reports/{request.id}/file/").content)["社区老年人走访登记表"]
    filled = sheet_of(lines[0], *([*line[:-1], "是"] for line in lines[1:]))
    address = f"/street/reports/{request.id}/return/"
    assert worker.post(address).status_code == 422
    assert worker.post(address, {"content": SimpleUploadedFile("填好.xlsx", filled)}).status_code == 302
    request.refresh_from_db()
    people.check_batch(SYSTEM, batch_id=request.batch_id or 0)
    assert "已检查，等待入库" in worker.get(f"/street/reports/{request.id}/").content.decode()
    people.accept_batch(SYSTEM, batch_id=request.batch_id or 0)
    assert "这张表已经收回" in worker.get(f"/street/reports/{request.id}/").content.decode()
    assert WorkItem.objects.filter(kind="sheet_request", closed_at=None).count() == 0
    town.poor.refresh_from_db()
    assert town.poor.facts["needs_meals"] is True


def test_who_may_not_see_or_ask(client_for: RoleClient, town: Town) -> None:
    request = _asked(client_for(Role.CITY_OFFICER))
    for role in (Role.PROVIDER_MANAGER, Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN):
        assert client_for(role).get(f"/street/reports/{request.id}/").status_code == 403
    worker = client_for(Role.COMMUNITY_WORKER)
    assert worker.get("/street/reports/new/").status_code == 403
    SheetRequest.objects.update(area_path="999999/")
    assert worker.get(f"/street/reports/{request.id}/").status_code == 404
    assert worker.get(f"/street/reports/{request.id}/file/").status_code == 404


def test_what_is_wrong_is_said_and_nothing_is_sent(client_for: RoleClient, town: Town) -> None:
    officer = client_for(Role.CITY_OFFICER)
    address = f"/street/reports/new/?lacking=needs_meals&area={COMMUNITY}"
    for sent, words in (
        ({"fields": ["needs_meals"], "reason": ""}, "请写明为什么要填这张表"),
        ({"fields": ["needs_meals"], "reason": "补", "due_on": "2020-01-01"}, "截止日期已经过了"),
        ({"fields": ["id_number"], "reason": "补"}, "请选择要填写的项目"),
    ):
        response = officer.post(address, sent)
        assert response.status_code == 422 and words in response.content.decode()
    assert SheetRequest.objects.count() == 0
