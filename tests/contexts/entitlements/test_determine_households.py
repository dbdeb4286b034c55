"""One changed fact decides the household at once; the newest decision is the one that counts."""

from __future__ import annotations

from songhe.contexts.entitlements import actions, queries
from songhe.contexts.entitlements.listeners import on_households_changed
from songhe.contexts.entitlements.models import Decision, Run
from songhe.contexts.people.events import HouseholdsChanged
from songhe.contexts.people.models import Person
from songhe.engines.policy.rulebook import Status
from songhe.foundation.access import SYSTEM, Actor
from tests.contexts.entitlements.conftest import Town


def status_of(actor: Actor, person: int, benefit: str) -> Status:
    return next(e.status for e in queries.decision(actor, person_id=person).explanations if e.benefit == benefit)


def test_a_death_reaches_the_decision_at_once(town: Town, city_officer: Actor) -> None:
    actions.determine_city(city_officer, cause="试验")
    wife = Person.objects.get(id=town.wife)
    wife.facts["alive"] = False
    wife.save()
    on_households_changed(HouseholdsChanged(household_ids=(town.home,), cause="公安登记死亡"))
    assert status_of(city_officer, town.husband, "age_allowance") is Status.NOT_ELIGIBLE
    latest = Run.objects.order_by("-id")[0]
    assert latest.kind == "household"
    assert latest.cause == "公安登记死亡"
    assert latest.persons == 1
    gone = queries.decision(city_officer, person_id=town.wife)
    assert (gone.run_id, gone.reproduced, {explained.applies for explained in gone.explanations}) == (latest.id, True, {False})


def test_household_and_city_give_the_same_stored_decision(town: Town, city_officer: Actor) -> None:
    city = actions.determine_city(city_officer, cause="全市")
    home = actions.determine_households(SYSTEM, household_ids=(town.home,), cause="一户")
    for person in (town.wife, town.husband):
        first, second = (Decision.objects.get(run_id=run, person_id=person) for run in (city, home))
        assert bytes(first.statuses) == bytes(second.statuses)
        assert first.amounts == second.amounts
        assert bytes(first.true_mask) == bytes(second.true_mask)
        assert bytes(first.unknown_mask) == bytes(second.unknown_mask)
    assert queries.decision(city_officer, person_id=town.wife).run_id == home
    assert queries.decision(city_officer, person_id=town.wife).reproduced


def test_history_keeps_every_decision(town: Town, city_officer: Actor) -> None:
    first = actions.determine_city(city_officer, cause="全市")
    second = actions.determine_person(city_officer, person_id=town.wife)
    assert [brief.run_id for brief in queries.decision_history(city_officer, person_id=town.wife)] == [second, first]


def test_no_household_no_run(town: Town) -> None:
    assert actions.determine_households(SYSTEM, household_ids=(999_999,), cause="没有这一户") is None
    assert Run.objects.count() == 0
