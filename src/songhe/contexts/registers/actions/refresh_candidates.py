"""Looking at everybody: who should have an entry and has none, of whom it cannot be told, and who should have none any more."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from django.db import connection, transaction

from songhe.contexts.people import facts
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.registers.actions.write_entries import hold_register
from songhe.contexts.registers.models import Candidate, Entry
from songhe.contexts.registers.words import Expectation
from songhe.engines.policy.candidates import Candidates, candidates
from songhe.engines.policy.household import HouseholdInput
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require

_BLOCK = 5_000


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many persons stand under each expectation, over all registers, and how many entries follow a person who moved."""

    persons: Mapping[Expectation, int]
    moved: int


def refresh_candidates(actor: Actor) -> Refreshed:
    """The persons on whom conditions and entries disagree are those of the facts as they are now; entries stand where their person lives.

    A whole city is read once, in one consistent statement. Only the system and who determines the whole city may ask for it.
    """
    current = policy.pack_in_use()
    require(actor, Right.DETERMINE, f"{current.pack.place.code}/")
    asked = candidates(current.pack, clock.today())
    with transaction.atomic():
        names = sorted(name for name, register in current.pack.registers.items() if register.entity == "person")
        for name in names:
            hold_register(name, alone=True)
        held = _held(names)
        known = {(c.register, c.person_id): c for c in Candidate.objects.filter(register__in=names)}
        found, areas = _look(asked, held)
        _keep(found, known)
        moved = _follow(areas, names)
    counted = {kind: sum(row.expectation == kind for row in found.values()) for kind in Expectation}
    return Refreshed(counted, moved)


def _held(registers: list[str]) -> dict[tuple[str, int], int]:
    """(register, person or whom they stand for) → the open entry."""
    rows = list(
        Entry.objects.filter(register__in=registers, closed_on=None, person__isnull=False).values_list(
            "register", "person_id", "id"
        )
    )
    heads = people.heads_of({person for _, person, _ in rows if person is not None})
    return {(register, heads.get(person, person)): entry for register, person, entry in rows if person is not None}


def _look(
    asked: Candidates | None, held: Mapping[tuple[str, int], int]
) -> tuple[dict[tuple[str, int], Candidate], dict[int, str]]:
    found: dict[tuple[str, int], Candidate] = {}
    areas: dict[int, str] = {}
    entered = {person for _, person in held}
    today = clock.today()
    for ids, paths, household in _households():
        areas |= {person: path for person, path in zip(ids, paths, strict=True) if person in entered}
        if asked is None:
            continue
        for person, path, answers in zip(ids, paths, asked.verdicts(household), strict=True):
            for register, answer in answers.items():
                entry = held.get((register, person))
                kind = _expectation(answer, entry)
                if kind is not None:
                    found[register, person] = Candidate(
                        register=register, person_id=person, area_path=path, expectation=kind, entry_id=entry, found_on=today
                    )
    return found, areas


def _expectation(answer: bool | None, entry: int | None) -> Expectation | None:
    if entry is not None:
        return Expectation.LEAVING if answer is False else None
    return None if answer is False else Expectation.UNKNOWN if answer is None else Expectation.MISSING


def _households() -> Iterator[tuple[tuple[int, ...], tuple[str, ...], HouseholdInput]]:
    """Every household with its persons' numbers and areas."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(facts.CITY_SQL)
        for _, rows in groupby(_rows(cursor), key=lambda row: row[1]):
            members = list(rows)
            ids = tuple(row[0] for row in members)
            persons = tuple(json.loads(row[3]) for row in members)
            yield ids, tuple(row[2] for row in members), HouseholdInput(persons, json.loads(members[0][4]), ids)


def _rows(cursor: object) -> Iterator[tuple[int, int, str, str, str]]:
    while block := cursor.fetchmany(_BLOCK):  # type: ignore[attr-defined]
        yield from block


def _keep(found: Mapping[tuple[str, int], Candidate], known: Mapping[tuple[str, int], Candidate]) -> None:
    """Rows that are right already stay, with the day on which they were found."""
    stale = [row.pk for key, row in known.items() if not _same(row, found.get(key))]
    fresh = [row for key, row in found.items() if not _same(row, known.get(key))]
    for start in range(0, len(stale), _BLOCK):
        Candidate.objects.filter(pk__in=stale[start : start + _BLOCK]).delete()
    Candidate.objects.bulk_create(fresh, batch_size=_BLOCK)


def _same(row: Candidate, other: Candidate | None) -> bool:
    return other is not None and (row.expectation, row.area_path, row.entry_id) == (
        other.expectation,
        other.area_path,
        other.entry_id,
    )


def _follow(areas: Mapping[int, str], registers: list[str]) -> int:
    """Open entries stand in the area where their person is now."""
    moved = []
    for entry in Entry.objects.filter(register__in=registers, closed_on=None, person_id__in=list(areas)).only(
        "id", "person_id", "area_path"
    ):
        path = areas[entry.person_id or 0]
        if path != entry.area_path:
            entry.area_path = path
            moved.append(entry)
    Entry.objects.bulk_update(moved, ["area_path"], batch_size=_BLOCK)
    return len(moved)
