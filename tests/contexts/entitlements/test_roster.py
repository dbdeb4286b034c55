"""The roster follows every run: who comes on, who goes off and why, who stays because nothing can be told."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connections, transaction

from songhe.contexts.entitlements import actions, queries
from songhe.contexts.entitlements.models import RosterCount, RosterEntry, RosterRule
from songhe.contexts.entitlements.words import EXIT_REASON_LABELS, ExitReason, RosterState, town_of
from songhe.contexts.people.models import Person
from songhe.contexts.places.models import Area
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor
from songhe.foundation.errors import NotFound
from tests.contexts.entitlements.conftest import CITY, DAY, OTHER_TOWN, TOWN, Town
from tests.contexts.policy_library.in_force import put_in_force


def standing(person: int) -> set[str]:
    """The rules by which a person stands on the roster; those that cannot be told end with a question mark."""
    rows = RosterEntry.objects.filter(person_id=person, left_on=None).select_related("rule")
    return {row.rule.name + ("?" if row.unsure_since else "") for row in rows}


def change(person: int, **facts: object) -> None:
    found = Person.objects.get(id=person)
    found.facts = {name: value for name, value in (found.facts | facts).items() if value is not None}
    found.save()


def decide(how: str, person: int) -> None:
    if how == "city":
        actions.determine_city(SYSTEM, cause="全市")
    else:
        actions.determine_households(SYSTEM, household_ids=(Person.objects.get(id=person).household_id,), cause="一户")


def ended(person: int, rule: str) -> tuple[ExitReason, str, str]:
    row = RosterEntry.objects.exclude(left_on=None).get(person_id=person, rule__name=rule)
    return ExitReason(str(row.left_reason)), row.left_condition, row.left_because


def counted() -> dict[tuple[str, str], tuple[int, int]]:
    """The stored counts, and beside them the same counted from the rows: they must be equal."""
    rows: dict[tuple[str, str], list[int]] = {}
    people: dict[tuple[int, str], bool] = {}
    for entry in RosterEntry.objects.filter(left_on=None).select_related("rule"):
        cell = rows.setdefault((entry.rule.name, entry.area_path), [0, 0])
        cell[entry.unsure_since is not None] += 1
        key = (entry.person_id, entry.area_path)
        people[key] = people.get(key, False) or entry.unsure_since is None
    for (_, path), sure in people.items():
        rows.setdefault(("", path), [0, 0])[not sure] += 1
    stored = {
        (count.rule.name if count.rule else "", count.area_path): (count.sure, count.unsure)
        for count in RosterCount.objects.select_related("rule")
        if count.sure or count.unsure
    }
    assert stored == {key: tuple(cell) for key, cell in rows.items()}
    return stored


def test_a_city_run_puts_people_on_by_each_rule(town: Town, city_officer: Actor) -> None:
    actions.determine_city(SYSTEM, cause="第一次")
    assert {"age_allowance", "health_check", "legal_aid_channel"} <= standing(town.wife)
    assert "age_allowance" not in standing(town.husband)
    assert {"special_difficulty", "hard_up", "monthly_visit"} <= standing(town.poor)
    assert "special_difficulty" not in standing(town.wife)
    assert "care_subsidy" not in standing(town.poor)  # cannot be told: puts nobody on
    line = next(line for line in queries.roster_of(city_officer, person_id=town.wife) if line.rule.name == "age_allowance")
    assert (line.state, line.entered_on, line.person_id) == (RosterState.SURE, DAY, town.wife)
    assert (line.rule.title, line.rule.services) == ("高龄老年人生活津贴", ("高龄津贴",))
    assert counted()["age_allowance", f"{TOWN}640381001001/"] == (1, 0)


def test_the_same_run_again_changes_no_row(town: Town) -> None:
    actions.determine_city(SYSTEM, cause="第一次")
    before = sorted(RosterEntry.objects.values_list())
    rules = sorted(RosterRule.objects.values_list())
    actions.determine_city(SYSTEM, cause="再来一次")
    for person in (town.wife, town.poor, town.stranger):
        decide("household", person)
    assert sorted(RosterEntry.objects.values_list()) == before
    assert sorted(RosterRule.objects.values_list()) == rules
    counted()


@pytest.mark.parametrize("how", ["city", "household"])
def test_death_takes_off_by_every_rule_and_nothing_is_deleted(town: Town, how: str) -> None:
    actions.determine_city(SYSTEM, cause="第一次")
    by = standing(town.wife)
    change(town.wife, alive=False)
    decide(how, town.wife)
    assert standing(town.wife) == set()
    rows = RosterEntry.objects.filter(person_id=town.wife)
    assert {row.left_reason for row in rows} == {"died"}
    assert {(row.left_on, row.entered_on) for row in rows} == {(DAY, DAY)}
    assert RosterEntry.objects.filter(person_id=town.wife).count() == len(by)
    counted()
    change(town.wife, alive=True)
    decide(how, town.wife)
    assert standing(town.wife) == by
    assert RosterEntry.objects.filter(person_id=town.wife).count() == 2 * len(by)
    counted()


@pytest.mark.parametrize("how", ["city", "household"])
def test_every_exit_names_its_reason_and_the_condition(town: Town, how: str) -> None:
    actions.determine_city(SYSTEM, cause="第一次")
    change(town.wife, birth_date="1950-06-01")
    change(town.stranger, registered_here=False)
    change(town.poor, assistance="none", lives_alone=False, empty_nest=False, ability_grade=0)
    for person in (town.wife, town.stranger, town.poor):
        decide(how, person)
    assert ended(town.wife, "age_allowance") == (ExitReason.AGE, "age", "还没有满80周岁")
    assert ended(town.stranger, "age_allowance") == (ExitReason.MOVED, "registered", "不是本市户籍")
    assert ended(town.poor, "hard_up") == (ExitReason.FACT_CHANGED, "hard_up", "不属于经济困难老年人")
    assert ended(town.poor, "monthly_visit")[0] is ExitReason.FACT_CHANGED
    assert EXIT_REASON_LABELS.keys() == set(ExitReason)
    counted()


@pytest.mark.parametrize("how", ["city", "household"])
def test_cannot_tell_takes_nobody_off_but_marks_the_entry(town: Town, how: str, city_officer: Actor) -> None:
    actions.determine_city(SYSTEM, cause="第一次")
    change(town.stranger, registered_here=None)
    decide(how, town.stranger)
    assert "age_allowance?" in standing(town.stranger)
    assert counted()["age_allowance", f"{OTHER_TOWN}640381002001/"] == (0, 1)
    unsure = queries.roster(city_officer, state="unsure", rule="age_allowance").items
    assert [(line.person_id, line.unsure_since, line.state) for line in unsure] == [(town.stranger, DAY, RosterState.UNSURE)]
    change(town.stranger, registered_here=True)
    decide(how, town.stranger)
    assert "age_allowance" in standing(town.stranger)
    assert not RosterEntry.objects.filter(unsure_since__isnull=False).exists()
    counted()


@pytest.mark.parametrize("how", ["city", "household"])
def test_a_changed_rule_is_the_reason_where_the_person_has_not_changed(town: Town, how: str) -> None:
    actions.determine_city(SYSTEM, cause="第一次")
    assert "special_difficulty" in standing(town.poor)
    change(town.poor, assistance="expenditure")
    actions.determine_city(SYSTEM, cause="改了救助类别")
    assert ended(town.poor, "hard_up")[0] is ExitReason.FACT_CHANGED
    put_in_force({"readings": {"hard_up": "all_kinds"}})
    decide("city", town.poor)
    assert "hard_up" in standing(town.poor)
    put_in_force({"readings": {"hard_up": "three_kinds"}})
    decide(how, town.poor)
    reasons = (
        RosterEntry.objects.filter(person_id=town.poor, rule__name="hard_up").order_by("id").values_list("left_reason", flat=True)
    )
    assert list(reasons) == ["fact_changed", "rule_changed"]
    counted()


@pytest.mark.parametrize("how", ["city", "household"])
def test_entries_follow_their_person_to_another_town(town: Town, how: str, clerk: Actor) -> None:
    actions.determine_city(SYSTEM, cause="第一次")
    seen = {line.person_id for line in queries.roster(clerk).items}
    assert seen == {town.wife, town.husband, town.poor}
    there = Area.objects.get(path=f"{OTHER_TOWN}640381002001/")
    Person.objects.filter(id=town.poor).update(area=there, area_path=there.path)
    decide(how, town.poor)
    assert {line.person_id for line in queries.roster(clerk).items} == {town.wife, town.husband}
    assert queries.roster_of(clerk, person_id=town.poor) == ()
    counted()


def test_a_rule_that_the_pack_drops_ends_for_everybody(town: Town) -> None:
    actions.determine_city(SYSTEM, cause="第一次")
    gone = RosterRule.objects.create(kind="group", name="of_old", title="过去的对象")
    run = RosterEntry.objects.all()[0].entered_run
    RosterEntry.objects.create(person_id=town.wife, rule=gone, area_path=f"{TOWN}640381001001/", entered_on=DAY, entered_run=run)
    actions.determine_city(SYSTEM, cause="再来一次")
    assert ended(town.wife, "of_old") == (ExitReason.RULE_ENDED, "", "")


def test_a_newer_household_run_is_not_undone_by_a_city_run_that_began_before(town: Town) -> None:
    actions.determine_city(SYSTEM, cause="第一次")

    def meanwhile(done: int, total: int, step: str) -> None:
        if done == 1:  # the snapshot is taken: the wife still lives in it
            change(town.wife, alive=False)
            decide("household", town.wife)

    actions.determine_city(SYSTEM, cause="第二次", progress=meanwhile)
    assert standing(town.wife) == set()
    counted()


def test_counts_and_lists_keep_to_the_area(town: Town, city_officer: Actor, clerk: Actor) -> None:
    actions.determine_city(SYSTEM, cause="第一次")
    everywhere, here = queries.roster_counts(city_officer), queries.roster_counts(clerk)
    assert everywhere.everybody.total == 4
    assert here.everybody.total == 3
    assert [(tally.area_path, tally.total) for tally in everywhere.by_town] == [(TOWN, 3), (OTHER_TOWN, 1)]
    assert [tally.area_path for tally in here.by_town] == [TOWN]
    assert queries.roster_counts(clerk, area_path=OTHER_TOWN).everybody.total == 0
    assert queries.roster(clerk, area_path=OTHER_TOWN).items == ()
    for tally in everywhere.by_rule:
        assert tally.rule is not None
        assert len(queries.roster(city_officer, rule=tally.rule.name, limit=200).items) == tally.total
    assert {town_of(line.area_path) for line in queries.roster(clerk).items} == {TOWN}
    with pytest.raises(NotFound):
        queries.roster(city_officer, rule="no_such_rule")
    with pytest.raises(NotFound):
        queries.roster(city_officer, state="gone")


def test_pages_of_the_roster_follow_each_other(town: Town, city_officer: Actor) -> None:
    actions.determine_city(SYSTEM, cause="第一次")
    change(town.wife, alive=False)
    actions.determine_city(SYSTEM, cause="第二次")
    for state in ("", "left"):
        whole = queries.roster(city_officer, state=state, limit=200)
        assert whole.next is None
        found, after = [], None
        while True:
            page = queries.roster(city_officer, state=state, limit=3, after=after)
            found += page.items
            if (after := page.next) is None:
                break
        assert [line.id for line in found] == [line.id for line in whole.items]
        assert len(found) > 3


def test_one_open_entry_per_person_and_rule_is_a_constraint(town: Town) -> None:
    actions.determine_city(SYSTEM, cause="第一次")
    entry = RosterEntry.objects.filter(person_id=town.wife)[0]
    with pytest.raises(IntegrityError, match="roster_entry_one_open"), transaction.atomic():
        RosterEntry.objects.create(
            person_id=entry.person_id,
            rule_id=entry.rule_id,
            area_path=entry.area_path,
            entered_on=DAY,
            entered_run_id=entry.entered_run_id,
        )
    with pytest.raises(IntegrityError, match="roster_entry_left_with_reason"), transaction.atomic():
        RosterEntry.objects.filter(id=entry.id).update(left_on=DAY)
    with pytest.raises(IntegrityError, match="roster_entry_left_after"), transaction.atomic():
        RosterEntry.objects.filter(id=entry.id).update(
            left_on=DAY - dt.timedelta(days=1), left_reason="died", left_run_id=entry.entered_run_id
        )


@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_one_entry_each(town: Town) -> None:
    """Two household runs and a city run of the same people race; the counts stay those of the rows."""
    gate, problems = threading.Barrier(3), list[BaseException]()

    def run(how: str) -> None:
        gate.wait()
        try:
            with clock.frozen(DAY):
                decide(how, town.poor)
        except BaseException as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(how,)) for how in ("household", "household", "city")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    assert "special_difficulty" in standing(town.poor)
    rules = [row.rule_id for row in RosterEntry.objects.filter(person_id=town.poor)]
    assert len(rules) == len(set(rules))
    counted()
    assert not RosterEntry.objects.filter(area_path=CITY).exists()
