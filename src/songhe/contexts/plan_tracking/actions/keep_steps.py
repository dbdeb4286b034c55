"""Steps of a task: the lead adds them, the lead and the step's own unit move them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.plan_tracking.access import acting_unit, reach_of, same_unit, takes_part, task_for
from songhe.contexts.plan_tracking.errors import StepRefused, TaskNotFound
from songhe.contexts.plan_tracking.models import LedgerTask, StepMove, TaskStep
from songhe.contexts.plan_tracking.words import PLAN_STEP, STEP_MOVES, StepState
from songhe.foundation import audit, clock, work_items
from songhe.foundation.access import Actor
from songhe.foundation.errors import InvalidInput

LONGEST_TITLE, LONGEST_PERSON = 200, 40


@dataclass(frozen=True, slots=True)
class StepKept:
    """A step as it stands."""

    id: int
    task_id: str
    state: StepState


@transaction.atomic
def add_step(actor: Actor, *, task_id: str, title: str, unit: str, due_on: dt.date, person: str = "") -> StepKept:
    """The task has one more step, not begun. Raises TaskNotFound, NotYourTask, InvalidInput, StepRefused."""
    task = task_for(actor, task_id)
    acting = acting_unit(actor, task, leading=True)
    title, person = " ".join(title.split()), " ".join(person.split())
    if not title or len(title) > LONGEST_TITLE:
        raise InvalidInput(f"请写步骤做什么，不超过{LONGEST_TITLE}个字。", field="title")
    if len(person) > LONGEST_PERSON:
        raise InvalidInput(f"经办人不超过{LONGEST_PERSON}个字。", field="person")
    if not takes_part(unit, task):
        raise InvalidInput("请选这项任务的责任单位或配合单位。", field="unit")
    row = ledger_row(task_id)
    if TaskStep.objects.filter(task=row, title=title).exclude(state=StepState.DROPPED).exists():
        raise StepRefused("已经有同名的步骤。", next_step="请换一个名称，或修改原来的步骤。", field="title")
    now = clock.now()
    step = TaskStep.objects.create(
        task=row, title=title, unit=unit, person=person, due_on=due_on, state=StepState.NOT_BEGUN, made_by=actor.id, made_at=now, changed_at=now
    )  # fmt: skip
    _remember(actor, step, "", StepState.NOT_BEGUN, acting)
    audit.record(actor, "plan.add_step", subject_type=PLAN_STEP, subject_id=step.pk, detail={"task": task_id, "due_on": due_on})
    return StepKept(step.pk, task_id, StepState.NOT_BEGUN)


@transaction.atomic
def move_step(actor: Actor, *, step_id: int, to: str) -> StepKept:
    """The step stands in the new state, and its reminders are closed once it is no longer open. Raises TaskNotFound, NotYourTask, StepRefused."""
    step = TaskStep.objects.select_for_update(of=("self",)).select_related("task").filter(pk=step_id).first()
    if step is None:
        raise TaskNotFound("没有这个步骤。", next_step="请回到任务重新选择。")
    task = task_for(actor, step.task.task_id)
    reach = reach_of(actor)
    acting = acting_unit(actor, task, leading=not (reach.unit and same_unit(reach.unit, step.unit)))
    state = StepState(step.state)
    if to not in set(StepState) or StepState(to) not in STEP_MOVES[state]:
        raise StepRefused("这个步骤现在不能这样变更。", next_step="请刷新页面看它现在的状态。")
    step.state, step.changed_at = StepState(to), clock.now()
    step.done_on = clock.today() if step.state == StepState.DONE else None
    step.save(update_fields=["state", "changed_at", "done_on"])
    _remember(actor, step, state, StepState(to), acting)
    if step.state in (StepState.DONE, StepState.DROPPED):
        work_items.close_by_keys(actor, keys=step_keys(step.pk), outcome="步骤已完成或不再办。")
    audit.record(
        actor, "plan.move_step", subject_type=PLAN_STEP, subject_id=step.pk, detail={"task": task.id, "from": state, "to": to}
    )
    return StepKept(step.pk, task.id, StepState(to))


def _remember(actor: Actor, step: TaskStep, before: str, after: StepState, unit: str) -> None:
    StepMove.objects.create(
        step=step, from_state=before, to_state=after, unit=unit, made_by=actor.id, made_by_name=actor.name, made_at=clock.now()
    )


def ledger_row(task_id: str) -> LedgerTask:
    """The task's row, locked until the transaction ends; made at the first need."""
    LedgerTask.objects.get_or_create(task_id=task_id, defaults={"since": clock.now()})
    return LedgerTask.objects.select_for_update().get(task_id=task_id)


def step_keys(step_id: int) -> tuple[str, str]:
    """The keys of a step's reminders: due soon, and late."""
    return (f"plan_due:step:{step_id}", f"plan_late:step:{step_id}")
