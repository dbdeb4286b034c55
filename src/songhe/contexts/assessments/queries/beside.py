"""What departments know of a person that stands beside an assessment: grades of others, and the yearly health check."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.basics.ages import months_before
from songhe.contexts.assessments.queries.persons import AssessedPerson
from songhe.contexts.assessments.queries.rules import rule
from songhe.contexts.assessments.words import BESIDE, HEALTH_CHECK, MAIN_FACT
from songhe.contexts.people import facts as people
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock


@dataclass(frozen=True, slots=True)
class GradeBeside:
    """A grade as it counts among the person's facts: whose it is and since when. `main`: the civil affairs' own."""

    fact: str
    label: str
    grade: int
    department: str
    stated_on: dt.date | None
    main: bool


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """Whether the yearly health check is due, so that one visit may serve both. `last_on` is None where nobody has said; it never forces."""

    due: bool
    last_on: dt.date | None
    why: str


def grades_beside(person: AssessedPerson) -> tuple[GradeBeside, ...]:
    """The civil affairs' grade and those of others, each as it counts today."""
    home = _home(person)
    if home is None:
        return ()
    values = home.persons[home.person_ids.index(person.id)]
    sources = home.sources.get(person.id, {})
    labels = policy.pack_in_use().pack.variables.get("person", {})
    found: list[GradeBeside] = []
    for name in (MAIN_FACT, *BESIDE):
        value, said = values.get(name), sources.get(name)
        if isinstance(value, int) and name in labels:
            department, day = (said.department, said.stated_on) if said else (labels[name].owner, None)
            found.append(GradeBeside(name, labels[name].label, value, department, day, name == MAIN_FACT))
    return tuple(found)


def health_check(person: AssessedPerson) -> HealthCheck:
    """Due from the age of the yearly check on, where the last one is long ago or nobody has said when it was."""
    age, home = rule("health_check_age"), _home(person)
    if person.age is None or person.age < age:
        return HealthCheck(False, None, f"不满{age}周岁，没有每年一次的健康体检。")
    told = home.persons[home.person_ids.index(person.id)].get(HEALTH_CHECK) if home is not None else None
    last = dt.date.fromisoformat(str(told)) if told else None
    if last is None:
        return HealthCheck(True, None, "没有查到最近一次体检的日期，可以和健康体检约在同一天。")
    due = last <= months_before(clock.today(), rule("health_check_months"))
    said = f"上一次体检是{last.year}年{last.month}月{last.day}日"
    return HealthCheck(due, last, f"{said}，该体检了，可以约在同一天。" if due else f"{said}，还不到下一次。")


def _home(person: AssessedPerson) -> people.HouseholdFacts | None:
    if person.household_id is None:
        return None
    home = next(iter(people.household_inputs([person.household_id])), None)
    return home if home is not None and person.id in home.person_ids else None
