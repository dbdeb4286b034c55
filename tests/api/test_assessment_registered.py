"""Bodies, assessors, conflicts of interest, reports and second looks over the API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from songhe.contexts.assessments.actions import put_results_in_force
from songhe.contexts.assessments.models import Assessor, Body, Case, Interest
from songhe.contexts.people.models import Person
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Right
from tests.api.conftest import Caller, caller
from tests.api.test_assessments import ALL, SEE, _put
from tests.contexts.assessments.trial import DAY, VISIT, Trial, code, make, settled
from tests.contexts.registers.trial_city import CITY


@pytest.fixture
def trial(db: None) -> Iterator[Trial]:
    with clock.frozen(DAY):
        yield make()


@pytest.fixture
def software(trial: Trial) -> Caller:
    return caller("评估系统", ALL, CITY)


def test_bodies_and_assessors_are_kept(software: Caller, trial: Trial) -> None:
    said = {"name": "第三评估中心", "area_path": CITY, "licensed_from": "2026-01-01"}
    path = f"/assessments/bodies/{code(77)}"
    assert [_put(software, path, said).status_code for _ in range(2)] == [201, 200]
    assert _put(software, "/assessments/bodies/123", said).status_code == 422
    assert _put(caller("只读", SEE, CITY), path, {**said, "name": "乙"}).status_code == 403
    assert Body.objects.get(credit_code=code(77)).name == "第三评估中心"
    assessor = {
        "certificate_no": "P77", "body": code(77), "name": "评估员77", "certified_from": "2026-01-01", "medical": True,
    }  # fmt: skip
    assert [_put(software, "/assessments/assessors", assessor).status_code for _ in range(2)] == [201, 200]
    assert _put(software, "/assessments/assessors", {**assessor, "body": code(78)}).status_code == 404
    user = Assessor.objects.get(pk=trial.nurse.id)
    known = {
        "certificate_no": user.certificate_no, "body": code(1), "name": "改了名", "certified_from": "2026-01-01", "medical": True,
    }  # fmt: skip
    assert _put(software, "/assessments/assessors", known).status_code == 200
    kept = Assessor.objects.get(pk=trial.nurse.id)
    assert (kept.name, kept.user_id) == ("改了名", user.user_id)


def test_a_conflict_of_interest_from_declared_to_over(software: Caller, trial: Trial) -> None:
    person = str(Person.objects.get(id=trial.elder).public_id)
    said = {"assessor": "P1", "person": person, "reason": "外甥女"}
    made = software.post("/assessments/interests", said)
    assert (made.status_code, made.json()["cases_back"]) == (201, [])
    assert software.post("/assessments/interests", said).json()["id"] == made.json()["id"]
    (line,) = software.get("/assessments/interests", assessor="P1").json()
    assert (line["person"], line["reason"], line["ended_at"]) == (person, "外甥女", None)
    path = f"/assessments/interests/{line['id']}/end"
    assert software.post(path, {"because": ""}).status_code == 422
    assert software.post(path, {"because": "登记错了人"}).status_code == 204
    assert software.get("/assessments/interests", assessor="P1").json() == []
    assert software.get("/assessments/interests", assessor="nobody").status_code == 404
    assert Interest.objects.count() == 1


def test_results_are_drawn_for_a_second_look(software: Caller, trial: Trial) -> None:
    with clock.frozen(VISIT):
        settled(trial, trial.elder)
    with clock.frozen(dt.date(2026, 11, 20)):
        put_results_in_force(SYSTEM, day=clock.today())
        assert software.post("/assessments/second-looks", {"month": "2026-13"}).status_code == 422
        assert caller("全市", ALL, "").post("/assessments/second-looks", {"month": "2026-12"}).status_code == 422
        assert caller("只读", SEE, CITY).post("/assessments/second-looks", {"month": "2026-11"}).status_code == 403
        manager = caller("机构自己", (Right.SEE_ASSESSMENTS, Right.ARRANGE_ASSESSMENT), CITY)
        assert manager.post("/assessments/second-looks", {"month": "2026-11"}).status_code == 403
        assert Case.objects.filter(looks_again_at__isnull=False).count() == 0
        whole = caller("也是全市", ALL, "")
        drawn = whole.post("/assessments/second-looks", {"month": "2026-11"}).json()
        assert (drawn["of"], drawn["wanted"], len(drawn["cases"])) == (1, 1, 1)
        assert software.get(f"/assessments/cases/{drawn['cases'][0]}").json()["kind"] == "second"
        assert whole.post("/assessments/second-looks", {"month": "2026-11"}).json()["cases"] == []
