"""Many people at once: by ID number, for files of other contexts; and for whom a person counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from songhe.contexts.people.access import visible_to
from songhe.contexts.people.models import FormerNumber, Person
from songhe.foundation.access import Actor
from songhe.foundation.encryption import blind_index_many

_BLOCK = 5_000


@dataclass(frozen=True, slots=True)
class PersonNumbered:
    """Who an ID number belongs to, and where they are."""

    person_id: int
    name: str
    area_path: str


def people_by_number(actor: Actor, *, numbers: Collection[str]) -> Mapping[str, PersonNumbered]:
    """Valid 18-digit ID number, today's or a former one → the person (whom they stand for, where they do); people outside the actor's areas are left out."""
    ordered = sorted(set(numbers))
    found: dict[str, PersonNumbered] = {}
    for start in range(0, len(ordered), _BLOCK):
        block = ordered[start : start + _BLOCK]
        indexes = {
            bytes(index): number for number, index in zip(block, blind_index_many(block, kind="id_number"), strict=True) if index
        }
        rows = Person.objects.filter(id_index__in=list(indexes)).values_list("id_index", "id", "stands_for_id")
        was = FormerNumber.objects.filter(id_index__in=list(indexes)).values_list(
            "id_index", "person_id", "person__stands_for_id"
        )
        heads = {indexes[bytes(index)]: stands_for or person_id for index, person_id, stands_for in was}
        heads |= {indexes[bytes(index)]: stands_for or person_id for index, person_id, stands_for in rows if index is not None}
        seen = visible_to(actor).filter(id__in=set(heads.values())).values_list("id", "name", "area_path")
        known = {person_id: PersonNumbered(person_id, name, path) for person_id, name, path in seen}
        found |= {number: known[head] for number, head in heads.items() if head in known}
    return found


def heads_of(person_ids: Collection[int]) -> Mapping[int, int]:
    """Person → whom their records count for; only those who stand for somebody are named."""
    rows = Person.objects.filter(id__in=list(person_ids)).exclude(stands_for=None).values_list("id", "stands_for_id")
    return {person_id: head for person_id, head in rows if head is not None}
