"""Assessments and evaluations over the API: scopes, frozen content, rows, findings."""

from __future__ import annotations

from songhe.contexts.accounts.models import Consumer
from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking.models import Evaluation, FrozenAssessment
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Right
from tests.api.conftest import Caller, caller
from tests.contexts.entitlements.conftest import CITY, Town

YEAR = {"start": "2025-01-01"}
ALL = (Right.SEE_FIGURES, Right.DO_WORK, Right.DETERMINE)


def test_a_period_is_assessed_frozen_and_counted_again(city_caller: Caller, town_caller: Caller, rules_caller: Caller) -> None:
    found = city_caller.get("/plan/assessment", **YEAR).json()
    assert (found["start"], found["over"], found["frozen"], sum(rule["weight"] for rule in found["rules"])) == (
        "2025-01-01", True, None, 100,
    )  # fmt: skip
    civil = next(one for one in found["subjects"] if one["id"] == "民政局")
    tasks = next(one for one in civil["parts"] if one["item"] == "tasks_on_time")
    rows = city_caller.get("/plan/assessment/rows", **YEAR, subject="民政局", item="tasks_on_time").json()
    assert (len(rows), sum(row["good"] for row in rows)) == (tasks["all"], tasks["good"])
    assert next(one for one in civil["parts"] if one["item"] == "notices_on_time")["points"] is None
    assert town_caller.get("/plan/assessment", **YEAR).json()["subjects"] == []
    assert rules_caller.get("/plan/assessment").status_code == 403
    assert town_caller.post("/plan/assessments", YEAR).status_code == 403
    assert FrozenAssessment.objects.count() == 0
    made = city_caller.post("/plan/assessments", YEAR)
    assert (made.status_code, made.json()["revision"]) == (201, 1)
    assert city_caller.post("/plan/assessments", YEAR).json()["code"] == "plan_assessment_refused"
    frozen = city_caller.get("/plan/assessment", **YEAR).json()
    assert (frozen["frozen"]["sha256"], frozen["subjects"]) == (made.json()["sha256"], found["subjects"])
    again = city_caller.post(f"/plan/assessments/{made.json()['id']}/count-again", {}).json()
    assert (again["same"], again["sealed"]) == (True, True)
    for start in ("0001-01-01", "9999-12-31", "2026-01-01"):
        assert city_caller.post("/plan/assessments", {"start": start}).status_code in (404, 409)
    assert FrozenAssessment.objects.count() == 1


def test_an_evaluation_with_its_findings(town: Town) -> None:
    whole, health = caller("评估系统", ALL, CITY), caller("卫健系统", ALL, CITY)
    actions.seat_unit(SYSTEM, kind="consumer", actor_id=-Consumer.objects.get(name="卫健系统").pk, unit="卫生健康局")
    given = {"kind": "third_party", "title": "第三方评估", "evaluator": "区养老研究院"}
    assert health.post("/plan/evaluations", given).json()["code"] == "plan_not_your_task"
    made = whole.post("/plan/evaluations", given)
    assert (made.status_code, made.json()["as_of"], made.json()["state"]) == (201, clock.today().isoformat(), "open")
    number = made.json()["id"]
    finding = {"found": "进度慢", "about": "T000-09", "unit": "卫生健康局", "due_on": "2030-12-01"}
    one = whole.post(f"/plan/evaluations/{number}/findings", finding)
    assert one.status_code == 201
    assert whole.post(f"/plan/evaluations/{number}/findings", {**finding, "about": "T9"}).status_code == 422
    moved = health.post(f"/plan/evaluations/findings/{one.json()['id']}/follow", {"to": "doing", "note": "已开工"})
    assert moved.json()["state"] == "doing"
    found = health.get(f"/plan/evaluations/{number}").json()
    assert [(each["state"], each["steps"][0]["note"]) for each in found["findings"]] == [("doing", "已开工")]
    assert (found["sealed"], len(found["tasks"])) == (True, 50)
    assert {each["id"] for each in found["targets"]} >= {"T000-09", "T000-11"}
    ended = whole.post(f"/plan/evaluations/{number}/conclusion", {"conclusion": "总体按期"})
    assert ended.json()["state"] == "concluded"
    assert whole.post(f"/plan/evaluations/{number}/findings", finding).status_code == 409
    assert Evaluation.objects.get().conclusion == "总体按期"
