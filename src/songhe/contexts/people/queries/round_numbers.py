"""What is known of the people a census round asks, community by community: how many, how old, of what health and means, what is missing or old.

One statement over persons and households for the facts, one over the departments' records for their age; both for a whole area at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection

from songhe.basics.ages import birth_cutoff
from songhe.contexts.people.models import CensusRound
from songhe.contexts.people.queries.dictionary import find_variable
from songhe.contexts.people.words import DERIVED
from songhe.foundation import clock

BANDS = (60, 70, 80, 90, 100)
HEALTH = ("ability_grade", "dementia", "chronic_disease", "disability_grade")
MEANS = ("assistance", "enterprise_retiree")
UNKNOWN = ""
ELDERS = """
    SELECT p.id, p.area_path, p.birth_date, p.sex, p.household_id, p.facts, h.facts AS shared
    FROM person p JOIN household h ON h.id = p.household_id
    WHERE p.area_path LIKE %(area)s AND p.stands_for_id IS NULL AND p.facts -> 'alive' IS DISTINCT FROM 'false'::jsonb
      AND p.birth_date <= %(born_by)s
"""
"""Whom a round asks: living heads of the area who have reached its age. Without a birth date nobody can be told to have."""

_CHOSEN = "AND p.id = ANY(%(ids)s::bigint[])"
_CHOSEN_OR_THEIRS = "AND (p.id = ANY(%(ids)s::bigint[]) OR p.stands_for_id = ANY(%(ids)s::bigint[]))"


@dataclass
class Numbers:
    """Whole numbers of people. `values` is fact -> stored value as text ("" where unknown) -> people; `known_income` people with a known
    income per head, `income` its sum in fen; `missing` and `old` fact -> people; `gaps` people with at least one of them."""

    people: int = 0
    male: int = 0
    female: int = 0
    ages: dict[str, int] = field(default_factory=dict)
    values: dict[str, dict[str, int]] = field(default_factory=dict)
    known_income: int = 0
    income: int = 0
    missing: dict[str, int] = field(default_factory=dict)
    old: dict[str, int] = field(default_factory=dict)
    gaps: int = 0


def asked_of(round: CensusRound, area_path: str, today: dt.date | None = None) -> dict[str, Any]:
    """The parameters of `ELDERS` and of the statements below, narrowed to an area of the round."""
    day = today or clock.today()
    own = [name for name in round.variables if (found := find_variable(name)) and found.entity == "person"]
    return {
        "area": (area_path if area_path.startswith(round.area_path) else round.area_path) + "%",
        "born_by": birth_cutoff(round.from_age, day),
        "fresh_from": day - dt.timedelta(days=round.refresh_days),
        "own": own,
        "shared": [name for name in round.variables if name not in own],
        "derived": DERIVED,
    }


_GAPS = """
WITH elders AS (ELDERS CHOSEN),
needed AS (
    SELECT e.id, e.area_path, v.name, e.facts ? v.name AS known FROM elders e CROSS JOIN unnest(%(own)s::text[]) AS v (name)
    UNION ALL
    SELECT e.id, e.area_path, v.name, e.shared ? v.name FROM elders e CROSS JOIN unnest(%(shared)s::text[]) AS v (name)
),
said AS (
    SELECT coalesce(p.stands_for_id, p.id) AS id, v.name, max(r.stated_on) AS day
    FROM person p JOIN department_record r ON r.person_id = p.id CROSS JOIN unnest(%(own)s::text[]) AS v (name)
    WHERE p.area_path LIKE %(area)s AND r.department <> %(derived)s AND r.values ? v.name THEIRS GROUP BY 1, 2
    UNION ALL
    SELECT e.id, v.name, max(r.stated_on)
    FROM elders e JOIN department_record r ON r.household_id = e.household_id CROSS JOIN unnest(%(shared)s::text[]) AS v (name)
    WHERE r.department <> %(derived)s AND r.values ? v.name GROUP BY 1, 2
)
SELECT n.id, n.area_path, n.name, n.known, s.day FROM needed n LEFT JOIN said s ON s.id = n.id AND s.name = n.name
WHERE NOT n.known OR s.day IS NULL OR s.day < %(fresh_from)s
"""
"""Every fact of the round that is missing or old: a `Gap`."""


class Gap(NamedTuple):
    """A fact of a person that is missing or, where it is known, old. `said_on`: when a department last said it, None where none did."""

    person_id: int
    area_path: str
    variable: str
    known: bool
    said_on: dt.date | None


_OF_PERSON = "r.person_id = ANY (ARRAY(SELECT person.id UNION ALL SELECT o.id FROM person o WHERE o.stands_for_id = person.id))"
_OF_HOUSEHOLD = "r.household_id = person.household_id"


def with_gaps(round: CensusRound) -> tuple[str, list[object]]:
    """A condition on one row of `person` with its parameters: a fact of the round is missing or old, today.

    Told of nobody more than a page needs, so it has to be cheap for one: the records are read once, with one question a fact.
    """
    told = asked_of(round, round.area_path)
    parts: list[str] = []
    values: list[object] = []
    for names, has, subject in (
        (told["own"], "NOT person.facts ?& %s::text[]", _OF_PERSON),
        (told["shared"], "(SELECT NOT h.facts ?& %s::text[] FROM household h WHERE h.id = person.household_id)", _OF_HOUSEHOLD),
    ):
        if names:
            said = " AND ".join(["bool_or(r.values ? %s)"] * len(names))
            fresh = f"SELECT {said} FROM department_record r WHERE {subject} AND r.department <> %s AND r.stated_on >= %s"  # noqa: S608 - parts of our own
            parts += [has, f"NOT coalesce(({fresh}), FALSE)"]
            values += [names, *names, told["derived"], told["fresh_from"]]
    return f"({' OR '.join(parts)})", values


def gaps(round: CensusRound, area_path: str, person_ids: Sequence[int] | None = None) -> list[Gap]:
    """Every fact of the round that is missing or older than the round allows, in the area (of these people)."""
    some = person_ids is not None
    statement = (
        _GAPS.replace("ELDERS", ELDERS)
        .replace("CHOSEN", _CHOSEN if some else "")
        .replace("THEIRS", _CHOSEN_OR_THEIRS if some else "")
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, asked_of(round, area_path) | {"ids": list(person_ids or ())})
        return [Gap._make(row) for row in cursor.fetchall()]


def numbers(round: CensusRound, area_path: str) -> dict[str, Numbers]:
    """Community -> its numbers today."""
    found: dict[str, Numbers] = {}
    _people(round, area_path, found)
    for variable in (*HEALTH, *MEANS):
        for path, value, people in _values(round, area_path, variable):
            found[path].values.setdefault(variable, {})[value] = people
    with_gaps: dict[str, set[int]] = {}
    for gap in gaps(round, area_path):
        cell = found[gap.area_path].old if gap.known else found[gap.area_path].missing
        cell[gap.variable] = cell.get(gap.variable, 0) + 1
        with_gaps.setdefault(gap.area_path, set()).add(gap.person_id)
    for path, some in with_gaps.items():
        found[path].gaps = len(some)
    return found


def _people(round: CensusRound, area_path: str, found: dict[str, Numbers]) -> None:
    """People by sex and age, and what is known of their households' income."""
    day = clock.today()
    cuts = [birth_cutoff(age, day) for age in BANDS]
    bands = ", ".join(f"count(*) FILTER (WHERE birth_date <= %(cut{k})s)" for k in range(len(BANDS)))
    statement = f"""
        SELECT area_path, count(*), count(*) FILTER (WHERE sex = 'male'), count(*) FILTER (WHERE sex = 'female'),
               count(*) FILTER (WHERE shared ? 'income_per_head'), coalesce(sum((shared ->> 'income_per_head')::bigint), 0), {bands}
        FROM ({ELDERS}) AS elders GROUP BY area_path"""  # noqa: S608 - parts of our own
    values = asked_of(round, area_path) | {f"cut{k}": cut for k, cut in enumerate(cuts)}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for path, people, male, female, known, income, *reached in cursor.fetchall():
            found[path] = Numbers(people, male, female, _by_band(reached, people), {}, known, int(income))


def _by_band(reached: Sequence[int], people: int) -> dict[str, int]:
    """People of each band of ten years, from how many have reached each age; those below the first band stand under "0"."""
    ends = [*reached[1:], 0]
    found = {str(age): at - end for age, at, end in zip(BANDS, reached, ends, strict=True)}
    return {"0": people - reached[0], **found} if people > reached[0] else found


def _values(round: CensusRound, area_path: str, variable: str) -> list[tuple[str, str, int]]:
    statement = f"SELECT area_path, coalesce(facts ->> %(variable)s, ''), count(*) FROM ({ELDERS}) AS elders GROUP BY 1, 2"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, asked_of(round, area_path) | {"variable": variable})
        return [(row[0], row[1], row[2]) for row in cursor.fetchall()]
