"""Anonymous households and what-if: answers without writing anything."""

from __future__ import annotations

import pytest

from songhe.contexts.entitlements import actions, queries
from songhe.contexts.entitlements.errors import NoDecisionYet, UnknownFact
from songhe.contexts.entitlements.models import Decision, Run, Snapshot
from songhe.engines.policy.rulebook import Status
from songhe.foundation.access import Actor
from songhe.foundation.errors import AccessDenied, InvalidInput
from tests.contexts.entitlements.conftest import TOWN, Town

KNOWN = {"alive": True, "registered_here": True, "birth_date": "1946-11-21"}


def test_an_anonymous_household_is_decided_and_nothing_is_kept(town: Town) -> None:
    found = queries.decide_anonymous([KNOWN, {**KNOWN, "birth_date": "1946-11-22"}], {})
    first, second = ({e.benefit: e for e in member} for member in found.members)
    assert first["age_allowance"].status is Status.ELIGIBLE
    assert second["age_allowance"].status is Status.NOT_ELIGIBLE
    assert Run.objects.count() == Decision.objects.count() == Snapshot.objects.count() == 0


def test_what_is_not_said_is_unknown_and_named(town: Town) -> None:
    found = queries.decide_anonymous([{"alive": True, "registered_here": True}], {})
    allowance = next(e for e in found.members[0] if e.benefit == "age_allowance")
    assert allowance.status is Status.CANNOT_TELL
    assert [(fact.variable, fact.owner) for fact in allowance.missing] == [("birth_date", "公安")]


@pytest.mark.parametrize(
    ("person", "field"),
    [
        ({"no_such_fact": True}, "persons.0.no_such_fact"),
        ({"assistance": "rich"}, "persons.0.assistance"),
        ({"birth_date": "1946-02-30"}, "persons.0.birth_date"),
        ({"alive": "yes"}, "persons.0.alive"),
        ({"size": 2}, "persons.0.size"),
    ],
)
def test_a_wrong_fact_is_refused_by_name(town: Town, person: dict[str, object], field: str) -> None:
    with pytest.raises(UnknownFact) as refused:
        queries.decide_anonymous([person], {})
    assert refused.value.field == field


def test_an_empty_or_endless_household_is_refused(town: Town) -> None:
    for size in (0, 31):
        with pytest.raises(UnknownFact):
            queries.decide_anonymous([KNOWN] * size, {})


def test_what_if_counts_who_gains_and_writes_nothing(town: Town, city_officer: Actor) -> None:
    actions.determine_city(city_officer, cause="试验")
    before = Decision.objects.count()
    found = queries.what_if(city_officer, parameters={"allowance_80": "999.00"})
    effect = next(e for e in found.benefits if e.benefit == "age_allowance")
    assert (effect.people_before, effect.people_after, effect.gain, effect.lose) == (2, 2, 2, 0)
    assert effect.fen_after == 2 * 99_900
    assert {person.person_id for person in found.people} == {town.wife, town.stranger}
    assert sum(t.fen_after - t.fen_before for t in found.towns) == effect.fen_after - effect.fen_before
    assert {t.area_path for t in found.towns if t.gain} >= {TOWN}
    assert Decision.objects.count() == before
    assert Run.objects.count() == 1


def test_what_if_is_for_the_city_and_needs_a_run(town: Town, city_officer: Actor, clerk: Actor) -> None:
    with pytest.raises(NoDecisionYet):
        queries.what_if(city_officer, parameters={})
    actions.determine_city(city_officer, cause="试验")
    with pytest.raises(AccessDenied):
        queries.what_if(clerk, parameters={})
    with pytest.raises(InvalidInput):
        queries.what_if(city_officer, definitions={"elder": "age >="})
    with pytest.raises(InvalidInput):
        queries.what_if(city_officer, parameters={"allowance_80": "many"})
