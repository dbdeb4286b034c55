"""The ledger: every task of the plan that the actor's unit leads or takes part in, with what was done and what is due."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from songhe.contexts.plan_tracking.access import Reach, reach_of, same_unit, takes_part, task_for
from songhe.contexts.plan_tracking.errors import TaskNotFound
from songhe.contexts.plan_tracking.models import Evidence, ProgressReport, StepMove, TaskStep
from songhe.contexts.plan_tracking.queries.standing import due_day
from songhe.contexts.plan_tracking.queries.steps_then import steps_on
from songhe.contexts.plan_tracking.queries.task_state import last_of_month, next_due, task_state
from songhe.contexts.plan_tracking.words import STEP_MOVES, ReportState, StepState, TaskState
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.pack import Target, Task
from songhe.foundation import clock, files
from songhe.foundation.access import Actor, Right
from songhe.foundation.files import StoredFile

OPEN = (StepState.NOT_BEGUN, StepState.DOING)
ORDER: Mapping[TaskState, int] = {state: place for place, state in enumerate(TaskState)}


@dataclass(frozen=True, slots=True)
class StepView:
    """A step; `moves` are the states it may go to from here, empty for who may not move it."""

    id: int
    title: str
    unit: str
    person: str
    due_on: dt.date
    state: StepState
    done_on: dt.date | None
    late: bool
    moves: tuple[StepState, ...]


@dataclass(frozen=True, slots=True)
class ReportView:
    """What a unit said of a month; `month` is its first day."""

    id: int
    unit: str
    month: dt.date
    state: ReportState
    done: str
    percent: int | None
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """A file; `size` in bytes, `scanned_by` empty where no virus scanner has looked."""

    id: int
    name: str
    kind: str
    size: int
    sha256: str
    unit: str
    scanned_by: str
    step_id: int | None
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class StepMoved:
    """A step was made (`from_state` None) or moved."""

    title: str
    from_state: StepState | None
    to_state: StepState
    unit: str
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task in the ledger. `due` is the deadline that counts now, `days` all dated ones; None and empty where none is printed."""

    task: Task
    lead: str
    state: TaskState
    due: dt.date | None
    days: tuple[dt.date, ...]
    percent: int | None
    reported_on: dt.date | None
    steps: tuple[StepView, ...]
    evidence: int
    may_lead: bool
    may_report: bool

    @property
    def steps_done(self) -> int:
        """How many of the steps are done."""
        return sum(step.state is StepState.DONE for step in self.steps)

    @property
    def steps_live(self) -> int:
        """How many there are without the dropped ones."""
        return sum(step.state is not StepState.DROPPED for step in self.steps)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The tasks of the filters, worst first, then by deadline. `counts` and `total` do not look at the state filter.

    `unit` is the actor's own, empty for who sees all; `whole` and `unit` both unset: the actor has no unit and sees nothing.
    """

    today: dt.date
    unit: str
    whole: bool
    tasks: tuple[TaskLine, ...]
    counts: Mapping[TaskState, int]
    total: int
    units: tuple[str, ...]
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TaskFile:
    """One task with everything behind it."""

    line: TaskLine
    reports: tuple[ReportView, ...]
    evidence: tuple[EvidenceView, ...]
    targets: tuple[Target, ...]
    moves: tuple[StepMoved, ...]


def ledger(actor: Actor, *, unit: str = "", due: str = "", state: str = "") -> Ledger:
    """The actor's tasks; `unit` narrows to one unit, `due` to a year, `state` to one of the five. Raises AccessDenied."""
    reach, today = reach_of(actor), clock.today()
    every = lines_of(actor, [task for task in policy.pack_in_use().pack.tasks if reach.sees(task)], reach)
    units = sorted({name for line in every for name in (*line.task.responsible, *line.task.participating)})
    years = sorted({day.year for line in every for day in line.days})
    asked = [
        line
        for line in every
        if (not unit or takes_part(unit, line.task)) and (not due or due in {str(day.year) for day in line.days})
    ]
    counts = Counter(line.state for line in asked)
    shown = sorted((line for line in asked if not state or line.state == state), key=_rank)
    return Ledger(
        today, reach.unit, reach.whole, tuple(shown), {each: counts[each] for each in TaskState}, len(asked), tuple(units), tuple(years),
    )  # fmt: skip


def task(actor: Actor, *, task_id: str) -> TaskFile:
    """One task; raises TaskNotFound, AccessDenied."""
    entry = task_for(actor, task_id)
    (line,) = lines_of(actor, [entry], reach_of(actor))
    wanted = set(entry.targets)
    clause = (entry.cited.cite.document, entry.cited.cite.clause)
    targets = [
        target
        for target in policy.pack_in_use().pack.targets
        if target.id in wanted or (target.cited.cite.document, target.cited.cite.clause) == clause
    ]
    reports = ProgressReport.objects.filter(task__task_id=task_id).order_by("-month", "-id")
    proofs = Evidence.objects.filter(task__task_id=task_id).select_related("file").order_by("-id")
    moved = StepMove.objects.filter(step__task__task_id=task_id).select_related("step").order_by("-id")
    return TaskFile(line, tuple(map(_report, reports)), tuple(map(_evidence, proofs)), tuple(targets), tuple(map(_moved, moved)))


def evidence_of(actor: Actor, *, task_id: str, evidence_id: int) -> tuple[EvidenceView, StoredFile]:
    """A file of a task within reach; raises TaskNotFound, AccessDenied."""
    task_for(actor, task_id)
    row = Evidence.objects.filter(pk=evidence_id, task__task_id=task_id).select_related("file").first()
    if row is None:
        raise TaskNotFound("没有这份佐证材料。", next_step="请回到任务重新选择。")
    return _evidence(row), files.describe(row.file_id)


def lines_of(actor: Actor, tasks: Sequence[Task], reach: Reach) -> list[TaskLine]:
    """The tasks as lines; four queries however many there are."""
    return lines_on(actor, tasks, reach, clock.today())


def lines_on(actor: Actor, tasks: Sequence[Task], reach: Reach, day: dt.date) -> list[TaskLine]:
    """The tasks as lines as they stood at the end of a day; raises PastUnknown where a step does not say how it stood then."""
    names, over = [task.id for task in tasks], clock.end_of_day(day)
    steps: dict[str, list[TaskStep]] = defaultdict(list)
    for row in steps_on(TaskStep.objects.filter(task__task_id__in=names), day):
        steps[row.task.task_id].append(row)
    reports: dict[str, list[ProgressReport]] = defaultdict(list)
    for found in (
        ProgressReport.objects.filter(task__task_id__in=names, made_at__lt=over).select_related("task").order_by("-month", "-id")
    ):
        reports[found.task.task_id].append(found)
    proofs = Counter(Evidence.objects.filter(task__task_id__in=names, made_at__lt=over).values_list("task__task_id", flat=True))
    works = actor.may(Right.DO_WORK)
    return [_line(task, steps[task.id], reports[task.id], proofs[task.id], reach, works, day) for task in tasks]


def _line(
    entry: Task, steps: Sequence[TaskStep], reports: Sequence[ProgressReport], proofs: int, reach: Reach, works: bool, today: dt.date
) -> TaskLine:  # fmt: skip
    days = dated(entry)
    lead = entry.responsible[0] if entry.responsible else ""
    newest = next((report for report in reports if same_unit(report.unit, lead)), None)
    leads = works and reach.leads(entry)
    views = tuple(_step(row, leads, works, reach, today) for row in steps)
    state = task_state(
        days,
        ReportState(newest.state) if newest else None,
        last_of_month(newest.month) if newest else None,
        sum(view.late for view in views),
        today,
    )
    return TaskLine(
        entry, lead, state, next_due(days, today), days, newest.percent if newest else None,
        newest.month if newest else None, views, proofs, leads, works and reach.sees(entry),
    )  # fmt: skip


def dated(entry: Task) -> tuple[dt.date, ...]:
    """The last days of the deadlines that are dates, in order; those of every year are none."""
    return tuple(sorted(day for deadline in entry.deadlines if (day := due_day(deadline.date)) is not None))


def _step(row: TaskStep, leads: bool, works: bool, reach: Reach, today: dt.date) -> StepView:
    state = StepState(row.state)
    may = leads or (works and bool(reach.unit) and same_unit(reach.unit, row.unit))
    return StepView(
        row.pk, row.title, row.unit, row.person, row.due_on, state, row.done_on, state in OPEN and row.due_on < today,
        STEP_MOVES[state] if may else (),
    )  # fmt: skip


def _moved(row: StepMove) -> StepMoved:
    before = StepState(row.from_state) if row.from_state else None
    return StepMoved(row.step.title, before, StepState(row.to_state), row.unit, row.made_by_name, row.made_at)


def _report(row: ProgressReport) -> ReportView:
    return ReportView(row.pk, row.unit, row.month, ReportState(row.state), row.done, row.percent, row.made_by_name, row.made_at)


def _evidence(row: Evidence) -> EvidenceView:
    return EvidenceView(
        row.pk,
        row.name,
        row.kind,
        row.size,
        row.file.sha256,
        row.unit,
        row.scanned_by,
        row.step_id,
        row.made_by_name,
        row.made_at,
    )


def _rank(line: TaskLine) -> tuple[int, dt.date, str]:
    return (ORDER[line.state], line.due or dt.date.max, line.task.id)
