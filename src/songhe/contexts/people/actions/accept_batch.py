"""A human has looked at the verdicts and lets the good rows in: all of them in one transaction, or none."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from songhe.contexts.people.access import batch_for
from songhe.contexts.people.actions.check_batch import BatchResult, Progress, count_verdicts, keep_contents, result_of, silent
from songhe.contexts.people.actions.link_candidates import open_candidates
from songhe.contexts.people.actions.match_rows import match_rows, take_verdicts
from songhe.contexts.people.actions.number_changes import change_numbers, read_numbers
from songhe.contexts.people.actions.one_at_a_time import hold_people
from songhe.contexts.people.actions.remember_mapping import remember_mapping
from songhe.contexts.people.actions.request_sheet import close_answered_sheets
from songhe.contexts.people.actions.seal_again import seal_again
from songhe.contexts.people.actions.settle_facts import settle_people
from songhe.contexts.people.actions.stage_rows import stage_rows
from songhe.contexts.people.actions.tell_progress import tell_progress
from songhe.contexts.people.actions.write_people import write_households, write_people
from songhe.contexts.people.errors import BatchNotReady
from songhe.contexts.people.events import CityFactsChanged, HouseholdsChanged
from songhe.contexts.people.models import ImportBatch, ImportRow, LinkCandidate, StagedRow
from songhe.contexts.people.queries.layouts import layout_of
from songhe.contexts.people.words import BatchStatus, Verdict
from songhe.foundation import audit, clock, outbox, work_items
from songhe.foundation.access import Actor, Right

NAMED_ONE_BY_ONE = 500  # more changed households than this are one event about the city


@dataclass(frozen=True, slots=True)
class AcceptResult:
    """What an accepted batch did. `households` counts those whose facts or members changed; 0 where it had been accepted before."""

    batch: BatchResult
    households: int


@transaction.atomic
def accept_batch(actor: Actor, *, batch_id: int, progress: Progress = silent) -> AcceptResult:
    """New and changed rows are in, facts settled, conflicts lie as work items; accepting again changes nothing.

    Where another batch was accepted since the check, the verdicts are taken once more. Killed anywhere, nothing of it is
    visible and the batch can be accepted again. Raises BatchNotReady for a batch that is not checked.
    """
    batch = batch_for(actor, batch_id, right=Right.ACCEPT_IMPORT, lock=True)
    if batch.status == BatchStatus.ACCEPTED:
        return AcceptResult(result_of(batch), 0)
    if batch.status not in (BatchStatus.CHECKED, BatchStatus.ACCEPTING):
        raise BatchNotReady("这个批次还没有检查完，不能入库。", next_step="请先检查文件，看过结果后再确认入库。")
    hold_people()
    restaged = StagedRow.objects.filter(batch_id=batch.id).count() != batch.total
    if restaged:
        stage_rows(batch, lambda done: progress(done, batch.total, "重新读取文件"))
    households = _let_in(actor, batch, progress, again=restaged)
    batch.status, batch.accepted_by, batch.accepted_at, batch.problem = BatchStatus.ACCEPTED, actor.id, clock.now(), ""
    batch.counts = count_verdicts(batch.id)
    batch.save(update_fields=["status", "accepted_by", "accepted_at", "counts", "problem"])
    open_candidates(actor, batch)
    _open_conflicts(actor, batch)
    remember_mapping(actor, batch)
    close_answered_sheets(actor, batch)
    _publish(batch, households)
    detail = {**batch.counts, "households": len(households), "department": batch.department}
    audit.record(actor, "people.accept_batch", subject_type="import_batch", subject_id=batch.id, detail=detail)
    return AcceptResult(result_of(batch), len(households))


def _told(batch: ImportBatch, progress: Progress) -> Progress:
    """Progress that whoever looks at the batch's page hears too."""

    def told(done: int, total: int, step: str) -> None:
        tell_progress(batch.id, done, total, step)
        progress(done, total, step)

    return told


def _let_in(actor: Actor, batch: ImportBatch, progress: Progress, *, again: bool) -> list[int]:
    """The changed households' ids, after everything of the batch is written; `again` where the verdicts have to be taken once more anyway."""
    progress(0, 4, "再次与人口资料比对")
    if not again and batch.checked_after == ImportBatch.objects.filter(status=BatchStatus.ACCEPTED).count():
        take_verdicts(batch)
    else:
        match_rows(batch)
        _correct_verdicts(batch)
    progress(1, 4, "写入人员和户")
    read_numbers(batch)
    write_people(batch, actor.id, whole=True)
    change_numbers(batch)
    seal_again(batch, keeps_identity=layout_of(batch.department).keeps_identity)
    progress(2, 4, "汇总各部门说法")
    settle_people(batch)
    progress(3, 4, "更新户")
    households = write_households(batch, actor.id)
    progress(4, 4, "完成")
    return households


def _correct_verdicts(batch: ImportBatch) -> None:
    """Rows whose verdict has changed since the check say so."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE import_row (batch_id, sheet, row)")
        cursor.execute(
            """
            UPDATE import_row r SET verdict = m.verdict, person_id = m.person_id, changes = m.changes, problems = s.problems || m.problems
            FROM import_match m JOIN import_staged_row s ON s.id = m.staged_id
            WHERE r.batch_id = %s AND s.batch_id = %s AND r.sheet = s.sheet AND r.row = s.row
              AND (r.verdict, r.person_id, r.changes) IS DISTINCT FROM (m.verdict, m.person_id, m.changes)
            """,
            [batch.id, batch.id],
        )
        changed = cursor.rowcount
    if changed:
        keep_contents(batch)


def _open_conflicts(actor: Actor, batch: ImportBatch) -> None:
    """Each other conflicting row is a work item of the department that sent it, in the area of the person it may be about."""
    rows = (
        ImportRow.objects.filter(batch_id=batch.id, verdict=Verdict.CONFLICT, set_aside="")
        .exclude(id__in=LinkCandidate.objects.filter(batch_id=batch.id, row__isnull=False).values("row_id"))
        .select_related("person")
        .order_by("id")
    )
    work_items.open_items_bulk(
        actor,
        items=(
            work_items.NewWorkItem(
                kind="import_conflict", key=f"import_conflict:{batch.id}:{row.sheet}:{row.row}", owner=batch.department,
                area_path=row.person.area_path if row.person else batch.area_paths[0], subject_type="import_row", subject_id=row.id,
                title=f"{batch.department}报送的第{row.row}行需要核实：{row.problems[-1]['reason'] if row.problems else ''}",
                detail={"batch_id": batch.id, "row": row.row, "person_id": row.person_id},
            )
            for row in rows.iterator(chunk_size=2000)
        ),
    )  # fmt: skip


def _publish(batch: ImportBatch, households: list[int]) -> None:
    if len(households) > NAMED_ONE_BY_ONE:
        outbox.publish(CityFactsChanged(batch_id=batch.id))
    elif households:
        outbox.publish(HouseholdsChanged(household_ids=tuple(households), cause=f"{batch.department}报送了新数据"))
