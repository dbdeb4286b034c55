"""A unit says what it did on a task in a month."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.plan_tracking.access import acting_unit, task_for
from songhe.contexts.plan_tracking.actions.keep_steps import ledger_row
from songhe.contexts.plan_tracking.models import ProgressReport
from songhe.contexts.plan_tracking.words import PLAN_TASK, ReportState
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor
from songhe.foundation.errors import InvalidInput

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class ProgressReported:
    """The report that was added, in the name of `unit`."""

    id: int
    task_id: str
    unit: str


@transaction.atomic
def report_progress(
    actor: Actor, *, task_id: str, month: dt.date, state: str, done: str, percent: int | None = None
) -> ProgressReported:
    """The report is kept beside all earlier ones. `month` is any day of it. Raises TaskNotFound, NotYourTask, InvalidInput."""
    task = task_for(actor, task_id)
    unit = acting_unit(actor, task, leading=False)
    done, month = done.strip(), month.replace(day=1)
    if state not in set(ReportState):
        raise InvalidInput("请选一个进展状态。", field="state")
    if not done or len(done) > LONGEST:
        raise InvalidInput(f"请写做了什么，不超过{LONGEST}个字。", field="done")
    if month > clock.today():
        raise InvalidInput("这个月还没有到。", next_step="请选已经开始的月份。", field="month")
    if percent is not None and not 0 <= percent <= 100:
        raise InvalidInput("完成比例要在0和100之间。", field="percent")
    if state == ReportState.DONE and percent not in (None, 100):
        raise InvalidInput("已完成的任务，完成比例只能是100，或者不填。", field="percent")
    row = ProgressReport.objects.create(
        task=ledger_row(task_id), unit=unit, month=month, state=state, done=done, percent=percent, made_by=actor.id,
        made_by_name=actor.name, made_at=clock.now(),
    )  # fmt: skip
    detail = {"task": task_id, "month": month, "state": state, "unit": unit}
    audit.record(actor, "plan.report_progress", subject_type=PLAN_TASK, subject_id=row.task_id, detail=detail)
    return ProgressReported(row.pk, task_id, unit)
