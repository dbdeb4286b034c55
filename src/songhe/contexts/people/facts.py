"""What this context offers to determination and indicators: the facts that count, who said them, and the whole city in one statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from songhe.contexts.people.models import Household, Person, Record
from songhe.contexts.people.queries.contacts import homes_heard
from songhe.contexts.people.queries.facts_then import HouseholdHistory, household_histories, households_of, told_of_the_past
from songhe.contexts.people.queries.person import stated
from songhe.contexts.people.queries.settle import Stated, settle, settled_values, standing
from songhe.contexts.people.words import DERIVED
from songhe.foundation import clock

__all__ = [
    "CITY_SQL",
    "FactSource",
    "HouseholdFacts",
    "HouseholdHistory",
    "Stated",
    "household_histories",
    "household_inputs",
    "households_of",
    "settle",
    "settled_values",
    "sources_at",
    "standing",
    "told_of_the_past",
]

# One row a person (who stands for another is not one), households together.
# Columns: person_id, household_id, area_path (the person's), facts, household_facts (JSON by variable).
CITY_SQL = """
SELECT p.id AS person_id, p.household_id, p.area_path, p.facts::text AS facts, h.facts::text AS household_facts
FROM person p JOIN household h ON h.id = p.household_id WHERE p.stands_for_id IS NULL ORDER BY p.household_id, p.id
"""


@dataclass(frozen=True, slots=True)
class FactSource:
    """Who said a fact, and on which day."""

    department: str
    stated_on: dt.date


@dataclass(frozen=True, slots=True)
class HouseholdFacts:
    """A household with its members in the order of their ids. Facts are JSON by variable; absent means unknown.

    `sources` has for each person id the source of every variable that counts, household variables included.
    """

    household_id: int
    area_path: str
    person_ids: tuple[int, ...]
    names: tuple[str, ...]
    persons: tuple[Mapping[str, object], ...]
    household: Mapping[str, object]
    sources: Mapping[int, Mapping[str, FactSource]]


def household_inputs(household_ids: Collection[int]) -> list[HouseholdFacts]:
    """The households as they are now, in the order of their ids; unknown ids and households without members are left out."""
    homes = {h.id: h for h in Household.objects.filter(id__in=household_ids)}
    members: dict[int, list[Person]] = {}
    for person in Person.objects.filter(household_id__in=homes, stands_for=None).order_by("household_id", "id"):
        members.setdefault(person.household_id, []).append(person)
    sources = _sources([p for people in members.values() for p in people], None)
    return [
        HouseholdFacts(
            home_id, homes[home_id].area_path, tuple(p.id for p in people), tuple(p.name for p in people), tuple(p.facts for p in people),
            homes[home_id].facts, {p.id: sources[p.id] for p in people},
        )
        for home_id, people in members.items()
    ]  # fmt: skip


def sources_at(person_ids: Sequence[int], moment: dt.datetime) -> Mapping[int, Mapping[str, FactSource]]:
    """For each person the source of every variable that counted at the moment, their household's variables included.

    Whom others stand for is heard through them as well, as they are linked now.
    """
    return _sources(list(Person.objects.filter(id__in=person_ids)), moment)


def _sources(people: Sequence[Person], moment: dt.datetime | None) -> dict[int, dict[str, FactSource]]:
    received = {} if moment is None else {"received_at__lte": moment}
    on = clock.today() if moment is None else moment.astimezone(clock.CITY_ZONE).date()
    by_person: dict[int, list[Record]] = {}
    by_home: dict[int, list[Record]] = {}
    heads = {p.id: p.id for p in people}
    heads |= dict(Person.objects.filter(stands_for__in=list(heads)).values_list("id", "stands_for_id"))
    for record in Record.objects.filter(person_id__in=heads, **received).order_by("id"):
        head = heads[record.person_id or 0]
        if record.person_id == head or record.department != DERIVED:
            by_person.setdefault(head, []).append(record)
    own = {p.household_id: p.household_id for p in people}
    for record in Record.objects.filter(household_id__in=(heard := {**homes_heard(own), **own}), **received).order_by("id"):
        if record.household_id in own or record.department != DERIVED:
            by_home.setdefault(heard[record.household_id or 0], []).append(record)
    homes = {home_id: _counting(records, on) for home_id, records in by_home.items()}
    return {p.id: {**homes.get(p.household_id, {}), **_counting(by_person.get(p.id, []), on)} for p in people}


def _counting(records: Sequence[Record], on: dt.date) -> dict[str, FactSource]:
    return {name: FactSource(said.department, said.stated_on) for name, said in settle(stated(records), on).items()}
