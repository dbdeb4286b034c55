"""Set-based SQL in steps, and results read in blocks: the two ways in which an import talks to the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection

BLOCK = 5_000


def run_script(script: str, values: Mapping[str, Any]) -> None:
    """Each statement has run, in order; statements end with a semicolon at the end of a line."""
    with connection.cursor() as cursor:
        for statement in script.split(";\n"):
            if statement.strip():
                cursor.execute(statement, values)


def rows_in_blocks(query: str, values: Mapping[str, Any]) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a query, a block at a time, through a server-side cursor of the current transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"DECLARE people_rows NO SCROLL CURSOR FOR {query}", values)
        while True:
            cursor.execute(f"FETCH {BLOCK} FROM people_rows")
            rows = cursor.fetchall()
            if not rows:
                break
            yield rows
        cursor.execute("CLOSE people_rows")
