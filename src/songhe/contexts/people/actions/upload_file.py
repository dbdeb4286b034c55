"""Take in a department's file; nothing is read of it yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from django.db import connection, transaction

from songhe.contexts.people.actions.recognise_file import recognise
from songhe.contexts.people.errors import KeyUsedOtherwise
from songhe.contexts.people.models import ImportBatch
from songhe.contexts.people.queries.layouts import Layout, layout_of
from songhe.contexts.people.words import BatchStatus
from songhe.foundation import audit, clock, files
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput

_KEYS = 7_202_003  # the advisory lock's class; its number is the key's


@transaction.atomic
def upload_file(
    actor: Actor, *, department: str, name: str, content: bytes | Path, stated_on: dt.date, key: str | None = None
) -> int:
    """The file is stored sealed and waits to be checked; returns the batch's id. `stated_on` is the day its content speaks of.

    With an idempotency `key` the same request again returns the same batch; KeyUsedOtherwise where the key came with another file before.
    Raises UnreadableFile for what is no table at all.
    """
    require(actor, Right.IMPORT)
    layout = layout_of(department)
    if stated_on > clock.today():
        raise InvalidInput("数据日期不能晚于今天。", next_step="请填写这份数据统计到哪一天。", field="stated_on")
    stored = _stored(name, content)
    if key is not None and (before := _before(actor, key, layout.label, stored.id, stated_on)) is not None:
        return before
    return _created(actor, layout, stored, name, stated_on, actor.area_paths(Right.IMPORT), key)


def take_in(
    actor: Actor, *, department: Layout, name: str, content: bytes | Path, stated_on: dt.date, area_paths: Sequence[str]
) -> int:
    """As `upload_file` for a step inside an action that has checked access itself; rows outside `area_paths` will be rejected."""
    return _created(actor, department, _stored(name, content), name, stated_on, area_paths, None)


def _created(
    actor: Actor,
    layout: Layout,
    stored: files.StoredFile,
    name: str,
    stated_on: dt.date,
    area_paths: Sequence[str],
    key: str | None,
) -> int:
    batch = ImportBatch.objects.create(
        department=layout.label, file_id=stored.id, file_name=name, stated_on=stated_on, area_paths=list(area_paths),
        status=BatchStatus.UPLOADED, client_key=_owned(actor, key), uploaded_by=actor.id, uploaded_at=clock.now(),
    )  # fmt: skip
    detail = {"department": layout.label, "size": stored.size, "stated_on": stated_on}
    audit.record(actor, "people.upload_file", subject_type="import_batch", subject_id=batch.id, detail=detail)
    return batch.id


def _stored(name: str, content: bytes | Path) -> files.StoredFile:
    empty = not content if isinstance(content, bytes) else content.stat().st_size == 0
    if empty:
        raise InvalidInput("文件是空的。", next_step="请选择有内容的文件。", field="content")
    kind = recognise(content)
    return files.store(content, name=f"{Path(name).stem or 'file'}.{kind}")


def _owned(actor: Actor, key: str | None) -> str | None:
    """Keys of different callers do not meet."""
    return None if key is None else f"{actor.kind}:{actor.id}:{key}"


def _before(actor: Actor, key: str, department: str, file_id: int, stated_on: dt.date) -> int | None:
    """The batch that the same request made before; callers with one key wait for each other."""
    owned = _owned(actor, key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_KEYS, owned])
    found = ImportBatch.objects.filter(client_key=owned).first()
    if found is None:
        return None
    if (found.department, found.file_id, found.stated_on) != (department, file_id, stated_on):
        raise KeyUsedOtherwise("这个幂等键已经用在另一个文件上。", next_step="每次新的上传请用新的键；重试时文件和参数要一样。")
    return found.id
