"""Decisions over the API: stored, decided again, and anonymous."""

from __future__ import annotations

import pytest

from songhe.contexts.entitlements import actions
from songhe.contexts.entitlements.models import Decision, Run
from songhe.foundation.access import SYSTEM
from tests.api.conftest import Caller, Town
from tests.api.test_people import public_id

PERSON = {"alive": True, "registered_here": True, "birth_date": "1946-11-21"}


def benefit(decided: list[dict[str, object]], name: str) -> dict[str, object]:
    return next(entry for entry in decided if entry["benefit"] == name)


def test_a_stored_decision_with_reasons(city_caller: Caller, town: Town) -> None:
    assert city_caller.get(f"/people/{public_id(town.wife)}/decision").status_code == 404
    run = actions.determine_city(SYSTEM, cause="试验")
    found = city_caller.get(f"/people/{public_id(town.wife)}/decision").json()
    assert found["run_id"] == run
    assert found["reproduced"] is True
    allowance = benefit(found["benefits"], "age_allowance")
    assert allowance["status"] == "eligible"
    assert allowance["amount"] > 0
    assert allowance["parameters"][0]["cite"]["status"] == "assumed"
    assert all(condition["result"] is True for condition in allowance["conditions"])
    assert any(value["variable"] == "birth_date" for condition in allowance["conditions"] for value in condition["values"])


def test_deciding_again_makes_a_new_decision(city_caller: Caller, town: Town) -> None:
    run = actions.determine_city(SYSTEM, cause="试验")
    again = city_caller.post(f"/people/{public_id(town.wife)}/determine", None)
    assert again.status_code == 200
    assert again.json()["run_id"] > run
    history = city_caller.get(f"/people/{public_id(town.wife)}/decisions").json()
    assert [line["run_id"] for line in history] == [again.json()["run_id"], run]


def test_who_may_not_determine_changes_nothing(rules_caller: Caller, town_caller: Caller, town: Town) -> None:
    assert rules_caller.post(f"/people/{public_id(town.wife)}/determine", None).status_code == 403
    assert town_caller.post(f"/people/{public_id(town.stranger)}/determine", None).status_code == 404
    assert Run.objects.count() == 0


def test_an_anonymous_household(rules_caller: Caller) -> None:
    answer = rules_caller.post(
        "/determine", {"persons": [PERSON, PERSON | {"birth_date": "1946-11-22", "registered_here": None}]}
    )
    assert answer.status_code == 200
    first, second = answer.json()["members"]
    assert benefit(first, "age_allowance")["status"] == "eligible"
    assert benefit(second, "age_allowance")["status"] == "not_eligible"
    assert Run.objects.count() == Decision.objects.count() == 0


def test_a_date_of_the_past_uses_the_rules_of_the_past(rules_caller: Caller) -> None:
    answer = rules_caller.post("/determine", {"persons": [PERSON], "as_of": "2010-01-01"}).json()
    assert {entry["status"] for entry in answer["members"][0]} <= {"not_in_force", "not_eligible", "cannot_tell", "eligible"}
    assert benefit(answer["members"][0], "age_allowance")["status"] == "not_in_force"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "persons"),
        ({"persons": []}, "persons"),
        ({"persons": [{"no_such": True}]}, "persons.0.no_such"),
        ({"persons": [PERSON | {"birth_date": "1946-02-30"}]}, "persons.0.birth_date"),
        ({"persons": [PERSON | {"alive": 1}]}, "persons.0.alive"),
        ({"persons": [PERSON], "household": {"savings": 10**14}}, "household"),
        ({"persons": [PERSON], "as_of": "1999-12-31"}, "as_of"),
        ({"persons": [PERSON], "surprise": 1}, "surprise"),
        ({"persons": [PERSON] * 31}, "persons"),
    ],
)
def test_a_bad_household_is_refused_with_the_field(rules_caller: Caller, body: object, field: str) -> None:
    answer = rules_caller.post("/determine", body)
    assert answer.status_code == 422
    assert any(field in problem["field"] for problem in answer.json()["errors"])
    assert answer.json()["code"]


def test_a_body_that_is_not_json(rules_caller: Caller) -> None:
    answer = rules_caller.client.post(
        "/api/v1/determine", "{", content_type="application/json", headers={"Authorization": f"Bearer {rules_caller.token}"}
    )
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_figures_and_the_people_behind_them(city_caller: Caller, town_caller: Caller, town: Town) -> None:
    assert city_caller.get("/figures").json()["run_id"] is None
    actions.determine_city(SYSTEM, cause="试验")
    figures = city_caller.get("/figures").json()["figures"]
    eligible = [f for f in figures if f["benefit"] == "age_allowance" and f["status"] == "eligible"]
    assert sum(f["persons"] for f in eligible) == 2
    rows = city_caller.get("/figures/people", benefit="age_allowance", status="eligible").json()["items"]
    assert {row["name"] for row in rows} == {"吴秀兰", "王玉珍"}
    rows = town_caller.get("/figures/people", benefit="age_allowance", status="eligible").json()["items"]
    assert {row["name"] for row in rows} == {"吴秀兰"}
    assert city_caller.get("/figures/people", benefit="nothing", status="eligible").status_code == 404
