"""What the departments differ on: who, about what, who says what and which statement counts; and how many, by fact, area and departments."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from songhe.contexts.people.access import visible_to
from songhe.contexts.people.models import Person, Record
from songhe.contexts.people.queries.dictionary import variables
from songhe.contexts.people.queries.person import FactView, fact_views
from songhe.contexts.people.queries.precedence import lasting_days
from songhe.contexts.people.queries.search_people import PersonBrief, briefs
from songhe.contexts.people.words import DERIVED, DISPUTED_FACT
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.paging import Page, cursor_of, keys_of
from songhe.foundation.work_items import find_open

MOST = 200


@dataclass(frozen=True, slots=True)
class Dispute:
    """One person and one fact on which departments differ. `asked` is the department that has been asked to check it, empty where none was."""

    person: PersonBrief
    fact: FactView
    asked: str


@dataclass(frozen=True, slots=True)
class DisputeCount:
    """How many people the departments differ about: for a fact, or for a fact and two departments (`departments` empty for all)."""

    variable: str
    label: str
    departments: tuple[str, ...]
    people: int


def dispute_key(person_id: int, variable: str) -> str:
    """The key of the work item that asks a department about it."""
    return f"{DISPUTED_FACT}:{person_id}:{variable}"


def disputes(
    actor: Actor,
    *,
    variable: str = "",
    area_path: str = "",
    departments: Sequence[str] = (),
    after: str | None = None,
    limit: int = 50,
) -> Page[Dispute]:
    """The disputes in the actor's areas by community and name; all of one person stand on one page, so a page may hold a few more.

    `departments` (two) narrows it to facts on which just these two differ.
    """
    require(actor, Right.SEE_PEOPLE)
    limit = max(1, min(limit, MOST))
    rows = _disputed(actor, area_path, variable)
    if len(departments) == 2:
        rows = rows.filter(id__in=_differing(rows, departments, variable))
    if after is not None:
        path, name, number = keys_of(after, str, str, int)
        rows = rows.extra(where=["(person.area_path, person.name, person.id) > (%s, %s, %s)"], params=[path, name, number])
    found = list(rows.select_related("area__parent").order_by("area_path", "name", "id")[: limit + 1])
    people, last = found[:limit], found[limit - 1] if len(found) > limit else None
    facts = _facts(people)
    lines = [
        (brief, fact)
        for person, brief in zip(people, briefs(people), strict=True)
        for fact in facts[person.id]
        if variable in ("", fact.variable) and _between(fact, departments)
    ]
    asked = find_open(keys=[dispute_key(brief.id, fact.variable) for brief, fact in lines])
    items = tuple(Dispute(brief, fact, asked.get(dispute_key(brief.id, fact.variable), "")) for brief, fact in lines)
    return Page(items, cursor_of(last.area_path, last.name, last.id) if last is not None else None)


def dispute_counts(actor: Actor, *, area_path: str = "") -> tuple[DisputeCount, ...]:
    """Per fact the people whom departments differ about, most first; after each fact its pairs of departments."""
    require(actor, Right.SEE_PEOPLE)
    try:
        statement, values = _disputed(actor, area_path, "").values_list("id", flat=True).query.sql_with_params()
    except EmptyResultSet:  # an area outside the actor's
        return ()
    people: dict[str, int] = {}
    pairs: dict[str, list[DisputeCount]] = {}
    labels = {name: variable.label for name, variable in variables("person").items()}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS.format(ids=statement), (*values, *_terms()))
        for variable, first, second, count in cursor.fetchall():
            if first is None:
                people[variable] = count
            else:
                pairs.setdefault(variable, []).append(DisputeCount(variable, labels[variable], (first, second), count))
    ordered = sorted(people.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        line
        for variable, count in ordered
        for line in (
            DisputeCount(variable, labels[variable], (), count),
            *sorted(pairs.get(variable, ()), key=lambda pair: (-pair.people, pair.departments)),
        )
    )


def dispute_areas(actor: Actor, *, depth: int, area_path: str = "") -> Mapping[str, int]:
    """How many people are disputed about by area of that depth (2: towns of a county, say): path -> people."""
    require(actor, Right.SEE_PEOPLE)
    found: dict[str, int] = {}
    for path in _disputed(actor, area_path, "").values_list("area_path", flat=True).iterator(chunk_size=5000):
        town = "/".join(path.split("/")[:depth]) + "/"
        found[town] = found.get(town, 0) + 1
    return found


def _disputed(actor: Actor, area_path: str, variable: str) -> QuerySet[Person]:
    rows = visible_to(actor, area_path=area_path).filter(~Q(disputed=[]))
    return rows.filter(disputed__contains=[variable]) if variable else rows


# The latest statement of each department about each disputed fact, while it is valid.
_LATEST = """
    SELECT DISTINCT ON (d.id, d.variable, r.department) d.id, d.variable, r.department, r.values -> d.variable AS said
    FROM (SELECT p.id, unnest(p.disputed) AS variable FROM person p WHERE p.id IN ({ids})) d
    JOIN LATERAL (SELECT d.id AS written_as UNION ALL SELECT s.id FROM person s WHERE s.stands_for_id = d.id) w ON TRUE
    JOIN department_record r ON r.person_id = w.written_as AND r.values ? d.variable
    WHERE r.department <> %s AND (r.note = '' OR r.batch_id IS NOT NULL)
      AND r.stated_on + coalesce((%s::jsonb ->> d.variable)::int, 1000000) >= %s
    ORDER BY d.id, d.variable, r.department, r.stated_on DESC, r.id DESC
"""

_COUNTS = (
    "WITH latest AS MATERIALIZED ("
    + _LATEST
    + """)
SELECT variable, NULL, NULL, count(DISTINCT id) FROM latest GROUP BY variable
UNION ALL
SELECT a.variable, a.department, b.department, count(*) FROM latest a
JOIN latest b ON b.id = a.id AND b.variable = a.variable AND b.department > a.department AND b.said <> a.said
GROUP BY 1, 2, 3
"""
)

_BETWEEN = (
    "WITH latest AS MATERIALIZED ("
    + _LATEST
    + """)
SELECT DISTINCT a.id FROM latest a JOIN latest b ON b.id = a.id AND b.variable = a.variable AND b.said <> a.said
WHERE a.department = %s AND b.department = %s AND (%s = '' OR a.variable = %s)
"""
)


def _terms() -> tuple[str, str, dt.date]:
    return DERIVED, json.dumps(dict(lasting_days())), clock.today()


def _differing(rows: QuerySet[Person], departments: Sequence[str], variable: str) -> list[int]:
    """Those among the rows about whom these two departments differ."""
    try:
        statement, values = rows.values_list("id", flat=True).query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_BETWEEN.format(ids=statement), (*values, *_terms(), *departments, variable, variable))
        return [row[0] for row in cursor.fetchall()]


def _facts(people: Sequence[Person]) -> dict[int, list[FactView]]:
    """The disputed facts of each person with everything said about them; three queries however many people."""
    heads = {person.id: person.id for person in people}
    heads |= dict(Person.objects.filter(stands_for__in=list(heads)).values_list("id", "stands_for_id"))
    said: dict[int, list[Record]] = {}
    for record in Record.objects.filter(person_id__in=heads).order_by("stated_on", "id"):
        said.setdefault(heads[record.person_id or 0], []).append(record)
    return {
        person.id: [
            fact for fact in fact_views("person", person.facts, said.get(person.id, ())) if fact.variable in person.disputed
        ]
        for person in people
    }


def _between(fact: FactView, departments: Sequence[str]) -> bool:
    return len(departments) != 2 or set(departments) <= {fact.department, *(other.department for other in fact.others)}
