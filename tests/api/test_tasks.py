"""The ledger over the API: scopes, the unit's reach, a step and its moves, a report, a file."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from songhe.contexts.accounts.models import Consumer
from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking.models import Evidence, ProgressReport, TaskStep
from songhe.foundation.access import SYSTEM, Right
from tests.api.conftest import Caller, caller
from tests.contexts.entitlements.conftest import CITY, Town

CARE = "/plan/tasks/K000-13"
BOTH = (Right.SEE_FIGURES, Right.DO_WORK)


def seated(name: str, unit: str) -> Caller:
    made = caller(name, BOTH, CITY)
    actions.seat_unit(SYSTEM, kind="consumer", actor_id=-Consumer.objects.get(name=name).pk, unit=unit)
    return made


def test_a_consumer_sees_all_or_its_units_tasks(city_caller: Caller, town_caller: Caller, rules_caller: Caller) -> None:
    whole = city_caller.get("/plan/tasks").json()
    assert (whole["total"], whole["unit"], len(whole["tasks"])) == (50, "", 50)
    assert sum(whole["counts"].values()) == 50
    assert town_caller.get("/plan/tasks").json()["total"] == 0
    assert town_caller.get(CARE).json()["code"] == "plan_task_not_found"
    assert rules_caller.get("/plan/tasks").status_code == 403
    found = seated("卫健系统", "卫生健康局").get("/plan/tasks").json()
    assert found["unit"] == "卫生健康局"
    assert all("卫生健康局" in one["responsible"] + one["participating"] for one in found["tasks"])
    assert {one["id"] for one in city_caller.get("/plan/tasks", unit="老干部局").json()["tasks"]} == {
        "K000-24",
        "K000-25",
        "K000-26",
    }


def test_steps_and_reports(town: Town) -> None:
    civil, health = seated("民政系统", "民政局"), seated("卫健系统", "卫生健康局")
    step = {"title": "签约", "unit": "卫生健康局", "due_on": "2030-06-30"}
    assert health.post(f"{CARE}/steps", step).json()["code"] == "plan_not_your_task"
    made = civil.post(f"{CARE}/steps", step)
    assert (made.status_code, made.json()["state"]) == (201, "not_begun")
    number = made.json()["id"]
    assert civil.post(f"{CARE}/steps", {**step, "due_on": "soon"}).status_code == 422
    assert civil.post(f"{CARE}/steps", {**step, "more": 1}).status_code == 422
    assert health.post(f"/plan/tasks/steps/{number}/move", {"to": "done"}).json() == {
        "id": number,
        "task": "K000-13",
        "state": "done",
    }
    assert health.post(f"/plan/tasks/steps/{number}/move", {"to": "dropped"}).status_code == 409
    assert health.post("/plan/tasks/steps/999999/move", {"to": "done"}).status_code == 404
    report = {"month": "2026-10-01", "state": "at_risk", "done": "签了3家", "percent": 40}
    assert health.post(f"{CARE}/reports", report).json()["unit"] == "卫生健康局"
    assert health.post(f"{CARE}/reports", {**report, "percent": 101}).status_code == 422
    found = civil.get(CARE).json()
    assert [(one["unit"], one["state"], one["percent"]) for one in found["reports"]] == [("卫生健康局", "at_risk", 40)]
    assert found["task"]["steps"][0]["done_on"] is not None
    assert (TaskStep.objects.count(), ProgressReport.objects.count()) == (1, 1)


def test_reading_is_not_writing(city_caller: Caller) -> None:
    report = {"month": "2026-10-01", "state": "done", "done": "做了"}
    assert city_caller.post(f"{CARE}/reports", report).status_code == 403
    assert ProgressReport.objects.count() == 0


def test_a_file_is_known_by_its_content(town: Town) -> None:
    civil = seated("民政系统", "民政局")

    def send(name: str, content: bytes):  # type: ignore[no-untyped-def]
        file = SimpleUploadedFile(name, content)
        return civil.client.post(f"/api/v1{CARE}/evidence", {"content": file}, headers={"Authorization": f"Bearer {civil.token}"})

    assert send("a.pdf", b"MZ program").json()["code"] == "plan_evidence_refused"
    assert Evidence.objects.count() == 0
    assert send("表.exe", b"%PDF-1.7 x").json()["name"] == "表.pdf"
    assert send("b.pdf", b"%PDF-1.7 x").json()["known"] is True
    assert civil.get(CARE).json()["evidence"][0]["size"] == 10
