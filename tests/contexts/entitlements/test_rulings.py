"""What an appeal gives against the rules: what is shown is what is due, named with its decision, until something else fails or its days are over."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.contexts.entitlements import actions, queries
from songhe.contexts.entitlements.models import Appeal, Due, Grant
from songhe.contexts.people.models import Person
from songhe.contexts.places.models import Area
from songhe.foundation.access import SYSTEM, Actor
from songhe.foundation.errors import InvalidInput
from tests.contexts.entitlements.grant_people import CIVIL, POLICE, at, dues, grant_of, known, newest, say
from tests.contexts.entitlements.test_grants import active, month, on, village

__all__ = ["village"]
SUBSIDY = "service_subsidy"


def judge_of(city_officer: Actor) -> Actor:
    return Actor(id=8, name="复核员", kind="user", grants=city_officer.grants)


def won(clerk: Actor, judge: Actor, person: Person, override: actions.Override, benefit: str = SUBSIDY) -> Grant:
    """An appeal is filed and upheld against the rules."""
    filed = actions.file_appeal(
        clerk, person_id=person.id, benefit=benefit, by_name=person.name, relation="本人", reason="家里失火"
    )
    actions.decide_appeal(judge, appeal_id=filed.appeal_id, uphold=True, because="临时困难", override=override)
    return grant_of(person, benefit)


def shown(actor: Actor, grant: Grant) -> tuple[str, int, str | None]:
    """State, amount and the day of the ruling, the same in the list and in the file of the grant."""
    file = queries.grant(actor, grant_id=grant.id)
    (line,) = [each for each in queries.grants(actor, limit=200).items if each.id == grant.id]
    assert line == file.line
    return line.state.value, line.amount, line.ruling.decided_on.isoformat() if line.ruling else None


def test_what_is_shown_is_what_is_due_whatever_run_follows(village: Area, clerk: Actor, city_officer: Actor) -> None:
    with on("2026-04-10"):
        person = at(village, "蒋奶奶", "1950-05-05", assistance="none")
        known(person)
        grant = won(clerk, judge_of(city_officer), person, actions.Override(dt.date(2026, 3, 1), 8_000))
        appeal = Appeal.objects.get()
        assert appeal.override_against == ["hard_up"]
        assert shown(clerk, grant) == ("active", 8_000, "2026-04-10")
        ruling = queries.grant(clerk, grant_id=grant.id).line.ruling
        assert ruling == queries.Ruling(str(appeal.public_id), dt.date(2026, 4, 10), "临时困难", dt.date(2026, 3, 1), None)
    with on("2026-05-10"):
        known(person)
        run = actions.determine_city(SYSTEM, cause="全市核算")
        actions.follow_run(SYSTEM, run_id=run)
        actions.open_month(SYSTEM, month=month("2026-05"))
        assert shown(clerk, grant) == ("active", 8_000, "2026-04-10")
        assert newest(grant) == {"2026-03": 8_000, "2026-04": 8_000, "2026-05": 8_000}
        may = Due.objects.get(grant=grant, period=month("2026-05"))
        assert may.reason == "按月计发（按2026年4月10日的申诉决定）"
        assert {part.get("appeal") for part in may.basis} == {appeal.id}
    with on("2026-06-10"):  # what was missing is so by now: the rules give more, the decision of the appeal still holds
        say(person, CIVIL, "2026-06-01", assistance="dibao")
        known(person)
        assert shown(clerk, grant) == ("active", 8_000, "2026-04-10")


def test_it_ends_with_the_month_in_which_another_condition_fails(village: Area, clerk: Actor, city_officer: Actor) -> None:
    with on("2026-04-10"):
        person = at(village, "沈奶奶", "1950-05-05", assistance="none")
        known(person)
        grant = won(clerk, judge_of(city_officer), person, actions.Override(dt.date(2026, 4, 1), 8_000))
    with on("2026-05-05"):
        actions.open_month(SYSTEM, month=month("2026-05"))
    with on("2026-05-20"):
        say(person, POLICE, "2026-05-12", registered_here=False, resident_here=True)
        known(person)
        grant.refresh_from_db()
        assert (grant.state, grant.until_on, grant.overridden_by_id) == ("ended", dt.date(2026, 5, 12), None)
        assert grant.ended_because == "2026年5月12日起不再发：不是本市户籍"
        assert newest(grant) == {"2026-04": 8_000, "2026-05": 8_000}
    with on("2026-06-05"):
        actions.open_month(SYSTEM, month=month("2026-06"))
        assert newest(grant) == {"2026-04": 8_000, "2026-05": 8_000}
        assert shown(clerk, grant) == ("ended", 8_000, None)


def test_its_days_over_the_rules_speak_again(village: Area, clerk: Actor, city_officer: Actor) -> None:
    with on("2026-04-10"):
        person = at(village, "韩奶奶", "1950-05-05", assistance="dibao")
        other = at(village, "杨奶奶", "1950-05-05", assistance="none")
        known(person, other)
        actions.apply_for(clerk, person_id=person.id, benefit=SUBSIDY, by_name="韩奶奶", documents=["身份证或户口簿"])
        until = actions.Override(dt.date(2026, 4, 1), 20_000, dt.date(2026, 6, 1))
        more, only = (won(clerk, judge_of(city_officer), each, until) for each in (person, other))
        assert [shown(clerk, each) for each in (more, only)] == [("active", 20_000, "2026-04-10")] * 2
    for day in ("2026-05-02", "2026-06-02"):
        with on(day):
            run = actions.determine_city(SYSTEM, cause="每日核算")
            actions.follow_run(SYSTEM, run_id=run)
            actions.open_month(SYSTEM, month=month(day[:7]))
    with on("2026-06-03"):
        assert [shown(clerk, each) for each in (more, only)] == [("active", 15_000, None), ("ended", 20_000, None)]
        only.refresh_from_db()
        assert only.ended_because == "2026年6月1日起不再发：2026年4月10日的申诉决定只到前一天"
        assert dues(more) == {"2026-04": [20_000], "2026-05": [20_000], "2026-06": [15_000]}
        assert dues(only) == {"2026-04": [20_000], "2026-05": [20_000]}


def test_a_ruling_may_raise_what_is_given_already_and_does_not_begin_later(
    village: Area, clerk: Actor, city_officer: Actor
) -> None:
    judge = judge_of(city_officer)
    with on("2026-04-10"):
        person = at(village, "朱奶奶", "1940-05-05")
        grant = active(person)
        with pytest.raises(InvalidInput, match="以后的日期"):
            won(clerk, judge, person, actions.Override(dt.date(2026, 5, 1), 12_000), "age_allowance")
        assert (Grant.objects.get().amount, Grant.objects.get().overridden_by) == (10_000, None)
        actions.withdraw_appeal(clerk, appeal_id=Appeal.objects.get().id, because="重写")
        assert won(clerk, judge, person, actions.Override(dt.date(2026, 4, 1), 12_000), "age_allowance").id == grant.id
        known(person)
        assert shown(clerk, grant) == ("active", 12_000, "2026-04-10")
    with on("2026-05-03"):
        actions.open_month(SYSTEM, month=month("2026-05"))
        assert newest(grant)["2026-05"] == 12_000
