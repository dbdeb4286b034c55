"""Assessments over the API: the whole road by a body's own software, twice of everything, refusals, and who sees what."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

import pytest

from songhe.contexts.assessments.actions import put_results_in_force
from songhe.contexts.assessments.models import Case, Form, Objection, Result, ResultUse
from songhe.contexts.people.models import Person
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Right
from tests.api.conftest import Caller, caller
from tests.contexts.assessments.trial import DAY, VISIT, Trial, code, make
from tests.contexts.registers.trial_city import CITY, TOWN_A, TOWN_B
from tests.engines.scales.national import ABILITY, best, nothing_else, with_total

SEE = (Right.SEE_PEOPLE, Right.SEE_ASSESSMENTS)
ALL = (*SEE, Right.REQUEST_ASSESSMENT, Right.ARRANGE_ASSESSMENT, Right.ASSESS)


@pytest.fixture
def trial(db: None) -> Iterator[Trial]:
    with clock.frozen(DAY):
        yield make()


@pytest.fixture
def software(trial: Trial) -> Caller:
    return caller("评估系统", ALL, CITY)


def _put(who: Caller, path: str, body: object):  # type: ignore[no-untyped-def]
    return who.client.put(
        f"/api/v1{path}", body, content_type="application/json", headers={"Authorization": f"Bearer {who.token}"}
    )


def _person(number: int) -> str:
    return str(Person.objects.get(id=number).public_id)


def _form(assessor: str, total: int = 60) -> dict[str, object]:
    now = clock.now()
    return {
        "assessor": assessor, "answers": with_total(ABILITY, total), "circumstances": nothing_else(ABILITY),
        "filled_from": (now - dt.timedelta(minutes=30)).isoformat(), "filled_to": now.isoformat(), "offline": True,
    }  # fmt: skip


def _asked(who: Caller, person: int) -> str:
    return str(who.post("/assessments/cases", {"person": _person(person), "reason": "走路不稳"}).json()["id"])


APPOINTMENT = {"body": code(1), "lead": "P1", "second": "P2", "visit_at": VISIT.isoformat(), "with_health_check": True}


def _settled(who: Caller, person: int, total: int = 60) -> str:
    case = _asked(who, person)
    assert who.post(f"/assessments/cases/{case}/appointment", APPOINTMENT).status_code == 200
    for assessor in ("P1", "P2"):
        assert who.post(f"/assessments/cases/{case}/forms/{uuid.uuid4()}/submission", _form(assessor, total)).status_code == 200
    assert who.post(f"/assessments/cases/{case}/result", {"assessor": "P1", "signed_for": "本人"}).status_code == 201
    return case


def test_the_whole_road_and_everything_twice(software: Caller, trial: Trial) -> None:
    body = {"person": _person(trial.elder), "reason": "走路不稳"}
    first, second = software.post("/assessments/cases", body), software.post("/assessments/cases", body)
    assert (first.status_code, second.status_code) == (201, 200)
    case = first.json()["id"]
    assert second.json() == {"id": case, "kind": "first", "new": False}
    for _ in range(2):
        appointed = software.post(f"/assessments/cases/{case}/appointment", APPOINTMENT).json()
        assert (appointed["state"], appointed["lead"], appointed["second"]) == ("appointed", "评估员1", "评估员2")
    with clock.frozen(VISIT + dt.timedelta(hours=1)):
        number, sent = uuid.uuid4(), _form("P1")
        draft = _put(software, f"/assessments/cases/{case}/forms/{number}", sent | {"answers": {"eating": "alone"}})
        assert (draft.status_code, draft.json()["state"], len(draft.json()["problems"])) == (200, "draft", 25)
        for _ in range(2):
            stored = software.post(f"/assessments/cases/{case}/forms/{number}/submission", sent)
            assert (stored.status_code, stored.json()["grade"], stored.json()["both_final"]) == (200, 2, False)
        assert [form["grade"] for form in software.get(f"/assessments/cases/{case}/forms").json()] == [None, None]
        other = best(ABILITY) | {"walking": "some_help"}
        software.post(f"/assessments/cases/{case}/forms/{uuid.uuid4()}/submission", _form("P2") | {"answers": other})
        assert [form["grade"] for form in software.get(f"/assessments/cases/{case}/forms").json()] == [2, 1]
        refused = software.post(f"/assessments/cases/{case}/result", {"assessor": "P1", "signed_for": "本人"})
        assert (refused.status_code, refused.json()["code"]) == (422, "assessment_differences_open")
        lead = with_total(ABILITY, 60)
        agreed = {name: value for name, value in lead.items() if value != other[name]}
        settle = {"assessor": "P1", "signed_for": "女儿", "agreed": agreed, "why": dict.fromkeys(agreed, "一起再看了一遍")}
        done = software.post(f"/assessments/cases/{case}/result", settle)
        assert done.status_code == 201
        assert {name: done.json()[name] for name in ("id", "grade", "state", "objections_until", "fact", "verified")} == {
            "id": case, "grade": 2, "state": "announced", "objections_until": "2026-11-10", "fact": "ability_grade", "verified": False,
        }  # fmt: skip
        assert software.post(f"/assessments/cases/{case}/result", settle).status_code == 409
    use = {"department": "残联", "purpose": "核定护理补贴"}
    assert software.post(f"/assessments/results/{case}/uses", use).status_code == 409
    with clock.frozen(dt.date(2026, 11, 10)):
        put_results_in_force(SYSTEM, day=clock.today())
        used = software.post(f"/assessments/results/{case}/uses", use)
    assert (used.status_code, used.json()["grade"], used.json()["in_force_on"]) == (201, 2, "2026-11-10")
    assert [(line["department"], line["used_by"]) for line in software.get("/assessments/uses").json()["items"]] == [
        ("残联", "评估系统")
    ]
    assert (Case.objects.count(), Form.objects.count(), Result.objects.count(), ResultUse.objects.count()) == (1, 2, 1, 1)
    found = software.get("/assessments/results", person=_person(trial.elder)).json()["items"]
    assert [line["id"] for line in found] == [case]


def test_an_objection_and_its_withdrawal(software: Caller, trial: Trial) -> None:
    with clock.frozen(VISIT):
        case = _settled(software, trial.elder)
        body = {"by_name": "王芳", "relation": "女儿", "reason": "夜里要人扶"}
        made = software.post(f"/assessments/results/{case}/objections", body)
        assert made.status_code == 201
        assert software.post(f"/assessments/results/{case}/objections", body).json()["code"] == "objection_refused"
        [line] = software.get("/assessments/objections", state="open").json()["items"]
        assert (line["result"], line["second_case"], line["grade"]) == (case, made.json()["second_case"], 2)
        assert "王芳" not in software.get("/assessments/objections").content.decode()
        over = software.post(f"/assessments/objections/{line['id']}/withdrawal", {"because": "老人说算了"})
        assert (over.status_code, over.json()["state"]) == (200, "withdrawn")
    assert Objection.objects.get().state == "withdrawn"


def test_refusals_name_everything_and_write_nothing(software: Caller, trial: Trial) -> None:
    case = _asked(software, trial.elder)
    wrong = software.post(f"/assessments/cases/{case}/appointment", APPOINTMENT | {"lead": "P2", "second": "P3"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "appointment_refused")
    assert [each["field"] for each in wrong.json()["errors"]] == ["lead"]
    software.post(f"/assessments/cases/{case}/appointment", APPOINTMENT)
    with clock.frozen(VISIT):
        path = f"/assessments/cases/{case}/forms/{uuid.uuid4()}/submission"
        for change, status, said in (
            ({"answers": {"eating": "x"}}, 422, "assessment_form_refused"),
            ({"assessor": "P3"}, 409, "assessment_not_yours"),
            ({"answers": {"eating": 4}}, 422, "invalid_input"),
            ({"colour": "red"}, 422, "invalid_input"),
            ({"filled_from": "2026-11-03T09:00:00"}, 422, "invalid_input"),
        ):
            answer = software.post(path, _form("P1") | change)
            assert (answer.status_code, answer.json()["code"]) == (status, said), change
        many = software.post(path, _form("P1") | {"answers": {"eating": "x"}}).json()["errors"]
        assert len(many) == 26
    assert Form.objects.count() == 0
    assert software.get(f"/assessments/cases/{uuid.uuid4()}").status_code == 404


def test_scopes_and_areas(software: Caller, trial: Trial) -> None:
    with clock.frozen(VISIT):
        case = _settled(software, trial.elder)
        far = caller("乙镇系统", ALL, TOWN_B)
        near = caller("甲镇系统", SEE, TOWN_A)
        rules = caller("规则读者", (Right.SEE_PACKS,), CITY)
        assert near.get(f"/assessments/results/{case}").json()["grade"] == 2
        for who in (far, rules):
            assert who.get(f"/assessments/results/{case}").status_code == (404 if who is far else 403)
            assert who.get(f"/assessments/cases/{case}").status_code == (404 if who is far else 403)
        assert far.get("/assessments/cases").json()["items"] == []
        assert far.post("/assessments/cases", {"person": _person(trial.elder)}).status_code == 404
        assert far.post(f"/assessments/cases/{case}/forms/{uuid.uuid4()}/submission", _form("P1")).status_code == 404
        for path, body in (
            ("/assessments/cases", {"person": _person(trial.elder)}),
            (f"/assessments/cases/{case}/appointment", APPOINTMENT),
            (f"/assessments/cases/{case}/withdrawal", {"because": "试试看"}),
            (f"/assessments/cases/{case}/forms/{uuid.uuid4()}/submission", _form("P1")),
            (f"/assessments/cases/{case}/result", {"assessor": "P1", "signed_for": "本人"}),
            (f"/assessments/results/{case}/objections", {"by_name": "甲", "relation": "本人", "reason": "不对的"}),
        ):
            assert near.post(path, body).status_code == 403, path
    bodies = near.get("/assessments/bodies").json()
    assert [(each["name"], len(each["assessors"])) for each in bodies] == [("评估机构1", 3), ("评估机构2", 2)]
    scale = near.get("/assessments/scales/gbt42195_2022").json()
    assert (len(scale["items"]), scale["verified"]) == (26, False)
    assert "points" not in near.get("/assessments/scales/gbt42195_2022").content.decode()
    assert near.get("/assessments/scales/mzt039_2013").json()["code"] == "scale_unknown"


def test_an_older_result_is_taken_over_once(software: Caller, trial: Trial) -> None:
    body = {
        "person": _person(trial.elder),
        "scale": "mzt039_2013",
        "grade": 2,
        "assessed_on": "2021-05-06",
        "assessed_by": "某卫生院",
    }
    first, again = software.post("/assessments/older-results", body), software.post("/assessments/older-results", body)
    assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
    assert software.get("/assessments/older-results", person=_person(trial.elder)).json() == [
        {
            "scale": "mzt039_2013", "grade": 2, "grade_label": "中度失能", "assessed_on": "2021-05-06", "assessed_by": "某卫生院",
        }
    ]  # fmt: skip
    wrong = software.post("/assessments/older-results", body | {"grade": 4, "levels": {"shoes": 1}})
    assert (wrong.status_code, [each["field"] for each in wrong.json()["errors"]]) == (422, ["grade", "shoes"])
