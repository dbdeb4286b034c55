"""The audit chain: who did what, where, when, so linked that no row can be altered, removed, put in or cut off unseen.

Each row's mac is HMAC-SM3 over the previous row's mac and its own content; the head row holds the last number and a mac that
only the key's owner can make. Appending holds one advisory lock until the transaction ends, so an action audits last.
`detail` takes text, whole numbers, truth values, dates and nestings of these, and never personal data in clear.
"""

from __future__ import annotations

import hmac as constant_time
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC
from django.db import connection, transaction

from songhe.foundation import clock
from songhe.foundation.access import Actor
from songhe.foundation.keys import Key, KeyUnavailable, Purpose, provider
from songhe.foundation.plain_values import plain

_LOCK = 0x534F4E47  # one number for the whole house
_FIRST = b"\x00" * 36  # what stands before the first link

Detail = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class AuditLine:
    """What is to be recorded of one deed, before it has a place in the chain."""

    action: str
    subject_type: str = ""
    subject_id: str = ""
    area_path: str = ""
    detail: Detail = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What a walk over the chain found. `first_bad_seq` is the first number that is wrong or missing, None where all hold.

    `problem` is one of altered, missing, cut_off, head; `head_seq` and `head_mac` may be noted down outside the database and
    handed to a later `verify`, which then also finds a database put back to an earlier day.
    """

    ok: bool
    checked: int
    first_bad_seq: int | None = None
    problem: str = ""
    sentence: str = ""
    head_seq: int = 0
    head_mac: str = ""


def record(
    actor: Actor,
    action: str,
    *,
    subject_type: str = "",
    subject_id: object = "",
    area_path: str = "",
    detail: Detail | None = None,
) -> int:
    """The deed stands in the chain once the surrounding transaction commits; returns its number."""
    return record_many(actor, [AuditLine(action, subject_type, str(subject_id), area_path, detail or {})])[0]


def record_many(actor: Actor, lines: Sequence[AuditLine]) -> range:
    """All lines stand in the chain, in order, written by one statement; returns their numbers."""
    if not lines:
        return range(0)
    at, key = clock.now(), provider().current(Purpose.AUDIT)
    details = [_canonical(line.detail) for line in lines]
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SELECT h.seq, e.mac FROM audit_head h LEFT JOIN audit_entry e ON e.seq = h.seq WHERE h.id = 1")
        found = cursor.fetchone()
        first, mac = (found[0] + 1, bytes(found[1] or b"")) if found else (1, _FIRST)
        previous, macs = [], []
        for seq, (line, detail) in enumerate(zip(lines, details, strict=True), start=first):
            previous.append(mac)
            mac = _link(key, mac, _content(seq, at, actor.id, actor.name, line, detail))
            macs.append(mac)
        last = first + len(lines) - 1
        cursor.execute(
            """
            INSERT INTO audit_entry
                (seq, at, actor_id, actor_name, action, subject_type, subject_id, area_path, detail, previous_mac, mac)
            SELECT seq, %s, %s, %s, action, subject_type, subject_id, area_path, detail::jsonb, previous_mac, mac
            FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bytea[], %s::bytea[])
                AS t (seq, action, subject_type, subject_id, area_path, detail, previous_mac, mac)
            """,
            [
                at, actor.id, actor.name, list(range(first, last + 1)), [line.action for line in lines],
                [line.subject_type for line in lines], [line.subject_id for line in lines], [line.area_path for line in lines],
                details, previous, macs,
            ],
        )  # fmt: skip
        cursor.execute(
            "INSERT INTO audit_head (id, seq, mac) VALUES (1, %s, %s)"
            " ON CONFLICT (id) DO UPDATE SET seq = EXCLUDED.seq, mac = EXCLUDED.mac",
            [last, _link(key, b"head", f"{last}:{mac.hex()}".encode())],
        )
    return range(first, last + 1)


def verify(*, expected_seq: int = 0, expected_mac: str = "") -> VerifyResult:
    """Walks the whole chain once, in constant memory, and names the first number at which it does not hold.

    `expected_*` is a head noted down earlier: the chain must still contain it.
    """
    mac, seq, head = _FIRST, 0, _head()
    for row in _rows():
        found_seq, stored, head = (row[0], bytes(row[9]), (row[10], bytes(row[11] or b"")) if row[10] is not None else None)
        if found_seq != seq + 1:
            return _bad(seq, seq + 1, "missing", f"第{seq + 1}条审计记录不见了。")
        line = AuditLine(row[4], row[5], row[6], row[7])
        expected = _relink(stored, mac, _content(found_seq, row[1], row[2], row[3], line, _canonical(json.loads(row[8]))))
        if bytes(row[12]) != mac or not constant_time.compare_digest(stored, expected):
            return _bad(seq, found_seq, "altered", f"第{found_seq}条审计记录被改动过，或是后来插进去的。{_without_key(stored)}")
        mac, seq = stored, found_seq
        if seq == expected_seq and mac.hex() != expected_mac:
            return _bad(seq, seq, "altered", f"第{seq}条审计记录与以前记下的凭据不符。")
    if head is None:
        if seq:
            return _bad(seq, seq, "head", "审计链的末尾标记不见了。")
    elif seq < head[0]:
        return _bad(seq, seq + 1, "cut_off", f"从第{seq + 1}条起，审计记录被截掉了。")
    elif seq > head[0] or _relink(head[1], b"head", f"{seq}:{mac.hex()}".encode()) != head[1]:
        return _bad(seq, min(seq, head[0] + 1), "head", "审计链的末尾标记被改动过。")
    if seq < expected_seq:
        return _bad(seq, seq + 1, "cut_off", f"以前记下的凭据到第{expected_seq}条，现在只剩{seq}条。")
    return VerifyResult(ok=True, checked=seq, head_seq=seq, head_mac=mac.hex() if seq else "")


def _rows() -> Iterator[tuple]:  # type: ignore[type-arg]
    """Every row in order with the head beside it: one statement, so rows appended meanwhile cannot look like a break."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(
            """
            SELECT seq, at, actor_id, actor_name, action, subject_type, subject_id, area_path, detail::text, mac,
                   (SELECT seq FROM audit_head), (SELECT mac FROM audit_head), previous_mac
            FROM audit_entry ORDER BY audit_entry.seq
            """
        )
        while block := cursor.fetchmany(5000):
            yield from block


def _head() -> tuple[int, bytes] | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, mac FROM audit_head WHERE NOT EXISTS (SELECT 1 FROM audit_entry)")
        found = cursor.fetchone()
    return (found[0], bytes(found[1])) if found else None


def _bad(checked: int, seq: int, problem: str, sentence: str) -> VerifyResult:
    return VerifyResult(ok=False, checked=checked, first_bad_seq=seq, problem=problem, sentence=sentence)


def _content(seq: int, at: datetime, actor_id: int, actor_name: str, line: AuditLine, detail: str) -> bytes:
    """The row as bytes: a JSON list, so that no two different rows give the same bytes."""
    when = at.astimezone(UTC).isoformat(timespec="microseconds")
    row = [seq, when, actor_id, actor_name, line.action, line.subject_type, line.subject_id, line.area_path, detail]
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()


def _canonical(detail: object) -> str:
    return json.dumps(
        plain(detail, carrier="audit detail cannot hold"), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def _link(key: Key, previous: bytes, content: bytes) -> bytes:
    mac = HMAC(key.material, SM3())
    mac.update(previous)
    mac.update(content)
    return key.id.to_bytes(4, "big") + mac.finalize()


def entries_by_key() -> Counter[int]:
    """How many rows of the chain were written with each key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT substring(mac, 1, 4), count(*) FROM audit_entry GROUP BY 1")
        return Counter({int.from_bytes(key, "big"): count for key, count in cursor.fetchall()})


def _without_key(stored: bytes) -> str:
    """What to add where the row names a key that is not there: the keys may be lost rather than the row altered."""
    try:
        provider().by_id(Purpose.AUDIT, int.from_bytes(stored[:4], "big"))
    except KeyUnavailable:
        return "它所用的密钥不在密钥库里，请先确认 var/keys 是不是原来的。"
    return ""


def _relink(stored: bytes, previous: bytes, content: bytes) -> bytes:
    """What the stored mac should be, made with the key that it names; empty where there is no such key."""
    try:
        return _link(provider().by_id(Purpose.AUDIT, int.from_bytes(stored[:4], "big")), previous, content)
    except KeyUnavailable:
        return b""
