"""What this context offers to payments and statistics: what is due to whom, as one table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import pyarrow as pa
from django.db import connection
from psycopg import sql

from songhe.contexts.entitlements.words import GrantState

_LATEST = """
SELECT DISTINCT ON (d.grant_id, d.period) d.grant_id, d.id, g.person_id, g.area_path, g.benefit, d.period, d.revision, d.amount
FROM grant_due d JOIN grant_given g ON g.id = d.grant_id
WHERE d.period <= %(up_to)s AND NOT g.in_kind AND (NOT %(with_account)s OR g.account_checked_on IS NOT NULL) AND g.state <> %(suspended)s
  AND (%(benefits)s::text[] IS NULL OR g.benefit = ANY(%(benefits)s)) AND g.benefit <> ALL(%(without)s)
  AND (%(person_id)s::bigint IS NULL OR g.person_id = %(person_id)s)
  AND (NOT %(revised)s OR EXISTS (SELECT 1 FROM grant_due r WHERE r.grant_id = d.grant_id AND r.period = d.period AND r.revision > 1))
ORDER BY d.grant_id, d.period, d.revision DESC
"""
LAID_DOWN = ("grant_id", "due_id", "person_id", "area_path", "benefit", "period", "amount")
DUE_SCHEMA = pa.schema(
    [
        ("grant_id", pa.int64()),
        ("due_id", pa.int64()),
        ("person_id", pa.int64()),
        ("area_path", pa.string()),
        ("benefit", pa.string()),
        ("period", pa.date32()),
        ("revision", pa.int32()),
        ("amount", pa.int64()),
    ]
)


def latest_dues(
    up_to: dt.date,
    *,
    benefits: Collection[str] | None = None,
    without: Collection[str] = (),
    with_account: bool = True,
    person_id: int | None = None,
    revised: bool = False,
) -> pa.Table:
    """The newest revision for every grant and period that begins until the day, amount in fen; by grant and period.

    `benefits` narrows it to some, `without` leaves some out; `person_id` to one person, `revised` to periods said more
    than once; without `with_account` also grants that need none (those that are paid by voucher).

    Left out are grants of money for which no account is known yet and those that are suspended: what is due to them stays, and is
    here as soon as they may be paid.
    """
    values: dict[str, Any] = {
        "up_to": up_to,
        "suspended": GrantState.SUSPENDED.value,
        "with_account": with_account,
        "without": list(without),
        "person_id": person_id,
        "revised": revised,
        "benefits": None if benefits is None else list(benefits),
    }
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, values)
        rows = cursor.fetchall()
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(DUE_SCHEMA)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, DUE_SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=DUE_SCHEMA)


def lay_down_latest_dues(table: str, up_to: dt.date, *, without: Collection[str] = ()) -> None:
    """The rows of `latest_dues` of grants of money stand in a temporary table of the caller's transaction, which has the columns LAID_DOWN.

    For whoever joins them with rows of its own: after a year they are millions, and none of them leaves the database.
    """
    values: dict[str, Any] = {
        "up_to": up_to, "suspended": GrantState.SUSPENDED.value, "with_account": True, "without": list(without), "person_id": None,
        "revised": False, "benefits": None,
    }  # fmt: skip
    statement = sql.SQL("INSERT INTO pg_temp.{} ({}) SELECT {} FROM ({}) latest").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, LAID_DOWN)),
        sql.SQL("grant_id, id, person_id, area_path, benefit, period, amount"), sql.SQL(_LATEST),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
