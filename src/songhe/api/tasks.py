"""The ledger of the plan's tasks over the API: the own tasks, one task, a new step, its moves, a report, a file."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from django.http import HttpResponseBase
from ninja import File, Form, Query, Router, Schema, Status, UploadedFile
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.downloads import download
from songhe.api.fields import PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.plan_tracking.queries import ReportState, StepState, TaskLine, TaskState
from songhe.foundation import files
from songhe.foundation.access import Right

router = Router()
Number = Annotated[int, Field(ge=1, le=2**62)]
SEE, DO = Needs(Right.SEE_FIGURES), Needs(Right.DO_WORK)


class DeadlineOut(Schema):
    """A deadline as the document prints it (a year, a month, a day, or every year)."""

    date: str | None
    what: str


class StepOut(Schema):
    """A step; `moves` are the states to which the caller may move it."""

    id: int
    title: str
    unit: str
    person: str
    due_on: dt.date
    state: StepState
    done_on: dt.date | None
    late: bool
    moves: list[StepState]


class TaskOut(Schema):
    """A task. `due` is the deadline that counts now; `percent` and `reported_month` are of the lead's newest report."""

    id: str
    title: str
    state: TaskState
    lead: str
    responsible: list[str]
    participating: list[str]
    due: dt.date | None
    deadlines: list[DeadlineOut]
    percent: int | None
    reported_month: dt.date | None
    steps: list[StepOut]
    evidence: int
    targets: list[str]
    document: str
    clause: str
    may_lead: bool
    may_report: bool


class TasksOut(Schema):
    """The tasks within the caller's reach, worst first; `unit` is the caller's own, empty for who sees all."""

    unit: str
    total: int
    counts: dict[str, int]
    tasks: list[TaskOut]


class ProgressOut(Schema):
    """What a unit reported of a month (its first day)."""

    id: int
    unit: str
    month: dt.date
    state: ReportState
    done: str
    percent: int | None
    at: dt.datetime


class EvidenceOut(Schema):
    """A file; `size` in bytes, `sha256` of its content, `scanned_by` empty where no virus scanner has looked."""

    id: int
    name: str
    kind: str
    size: int
    sha256: str
    unit: str
    scanned_by: str
    step: int | None
    at: dt.datetime


class StepMovedOut(Schema):
    """A step was made (`from_state` null) or moved, by which unit and when."""

    step: str
    from_state: StepState | None
    to_state: StepState
    unit: str
    at: dt.datetime


class TaskFileOut(Schema):
    """One task with its reports and files, newest first."""

    task: TaskOut
    reports: list[ProgressOut]
    evidence: list[EvidenceOut]
    moves: list[StepMovedOut]


class TasksAsked(Schema):
    """Filters: a unit's name, a due year, a state."""

    unit: str = ""
    due: str = ""
    state: str = ""


class NewStep(Schema):
    """A step for one of the task's units."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[PlainText, Field(max_length=200)]
    unit: Annotated[PlainText, Field(max_length=80)]
    due_on: dt.date
    person: Annotated[PlainText, Field(max_length=40)] = ""


class StepMove(Schema):
    """Where the step goes."""

    model_config = ConfigDict(extra="forbid")

    to: StepState


class NewReport(Schema):
    """`month` is any day of the month that is spoken of."""

    model_config = ConfigDict(extra="forbid")

    month: dt.date
    state: ReportState
    done: Annotated[PlainText, Field(max_length=2000)]
    percent: Annotated[int, Field(ge=0, le=100)] | None = None


class EvidenceFor(Schema):
    """The step of the task to which the file belongs, if to a single one."""

    model_config = ConfigDict(extra="forbid")

    step: Number | None = None


class StepKeptOut(Schema):
    """The step as it stands."""

    id: int
    task: str
    state: StepState


class ReportedOut(Schema):
    """The report that was added, in the name of `unit`."""

    id: int
    task: str
    unit: str


class AttachedOut(Schema):
    """`known`: the task had this content already, and nothing was written."""

    id: int
    name: str
    known: bool


def _task(line: TaskLine) -> TaskOut:
    entry = line.task
    return TaskOut(
        id=entry.id, title=entry.title, state=line.state, lead=line.lead, responsible=list(entry.responsible),
        participating=list(entry.participating), due=line.due,
        deadlines=[DeadlineOut(date=each.date, what=each.what) for each in entry.deadlines], percent=line.percent,
        reported_month=line.reported_on, evidence=line.evidence, targets=list(entry.targets), document=entry.cited.cite.document,
        clause=entry.cited.cite.clause, may_lead=line.may_lead, may_report=line.may_report,
        steps=[
            StepOut(
                id=step.id, title=step.title, unit=step.unit, person=step.person, due_on=step.due_on, state=step.state,
                done_on=step.done_on, late=step.late, moves=list(step.moves),
            )
            for step in line.steps
        ],
    )  # fmt: skip


@router.get("", response={200: TasksOut, **REFUSALS}, auth=SEE, operation_id="list_tasks", summary="The plan's tasks")
def list_tasks(request: CallerRequest, asked: Query[TasksAsked]) -> TasksOut:
    """The tasks that the caller's unit leads or takes part in; all of them for a caller of the whole city without a unit."""
    found = tracking.ledger(request.auth, unit=asked.unit, due=asked.due, state=asked.state)
    counts = {state.value: count for state, count in found.counts.items()}
    return TasksOut(unit=found.unit, total=found.total, counts=counts, tasks=[_task(line) for line in found.tasks])


@router.get("/{task}", response={200: TaskFileOut, **REFUSALS}, auth=SEE, operation_id="get_task", summary="One task")
def get_task(request: CallerRequest, task: str) -> TaskFileOut:
    """The task with steps, reports and files."""
    found = tracking.task(request.auth, task_id=task)
    return TaskFileOut(
        task=_task(found.line),
        reports=[
            ProgressOut(id=one.id, unit=one.unit, month=one.month, state=one.state, done=one.done, percent=one.percent, at=one.at)
            for one in found.reports
        ],
        evidence=[
            EvidenceOut(
                id=one.id, name=one.name, kind=one.kind, size=one.size, sha256=one.sha256, unit=one.unit, scanned_by=one.scanned_by, step=one.step_id, at=one.at
            )
            for one in found.evidence
        ],
        moves=[
            StepMovedOut(step=one.title, from_state=one.from_state, to_state=one.to_state, unit=one.unit, at=one.at)
            for one in found.moves
        ],
    )  # fmt: skip


@router.post(
    "/{task}/steps", response={201: StepKeptOut, **REFUSALS}, auth=DO, operation_id="add_task_step", summary="A new step"
)
def add_task_step(request: CallerRequest, task: str, given: NewStep) -> Status[StepKeptOut]:
    """The task has one more step; only its lead may add one."""
    made = actions.add_step(
        request.auth, task_id=task, title=given.title, unit=given.unit, due_on=given.due_on, person=given.person
    )
    return Status(201, StepKeptOut(id=made.id, task=made.task_id, state=made.state))


@router.post(
    "/steps/{step}/move", response={200: StepKeptOut, **REFUSALS}, auth=DO, operation_id="move_task_step", summary="Move a step"
)
def move_task_step(request: CallerRequest, step: int, given: StepMove) -> StepKeptOut:
    """The step stands in the new state; for the task's lead and the step's own unit."""
    moved = actions.move_step(request.auth, step_id=step, to=given.to)
    return StepKeptOut(id=moved.id, task=moved.task_id, state=moved.state)


@router.post(
    "/{task}/reports", response={201: ReportedOut, **REFUSALS}, auth=DO, operation_id="report_task", summary="Report progress"
)
def report_task(request: CallerRequest, task: str, given: NewReport) -> Status[ReportedOut]:
    """The report is kept beside all earlier ones, in the name of the caller's unit."""
    made = actions.report_progress(
        request.auth, task_id=task, month=given.month, state=given.state, done=given.done, percent=given.percent
    )
    return Status(201, ReportedOut(id=made.id, task=made.task_id, unit=made.unit))


@router.post(
    "/{task}/evidence", response={201: AttachedOut, **REFUSALS}, auth=DO, operation_id="attach_task_evidence", summary="Attach a file"
)  # fmt: skip
def attach_task_evidence(
    request: CallerRequest, task: str, about: Form[EvidenceFor], content: File[UploadedFile]
) -> Status[AttachedOut]:
    """The file hangs on the task, known by its content: at most 20 MiB; pdf, docx, xlsx, png, jpg or plain text without macros or scripts."""
    actions.refuse_size(content.size or 0)
    made = actions.attach_evidence(
        request.auth, task_id=task, name=content.name or "", content=content.read(), step_id=about.step
    )
    return Status(201, AttachedOut(id=made.id, name=made.name, known=made.known))


@router.get(
    "/{task}/evidence/{evidence}", response={200: None, **REFUSALS}, auth=SEE, operation_id="get_task_evidence", summary="A task's file"
)  # fmt: skip
def get_task_evidence(request: CallerRequest, task: str, evidence: Number) -> HttpResponseBase:
    """The bytes as they came."""
    found, stored = tracking.evidence_of(request.auth, task_id=task, evidence_id=evidence)
    return download(found.name, files.read(stored.id))
