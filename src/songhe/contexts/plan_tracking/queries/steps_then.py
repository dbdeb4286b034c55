"""The steps of tasks as they stood at the end of a day, from the moves that are kept of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db.models import QuerySet

from songhe.contexts.plan_tracking.errors import PastUnknown
from songhe.contexts.plan_tracking.models import StepMove, TaskStep
from songhe.contexts.plan_tracking.words import StepState
from songhe.foundation import clock


def steps_on(rows: QuerySet[TaskStep], day: dt.date) -> list[TaskStep]:
    """Those that were made until then, with the state and the day of completion that they had; by due day. Nothing is written.

    Raises PastUnknown where a step has changed since and none of its moves is kept.
    """
    over = clock.end_of_day(day)
    found = list(rows.filter(made_at__lt=over).select_related("task").order_by("due_on", "id"))
    changed = [step for step in found if step.changed_at >= over]
    moves = _last_moves([step.pk for step in changed], over)
    for step in changed:
        if step.pk not in moves:
            raise PastUnknown(
                f"{day.year}年{day.month}月{day.day}日的台账已经不能还原：步骤“{step.title}”后来变过，当时的变更没有留下记录。",
                next_step="请看这个时段冻结的考核结果；没有冻结过的，只能看现在的时段。",
            )
        state, at = moves[step.pk]
        step.state = state
        step.done_on = at.astimezone(clock.CITY_ZONE).date() if state is StepState.DONE else None
    return found


def _last_moves(steps: list[int], over: dt.datetime) -> Mapping[int, tuple[StepState, dt.datetime]]:
    rows = StepMove.objects.filter(step_id__in=steps, made_at__lt=over).order_by("id")
    return {step: (StepState(state), at) for step, state, at in rows.values_list("step_id", "to_state", "made_at")}
