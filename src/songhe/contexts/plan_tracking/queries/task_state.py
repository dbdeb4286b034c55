"""How a task stands by its deadlines and what its lead reports. No database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from songhe.contexts.plan_tracking.words import ReportState, TaskState

_OF_REPORT = {
    ReportState.ON_TRACK: TaskState.ON_TRACK,
    ReportState.AT_RISK: TaskState.AT_RISK,
    ReportState.LATE: TaskState.LATE,
    ReportState.DONE: TaskState.DONE,
}


def task_state(
    days: Sequence[dt.date], reported: ReportState | None, reported_until: dt.date | None, late_steps: int, today: dt.date
) -> TaskState:
    """Done is what the lead reports as done. Else late once the last deadline has passed, a step is late, or an earlier
    deadline has passed and no report reaches beyond it; else as reported.

    `days` are the dated deadlines in order; `reported_until` is the last day of the latest reported month.
    """
    if reported is ReportState.DONE:
        return TaskState.DONE
    passed = [day for day in days if day < today]
    if passed and (len(passed) == len(days) or reported_until is None or reported_until <= passed[-1]):
        return TaskState.LATE
    if late_steps:
        return TaskState.LATE
    return _OF_REPORT[reported] if reported is not None else TaskState.SILENT


def next_due(days: Sequence[dt.date], today: dt.date) -> dt.date | None:
    """The deadline that counts now: the next one, else the last one that passed; None where no day is printed."""
    return next((day for day in days if day >= today), days[-1] if days else None)


def last_of_month(month: dt.date) -> dt.date:
    """The month's last day."""
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
