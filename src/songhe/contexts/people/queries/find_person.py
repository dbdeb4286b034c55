"""From the name that a person has outside (a UUID) to the one inside."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from songhe.basics.ages import age_on
from songhe.contexts.people.access import person_for, visible_to
from songhe.contexts.people.errors import PersonNotFound
from songhe.contexts.people.models import Person
from songhe.contexts.people.queries.search_people import SEX_LABELS, PersonBrief, briefs, place_of
from songhe.foundation import clock
from songhe.foundation.access import Actor


def person_id_of(actor: Actor, *, public_id: uuid.UUID) -> int:
    """The person's inner number (of whoever they stand for, where they do); PersonNotFound where there is none in the actor's areas."""
    other = Person.objects.filter(public_id=public_id).exclude(stands_for=None).values_list("stands_for_id", flat=True).first()
    named = {"public_id": public_id} if other is None else {"id": other}
    found = visible_to(actor).filter(**named).values_list("id", flat=True).first()
    if found is None:
        raise PersonNotFound("没有找到这位老人，或者老人不在您负责的区域。", next_step="请核对后重新查找。")
    return found


@dataclass(frozen=True, slots=True)
class PersonPlace:
    """Where a person belongs."""

    household_id: int
    area_path: str


def person_place(actor: Actor, *, person_id: int) -> PersonPlace:
    """The person's household and area; PersonNotFound where there is none in the actor's areas."""
    found = person_for(actor, person_id)
    return PersonPlace(found.household_id, found.area_path)


@dataclass(frozen=True, slots=True)
class PersonNamed:
    """As much of a person as another context's list shows; nothing sealed is opened. `alive` is None where nobody has said."""

    id: int
    public_id: str
    name: str
    sex: str
    birth_date: dt.date | None
    age: int | None
    alive: bool | None
    place: str


def persons_named(*, person_ids: Sequence[int]) -> Mapping[int, PersonNamed]:
    """These people by inner number, without who stands for another. For rows that the actor sees already: asks for no right."""
    rows = Person.objects.filter(id__in=list(person_ids), stands_for=None).select_related("area__parent")
    today = clock.today()
    return {row.id: _named(row, today) for row in rows}


def _named(row: Person, today: dt.date) -> PersonNamed:
    age, alive = age_on(row.birth_date, today) if row.birth_date else None, row.facts.get("alive")
    return PersonNamed(
        row.id, str(row.public_id), row.name, SEX_LABELS.get(row.sex, ""), row.birth_date, age, alive if isinstance(alive, bool) else None,
        place_of(row),
    )  # fmt: skip


def living_places(*, person_ids: Sequence[int]) -> Mapping[int, str]:
    """Where these people belong, of whom nobody says that they died and who stand for nobody. For steps of the system: asks for no right."""
    found = Person.objects.filter(id__in=list(person_ids), stands_for=None).exclude(facts__alive=False)
    return dict(found.values_list("id", "area_path"))


def people_by_id(actor: Actor, *, person_ids: Sequence[int]) -> Mapping[int, PersonBrief]:
    """List lines of these people by inner number; people outside the actor's areas are left out."""
    found = visible_to(actor).filter(id__in=list(person_ids)).select_related("area__parent")
    return {brief.id: brief for brief in briefs(list(found))}
