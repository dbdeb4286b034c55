"""The dry run: every row of a file gets a verdict, and no person is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from songhe.contexts.people.access import batch_for
from songhe.contexts.people.actions.match_rows import match_rows
from songhe.contexts.people.actions.one_at_a_time import quiet_people
from songhe.contexts.people.actions.read_table import HeadingsUnclear
from songhe.contexts.people.actions.stage_rows import seal_contents, stage_rows
from songhe.contexts.people.errors import BatchNotReady, UnreadableFile
from songhe.contexts.people.models import AbsentPerson, ImportBatch, ImportRow, SheetRequest
from songhe.contexts.people.queries.headings import sealed_headings
from songhe.contexts.people.words import BatchStatus, Verdict
from songhe.foundation import audit
from songhe.foundation.access import Actor, Right

Progress = Callable[[int, int, str], None]
_OUTCOME = ["counts", "status", "progress", "total", "ignored_columns", "checked_after", "notes", "headings_sealed"]
_CHECKING = 7_202_001  # the advisory lock's class; its number is the batch


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What stands of a batch after an action. `counts` holds every verdict and adds up to `total`."""

    batch_id: int
    status: BatchStatus
    counts: Mapping[Verdict, int]
    total: int
    problem: str = ""


def silent(done: int, total: int, step: str) -> None:
    """Progress nobody watches."""


def check_batch(actor: Actor, *, batch_id: int, progress: Progress = silent) -> BatchResult:
    """Every row has its verdict and the batch waits to be accepted; or the batch says why not: its file cannot be read, or somebody has
    to say what some of its columns mean.

    May be repeated until the batch is accepted; after being killed it is simply started again. Raises BatchNotReady where the batch is
    accepted already or another process is checking it.
    """
    with _alone(batch_id):
        batch = _begin(actor, batch_id)
        try:
            staged = stage_rows(batch, lambda done: _told(batch, done, progress))
        except UnreadableFile as refusal:
            return _fail(batch, refusal)
        progress(staged.rows, staged.rows, "与人口资料比对")
        with transaction.atomic(), quiet_people():
            batch.total, batch.ignored_columns = staged.rows, list(staged.ignored)
            batch.checked_after = ImportBatch.objects.filter(status=BatchStatus.ACCEPTED).count()
            match_rows(batch)
            _write_verdicts(batch)
            batch.counts, batch.status, batch.progress = count_verdicts(batch.id), BatchStatus.CHECKED, staged.rows
            batch.notes, batch.headings_sealed = list(staged.notes), sealed_headings(batch.id, staged.headings)
            batch.save(update_fields=_OUTCOME)
            SheetRequest.objects.filter(id__in=staged.requests, closed_at=None).update(batch=batch)
            audit.record(actor, "people.check_batch", subject_type="import_batch", subject_id=batch.id, detail=dict(batch.counts))
    return result_of(batch)


def result_of(batch: ImportBatch) -> BatchResult:
    """The batch as its actions report it."""
    counts = {verdict: batch.counts[verdict] for verdict in Verdict if verdict in batch.counts}
    return BatchResult(batch.id, BatchStatus(batch.status), counts, batch.total, batch.problem)


@contextmanager
def _alone(batch_id: int) -> Iterator[None]:
    """Held by the session, so that it is free again as soon as a killed process's connection is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_CHECKING, batch_id])
        if not cursor.fetchone()[0]:
            raise BatchNotReady("这个文件正在检查。", next_step="请等检查完成后再看。")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_CHECKING, batch_id])


@transaction.atomic
def _begin(actor: Actor, batch_id: int) -> ImportBatch:
    batch = batch_for(actor, batch_id, right=Right.IMPORT, lock=True)
    if batch.status in (BatchStatus.ACCEPTING, BatchStatus.ACCEPTED):
        raise BatchNotReady("这个批次已经确认入库，不用再检查。", next_step="要更正内容，请上传新的文件。")
    ImportRow.objects.filter(batch_id=batch.id)._raw_delete("default")
    AbsentPerson.objects.filter(batch_id=batch.id)._raw_delete("default")
    batch.complete_list, batch.complete_counts = "", {}
    batch.status, batch.progress, batch.total, batch.problem, batch.counts = BatchStatus.CHECKING, 0, 0, "", {}
    batch.notes, batch.ignored_columns = [], []
    batch.save(
        update_fields=[
            "status",
            "progress",
            "total",
            "problem",
            "counts",
            "notes",
            "ignored_columns",
            "complete_list",
            "complete_counts",
        ]
    )
    return batch


def _told(batch: ImportBatch, done: int, progress: Progress) -> None:
    ImportBatch.objects.filter(id=batch.id).update(progress=done)
    progress(done, 0, "读取文件")


def _fail(batch: ImportBatch, refusal: UnreadableFile) -> BatchResult:
    batch.status, batch.problem = BatchStatus.FAILED, f"{refusal.sentence}{refusal.next_step}"
    if isinstance(refusal, HeadingsUnclear):
        batch.status, batch.headings_sealed = BatchStatus.NEEDS_COLUMNS, sealed_headings(batch.id, refusal.headings)
    batch.save(update_fields=["status", "problem", "headings_sealed"])
    return result_of(batch)


def _write_verdicts(batch: ImportBatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO import_row (batch_id, sheet, row, verdict, person_id, changes, problems, content_sealed)
            SELECT s.batch_id, s.sheet, s.row, coalesce(m.verdict, 'rejected'), m.person_id, coalesce(m.changes, '{}'),
                   s.problems || coalesce(m.problems, '[]'), s.content_sealed
            FROM import_staged_row s LEFT JOIN import_match m ON m.staged_id = s.id
            WHERE s.batch_id = %s ORDER BY s.id
            """,
            [batch.id],
        )
    keep_contents(batch)


def keep_contents(batch: ImportBatch) -> None:
    """Rows that a human has to look at carry their sealed content."""
    look = ImportRow.objects.filter(batch_id=batch.id, verdict__in=[Verdict.CONFLICT, Verdict.REJECTED], content_sealed=b"")
    wanted = {(sheet, row): pk for pk, sheet, row in look.values_list("id", "sheet", "row")}
    if not wanted:
        return
    sealed = [(wanted[sheet, row], content) for sheet, row, content in seal_contents(batch, set(wanted))]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE import_row r SET content_sealed = t.content FROM unnest(%s::bigint[], %s::bytea[]) AS t (id, content) WHERE r.id = t.id",
            [[pk for pk, _ in sealed], [content for _, content in sealed]],
        )


def count_verdicts(batch_id: int) -> dict[str, int]:
    """How many rows have each verdict; all five are there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT verdict, count(*) FROM import_row WHERE batch_id = %s GROUP BY verdict", [batch_id])
        found = dict(cursor.fetchall())
    return {verdict.value: found.get(verdict.value, 0) for verdict in Verdict}
