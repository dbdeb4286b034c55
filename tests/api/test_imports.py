"""Imports over the API: created once a key, checked, read row by row, let in, taken back as a file; within scopes and areas."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from songhe.contexts.people.models import ImportBatch, Person
from songhe.foundation.access import Right
from tests.api.conftest import Caller, caller
from tests.contexts.entitlements.conftest import CITY, TOWN, Town
from tests.contexts.people.city import LI, ZHANG, table

SCOPES = (Right.IMPORT, Right.ACCEPT_IMPORT)


@pytest.fixture
def sender(town: Town) -> Caller:
    return caller("民政系统", SCOPES, CITY)


def send(sender: Caller, key: str, content: bytes, department: str = "人社"):  # type: ignore[no-untyped-def]
    return sender.client.post(
        "/api/v1/imports",
        {"department": department, "stated_on": "2026-06-30", "content": SimpleUploadedFile("f.csv", content)},
        headers={"Authorization": f"Bearer {sender.token}", "Idempotency-Key": key},
    )


ROWS = [{"身份证号": ZHANG, "姓名": "张桂兰", "退役": "是"}, {"身份证号": "123", "姓名": "=cmd"}]


def test_an_import_from_creation_to_report(sender: Caller) -> None:
    made = send(sender, "k1", table(ROWS))
    assert (made.status_code, made.json()["status"]) == (201, "uploaded")
    number = made.json()["id"]
    assert send(sender, "k1", table(ROWS)).json()["id"] == number and ImportBatch.objects.count() == 1
    other = send(sender, "k1", table([{"身份证号": LI, "姓名": "李建国"}]))
    assert (other.status_code, other.json()["code"]) == (409, "key_used_otherwise")
    people = Person.objects.count()
    checked = sender.post(f"/imports/{number}/check", {}).json()
    assert (checked["status"], checked["total"], checked["ignored_columns"]) == ("checked", 2, ["退役"])
    assert checked["counts"] == {"new": 0, "update": 0, "unchanged": 0, "conflict": 0, "rejected": 2}
    page = sender.get(f"/imports/{number}/rows", verdict="rejected", limit=1).json()
    assert [(row["row"], row["problems"][0]["code"]) for row in page["items"]] == [(2, "nobody_found")]
    following = sender.get(f"/imports/{number}/rows", verdict="rejected", limit=1, after=page["next"]).json()
    assert following["items"][0]["row"] == 3 and following["next"] is None
    assert sender.get(f"/imports/{number}/rows", verdict="nonsense").status_code == 422
    report = sender.get(f"/imports/{number}/report")
    assert "处理结果" in report.getvalue().decode("utf-8-sig")
    accepted = sender.post(f"/imports/{number}/accept", {})
    assert (accepted.status_code, accepted.json()["status"]) == (202, "accepted")
    assert sender.get(f"/imports/{number}").json()["accepted_at"] is not None
    assert Person.objects.count() == people


def test_a_file_may_be_said_to_be_a_whole_list(sender: Caller) -> None:
    number = send(sender, "w1", table([{"身份证号": ZHANG, "姓名": "张桂兰", "退役": "是"}])).json()["id"]
    assert sender.post(f"/imports/{number}/whole-list", {"list": "enterprise_retiree"}).json()["code"] == "batch_not_ready"
    sender.post(f"/imports/{number}/check", {})
    assert sender.post(f"/imports/{number}/whole-list", {"list": "assistance"}).status_code == 422
    said = sender.post(f"/imports/{number}/whole-list", {"list": "enterprise_retiree"})
    found = sender.get(f"/imports/{number}").json()
    assert (said.status_code, found["whole_list"], found["whole_list_absent"]) == (
        200,
        "enterprise_retiree",
        said.json()["absent"],
    )
    assert sender.post(f"/imports/{number}/whole-list", {"list": ""}).json() == {"absent": 0, "losing": 0, "unclear": 0}
    assert sender.get(f"/imports/{number}").json()["whole_list"] == ""


def test_unknown_headers_are_said_with_the_check(sender: Caller) -> None:
    number = send(sender, "k2", table([{"证件": ZHANG, "老人": "张桂兰", "备": "甲"}])).json()["id"]
    assert sender.post(f"/imports/{number}/check", {}).json()["status"] == "needs_columns"
    said = {"columns": {"证件": "id_number", "老人": "name", "备": ""}}
    assert sender.post(f"/imports/{number}/check", said).json()["status"] == "checked"
    assert sender.post(f"/imports/{number}/check", {"columns": {"证件": "nonsense"}}).status_code == 422


def test_what_is_refused(sender: Caller, town: Town, city_caller: Caller) -> None:
    assert send(sender, "k3", b"").status_code == 422
    assert send(sender, "k3", b"%PDF-1").json()["code"] == "unreadable_file"
    assert send(sender, "k3", table(ROWS), department="海关").json()["code"] == "unknown_department"
    assert send(sender, "", table(ROWS)).status_code == 422
    assert send(city_caller, "k3", table(ROWS)).status_code == 403
    assert ImportBatch.objects.count() == 0
    number = send(sender, "k3", table(ROWS)).json()["id"]
    only_import = caller("乡镇系统", (Right.IMPORT,), TOWN)
    assert only_import.get(f"/imports/{number}").status_code == 404
    assert only_import.post(f"/imports/{number}/accept", {}).status_code == 403
    assert sender.post(f"/imports/{number}/accept", {}).status_code == 409
    assert sender.get(f"/imports/{number}/rows", nonsense=1).status_code == 422
