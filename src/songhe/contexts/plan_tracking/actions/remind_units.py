"""What is due soon and what is late, as work items of the units; run every night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.plan_tracking.access import city_path, reach_of
from songhe.contexts.plan_tracking.actions.evaluate_plan import finding_keys
from songhe.contexts.plan_tracking.actions.keep_steps import step_keys
from songhe.contexts.plan_tracking.models import EvaluationFinding, LedgerTask, TaskStep
from songhe.contexts.plan_tracking.queries.ledger import OPEN, lines_of
from songhe.contexts.plan_tracking.words import PLAN_DUE, PLAN_FINDING, PLAN_LATE, PLAN_STEP, PLAN_TASK, TaskState
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock, work_items
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.work_items import NewWorkItem


@dataclass(frozen=True, slots=True)
class UnitsReminded:
    """How many work items were opened and closed."""

    opened: int
    closed: int


@transaction.atomic
def remind_units(actor: Actor) -> UnitsReminded:
    """Every open step and unfinished task that is due within the pack's days, or late, has one open work item; all others are closed."""
    require(actor, Right.DETERMINE, city_path())
    today = clock.today()
    pack = policy.pack_in_use().pack
    LedgerTask.objects.bulk_create([LedgerTask(task_id=task.id, since=clock.now()) for task in pack.tasks], ignore_conflicts=True)
    until = today + dt.timedelta(days=reminder_days())
    due = [*_steps(today, until), *_tasks(actor, today), *_findings(today, until)]
    opened = work_items.open_items_bulk(actor, items=due)
    stale = (work_items.open_keys(PLAN_DUE) | work_items.open_keys(PLAN_LATE)) - {item.key for item in due}
    return UnitsReminded(opened, work_items.close_by_keys(actor, keys=stale, outcome="已经办了，或者期限变了。"))


def reminder_days() -> int:
    """How many days ahead a unit is reminded, as the pack says."""
    entry = policy.pack_in_use().pack.following.get("reminder_days")
    return entry.value if entry is not None else 0


def _steps(today: dt.date, until: dt.date) -> Iterator[NewWorkItem]:
    known = {task.id for task in policy.pack_in_use().pack.tasks}
    for step in TaskStep.objects.filter(state__in=OPEN, due_on__lte=until).select_related("task").order_by("id"):
        if step.task.task_id not in known:
            continue
        late = step.due_on < today
        soon_key, late_key = step_keys(step.pk)
        yield _item(
            late, late_key if late else soon_key, step.unit, PLAN_STEP, step.pk, step.title, step.task.task_id, step.due_on
        )


def _tasks(actor: Actor, today: dt.date) -> Iterator[NewWorkItem]:
    rows = dict(LedgerTask.objects.values_list("task_id", "id"))
    until = today + dt.timedelta(days=reminder_days())
    for line in lines_of(actor, policy.pack_in_use().pack.tasks, reach_of(actor)):
        if line.state is TaskState.DONE or line.due is None or line.due > until:
            continue
        late, number = line.due < today, rows[line.task.id]
        key = f"{PLAN_LATE if late else PLAN_DUE}:task:{number}"
        yield _item(late, key, line.lead, PLAN_TASK, number, line.task.title, line.task.id, line.due)


def _findings(today: dt.date, until: dt.date) -> Iterator[NewWorkItem]:
    rows = EvaluationFinding.objects.filter(state__in=OPEN, due_on__lte=until).select_related("evaluation").order_by("id")
    for one in rows.defer("evaluation__content"):
        late = one.due_on is not None and one.due_on < today
        title = f"{one.evaluation.title}第{one.number}条意见{'已逾期' if late else '快到期'}"
        yield NewWorkItem(
            PLAN_LATE if late else PLAN_DUE, finding_keys(one.pk)[late], one.unit, city_path(), PLAN_FINDING, one.pk, title,
            {"evaluation": one.evaluation_id}, 1 if late else 0, one.due_on,
        )  # fmt: skip


def _item(
    late: bool, key: str, unit: str, about: str, number: int, title: str, task_id: str, due_on: dt.date
) -> NewWorkItem:  # fmt: skip
    word = "步骤" if about == PLAN_STEP else "任务"
    sentence = f"{word}已逾期：{title}" if late else f"{word}快到期：{title}"
    return NewWorkItem(
        PLAN_LATE if late else PLAN_DUE,
        key,
        unit,
        city_path(),
        about,
        number,
        sentence,
        {"task": task_id},
        1 if late else 0,
        due_on,
    )
