"""Whatever was decided on a past day comes out again, byte by byte, from the kept snapshot under the kept version."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings

from songhe.contexts.entitlements import actions, queries
from songhe.contexts.entitlements.errors import NoDecisionYet, SnapshotMissing
from songhe.contexts.entitlements.models import Decision, Run, Snapshot
from songhe.contexts.people.models import Person
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor
from songhe.foundation.errors import AccessDenied
from tests.contexts.entitlements.conftest import DAY, Town
from tests.contexts.policy_library.in_force import put_in_force

pytestmark = pytest.mark.django_db
LATER = DAY + dt.timedelta(days=10)


def test_a_decision_of_a_past_day_comes_out_again_under_its_own_version(town: Town, city_officer: Actor) -> None:
    first = actions.determine_city(SYSTEM, cause="第一次")
    old_version = policy.pack_in_use().version_id
    with clock.frozen(LATER):
        put_in_force(
            {"parameters": {"allowance_80": [{"from": "2026-11-01", "value": "300.00", "source": "assumed", "note": ""}]}}
        )
        Person.objects.filter(id=town.wife).update(facts={"alive": False})
        second = actions.determine_city(SYSTEM, cause="第二次")
        household = actions.determine_households(SYSTEM, household_ids=[town.home], cause="一户")
        past = queries.recompute_decision(city_officer, person_id=town.wife, on=DAY)
        assert (past.run_id, past.pack_version_id, past.as_of, past.same) == (first, old_version, DAY, True)
        assert past.stored == past.again
        newest = queries.recompute_decision(city_officer, person_id=town.wife)
        assert (newest.run_id, newest.same) == (household, True)
        assert newest.pack_version_id != old_version
        named = queries.recompute_decision(city_officer, person_id=town.husband, run_id=second)
        assert (named.run_id, named.same) == (second, True)
        for run, decisions in ((first, 4), (second, 3)):
            again = queries.recompute_run(city_officer, run_id=run)
            assert (again.decisions, again.different, again.same) == (decisions, 0, True)


def test_an_altered_decision_rule_or_snapshot_is_found(town: Town, city_officer: Actor) -> None:
    run = actions.determine_city(SYSTEM, cause="第一次")
    row = Decision.objects.get(run_id=run, person_id=town.wife)
    Decision.objects.filter(id=row.id).update(amounts=[each + 1 for each in row.amounts])
    found = queries.recompute_decision(city_officer, person_id=town.wife)
    assert (found.same, found.stored == found.again) == (False, False)
    again = queries.recompute_run(city_officer, run_id=run)
    assert (again.different, again.people, again.same) == (1, (town.wife,), False)
    Run.objects.filter(id=run).update(rulebook_hash="0" * 64)
    assert queries.recompute_decision(city_officer, person_id=town.poor).rules_unchanged is False
    snapshot = Snapshot.objects.get(kind="city")
    path = Path(settings.VAR) / "snapshots" / snapshot.path
    content = path.read_bytes()
    path.write_bytes(content + b"0")
    assert queries.recompute_decision(city_officer, person_id=town.poor).snapshot_unchanged is False
    path.unlink()
    with pytest.raises(SnapshotMissing):
        queries.recompute_decision(city_officer, person_id=town.stranger, run_id=run)
    path.write_bytes(content)


def test_nobody_recomputes_what_they_may_not_see(town: Town, clerk: Actor) -> None:
    run = actions.determine_city(SYSTEM, cause="第一次")
    with pytest.raises(NoDecisionYet):
        queries.recompute_decision(clerk, person_id=town.stranger)
    with pytest.raises(NoDecisionYet):
        queries.recompute_decision(clerk, person_id=town.wife, on=DAY - dt.timedelta(days=1))
    with pytest.raises(AccessDenied):
        queries.recompute_run(clerk, run_id=run)
    with pytest.raises(NoDecisionYet):
        queries.recompute_run(SYSTEM, run_id=run + 100)
