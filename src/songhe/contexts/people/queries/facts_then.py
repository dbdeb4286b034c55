"""Facts as they are now known to have been on a past day: every statement by the day of which it speaks, whenever it was received.

A statement speaks of its own day and after; of a death from the day of death; a correction from the day since which it is so, where the
clerk said one. Birth date, sex and being alive hold for all earlier days. Of days before anything was said of a person nothing is known, or
(`lenient`) what was known on the first day. What no department said (size, county) is taken as it is now, as are the members.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import connection

from songhe.contexts.people.models import Household, Person, Record
from songhe.contexts.people.queries.contacts import homes_heard
from songhe.contexts.people.queries.person import is_correction
from songhe.contexts.people.queries.precedence import lasting_days, precedences
from songhe.contexts.people.queries.settle import Stated, settle_all
from songhe.contexts.people.words import DERIVED
from songhe.foundation import clock

TIMELESS = ("birth_date", "sex")
SINCE = "since"  # in a correction's identity: the day since which it is so


@dataclass(frozen=True, slots=True)
class Spoken:
    """A statement and the day from which it speaks."""

    stated: Stated
    since: dt.date


@dataclass(frozen=True, slots=True)
class HouseholdHistory:
    """All that was said of a household's present members and of itself. `now` are facts that nobody stated, as they are."""

    household_id: int
    area_path: str
    person_ids: tuple[int, ...]
    said: tuple[tuple[Spoken, ...], ...]
    now: tuple[Mapping[str, object], ...]
    said_of_home: tuple[Spoken, ...]
    home_now: Mapping[str, object]

    def days(self) -> frozenset[dt.date]:
        """Days on which something that was said begins to speak, or what expires ends."""
        found = set[dt.date]()
        for spoken in (*(s for member in self.said for s in member), *self.said_of_home):
            found.add(spoken.since)
            for name in spoken.stated.values:
                rule = precedences().get(name)
                if rule is not None and rule.expires and (days := lasting_days().get(name)) is not None:
                    found.add(spoken.stated.stated_on + dt.timedelta(days + 1))
        return frozenset(found)

    def facts_on(self, day: dt.date, *, lenient: bool) -> tuple[tuple[Mapping[str, object], ...], Mapping[str, object]]:
        """Facts of each member, and of the household, on the day."""
        members = tuple(_facts(said, now, day, lenient=lenient) for said, now in zip(self.said, self.now, strict=True))
        return members, _facts(self.said_of_home, self.home_now, day, lenient=lenient)


def _facts(said: Sequence[Spoken], now: Mapping[str, object], day: dt.date, *, lenient: bool) -> dict[str, object]:
    first = min((s.since for s in said if not _is_death(s)), default=day)
    on = max(day, first) if lenient else day
    heard = [s.stated for s in said if s.since <= (day if _is_death(s) else on)]
    facts = {**now, **settle_all(heard, on).facts}
    if len(heard) == len(said):
        return facts  # nothing was said of later days
    for spoken in sorted(said, key=lambda each: each.since):
        for name, value in spoken.stated.values.items():
            if name not in facts and (name in TIMELESS or (name == "alive" and value is True)):
                facts[name] = value
    if settle_all([s.stated for s in said], max(day, clock.today())).facts.get("alive") is True:
        facts["alive"] = True  # who is alive now was so before, whatever was once said
    elif "alive" not in facts and any(s.stated.values.get("alive") is False and s.since > day for s in said):
        facts["alive"] = True  # who dies later is alive before
    return facts


def _is_death(spoken: Spoken) -> bool:
    return spoken.stated.values.get("alive") is False


def households_of(person_ids: Collection[int]) -> list[int]:
    """The households in which these persons (or whom they stand for) live now, in order."""
    rows = Person.objects.filter(id__in=list(person_ids)).values_list("household_id", "stands_for__household_id")
    return sorted({head or own for own, head in rows})


_TOLD = """
WITH new AS (
    SELECT person_id, household_id FROM department_record
    WHERE received_at > %(since)s AND department <> %(derived)s AND (stated_on < %(before)s OR identity ?| ARRAY['death_date', 'since'])
)
SELECT coalesce(p.stands_for_id, p.id) FROM new JOIN person p ON p.id = new.person_id
UNION SELECT p.id FROM new JOIN person p ON p.household_id = new.household_id WHERE p.stands_for_id IS NULL
ORDER BY 1
"""


def told_of_the_past(*, since: dt.datetime, before: dt.date) -> list[int]:
    """Persons of whom (or of whose household) something was received after the moment that speaks of a day before this one."""
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, {"since": since, "before": before, "derived": DERIVED})
        return [row[0] for row in cursor.fetchall()]


def household_histories(household_ids: Collection[int]) -> list[HouseholdHistory]:
    """The households with all that was said of them, by number; those without members are left out."""
    homes = {h.id: h for h in Household.objects.filter(id__in=list(household_ids))}
    members: dict[int, list[Person]] = {}
    for person in Person.objects.filter(household_id__in=list(homes), stands_for=None).order_by("household_id", "id"):
        members.setdefault(person.household_id, []).append(person)
    said = _said_of({p.id for people in members.values() for p in people})
    at_home = _said_of_homes(list(members))
    return [
        HouseholdHistory(
            home_id, homes[home_id].area_path, tuple(p.id for p in people), tuple(tuple(said.get(p.id, ())) for p in people),
            tuple(_unsaid(p.facts, said.get(p.id, ())) for p in people), tuple(at_home.get(home_id, ())),
            _unsaid(homes[home_id].facts, at_home.get(home_id, ())),
        )
        for home_id, people in sorted(members.items())
    ]  # fmt: skip


def _unsaid(facts: Mapping[str, object], said: Sequence[Spoken]) -> dict[str, object]:
    stated = {name for spoken in said for name in spoken.stated.values}
    return {name: value for name, value in facts.items() if name not in stated}


def _said_of(heads: Collection[int]) -> dict[int, list[Spoken]]:
    head_of = {head: head for head in heads}
    head_of |= dict(Person.objects.filter(stands_for__in=list(heads)).values_list("id", "stands_for_id"))
    found: dict[int, list[Record]] = {}
    for record in Record.objects.filter(person_id__in=list(head_of)).order_by("id"):
        head = head_of[record.person_id or 0]
        if record.person_id == head or record.department != DERIVED:
            found.setdefault(head, []).append(record)
    return {head: _spoken(records) for head, records in found.items()}


def _said_of_homes(home_ids: Sequence[int]) -> dict[int, list[Spoken]]:
    heard = {**homes_heard(home_ids), **{home: home for home in home_ids}}
    found: dict[int, list[Record]] = {}
    for record in Record.objects.filter(household_id__in=list(heard)).order_by("id"):
        home = heard[record.household_id or 0]
        if record.household_id == home or record.department != DERIVED:
            found.setdefault(home, []).append(record)
    return {home: _spoken(records) for home, records in found.items()}


def _spoken(records: Sequence[Record]) -> list[Spoken]:
    died = [dt.date.fromisoformat(r.identity["death_date"]) for r in records if r.identity.get("death_date")]
    found: list[Spoken] = []
    for r in records:
        whole = Stated(r.id, r.department, r.stated_on, r.values, is_correction(r), r.note)
        since = dt.date.fromisoformat(r.identity[SINCE]) if r.identity.get(SINCE) else r.stated_on
        if r.values.get("alive") is False and died:
            rest = {name: value for name, value in r.values.items() if name != "alive"}
            found.append(Spoken(replace(whole, values={"alive": False}), min(died[-1], since)))
            whole = replace(whole, values=rest)
        if whole.values:
            found.append(Spoken(whole, since))
    return found
