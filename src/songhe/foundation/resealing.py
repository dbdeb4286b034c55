"""After a change of the key: sealed columns are opened with the old key and sealed with the new one, some rows at a time.

Each context says by `SealedTable` which of its columns are sealed and what each row's values are bound to. A walk needs no memory of its own:
a row says which key its values need, so a walk that was killed goes on by asking again. Rows that somebody holds are passed over and tried again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import BinaryField, F, Func, Model, Q, QuerySet, Value
from psycopg import sql

from songhe.foundation.access import Actor, require_system
from songhe.foundation.encryption import SealBroken, open_sealed, reseal, seal
from songhe.foundation.keys import KeyUnavailable, Purpose, provider

AT_ONCE = 1_000
TRIES = 30
SECONDS_BETWEEN = 1.0
SHOWN = 20

Told = Callable[[int], None]
"""Is told how many rows were done since it was told last."""


def silent(rows: int) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table with sealed columns. `reads` are the fields that say what a row's values are bound to; each column's function gets them in order."""

    model: type[Model]
    reads: tuple[str, ...]
    columns: Mapping[str, Callable[..., str]]


@dataclass(frozen=True, slots=True)
class Resealed:
    """`rows` were moved to the current key, `busy` are still held by somebody, `broken` ("table:id:column") do not open with any key there is."""

    rows: int = 0
    busy: int = 0
    broken: tuple[str, ...] = ()

    def __add__(self, other: Resealed) -> Resealed:
        return Resealed(self.rows + other.rows, self.busy + other.busy, self.broken + other.broken)


class Resealing:
    """What a context offers of its sealed tables to `songhe keys` and `songhe backup`; for the system alone, as no person needs it."""

    def __init__(self, *tables: SealedTable) -> None:
        self.tables = tables

    def reseal(self, actor: Actor, *, told: Told = silent) -> Resealed:
        """Every sealed value is under the current key, except what somebody holds."""
        require_system(actor)
        return reseal_tables(self.tables, told=told)

    def by_key(self, actor: Actor) -> Counter[int]:
        """How many values need each key."""
        require_system(actor)
        return values_by_key(self.tables)

    def unopened(self, actor: Actor) -> tuple[str, ...]:
        """Which of the first sealed values of each table do not open: a look after a restore."""
        require_system(actor)
        return unopened_values(self.tables)


def reseal_tables(tables: Sequence[SealedTable], *, told: Told = silent, at_once: int = AT_ONCE) -> Resealed:
    """Every value that opens is sealed under the current field key, except in rows that somebody held to the end."""
    return sum((_reseal_table(table, told, at_once) for table in tables), Resealed())


def values_by_key(tables: Sequence[SealedTable]) -> Counter[int]:
    """How many sealed values need each key; one reading of every table."""
    found: Counter[int] = Counter()
    for table in tables:
        columns = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT substring({column}, 2, 4) AS key FROM {table} WHERE length({column}) > 4").format(
                column=sql.Identifier(_column(table, name)), table=sql.Identifier(table.model._meta.db_table)
            )
            for name in table.columns
        )
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT key, count(*) FROM ({}) AS every GROUP BY key").format(columns))
            for key, count in cursor.fetchall():
                found[int.from_bytes(key, "big")] += count
    return found


def _reseal_table(table: SealedTable, told: Told, at_once: int) -> Resealed:
    done, broken = 0, list[str]()
    for attempt in range(TRIES):
        after, unopened = 0, list[str]()
        while True:
            last, rows, bad = _reseal_block(table, after, at_once)
            if last is None:
                break
            after, done = last, done + rows
            unopened += bad
            told(rows)
        broken = unopened
        left = _stale(table).count() - len({entry.rsplit(":", 1)[0] for entry in broken})
        if left <= 0:
            return Resealed(done, 0, tuple(broken))
        if attempt < TRIES - 1:
            time.sleep(SECONDS_BETWEEN)
    return Resealed(done, left, tuple(broken))


@transaction.atomic
def _reseal_block(table: SealedTable, after: int, at_once: int) -> tuple[int | None, int, list[str]]:
    """(the block's last id or None after the end, rows written, values that do not open); the rows are held until all of them are written."""
    columns, broken, written = tuple(table.columns), list[str](), list[tuple[int, list[bytes | None]]]()
    held = _stale(table).filter(pk__gt=after).order_by("pk").select_for_update(skip_locked=True, of=("self",))
    ids = list(held.values_list("pk", flat=True)[:at_once])
    if not ids:
        return None, 0, []
    for pk, *row in table.model._base_manager.filter(pk__in=ids).values_list("pk", *columns, *table.reads):
        context, moved = row[len(columns) :], list[bytes | None]()
        for name, blob in zip(columns, row, strict=False):
            try:
                moved.append(reseal(blob, context=table.columns[name](*context)) if blob else None)
            except (SealBroken, KeyUnavailable):
                broken.append(f"{table.model._meta.db_table}:{pk}:{name}")
                moved.append(None)
        if any(moved):
            written.append((pk, moved))
    _write(table, columns, written)
    return ids[-1], len(written), broken


def _write(table: SealedTable, columns: Sequence[str], rows: Sequence[tuple[int, list[bytes | None]]]) -> None:
    if not rows:
        return
    names = [sql.Identifier(_column(table, name)) for name in columns]
    statement = sql.SQL(
        "UPDATE {table} AS kept SET {sets} FROM unnest(%s::bigint[], {arrays}) AS t (id, {names}) WHERE kept.id = t.id"
    ).format(
        table=sql.Identifier(table.model._meta.db_table),
        sets=sql.SQL(", ").join(sql.SQL("{0} = coalesce(t.{0}, kept.{0})").format(name) for name in names),
        arrays=sql.SQL(", ").join([sql.SQL("%s::bytea[]")] * len(names)),
        names=sql.SQL(", ").join(names),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [[pk for pk, _ in rows], *([moved[i] for _, moved in rows] for i in range(len(columns)))])


def _stale(table: SealedTable) -> QuerySet[Model]:
    """Rows with a value that needs another key than the current one."""
    current = provider().current(Purpose.FIELD).id.to_bytes(4, "big")
    rows, condition = table.model._base_manager.all(), Q()
    for name in table.columns:
        needs = Func(F(name), Value(2), Value(4), function="substring", output_field=BinaryField())
        rows = rows.annotate(**{f"{name}_key": needs})
        condition |= Q(**{f"{name}__isnull": False}) & ~Q(**{name: b""}) & ~Q(**{f"{name}_key": current})
    return rows.filter(condition)


def _column(table: SealedTable, name: str) -> str:
    return str(table.model._meta.get_field(name).column)  # type: ignore[union-attr]


def unopened_values(tables: Sequence[SealedTable], *, most: int = 50) -> tuple[str, ...]:
    """Of the first rows of every table, which sealed values ("table:id:column") do not open with the keys and contexts there are."""
    broken = []
    for table in tables:
        for pk, *row in table.model._base_manager.order_by("pk").values_list("pk", *table.columns, *table.reads)[:most]:
            context = row[len(table.columns) :]
            for (name, bound), blob in zip(table.columns.items(), row, strict=False):
                try:
                    if blob:
                        open_sealed(blob, context=bound(*context))
                except (SealBroken, KeyUnavailable):
                    broken.append(f"{table.model._meta.db_table}:{pk}:{name}")
    return tuple(broken)


def reseal_text(text: str, *, context: str, mark: str) -> str | None:
    """As `encryption.reseal`, for a value kept as text (`mark` and hex digits); a text without the mark was never sealed and is sealed now."""
    if not text.startswith(mark):
        return mark + seal(text, context=context).hex()
    moved = reseal(bytes.fromhex(text.removeprefix(mark)), context=context)
    return None if moved is None else mark + moved.hex()
