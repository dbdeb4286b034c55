"""From the name that a person has outside (a UUID) to the one inside."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from songhe.contexts.people.access import person_for, visible_to
from songhe.contexts.people.errors import PersonNotFound
from songhe.contexts.people.models import Person
from songhe.contexts.people.queries.search_people import PersonBrief, briefs
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


def living_places(*, person_ids: Sequence[int]) -> Mapping[int, str]:
    """Where these people belong, of whom nobody says that they died and who stand for nobody. For steps of the system: asks for no right."""
    found = Person.objects.filter(id__in=list(person_ids), stands_for=None).exclude(facts__alive=False)
    return dict(found.values_list("id", "area_path"))


def people_by_id(actor: Actor, *, person_ids: Sequence[int]) -> Mapping[int, PersonBrief]:
    """List lines of these people by inner number; people outside the actor's areas are left out."""
    found = visible_to(actor).filter(id__in=list(person_ids)).select_related("area__parent")
    return {brief.id: brief for brief in briefs(list(found))}
