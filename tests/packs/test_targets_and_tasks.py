"""Every commitment and every task labelled by hand in a plan is in its city's pack, with the same number, date and unit."""

from __future__ import annotations

import re
from functools import cache

import pytest

from songhe.engines.policy.files import read_folder
from songhe.engines.policy.loading import Pack, load_pack
from songhe.engines.policy.pack import Target, Task
from tests.packs.reference import CITIES, PACKS, rows


@cache
def pack(city: str) -> Pack:
    return load_pack(read_folder(PACKS, city), city)


def target(city: str, name: str) -> Target:
    return next(entry for entry in pack(city).targets if entry.id == name)


def task(city: str, name: str) -> Task:
    return next(entry for entry in pack(city).tasks if entry.id == name)


def dated(when: str | None) -> str | None:
    """The date of a deadline; None for one without an end (every year, from a year on)."""
    return when if re.fullmatch(r"\d{4}(-\d{2}){0,2}", when or "") else None


@pytest.mark.parametrize(
    ("city", "targets", "tasks"),
    [("qingtongxia", 65, 50), ("xuchang", 65, 43), ("dawukou", 23, 29), ("qidong", 14, 22), ("weihai", 32, 31)],
)
def test_a_city_has_exactly_the_targets_and_tasks_of_its_plan(city: str, targets: int, tasks: int) -> None:
    assert [entry.id for entry in pack(city).targets] == [row["id"] for row in rows("targets") if row["city"] == city]
    assert sorted(entry.id for entry in pack(city).tasks) == sorted(row["id"] for row in rows("tasks") if row["city"] == city)
    assert (len(pack(city).targets), len(pack(city).tasks)) == (targets, tasks)


@pytest.mark.parametrize("city", CITIES.values())
def test_the_numbers_of_a_target_are_those_of_the_plan(city: str) -> None:
    keys = ("id", "value", "value_max", "unit", "comparator", "deadline", "clause", "responsible")
    expected = [tuple(row[key] for key in keys) for row in rows("targets") if row["city"] == city]
    found = []
    for row in rows("targets"):
        if row["city"] == city:
            t = target(city, row["id"])
            found.append((t.id, t.value, t.value_max, t.unit, t.comparator, t.deadline, t.cited.cite.clause, list(t.responsible)))
    assert found == expected


@pytest.mark.parametrize("city", CITIES.values())
def test_the_dates_and_offices_of_a_task_are_those_of_the_plan(city: str) -> None:
    expected = [(row["id"], row["clause"], row["responsible"], row["deadlines"]) for row in rows("tasks") if row["city"] == city]
    found = []
    for row in rows("tasks"):
        if row["city"] == city:
            t = task(city, row["id"])
            found.append((t.id, t.cited.cite.clause, list(t.responsible), [dated(deadline.date) for deadline in t.deadlines]))
    assert found == expected


@pytest.mark.parametrize("city", CITIES.values())
def test_a_restated_or_conflicting_target_names_one_that_exists(city: str) -> None:
    names = {entry.id for entry in pack(city).targets}
    for entry in pack(city).targets:
        assert entry.restates is None or entry.restates in names - {entry.id}
        assert set(entry.conflicts_with) <= names - {entry.id}


def test_the_lottery_share_stands_with_both_of_its_numbers() -> None:
    table, text = target("qingtongxia", "T000-24"), target("qingtongxia", "T000-60")
    assert (table.value, table.comparator, table.attribute, table.conflicts_with) == (55, "=", "约束性", ("T000-60",))
    assert (text.value, text.comparator, text.attribute, text.conflicts_with) == (85, ">=", None, ("T000-24",))


def test_only_the_vacancy_rate_goes_down() -> None:
    assert [entry.id for entry in pack("qingtongxia").targets if entry.direction == "down"] == ["T000-11", "T000-27"]
