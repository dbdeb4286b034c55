"""Many rows at once by COPY: Django's bulk_create writes one statement with a placeholder for every cell, and reading that statement again
takes several times as long as the server needs for the rows."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import AutoField, Field, Model
from psycopg import sql


def create_rows(rows: Sequence[Model]) -> None:
    """The rows, all new and of one model, stand in the database and have their ids. Raises IntegrityError as saving them would.

    No value may be left to the database, except the id.
    """
    if not rows:
        return
    meta = rows[0]._meta
    fields: list[Field[object, object]] = list(meta.concrete_fields)
    pk = meta.pk
    table = sql.Identifier(meta.db_table)
    with connection.wrap_database_errors, connection.cursor() as cursor:
        if isinstance(pk, AutoField):
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [meta.db_table, pk.column, len(rows)],
            )
            for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
                row.pk = number
        columns = sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(table, columns)) as copy:
            for row in rows:
                copy.write_row([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
