"""A sheet that we sent out comes back: each row's number says which request and which person it answers, so no ID number has to travel."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from songhe.basics.identifiers import ResidentId, parse_resident_id
from songhe.contexts.people.models import Person, SheetRequest
from songhe.contexts.people.queries.contacts import opened

PREFILLED = frozenset({"id_number", "birth_date", "sex", "town_name", "area_code", "area_name", "household_no"})
"""Columns that our own sheet fills in to show who is meant; on the way back the row's number says it, and they are not read."""
_PREFIX = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a row is about. `number` is None for somebody whose ID number nobody knows."""

    token: str
    request_id: int
    name: str
    number: ResidentId | None
    birth_date: str
    area_code: str
    household_key: str


def token_of(request: SheetRequest, place: int) -> str:
    """The number of a row: the request's beginning and the person's place in it."""
    return f"{request.public_id.hex[:_PREFIX]}-{place + 1:04d}"


class SheetAnswers:
    """Finds whom a number means; requests are looked up as their numbers turn up. Only those within `area_paths` are ours to answer."""

    def __init__(self, department: str, area_paths: tuple[str, ...]) -> None:
        self._department = department
        self._areas = area_paths
        self._known: dict[str, Mapping[str, Asked]] = {}

    def get(self, token: str) -> Asked | None:
        """The person, or None for a number that is not ours."""
        prefix = token.partition("-")[0]
        if len(prefix) != _PREFIX or not set(prefix) <= set("0123456789abcdef"):
            return None
        if prefix not in self._known:
            self._known[prefix] = self._look(prefix)
        return self._known[prefix].get(token)

    def requests(self) -> tuple[int, ...]:
        """The requests that rows have answered so far."""
        return tuple(sorted({asked.request_id for known in self._known.values() for asked in known.values()}))

    def _look(self, prefix: str) -> Mapping[str, Asked]:
        low, high = uuid.UUID(hex=prefix.ljust(32, "0")), uuid.UUID(hex=prefix.ljust(32, "f"))
        found = SheetRequest.objects.filter(public_id__range=(low, high), department=self._department).first()
        if found is None or not any(found.area_path.startswith(path) for path in self._areas):
            return {}
        people = Person.objects.select_related("area", "household").in_bulk(found.person_ids)
        return {
            (token := token_of(found, place)): _asked(token, found.id, people[person_id])
            for place, person_id in enumerate(found.person_ids)
        }


def _asked(token: str, request_id: int, person: Person) -> Asked:
    number = parse_resident_id(opened(person, "id_number")) if person.id_sealed else None
    return Asked(
        token, request_id, person.name, number if isinstance(number, ResidentId) else None,
        person.birth_date.isoformat() if person.birth_date else "", person.area.code, person.household.key,
    )  # fmt: skip


NO_ANSWERS = SheetAnswers("", ())
