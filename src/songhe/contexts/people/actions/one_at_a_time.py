"""One batch is let in at a time: an accepting transaction holds people to itself, checks and corrections share them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from songhe.contexts.people.errors import ImportRunning

_PEOPLE = 7_202_002


def hold_people() -> None:
    """Until the transaction ends nobody else writes people; waits for those who do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PEOPLE])


@contextmanager
def quiet_people() -> Iterator[None]:
    """Until the transaction ends no batch is let in; waits for one that is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_PEOPLE])
    yield


def join_people() -> None:
    """As `quiet_people`, but raises ImportRunning instead of waiting: a clerk should not sit before a page for minutes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s)", [_PEOPLE])
        if not cursor.fetchone()[0]:
            raise ImportRunning("正有一批部门数据在入库，现在不能更正。", next_step="请过几分钟再试，您填写的内容还没有保存。")
