"""Entries for persons who should have one, many at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.people import facts
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.registers.access import candidates_visible_to, declared
from songhe.contexts.registers.actions.write_entries import change_row, hold_register, put_values, settle_many
from songhe.contexts.registers.errors import RegisterUnknown
from songhe.contexts.registers.models import Entry, EntryChange
from songhe.contexts.registers.queries.declarations import faults, first_state, key_of
from songhe.contexts.registers.queries.field_values import Value, read_text
from songhe.contexts.registers.words import Deed, Expectation
from songhe.engines.policy.candidates import candidates
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.pack import RegisterEntry
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require

REASON = "按条件登记"


@dataclass(frozen=True, slots=True)
class CandidatesAdded:
    """How many entries were added, and of how many persons the condition no longer holds or fields that are required are not known."""

    added: int
    left: int


@transaction.atomic
def add_candidates(actor: Actor, *, register: str, person_ids: Collection[int]) -> CandidatesAdded:
    """Each of these persons of whom the register's condition holds now, and who has no open entry, has one in the first state.

    Fields have their defaults; a register with required fields that have none cannot be filled this way, so nobody is added there.
    """
    entry_of = declared(actor, register)
    require(actor, Right.KEEP_REGISTERS)
    asked = candidates(policy.pack_in_use().pack, clock.today())
    if asked is None or entry_of.candidates is None:
        raise RegisterUnknown("这本台账没有写明谁应当登记。", next_step="请逐个登记。")
    hold_register(register, alone=True)
    wanted = candidates_visible_to(actor, entry_of).filter(expectation=Expectation.MISSING, person_id__in=list(person_ids))
    places = {row.person_id: row.area_path for row in wanted if actor.may(Right.KEEP_REGISTERS, row.area_path)}
    held = set(
        Entry.objects.filter(register=register, closed_on=None, person_id__in=list(places)).values_list("person_id", flat=True)
    )
    values = defaults(entry_of)
    ready = not faults(entry_of, first_state(entry_of), values, entering=True)
    chosen = [person for person in _holding(actor, list(places), register) if person not in held] if ready else []
    fresh = [_entry(entry_of, person, places[person], values) for person in chosen]
    Entry.objects.bulk_create(fresh, batch_size=2_000)
    EntryChange.objects.bulk_create(
        [change_row(actor, entry, entry_of, Deed.ADDED, before={}, after=values, reason=REASON) for entry in fresh],
        batch_size=2_000,
    )
    settle_many(actor, fresh, entry_of)
    if fresh:
        detail = {"register": entry_of.title, "rows": len(fresh)}
        audit.record(actor, "registers.add_candidates", subject_type="register", subject_id=register, detail=detail)
    return CandidatesAdded(len(fresh), len(set(person_ids)) - len(fresh))


def defaults(register: RegisterEntry) -> dict[str, Value]:
    """What a new entry begins with."""
    read = {field.id: read_text(field, field.default) for field in register.fields if field.default}
    return {name: value for name, value in read.items() if value is not None}


def _entry(register: RegisterEntry, person_id: int, area_path: str, values: dict[str, Value]) -> Entry:
    entry = Entry(
        register=register.id, key=key_of(register, person_id, area_path, values), person_id=person_id, area_path=area_path,
        state=first_state(register), opened_on=clock.today(), changed_at=clock.now(),
    )  # fmt: skip
    put_values(entry, register, values)
    return entry


def _holding(actor: Actor, person_ids: list[int], register: str) -> list[int]:
    """Those of whom the condition holds by the facts as they are at this moment, in order."""
    asked = candidates(policy.pack_in_use().pack, clock.today())
    homes = {brief.household_id for brief in people.people_by_id(actor, person_ids=person_ids).values()}
    true: set[int] = set()
    for home in facts.household_inputs(homes):
        household = HouseholdInput(home.persons, home.household, home.person_ids)
        for person, answers in zip(home.person_ids, asked.verdicts(household) if asked else (), strict=True):
            if answers[register]:
                true.add(person)
    return sorted(true & set(person_ids))
