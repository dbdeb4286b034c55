"""The telephone numbers of many people at once, for whoever sends them a message. What is handed out is sealed again by who asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from songhe.contexts.people.models import Person
from songhe.contexts.people.queries.contacts import opened, remember_contacts
from songhe.contexts.people.words import seal_context
from songhe.foundation.encryption import open_sealed

_BLOCK = 10_000


@dataclass(frozen=True, slots=True)
class PhoneOf:
    """A person's name and number; the number is empty where no department said one."""

    person_id: int
    name: str
    phone: str = field(repr=False)


def phones(person_ids: Collection[int]) -> Iterator[PhoneOf]:
    """Every living person of these, in the order of their ids. Of a person with several records the number said last counts."""
    ordered = sorted(person_ids)
    for start in range(0, len(ordered), _BLOCK):
        block = ordered[start : start + _BLOCK]
        joined = set(Person.objects.filter(stands_for_id__in=block).values_list("stands_for_id", flat=True))
        heads = {person.id: person for person in Person.objects.filter(id__in=joined).select_related("household")}
        remember_contacts(list(heads.values()))
        rows = Person.objects.filter(id__in=block).exclude(facts__alive=False).order_by("id")
        for person_id, public_id, name, sealed in rows.values_list("id", "public_id", "name", "phone_sealed"):
            if person_id in joined:
                phone = opened(heads[person_id], "phone")
            else:
                phone = open_sealed(sealed, context=seal_context("phone", str(public_id))) if sealed else ""
            yield PhoneOf(person_id, name, phone)
