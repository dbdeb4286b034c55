"""Registers over the API: declaration, entries, moves, refusals, and who sees what."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from songhe.contexts.people.models import Person
from songhe.contexts.registers.models import Entry
from songhe.foundation.access import Right
from tests.api.conftest import Caller, Town, caller
from tests.contexts.entitlements.conftest import CITY, TOWN

SCOPES = (Right.SEE_PEOPLE, Right.SEE_REGISTERS, Right.KEEP_REGISTERS)


@pytest.fixture
def keeper(town: Town) -> Caller:
    return caller("台账系统", SCOPES, CITY)


def _patch(who: Caller, path: str, body: object):  # type: ignore[no-untyped-def]
    return who.client.patch(
        f"/api/v1{path}", body, content_type="application/json", headers={"Authorization": f"Bearer {who.token}"}
    )


def _person(number: int) -> str:
    return str(Person.objects.get(id=number).public_id)


def test_an_entry_from_beginning_to_end(keeper: Caller, town: Town) -> None:
    listed = {each["id"]: each for each in keeper.get("/registers").json()}
    assert listed["left_behind"]["open"] == 0
    declared = keeper.get("/registers/left_behind").json()
    assert [state["code"] for state in declared["states"]] == ["unpaired", "paired", "left"]
    assert {field["id"] for field in declared["fields"] if field["sensitive"]} == {"children_phone", "helper_phone"}
    body = {"person": _person(town.poor), "values": {"visit_every": "month", "helper_phone": "13900001234"}}
    made = keeper.post("/registers/left_behind/entries", body)
    assert made.status_code == 201
    entry = made.json()
    assert (entry["state"], entry["values"], entry["name"]) == ("unpaired", {"visit_every": "month"}, "张建明")
    again = keeper.post("/registers/left_behind/entries", body)
    assert (again.status_code, again.json()["code"]) == (409, "already_entered")
    path = f"/register-entries/{entry['id']}"
    lacking = keeper.post(f"{path}/moves", {"move": "pair"})
    assert (lacking.status_code, lacking.json()["code"]) == (422, "value_refused")
    moved = keeper.post(f"{path}/moves", {"move": "pair", "values": {"helper_name": "李志愿", "paired_since": "2026-11-01"}})
    assert moved.json()["state"] == "paired"
    changed = _patch(keeper, path, {"values": {"last_visit": "2026-11-20", "visit_every": None}, "reason": "上门"})
    assert changed.json()["values"] == {"helper_name": "李志愿", "paired_since": "2026-11-01", "last_visit": "2026-11-20"}
    over = keeper.post(f"{path}/moves", {"move": "leave", "reason": "子女回来了", "on": "2026-11-21"}).json()
    assert (over["state"], over["closed_on"]) == ("left", "2026-11-21")
    assert keeper.post(f"{path}/moves", {"move": "leave", "reason": "再退"}).json()["code"] == "move_not_allowed"
    assert [change["deed"] for change in keeper.get(f"{path}/history").json()] == ["moved", "changed", "moved", "added"]
    assert "13900001234" not in keeper.get(f"{path}/history").content.decode()
    assert keeper.get("/registers/left_behind/entries").json()["items"] == []
    assert [each["id"] for each in keeper.get("/registers/left_behind/entries", over=True).json()["items"]] == [entry["id"]]


def test_refusals_name_what_is_wrong_and_write_nothing(keeper: Caller, town: Town) -> None:
    person = _person(town.wife)
    for body, status, code in (
        ({"person": person, "values": {"visit_every": "daily"}}, 422, "value_refused"),
        ({"person": person, "values": {"nothing": 1}}, 422, "value_refused"),
        ({"person": str(uuid.uuid4()), "values": {}}, 404, "person_not_found"),
        ({"values": {}}, 422, "invalid_input"),
        ({"person": person, "values": {}, "colour": "red"}, 422, "invalid_input"),
    ):
        refused = keeper.post("/registers/left_behind/entries", body)
        assert refused.status_code == status
        assert refused.json()["code"] == code
    assert keeper.get("/registers/nothing").status_code == 404
    assert keeper.get(f"/register-entries/{uuid.uuid4()}").status_code == 404
    assert keeper.get("/registers/left_behind/entries", colour="red").status_code == 422
    assert Entry.objects.count() == 0


def test_scopes_and_areas_hold(keeper: Caller, city_caller: Caller, town: Town) -> None:
    made = keeper.post("/registers/left_behind/entries", {"person": _person(town.stranger), "values": {}}).json()
    assert city_caller.get("/registers").status_code == 403  # has not the scope
    reader = caller("只读", (Right.SEE_PEOPLE, Right.SEE_REGISTERS), TOWN)
    assert reader.get("/registers/left_behind/entries").json()["items"] == []
    assert reader.get(f"/register-entries/{made['id']}").status_code == 404
    assert reader.post("/registers/left_behind/entries", {"person": _person(town.wife), "values": {}}).status_code == 403
    blind = caller("不看人", (Right.SEE_REGISTERS, Right.KEEP_REGISTERS), CITY)
    assert "left_behind" not in {each["id"] for each in blind.get("/registers").json()}
    assert blind.get(f"/register-entries/{made['id']}").status_code == 404
    assert blind.get("/registers/left_behind/entries").status_code == 404
    number = {
        "code": "resident_population",
        "period": "2025",
        "name": "常住人口",
        "department": "统计局",
        "value": "24.1",
        "source": "公报",
    }
    added = blind.post("/registers/department_returns/entries", {"area_path": CITY, "values": {**number, "unit": "万人"}})
    assert added.json()["values"]["value"] == "24.1"
    assert Entry.objects.count() == 2


def test_a_file_is_judged_and_let_in_once(keeper: Caller, town: Town) -> None:
    text = "姓名,身份证号,多久看望一次\n张建明,1,每月\n"

    def sent(content: str, register: str = "left_behind"):  # type: ignore[no-untyped-def]
        upload = SimpleUploadedFile("台账.csv", content.encode("utf-8-sig"))
        return keeper.client.post(
            f"/api/v1/registers/{register}/files", {"content": upload}, headers={"Authorization": f"Bearer {keeper.token}"}
        )

    assert sent("甲,乙\n1,2\n").status_code == 422
    assert sent(text, "nothing").status_code == 404
    judged = sent(text)
    assert (judged.status_code, judged.json()["counts"]["rejected"], judged.json()["status"]) == (201, 1, "checked")
    path = f"/register-files/{judged.json()['id']}"
    (row,) = keeper.get(f"{path}/rows", verdict="rejected").json()["items"]
    assert (row["row"], bool(row["problems"])) == (2, True)
    assert [keeper.post(f"{path}/accept", None).json()["status"] for _ in range(2)] == ["accepted", "accepted"]
    assert Entry.objects.count() == 0
    assert keeper.get("/registers/left_behind/candidates").json()["items"] == []
    assert keeper.post("/registers/left_behind/candidates", {"people": []}).status_code == 422
