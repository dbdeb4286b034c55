"""Take in a department's file; nothing is read of it yet."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.db import transaction

from songhe.contexts.people.models import ImportBatch
from songhe.contexts.people.queries.layouts import layout_of
from songhe.contexts.people.words import BatchStatus
from songhe.foundation import audit, clock, files
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput


@transaction.atomic
def upload_file(actor: Actor, *, department: str, name: str, content: bytes | Path, stated_on: dt.date) -> int:
    """The file is stored sealed and waits to be checked; returns the batch's id. `stated_on` is the day its content speaks of."""
    require(actor, Right.IMPORT)
    layout = layout_of(department)
    if stated_on > clock.today():
        raise InvalidInput("数据日期不能晚于今天。", next_step="请填写这份数据统计到哪一天。", field="stated_on")
    empty = not content if isinstance(content, bytes) else content.stat().st_size == 0
    if empty:
        raise InvalidInput("文件是空的。", next_step="请选择有内容的文件。", field="content")
    stored = files.store(content, name=name)
    batch = ImportBatch.objects.create(
        department=layout.label, file_id=stored.id, file_name=name, stated_on=stated_on, area_paths=list(actor.area_paths(Right.IMPORT)),
        status=BatchStatus.UPLOADED, uploaded_by=actor.id, uploaded_at=clock.now(),
    )  # fmt: skip
    detail = {"department": layout.label, "size": stored.size, "stated_on": stated_on}
    audit.record(actor, "people.upload_file", subject_type="import_batch", subject_id=batch.id, detail=detail)
    return batch.id
