"""Writing entries with their history, one or many: the steps that every action of this context shares."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from songhe.contexts.registers.errors import ValueRefused
from songhe.contexts.registers.models import Candidate, Entry, EntryChange, RegisterFile
from songhe.contexts.registers.queries.declarations import city_day, clock_key, due_day, split
from songhe.contexts.registers.queries.field_values import Unreadable, Value, read_json
from songhe.contexts.registers.words import Deed, seal_context
from songhe.engines.policy.pack import RegisterEntry
from songhe.foundation import clock, work_items
from songhe.foundation.access import Actor
from songhe.foundation.encryption import open_sealed, seal

_LOCKS = 7_204  # first number of the advisory locks, the second is the register's


@dataclass(frozen=True, slots=True)
class EntryWritten:
    """An entry after an action; `changed` says whether anything was written."""

    id: int
    public_id: str
    register: str
    state: str
    closed: bool
    changed: bool = True


def written(entry: Entry, changed: bool = True) -> EntryWritten:
    """The entry as an action answers it."""
    return EntryWritten(entry.id, str(entry.public_id), entry.register, entry.state, entry.closed_on is not None, changed)


def hold_register(register: str, *, alone: bool) -> None:
    """Until the transaction ends nobody lets a file into the register (`alone`: nor adds to it)."""
    kind = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {kind}(%s, hashtext(%s))", [_LOCKS, register])


def read_values(register: RegisterEntry, given: Mapping[str, object]) -> dict[str, Value | None]:
    """Values as stored; ValueRefused with every field at fault."""
    found: dict[str, Value | None] = {}
    problems: dict[str, str] = {}
    for name, value in given.items():
        field = register.field(name)
        if field is None:
            problems[name] = f"这本台账没有“{name[:40]}”这一项。"
            continue
        try:
            found[name] = read_json(field, value)
        except Unreadable as unreadable:
            problems[name] = f"{unreadable.reason}{unreadable.remedy}"
    if problems:
        raise ValueRefused(problems)
    return found


def all_values(entry: Entry) -> dict[str, Value]:
    """Every value of the entry, the sealed ones opened."""
    return {**entry.values, **secrets_of(entry)}


def secrets_of(entry: Entry) -> dict[str, Value]:
    """The sensitive values of an entry in clear."""
    if not entry.sealed:
        return {}
    opened: dict[str, Value] = json.loads(open_sealed(entry.sealed, context=seal_context(entry.public_id)))
    return opened


def put_values(entry: Entry, register: RegisterEntry, values: Mapping[str, Value]) -> None:
    """The entry (not yet saved) holds these values and no others."""
    entry.values, secret = split(register, values)
    entry.sealed = _sealed(entry, secret) if secret else None


def merged(before: Mapping[str, Value], given: Mapping[str, Value | None]) -> dict[str, Value]:
    """The values with the given ones put in; None takes one out."""
    return {name: value for name, value in {**before, **given}.items() if value is not None}


def change_row(
    actor: Actor,
    entry: Entry,
    register: RegisterEntry,
    deed: Deed,
    *,
    before: Mapping[str, Value],
    after: Mapping[str, Value],
    from_state: str = "",
    move: str = "",
    reason: str = "",
    file: RegisterFile | None = None,
) -> EntryChange:
    """A line of the entry's history, not yet saved: only what changed, sensitive values sealed."""
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    secret = {field.id for field in register.fields if field.sensitive}
    hidden = {name: [before.get(name), after.get(name)] for name in names if name in secret}
    return EntryChange(
        entry=entry, at=clock.now(), actor_id=actor.id, actor_name=actor.name, deed=deed, move=move, from_state=from_state,
        to_state=entry.state, before=_shown(before, names, secret), after=_shown(after, names, secret),
        sealed=_sealed(entry, hidden) if hidden else None, reason=reason.strip(), file=file,
    )  # fmt: skip


def _shown(values: Mapping[str, Value], names: Iterable[str], secret: set[str]) -> dict[str, Value | None]:
    return {name: None if name in secret else values[name] for name in names if name in values}


def _sealed(entry: Entry, values: Mapping[str, object]) -> bytes:
    return seal(json.dumps(values, ensure_ascii=False, sort_keys=True), context=seal_context(entry.public_id))


def settle_after(actor: Actor, entry: Entry, register: RegisterEntry) -> None:
    """As `settle_many`, for one entry."""
    settle_many(actor, [entry], register)


def settle_many(actor: Actor, entries: Sequence[Entry], register: RegisterEntry) -> None:
    """Work items of clocks that no longer run out are closed, and the persons stand no longer among those expected or leaving."""
    today = clock.today()
    quiet = []
    for entry in entries:
        for each in register.clocks:
            due = None if entry.closed_on else due_day(each, entry.state, entry.values, city_day(entry.changed_at))
            if due is None or due >= today:
                quiet.append(clock_key(entry.id, each))
    if quiet:
        work_items.close_by_keys(actor, keys=quiet, outcome="台账已更新。")
    people = [entry.person_id for entry in entries if entry.person_id is not None]
    Candidate.objects.filter(register=register.id, person_id__in=people).delete()
