"""Every decision that was ever stored comes out again byte by byte: of the city, of households, after appeals, under versions rolled back."""

from __future__ import annotations

import datetime as dt

from songhe.contexts.entitlements import actions, queries
from songhe.contexts.entitlements.models import Decision, Run
from songhe.contexts.people.models import Household
from songhe.contexts.places.models import Area
from songhe.contexts.policy_library import actions as pack_actions
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import SYSTEM, Actor
from tests.contexts.entitlements.grant_people import CIVIL, POLICE, at, known, say
from tests.contexts.entitlements.test_grants import active, on, village
from tests.contexts.entitlements.test_rulings import judge_of, won
from tests.contexts.policy_library.conftest import officer, simulated

__all__ = ["village"]


def put_in_force(draft: policy.DraftBrief) -> None:
    """Approved by two, the draft decides from today."""
    ready = simulated(draft)
    for number in (12, 13):
        pack_actions.approve_draft(officer(number), draft_id=ready.id, seal=ready.seal)


def city(cause: str) -> int:
    return actions.determine_city(SYSTEM, cause=cause)


def test_every_stored_decision_comes_out_again(village: Area, clerk: Actor, city_officer: Actor) -> None:
    first = policy.pack_in_use().version_id
    with on("2026-04-10"):
        old = at(village, "赵奶奶", "1940-05-05")
        hard_up = at(village, "钱奶奶", "1950-05-05", assistance="none")
        unsure = at(village, "孙爷爷", "1946-04-11", ability_grade=None, unable_self_care=None)
        home = Household.objects.get(id=old.household_id)
        type(old).objects.filter(id=hard_up.id).update(household=home)  # two in one home: one decision depends on the other
        cities = [city("第一次")]
        active(old)
        won(clerk, judge_of(city_officer), hard_up, actions.Override(dt.date(2026, 4, 1), 8_000))
    with on("2026-04-11"):  # a birthday, a correction by an appeal
        known(unsure)
        filed = actions.file_appeal(
            clerk, person_id=old.id, benefit="service_subsidy", by_name="赵", relation="本人", reason="是低保"
        )
        actions.decide_appeal(
            judge_of(city_officer), appeal_id=filed.appeal_id, uphold=True, because="有低保证",
            corrections=[actions.Correction("assistance", "dibao", dt.date(2026, 4, 1))],
        )  # fmt: skip
    with on("2026-04-12"):  # other values, then the earlier version again
        draft = pack_actions.draft_parameter(
            officer(11), name="allowance_80", value="150.00", valid_from=dt.date(2026, 4, 1), note="按文件调整"
        )
        put_in_force(draft)
        cities.append(city("标准提高"))
        known(old, unsure)
    with on("2026-04-13"):
        put_in_force(pack_actions.draft_rollback(officer(11), version_id=first, reason="文件撤回"))
        say(unsure, POLICE, "2026-04-13", alive=False, death_date="2026-04-12")
        say(old, CIVIL, "2026-04-13", ability_grade=3)
        cities.append(city("恢复以前的标准"))
        known(old)
        assert policy.pack_in_use().version_id != first
    with on("2026-06-01"):
        runs = {run.id: run for run in Run.objects.filter(published_at__isnull=False)}
        kinds = {(run.kind, run.pack_version_id) for run in runs.values()}
        assert len(kinds) == 6  # the city and households, each under three versions
        versions = {version for _, version in kinds}
        assert [policy.rulebook_of(v, dt.date(2026, 4, 12)).hash for v in sorted(versions)][0::2] == [
            policy.rulebook_of(first, dt.date(2026, 4, 12)).hash
        ] * 2
        decided = list(Decision.objects.filter(run__in=runs).values_list("person_id", "run_id"))
        assert {person for person, _ in decided} >= {old.id, hard_up.id, unsure.id}
        for person, run in decided:
            again = queries.recompute_decision(SYSTEM, person_id=person, run_id=run)
            assert (again.same, again.stored == again.again, again.rules_unchanged, again.snapshot_unchanged) == (True,) * 4
            assert queries.decision(SYSTEM, person_id=person, run_id=run).reproduced
        assert [queries.recompute_run(SYSTEM, run_id=run).same for run in cities] == [True, True, True]
        on_the_day = {day: queries.recompute_decision(SYSTEM, person_id=old.id, on=dt.date(2026, 4, day)) for day in (10, 12, 13)}
        amounts = [_allowance(each.run_id, old.id) for each in on_the_day.values()]
        assert amounts == [10_000, 15_000, 10_000]


def _allowance(run_id: int, person_id: int) -> int:
    row = Decision.objects.select_related("run").get(run=run_id, person=person_id)
    return row.amounts[row.run.benefits.index("age_allowance")]
