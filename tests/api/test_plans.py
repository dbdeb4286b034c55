"""Plan documents over the API: from upload to the draft pack, and everything that is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from songhe.contexts.plan_tracking.models import PlanDocument, ReadItem
from songhe.contexts.policy_library.models import PackDraft
from songhe.foundation.access import Right
from songhe.foundation.models import StoredFile
from tests.api.conftest import Caller, Town, caller
from tests.contexts.entitlements.conftest import CITY
from tests.contexts.plan_tracking.documents import BAD, RAW

Send = Callable[..., object]
MEBIBYTE = 1024 * 1024


@pytest.fixture
def planner(town: Town) -> Caller:
    return caller("规划系统", (Right.SEE_PACKS, Right.CHANGE_PACKS), CITY)


def send(who: Caller, name: str, content: bytes, **more: object):  # type: ignore[no-untyped-def]
    body = {"content": SimpleUploadedFile(name, content)} | more
    return who.client.post("/api/v1/plans", body, headers={"Authorization": f"Bearer {who.token}"})


def test_from_upload_to_the_draft_pack(planner: Caller, rules_caller: Caller) -> None:
    sent = send(planner, "方案.txt", RAW.encode(), stage="draft")
    assert sent.status_code == 201
    made = sent.json()
    assert (made["title"], made["stage"], made["status"]) == ("云岭市“十五五”养老服务发展规划", "draft", "read")
    assert made["items"]["target"] == {"read": 22}
    again = send(planner, "同一份.txt", RAW.encode())
    assert (again.status_code, again.json()["id"]) == (200, made["id"])
    plan = f"/plans/{made['id']}"
    assert [one["id"] for one in rules_caller.get("/plans").json()["items"]] == [made["id"]]
    page = rules_caller.get(f"{plan}/items", kind="target", limit=2).json()
    assert len(page["items"]) == 2
    rest = rules_caller.get(f"{plan}/items", kind="target", after=page["next"]).json()
    assert (len(rest["items"]), rest["next"]) == (20, None)
    nurses = next(one for one in rest["items"] + page["items"] if one["read"]["value"] == 90)
    said = {"decision": "correct", "corrected": {"value": 95, "responsible": ["市民政局"]}, "reason": "原件"}
    decided = planner.post(f"{plan}/items/{nurses['id']}/decide", said).json()
    assert (decided["state"], decided["changed"], decided["counts"]["value"]) == ("corrected", ["responsible", "value"], 95)
    assert planner.post(f"{plan}/confirm", {}).json()["code"] == "plan_undecided"
    assert planner.post(f"{plan}/accept", {}).json() == {"accepted": 39}
    assert planner.post(f"{plan}/confirm", {}).json()["status"] == "confirmed"
    draft = rules_caller.get(f"{plan}/export", source="yunling").json()
    assert (draft["targets"], draft["tasks"], draft["figures"], draft["undecided"]) == (22, 7, 11, 0)
    assert "value: 95" in draft["files"]["targets.yaml"]


def test_findings_and_two_versions(planner: Caller) -> None:
    first = send(planner, "稿.txt", RAW.encode(), stage="draft").json()["id"]
    second = send(planner, "印发.txt", RAW.replace("2400张", "2600张").encode(), version_of=first).json()["id"]
    found = planner.get(f"/plans/{second}/versions").json()
    assert [(c["field"], c["before"], c["after"]) for one in found["changed"] for c in one["changes"]] == [("value", 2400, 2600)]
    findings = planner.get(f"/plans/{first}/findings", severity="A").json()["findings"]
    assert [(f["code"], f["state"]) for f in findings] == [("undated", "open")]
    settled = planner.post(f"/plans/{first}/findings/{findings[0]['id']}/settle", {"note": "正式印发时补"}).json()
    assert settled["findings"][0]["note"] == "正式印发时补"
    assert planner.post(f"/plans/{first}/findings/{findings[0]['id']}/settle", {}).status_code == 422


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_plan_is_a_problem_and_leaves_nothing(planner: Caller, what: str) -> None:
    name, content, sentence = BAD[what]
    before = StoredFile.objects.count()
    answer = send(planner, name, content)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert answer.json()["code"] == "plan_document_refused"
    assert answer.json()["detail"].startswith(sentence)
    assert answer.json()["errors"] == [{"field": "content", "message": sentence}]
    assert (PlanDocument.objects.count(), StoredFile.objects.count()) == (0, before)


def test_two_hundred_megabytes_are_refused(planner: Caller) -> None:
    answer = send(planner, "大.pdf", b"%PDF" + b"0" * (200 * MEBIBYTE))
    assert (answer.status_code, answer.json()["code"]) == (422, "plan_document_refused")
    assert "文件有201兆，超过了40兆的上限" in answer.json()["detail"]
    assert not PlanDocument.objects.exists()


def test_rights_and_bad_requests(planner: Caller, rules_caller: Caller) -> None:
    plan = send(planner, "方案.txt", RAW.encode()).json()["id"]
    item = ReadItem.objects.filter(kind="target").first()
    assert item is not None
    assert send(rules_caller, "方案.txt", RAW.encode()).status_code == 403
    assert rules_caller.post(f"/plans/{plan}/items/{item.pk}/decide", {"decision": "accept"}).status_code == 403
    assert rules_caller.post(f"/plans/{plan}/confirm", {}).status_code == 403
    assert planner.get("/plans/999999").json()["code"] == "plan_document_not_found"
    assert planner.post(f"/plans/{plan}/items/999999/decide", {"decision": "accept"}).json()["code"] == "plan_item_not_found"
    wrong = planner.post(f"/plans/{plan}/items/{item.pk}/decide", {"decision": "correct", "corrected": {"value": "many"}}).json()
    assert wrong["errors"][0]["field"] == "value"
    for body in ({"decision": "maybe"}, {"decision": "accept", "more": 1}):
        assert planner.post(f"/plans/{plan}/items/{item.pk}/decide", body).status_code == 422
    assert planner.get(f"/plans/{plan}/items", kidn="target").status_code == 422
    assert planner.get(f"/plans/{plan}/export", source="BAD").status_code == 422
    assert planner.get(f"/plans/{plan}/versions").status_code == 404
    item.refresh_from_db()
    assert item.state == "read"


def test_a_confirmed_plan_goes_into_a_draft_of_the_pack(planner: Caller, rules_caller: Caller) -> None:
    plan = send(planner, "方案.txt", RAW.encode()).json()["id"]
    parts = planner.get(f"/plans/{plan}/parts").json()
    assert (parts[0]["number"], parts[0]["start"]) == (1, 0)
    read = [planner.get(f"/plans/{plan}/parts/{part['number']}").json() for part in parts]
    assert sum(len(part["items"]) for part in read) == sum(part["items"] for part in parts) > 0
    line = next(line for part in read for line in part["lines"] if line["words"].strip())
    assert line["words"].strip() in RAW
    assert planner.get(f"/plans/{plan}/parts/99").status_code == 404
    assert planner.get(f"/plans/{plan}/carried").json() == {"applied": [], "partly": [], "lost": []}
    target = next(
        item
        for item in planner.get(f"/plans/{plan}/items", kind="target", limit=500).json()["items"]
        if item["counts"]["unit"] == "%"
    )
    choices = planner.get(f"/plans/{plan}/items/{target['id']}/measures").json()
    assert {choice["unit"] for choice in choices} == {"%"}
    given = {"issuer": "云岭市人民政府", "number": "云政发〔2026〕1号", "issued": "2026-01-05"}
    assert planner.post(f"/plans/{plan}/propose", given).json()["code"] == "plan_not_confirmed"
    assert planner.post(f"/plans/{plan}/accept?kind=task", {}).json()["accepted"] > 0
    planner.post(f"/plans/{plan}/accept", {})
    planner.post(f"/plans/{plan}/confirm", {})
    assert rules_caller.post(f"/plans/{plan}/propose", given).status_code == 403
    assert PackDraft.objects.count() == 0
    made = planner.post(f"/plans/{plan}/propose", given)
    export = planner.get(f"/plans/{plan}/export").json()
    assert (made.status_code, made.json()["targets"], made.json()["figures"]) == (201, export["targets"], export["figures"])
    assert PackDraft.objects.get().id == made.json()["draft"]
    assert planner.get(f"/pack/drafts/{made.json()['draft']}").status_code == 200
