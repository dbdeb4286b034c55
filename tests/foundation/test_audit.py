"""The audit chain: what is appended holds, and every kind of tampering is found and named."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from songhe.foundation import audit, keys
from songhe.foundation.access import SYSTEM, Actor
from songhe.foundation.audit import AuditLine
from songhe.foundation.keys import FileKeyProvider, Purpose
from songhe.foundation.models import AuditEntry, AuditHead

CLERK = Actor(id=7, name="王办事员", kind="user")


@contextmanager
def by_hand() -> Iterator[None]:
    """As somebody with full rights on the database, who switches the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


def execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))


def ten_rows() -> None:
    audit.record(CLERK, "person.reveal", subject_type="person", subject_id=12, area_path="6/", detail={"reason": "核对"})
    audit.record_many(SYSTEM, [AuditLine("decision.store", "person", str(n), "6/61/", {"amount": n}) for n in range(8)])
    audit.record(CLERK, "person.correct", detail={"on": date(2026, 3, 1), "names": ("甲", "乙"), "yes": True, "nothing": None})


@pytest.mark.django_db
def test_an_empty_chain_holds() -> None:
    assert audit.verify() == audit.VerifyResult(ok=True, checked=0)


@pytest.mark.django_db
def test_rows_are_numbered_linked_and_verified() -> None:
    ten_rows()
    rows = list(AuditEntry.objects.order_by("seq"))
    assert [row.seq for row in rows] == list(range(1, 11))
    assert [bytes(row.previous_mac) for row in rows[1:]] == [bytes(row.mac) for row in rows[:-1]]
    assert bytes(rows[0].previous_mac) == b"\x00" * 36
    assert (rows[0].actor_id, rows[0].actor_name, rows[0].subject_id, rows[0].detail) == (7, "王办事员", "12", {"reason": "核对"})
    assert rows[9].detail == {"on": "2026-03-01", "names": ["甲", "乙"], "yes": True, "nothing": None}
    result = audit.verify()
    assert (result.ok, result.checked, result.head_seq, result.head_mac) == (True, 10, 10, bytes(rows[9].mac).hex())


@pytest.mark.django_db
def test_record_returns_its_number_and_many_their_range() -> None:
    assert audit.record(CLERK, "a") == 1
    assert audit.record_many(CLERK, [AuditLine("b"), AuditLine("c")]) == range(2, 4)
    assert audit.record_many(CLERK, []) == range(0)
    assert AuditEntry.objects.count() == 3


@pytest.mark.django_db
def test_many_rows_are_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(4):  # lock, head, rows, head
        audit.record_many(SYSTEM, [AuditLine("decision.store", "person", str(n)) for n in range(12_000)])
    assert audit.verify().checked == 12_000


@pytest.mark.django_db
def test_a_fraction_in_the_detail_is_refused_and_nothing_is_written() -> None:
    with pytest.raises(TypeError, match="float"):
        audit.record(CLERK, "a", detail={"share": 0.5})
    assert AuditEntry.objects.count() == 0 and AuditHead.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "assignment",
    [
        "detail = '{\"amount\": 999}'", "actor_id = 8", "actor_name = '李四'", "action = 'decision.drop'", "subject_id = '99'",
        "subject_type = 'household'", "area_path = '6/'", "at = at + interval '1 microsecond'",
        "mac = decode(repeat('00', 36), 'hex')",
        "mac = set_byte(mac, 0, get_byte(mac, 0) # 1)", "previous_mac = decode(repeat('00', 36), 'hex')",
    ],
)  # fmt: skip
def test_an_altered_row_is_named(assignment: str) -> None:
    ten_rows()
    with by_hand():
        execute(f"UPDATE audit_entry SET {assignment} WHERE seq = 4")  # noqa: S608
    result = audit.verify()
    assert (result.ok, result.first_bad_seq, result.problem, result.checked) == (False, 4, "altered", 3)
    key_is_named = not assignment.startswith("mac =")
    hint = "" if key_is_named else "它所用的密钥不在密钥库里，请先确认 var/keys 是不是原来的。"
    assert result.sentence == "第4条审计记录被改动过，或是后来插进去的。" + hint


def remove_middle() -> None:
    execute("DELETE FROM audit_entry WHERE seq = 5")


def remove_and_close_the_gap() -> None:
    execute("DELETE FROM audit_entry WHERE seq = 5")
    # Two steps: the key is checked row by row, and the rows move in whatever order the heap has them.
    execute("UPDATE audit_entry SET seq = 1 - seq WHERE seq > 5")
    execute("UPDATE audit_entry SET seq = -seq WHERE seq < 0")


def remove_first() -> None:
    execute("DELETE FROM audit_entry WHERE seq = 1")


def cut_tail() -> None:
    execute("DELETE FROM audit_entry WHERE seq > 8")


def cut_tail_and_set_head() -> None:
    execute("DELETE FROM audit_entry WHERE seq > 8")
    execute("UPDATE audit_head SET seq = 8, mac = (SELECT mac FROM audit_entry WHERE seq = 8)")


def cut_tail_and_number_of_head() -> None:
    execute("DELETE FROM audit_entry WHERE seq > 8")
    execute("UPDATE audit_head SET seq = 8")


def cut_all() -> None:
    execute("DELETE FROM audit_entry")


def insert_at_end() -> None:
    execute(
        "INSERT INTO audit_entry SELECT 11, at, actor_id, actor_name, action, subject_type, subject_id, area_path,"
        " detail, mac, mac FROM audit_entry WHERE seq = 10"
    )


def swap_two() -> None:
    execute("UPDATE audit_entry SET seq = 100 WHERE seq = 5")
    execute("UPDATE audit_entry SET seq = 5 WHERE seq = 6")
    execute("UPDATE audit_entry SET seq = 6 WHERE seq = 100")


def drop_head() -> None:
    execute("DELETE FROM audit_head")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tamper", "seq", "problem"),
    [
        (remove_middle, 5, "missing"),
        (remove_and_close_the_gap, 5, "altered"),
        (remove_first, 1, "missing"),
        (cut_tail, 9, "cut_off"),
        (cut_tail_and_set_head, 8, "head"),
        (cut_tail_and_number_of_head, 8, "head"),
        (cut_all, 1, "cut_off"),
        (insert_at_end, 11, "altered"),
        (swap_two, 5, "altered"),
        (drop_head, 10, "head"),
    ],
)
def test_removing_inserting_and_cutting_off_is_found(tamper: Callable[[], None], seq: int, problem: str) -> None:
    ten_rows()
    with by_hand():
        tamper()
    result = audit.verify()
    assert (result.ok, result.first_bad_seq, result.problem) == (False, seq, problem)


@pytest.mark.django_db
def test_a_database_put_back_to_yesterday_is_found_by_the_head_noted_down() -> None:
    ten_rows()
    noted = audit.verify()
    assert audit.verify(expected_seq=noted.head_seq, expected_mac=noted.head_mac).ok
    audit.record(CLERK, "later")
    assert audit.verify(expected_seq=noted.head_seq, expected_mac=noted.head_mac).ok
    with by_hand():
        execute("DELETE FROM audit_entry")
        execute("DELETE FROM audit_head")
    assert audit.verify().ok
    result = audit.verify(expected_seq=noted.head_seq, expected_mac=noted.head_mac)
    assert (result.ok, result.first_bad_seq, result.problem) == (False, 1, "cut_off")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry", "DELETE FROM audit_head"],
)
def test_the_database_refuses_to_change_or_remove(statement: str) -> None:
    ten_rows()
    execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_no_truncate")
    with pytest.raises(DatabaseError, match="only appended"), transaction.atomic():
        execute(statement)
    execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_no_truncate")
    assert audit.verify().checked == 10


@pytest.mark.django_db
def test_the_chain_goes_on_under_a_rotated_key() -> None:
    audit.record(CLERK, "before")
    store = keys.provider()
    assert isinstance(store, FileKeyProvider)
    store.rotate(Purpose.AUDIT)
    audit.record(CLERK, "after")
    first, second = AuditEntry.objects.order_by("seq")
    assert bytes(first.mac)[:4] != bytes(second.mac)[:4]
    assert audit.verify().ok


@pytest.mark.django_db
def test_lost_keys_are_said_to_be_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    audit.record(CLERK, "a")
    monkeypatch.setattr(audit, "provider", lambda: FileKeyProvider(tmp_path))
    result = audit.verify()
    assert (result.ok, result.first_bad_seq) == (False, 1)
    assert "密钥不在密钥库里" in result.sentence


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_make_one_unbroken_chain() -> None:
    def write(writer: int) -> None:
        try:
            for n in range(10):
                with transaction.atomic():
                    audit.record_many(
                        Actor(writer, f"w{writer}", "user"), [AuditLine("race", subject_id=f"{n}.{k}") for k in range(3)]
                    )
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert AuditEntry.objects.count() == 240
    assert [AuditEntry.objects.filter(actor_id=n).count() for n in range(8)] == [30] * 8
    result = audit.verify()
    assert (result.ok, result.checked) == (True, 240)


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_deed_leaves_no_gap() -> None:
    audit.record(CLERK, "one")
    with pytest.raises(RuntimeError), transaction.atomic():
        audit.record(CLERK, "lost")
        raise RuntimeError
    audit.record(CLERK, "two")
    assert list(AuditEntry.objects.order_by("seq").values_list("seq", "action")) == [(1, "one"), (2, "two")]
    assert audit.verify().ok


@pytest.mark.django_db
def test_keys_live_outside_the_database() -> None:
    audit.record(CLERK, "a")
    assert (settings.VAR / "keys" / "keys.json").stat().st_mode & 0o777 == 0o600
