"""Files about many people over the API: checked, read row by row, let in once."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from songhe.contexts.entitlements import actions
from songhe.contexts.entitlements.models import Grant, LifeCheck
from songhe.contexts.people.models import Person
from songhe.foundation.access import SYSTEM, Right
from tests.api.conftest import Caller, Town, caller
from tests.contexts.entitlements.conftest import CITY, TOWN
from tests.contexts.entitlements.test_returns import HEAD, numbered, written

RIGHTS = (Right.SEE_PEOPLE, Right.SEE_GRANTS, Right.HANDLE_GRANTS, Right.IMPORT, Right.CORRECT_FACTS)


def send(by: Caller, content: bytes, **about: str):  # type: ignore[no-untyped-def]
    body = {"kind": "life", "sender": "人社", **about, "content": SimpleUploadedFile("f.csv", content)}
    return by.client.post("/api/v1/grant-returns", body, headers={"Authorization": f"Bearer {by.token}"})


def test_a_comparison_is_checked_and_let_in_once(town: Town) -> None:
    actions.follow_run(SYSTEM, run_id=actions.determine_city(SYSTEM, cause="试验"))
    for grant in Grant.objects.filter(state="proposed"):
        actions.confirm_grant(SYSTEM, grant_id=grant.id)
    wife, stranger = (Person.objects.get(id=number) for number in (town.wife, town.stranger))
    rows = [
        (numbered(wife, 1), "", "健在", "2026-11-01", "医院就诊", ""),
        (numbered(stranger, 2), "", "健在", "2026-11-02", "公交卡", ""),
    ]
    street, city = caller("甲镇", RIGHTS, TOWN), caller("市级", (*RIGHTS, Right.ACCEPT_IMPORT), CITY)
    assert send(caller("读者", (Right.SEE_GRANTS,), CITY), b"x").status_code == 403
    assert send(street, written(HEAD, rows), sender="没有的").status_code == 422
    done = send(street, written(HEAD, rows))
    assert (done.status_code, done.json()["counts"]) == (
        201, {"new": 1, "update": 0, "unchanged": 0, "conflict": 0, "rejected": 1},
    )  # fmt: skip
    path = f"/grant-returns/{done.json()['id']}"
    first, second = street.get(f"{path}/rows").json()["items"]
    assert (first["verdict"], first["note"]) == ("new", "记一次认证（医院就诊）")
    assert second["problems"][0]["reason"] == "没有登记这个人，或者不在您负责的区域。"
    assert street.get(f"{path}/rows", verdict="new").json()["items"] == [first]
    assert street.post(f"{path}/accept", None).status_code == 403
    assert LifeCheck.objects.count() == 0
    assert city.post(f"{path}/accept", None).json()["status"] == "accepted"
    assert city.post(f"{path}/accept", None).status_code == 409
    assert list(LifeCheck.objects.values_list("person_id", "source", "way")) == [(town.wife, "人社", "医院就诊")]
    assert city.get(path).json()["status"] == "accepted"
    assert city.get("/grant-returns/999").status_code == 404
