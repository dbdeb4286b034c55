"""Grants over the API: lists, one grant, its moves, notices, appeals, applications, life checks; sent twice, done once."""

from __future__ import annotations

import pytest

from songhe.contexts.entitlements import actions
from songhe.contexts.entitlements.models import Appeal, Application, Grant, GrantStep, LifeCheck
from songhe.foundation.access import SYSTEM, Right
from tests.api.conftest import Caller, Town, caller
from tests.api.test_people import public_id
from tests.contexts.entitlements.conftest import CITY, TOWN

RIGHTS = (Right.SEE_PEOPLE, Right.SEE_DECISIONS, Right.SEE_GRANTS, Right.HANDLE_GRANTS, Right.DECIDE_APPEALS, Right.CORRECT_FACTS)


@pytest.fixture
def desk(town: Town) -> Caller:
    actions.follow_run(SYSTEM, run_id=actions.determine_city(SYSTEM, cause="试验"))
    return caller("市级待遇系统", RIGHTS, CITY)


@pytest.fixture
def street(desk: Caller) -> Caller:
    return caller("甲镇待遇系统", RIGHTS, TOWN)


def test_who_may_not_see_grants_sees_none(rules_caller: Caller, desk: Caller) -> None:
    assert rules_caller.get("/grants").status_code == 403
    assert desk.get("/grants", colour="red").status_code == 422


def test_lists_are_narrowed_to_the_consumers_areas(desk: Caller, street: Caller, town: Town) -> None:
    everybody = desk.get("/grants", state="proposed").json()["items"]
    assert sorted(item["public_person"] for item in everybody) == sorted([public_id(town.wife), public_id(town.stranger)])
    (own,) = street.get("/grants").json()["items"]
    assert (own["public_person"], own["amount"], own["state"]) == (public_id(town.wife), 10_000, "proposed")
    other = next(item for item in everybody if item["public_person"] == public_id(town.stranger))
    assert street.get(f"/grants/{other['public_id']}").status_code == 404
    assert street.post(f"/grants/{other['public_id']}/confirm", None).status_code == 404
    assert not GrantStep.objects.filter(after="active").exists()


def test_a_grant_is_confirmed_once_however_often_it_is_sent(street: Caller, town: Town) -> None:
    (line,) = street.get(f"/people/{public_id(town.wife)}/grants").json()
    (notice,) = street.get("/notices").json()["items"]
    told = street.post(f"/notices/{notice['id']}/deliver", {"received_by": "本人"}).json()
    assert (told["grant"]["state"], told["notices"][0]["delivered_on"]) == ("notified", "2026-11-21")
    assert street.post(f"/notices/{notice['id']}/deliver", {"received_by": "本人"}).status_code == 409
    for _ in range(2):
        found = street.post(f"/grants/{line['public_id']}/confirm", None).json()
        assert found["grant"]["state"] == "active"
    assert [step["after"] for step in found["steps"]] == ["proposed", "notified", "active"]
    for _ in range(2):
        assert street.post(f"/grants/{line['public_id']}/suspend", {"reason": "核对账户"}).json()["grant"]["state"] == "suspended"
    assert street.post(f"/grants/{line['public_id']}/resume", {"reason": "核对好了"}).json()["grant"]["state"] == "active"
    for _ in range(2):
        assert street.post(f"/grants/{line['public_id']}/refuse", {"reason": "不要了"}).json()["grant"]["state"] == "ended"
    assert Grant.objects.get(person=town.wife).ended_because == "本人放弃：不要了"
    assert GrantStep.objects.filter(grant__person=town.wife).count() == 6


def test_an_appeal_is_filed_and_answered(desk: Caller, street: Caller, town: Town) -> None:
    asked = {"benefit": "age_allowance", "by_name": "李国华", "reason": "快满八十了"}
    filed = street.post(f"/people/{public_id(town.husband)}/appeals", asked).json()
    assert (filed["state"], filed["due_on"]) == ("open", "2026-12-18")
    assert street.post(f"/people/{public_id(town.husband)}/appeals", asked).status_code == 409
    judge = caller("复核系统", RIGHTS, CITY)
    done = judge.post(f"/appeals/{filed['public_id']}/decide", {"uphold": False, "because": "还没有满八十"}).json()
    assert (done["state"], done["decided_because"]) == ("rejected", "还没有满八十")
    assert judge.get("/appeals", state="rejected").json()["items"][0]["public_id"] == filed["public_id"]
    assert Appeal.objects.count() == 1


def test_an_application_lacks_what_nobody_knows(street: Caller, town: Town) -> None:
    needed = street.get(f"/people/{public_id(town.poor)}/documents", benefit="care_subsidy").json()
    assert [(d["title"], d["asked"]) for d in needed] == [("身份证或户口簿", False), ("老年人能力评估报告", True)]
    asked = {"benefit": "care_subsidy", "by_name": "张建明"}
    refused = street.post(f"/people/{public_id(town.poor)}/applications", asked)
    assert (refused.status_code, refused.json()["code"]) == (422, "documents_missing")
    done = street.post(f"/people/{public_id(town.poor)}/applications", {**asked, "documents": ["老年人能力评估报告"]}).json()
    assert (done["state"], done["grant"]) == ("open", None)
    assert Application.objects.count() == 1


def test_a_life_check_stands(street: Caller, town: Town) -> None:
    done = street.post(f"/people/{public_id(town.wife)}/life-checks", {"channel": "counter"})
    assert (done.status_code, done.json()["resumed"]) == (200, 0)
    assert street.get("/life-checks").json()["items"] == []
    assert street.post(f"/people/{public_id(town.wife)}/life-checks", {"channel": "pigeon"}).status_code == 422
    assert LifeCheck.objects.count() == 1


def test_a_grant_ends_once_and_its_account_is_asked_about(street: Caller, town: Town) -> None:
    (line,) = street.get(f"/people/{public_id(town.wife)}/grants").json()
    path = f"/grants/{line['public_id']}"
    assert street.post(f"{path}/confirm", None).status_code == 200
    assert street.post(f"{path}/check-account", None).json()["grant"]["has_account"] in (True, False)
    assert street.post(f"{path}/end", {"reason": ""}).status_code == 422
    assert street.post(f"{path}/end", {"reason": "本人写信不要了", "until_on": "2026-11-21"}).json()["grant"]["state"] == "ended"
    assert street.post(f"{path}/end", {"reason": "再来一次"}).json()["grant"]["ended_because"] == "本人写信不要了"
    assert GrantStep.objects.filter(after="ended").count() == 1
