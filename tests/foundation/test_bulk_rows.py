"""Rows written by COPY are those that saving them one by one would make, and what the database refuses stays refused."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from songhe.contexts.registers.models import Entry
from songhe.foundation import clock
from songhe.foundation.bulk_rows import create_rows

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 30)


def entry(key: str, **given: object) -> Entry:
    told: dict[str, object] = {
        "register": "r",
        "key": key,
        "area_path": "99/",
        "state": "open",
        "opened_on": DAY,
        "changed_at": clock.now(),
    }
    return Entry(**(told | given))


def test_what_is_copied_reads_back_as_it_was() -> None:
    rows = [
        entry("a", values={"名": "张\t桂\\兰\n", "n": None, "x": [1, 2]}, sealed=b"\x00\\\xff"),
        entry("b", values={}, closed_on=DAY),
    ]
    create_rows(rows)
    assert [row.pk for row in Entry.objects.order_by("key")] == [row.pk for row in rows]
    first, second = Entry.objects.order_by("key")
    assert (first.values, bytes(first.sealed or b""), first.closed_on) == (
        {"名": "张\t桂\\兰\n", "n": None, "x": [1, 2]},
        b"\x00\\\xff",
        None,
    )
    assert (second.values, second.sealed, second.closed_on, second.changed_at) == ({}, None, DAY, rows[1].changed_at)
    assert (first.public_id, second.public_id) == (rows[0].public_id, rows[1].public_id)
    rows[0].state = "other"
    rows[0].save()
    assert Entry.objects.count() == 2


def test_a_constraint_refuses_all_of_them() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        create_rows([entry("a"), entry("b"), entry("a")])
    assert Entry.objects.count() == 0


def test_no_rows_are_no_statement() -> None:
    create_rows([])
    assert Entry.objects.count() == 0
