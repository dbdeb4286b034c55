"""What this context offers to indicators: the entries of a register as columns."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pyarrow as pa

from songhe.contexts.policy_library import queries as policy
from songhe.contexts.registers.errors import RegisterUnknown
from songhe.contexts.registers.models import Entry
from songhe.engines.policy.pack import RegisterField

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
