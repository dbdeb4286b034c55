"""How somebody is reached, out of what every department wrote: of the rows that count for one person, the latest statement is shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F

from songhe.contexts.people.models import Person, Record
from songhe.contexts.people.words import seal_context
from songhe.foundation.encryption import open_sealed

_SEALED = {
    "id_number": "id_sealed",
    "phone": "phone_sealed",
    "bank_account": "bank_account_sealed",
    "diagnosis": "diagnosis_sealed",
}
_KEPT = "_contacts"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed value and what it is bound to."""

    blob: bytes | memoryview
    context: str


def remember_contacts(people: Sequence[Person]) -> None:
    """Each person knows their sealed fields, those of who stands for them included; two more queries however many people there are."""
    new = [person for person in people if _KEPT not in person.__dict__]
    if not new:
        return
    standing: dict[int, list[Person]] = {}
    for other in (
        Person.objects.filter(stands_for_id__in=[person.id for person in new]).select_related("household").order_by("id")
    ):
        standing.setdefault(other.stands_for_id or 0, []).append(other)
    said = _last_said([p.id for p in new if p.id in standing] + [other.id for others in standing.values() for other in others])
    for person in new:
        person.__dict__[_KEPT] = _contacts(person, standing.get(person.id, []), said)


def opened(person: Person, field: str) -> str:
    """A sealed field (address included) of a person in clear, empty where there is none. What leaves this context is masked or revealed."""
    remember_contacts([person])
    found: Sealed | None = person.__dict__[_KEPT].get(field)
    if found is None and field == "address":
        found = _own(person, field)
    return open_sealed(found.blob, context=found.context) if found is not None else ""


def opened_alone(person: Person, field: str) -> str:
    """As `opened`, of this one row of ours only: what the department wrote that made it."""
    found = _own(person, field)
    return open_sealed(found.blob, context=found.context) if found is not None else ""


def homes_heard(household_ids: Collection[int]) -> Mapping[int, int]:
    """Households in which only those live who stand for somebody -> the household (of these) for which what is said of them counts."""
    standing = Person.objects.filter(stands_for__household_id__in=list(household_ids)).exclude(
        household_id=F("stands_for__household_id")
    )
    found = dict(standing.values_list("household_id", "stands_for__household_id"))
    lived_in = Person.objects.filter(household_id__in=found, stands_for=None).values_list("household_id", flat=True)
    return {home: counts_for for home, counts_for in found.items() if home not in set(lived_in)}


def _own(person: Person, field: str) -> Sealed | None:
    if field == "address":
        home = person.household
        return Sealed(home.address_sealed, seal_context("address", home.key)) if home.address_sealed else None
    blob = getattr(person, _SEALED[field])
    return Sealed(blob, seal_context(field, str(person.public_id))) if blob else None


def _contacts(person: Person, others: Sequence[Person], said: Mapping[tuple[int, str], tuple[object, int]]) -> dict[str, Sealed]:
    """Of an ID number the person's own counts, else a whole one of somebody who stands for them; of everything else what was said last."""
    found: dict[str, Sealed] = {}
    for field in (*_SEALED, *(("address",) if others else ())):  # a list of many people does not read their households
        owners = [person, *(other for other in others if field != "address" or other.household_id != person.household_id)]
        if field == "id_number":
            owners = [owner for owner in owners if owner is person or owner.id_index is not None]
            owners = owners[:1] if person.id_sealed else owners
        held = [(said.get((owner.id, field)), owner) for owner in owners if _own(owner, field) is not None]
        if held:
            _, owner = max(held, key=lambda each: (each[0] is not None, each[0] or (), each[1] is person))
            own = _own(owner, field)
            if own is not None:
                found[field] = own
    return found


def _last_said(person_ids: Sequence[int]) -> dict[tuple[int, str], tuple[object, int]]:
    """(person, field) -> the day and record in which the field was said last."""
    rows = Record.objects.filter(person_id__in=person_ids).exclude(identity={}).order_by("stated_on", "id")
    latest: dict[tuple[int, str], tuple[object, int]] = {}
    for person_id, day, record_id, identity in rows.values_list("person_id", "stated_on", "id", "identity"):
        for field in identity:
            latest[person_id or 0, field] = (day, record_id)
    return latest
