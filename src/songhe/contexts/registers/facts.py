"""What this context offers to indicators: the entries of a register as columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa

from songhe.contexts.policy_library import queries as policy
from songhe.contexts.registers.errors import RegisterUnknown
from songhe.contexts.registers.models import Entry, EntryChange
from songhe.contexts.registers.words import Deed
from songhe.engines.policy.pack import RegisterField
from songhe.foundation import clock

TYPES: Mapping[str, pa.DataType] = {
    "text": pa.string(),
    "code": pa.string(),
    "int": pa.int64(),
    "money": pa.int64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "decimal": pa.decimal128(24, 6),
}
_HEAD = (
    ("entry_id", pa.int64()),
    ("area_path", pa.string()),
    ("person_id", pa.int64()),
    ("state", pa.string()),
    ("opened_on", pa.date32()),
    ("closed_on", pa.date32()),
)


@dataclass(frozen=True, slots=True)
class EntryThen:
    """An entry on a day: its state, and its values by field as they are kept (days as ISO 8601)."""

    entry_id: int
    state: str
    values: Mapping[str, object]


def entries_on(register_id: str, day: dt.date) -> tuple[EntryThen, ...]:
    """The entries of a register as they stood at the end of a day, in the order of their ids; sensitive fields are left out.

    Every change after the day is taken back, latest first; an entry that was added after it was not there.
    """
    register = policy.pack_in_use().pack.registers.get(register_id)
    if register is None:
        raise RegisterUnknown("没有这本台账。", next_step="请核对台账的名称。")
    over = clock.end_of_day(day)
    found = {
        pk: EntryThen(pk, state, dict(values))
        for pk, state, values in Entry.objects.filter(register=register_id).order_by("id").values_list("id", "state", "values")
    }
    later = EntryChange.objects.filter(entry__register=register_id, at__gte=over).order_by("-id")
    for entry_id, deed, before_state, before, after in later.values_list("entry_id", "deed", "from_state", "before", "after"):
        if deed == Deed.ADDED:
            found.pop(entry_id, None)
        elif (one := found.get(entry_id)) is not None:
            values = {key: value for key, value in one.values.items() if key not in after} | before
            found[entry_id] = EntryThen(entry_id, before_state or one.state, values)
    return tuple(found.values())


def register_rows(register_id: str) -> pa.Table:
    """All entries of a register in the order of their ids, the closed ones too (those have `closed_on`).

    Columns: entry_id, area_path, person_id, state, opened_on, closed_on, then every field of the declaration by id: code and text as text,
    money in fen, decimal as decimal128(24, 6), date as date32. What is absent is null. Sensitive fields are left out.
    Raises RegisterUnknown where the pack in use declares no such register.
    """
    register = policy.pack_in_use().pack.registers.get(register_id)
    if register is None:
        raise RegisterUnknown("没有这本台账。", next_step="请核对台账的名称。")
    fields = tuple(field for field in register.fields if not field.sensitive)
    names = [name for name, _ in _HEAD]
    rows = list(
        Entry.objects.filter(register=register_id)
        .order_by("id")
        .values_list("id", *names[1:], "values")
        .iterator(chunk_size=20_000)
    )
    columns = [pa.array([row[place] for row in rows], kind) for place, (_, kind) in enumerate(_HEAD)]
    columns += [_column(field, [row[-1].get(field.id) for row in rows]) for field in fields]
    return pa.table(columns, names=[*names, *(field.id for field in fields)])


def _column(field: RegisterField, values: list[object]) -> pa.Array:
    if field.type == "decimal":
        return pa.array([None if value is None else Decimal(str(value)) for value in values], TYPES["decimal"])
    if field.type == "date":
        return pa.array(values, pa.string()).cast(pa.date32())
    return pa.array(values, TYPES[field.type])
