"""What the pages of a case show of its person: as much as an assessor needs at the door, identifiers masked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from songhe.contexts.people import queries as people
from songhe.foundation.access import SYSTEM

GONE = "（资料已并入另一份）"


@dataclass(frozen=True, slots=True)
class AssessedPerson:
    """The person of a case. `id_number` and `phone` are masked; `alive` is None where nobody has said."""

    id: int
    public_id: str
    name: str
    sex: str
    birth_date: dt.date | None
    age: int | None
    alive: bool | None
    place: str
    id_number: str
    phone: str
    household_id: int | None


def persons(person_ids: Iterable[int]) -> Mapping[int, AssessedPerson]:
    """The people by id; whoever stands for somebody else now is named as such. Asked only for rows that the actor sees."""
    wanted = sorted(set(person_ids))
    known = people.people_by_id(SYSTEM, person_ids=wanted)
    return {pk: _shown(known[pk]) if pk in known else _gone(pk) for pk in wanted}


def named(person_ids: Iterable[int]) -> Mapping[int, people.PersonNamed]:
    """The people by id as a list shows them. Asked only for rows that the actor sees."""
    wanted = sorted(set(person_ids))
    known = people.persons_named(person_ids=wanted)
    return {pk: known[pk] if pk in known else people.PersonNamed(pk, "", GONE, "", None, None, None, "") for pk in wanted}


def _shown(brief: people.PersonBrief) -> AssessedPerson:
    return AssessedPerson(
        brief.id, brief.public_id, brief.name, brief.sex, brief.birth_date, brief.age, brief.alive, brief.place, brief.id_number,
        brief.phone, brief.household_id,
    )  # fmt: skip


def _gone(pk: int) -> AssessedPerson:
    return AssessedPerson(pk, "", GONE, "", None, None, None, "", "", "", None)
