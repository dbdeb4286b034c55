"""The drop folder of a separated network: files of messages out, files of receipts in; each moved by one rename, each once.

A file is written beside the folder (`.songhe-staging`), its completeness is marked in the database, then it is renamed into the folder.
After a kill the staging place tells whether the rename has happened: a file that still lies there has not left; one that is marked complete
and lies there no more has. So no file leaves twice, whatever carries it away.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.db import connection, transaction

from songhe.contexts.messaging.actions.settle_messages import Receipt, note_trouble, note_worked, take_receipts
from songhe.contexts.messaging.models import Message, MessageFile, ReceiptFile
from songhe.contexts.messaging.queries.gateway import FilesGateway
from songhe.contexts.messaging.words import GatewayKind, MessageState, ReceiptWay, seal_context
from songhe.foundation import clock
from songhe.foundation.access import Actor
from songhe.foundation.encryption import open_sealed

STAGING, DONE, REFUSED = ".songhe-staging", "taken", "refused"
OUT_HEADER = ("message_id", "number", "text")
IN_HEADER = ["message_id", "state", "because", "at"]
MOST_BYTES = 20 * 1024 * 1024
LOCK = 7_201_018  # one process at a time moves files


def write_waiting(way: FilesGateway) -> int:
    """Every waiting message stands in a file that lies in the outgoing folder; how many were handed over now. Raises OSError."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
    try:
        _gather(way)
        handed = 0
        for row in MessageFile.objects.filter(written_at=None).order_by("id"):
            handed += _bring_out(way, row)
        return handed
    except OSError as wrong:
        note_trouble(f"短信文件夹写不了（{type(wrong).__name__}）")
        raise
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


@transaction.atomic
def _gather(way: FilesGateway) -> None:
    """The waiting messages belong to a new file; which ones never changes again."""
    rows = Message.objects.select_for_update().filter(state=MessageState.WAITING, file=None, next_try_at__lte=clock.now())
    ids = list(rows.order_by("id").values_list("id", flat=True)[: way.most_rows])
    if ids:
        now = clock.now()
        made = MessageFile.objects.create(
            name=f"messages-{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}.csv", messages=len(ids), made_at=now
        )
        Message.objects.filter(id__in=ids).update(file=made, gateway=GatewayKind.FILES)


def _bring_out(way: FilesGateway, row: MessageFile) -> int:
    staging = way.outgoing / STAGING
    staged = staging / row.name
    if row.staged_at is None:
        staging.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(staged, _content(row))
        row.staged_at = clock.now()
        row.save(update_fields=["staged_at"])
    if staged.exists():
        os.rename(staged, way.outgoing / row.name)
        _flush(way.outgoing)
    with transaction.atomic():
        now = clock.now()
        row.written_at = now
        row.save(update_fields=["written_at"])
        handed = Message.objects.filter(file=row, state=MessageState.WAITING).update(
            state=MessageState.HANDED_OVER, handed_at=now, sealed=None, tries=1
        )
    note_worked()
    return handed


def _content(row: MessageFile) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(OUT_HEADER)
    for message in Message.objects.filter(file=row, state=MessageState.WAITING).order_by("id").iterator(chunk_size=1000):
        content = json.loads(open_sealed(message.sealed or b"", context=seal_context(str(message.public_id))))
        writer.writerow((message.public_id, content["number"], content["text"]))
    return text.getvalue().encode("utf-8-sig")


def _write(path: Path, content: bytes) -> None:
    with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o640)) as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    _flush(path.parent)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_incoming(actor: Actor, way: FilesGateway) -> int:
    """Every file of receipts in the incoming folder has been taken once and lies in `taken` (or in `refused`, where it cannot be read);
    how many receipts were new. Raises OSError.
    """
    new = 0
    for path in sorted(way.incoming.glob("*.csv")):
        new += _take_file(actor, way, path)
    return new


def _take_file(actor: Actor, way: FilesGateway, path: Path) -> int:
    content = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b""
    digest = hashlib.sha256(content).hexdigest()
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        if not lines or lines[0] != IN_HEADER:
            raise ValueError("header")
    except (ValueError, csv.Error):
        note_trouble("收到的回执文件看不懂：第一行要写 message_id,state,because,at")
        _aside(way, path, REFUSED, digest)
        return 0
    new = 0
    with transaction.atomic():
        if not ReceiptFile.objects.filter(sha256=digest).exists():
            good = list(_receipts(lines[1:]))
            taken = take_receipts(actor, receipts=good, way=ReceiptWay.FILE)
            ReceiptFile.objects.create(
                name=path.name[:200], sha256=digest, taken_at=clock.now(), rows=len(lines) - 1, unknown=taken.unknown,
                wrong=len(lines) - 1 - len(good),
            )  # fmt: skip
            new = taken.new
    _aside(way, path, DONE, digest)
    return new


def _receipts(lines: list[list[str]]) -> Iterator[Receipt]:
    for line in lines:
        try:
            number, state, because, at = (cell.strip() for cell in line)
            moment = dt.datetime.fromisoformat(at)
            found = Receipt(uuid.UUID(number), MessageState(state), because, moment)
        except ValueError:
            continue
        if moment.tzinfo is not None and found.state not in (MessageState.WAITING, MessageState.HANDED_OVER):
            yield found


def _aside(way: FilesGateway, path: Path, folder: str, digest: str) -> None:
    aside = way.incoming / folder
    aside.mkdir(mode=0o750, exist_ok=True)
    os.rename(path, aside / f"{path.stem[:100]}-{digest[:12]}.csv")
