"""Units and towns assessed, and the plan evaluated, over the API."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.plan_tracking.queries import (
    Assessment,
    EvaluationFile,
    EvaluationKind,
    EvaluationLine,
    EvaluationState,
    EvaluatorsFinding,
    Frozen,
    State,
    StepState,
    TargetCompared,
    TaskState,
)
from songhe.foundation.access import Right

router = Router()
SEE, DO, COUNT = Needs(Right.SEE_FIGURES), Needs(Right.DO_WORK), Needs(Right.DETERMINE)
Of = Literal["units", "towns"]


class RuleOut(Schema):
    """A published item: `weight` parts of all; 0 points at `none_at` per cent, 100 at `full_at`; `status` is stated or assumed."""

    item: str
    title: str
    weight: int
    none_at: Decimal
    full_at: Decimal
    status: str
    note: str


class PartOut(Schema):
    """An item of a subject: `good` of `all` rows; points and share (of the weight, per cent) are null where there is nothing to count."""

    item: str
    good: int
    all: int
    points: Decimal | None
    share: Decimal | None


class SubjectOut(Schema):
    """A unit (its name) or town (its area path). The score (0 to 100) is null where nothing can be counted."""

    id: str
    name: str
    score: Decimal | None
    covered: Decimal
    parts: list[PartOut]


class SealOut(Schema):
    """When an assessment was frozen; `sha256` is of its content."""

    id: int
    revision: int
    reason: str
    at: dt.datetime
    sha256: str


class AssessmentOut(Schema):
    """A period's assessment, frozen if `frozen` is there, else as it stood on `as_of` (its last day, or today while it runs).

    Only the subjects within the caller's reach.
    """

    title: str
    version: str
    start: dt.date
    end: dt.date
    as_of: dt.date
    over: bool
    of: Of
    rules: list[RuleOut]
    subjects: list[SubjectOut]
    frozen: SealOut | None


class AssessmentAsked(Schema):
    """`start` is any day of the period (today if absent); `revision` a frozen one, the newest if absent."""

    of: Of = "units"
    start: dt.date | None = None
    revision: Annotated[int, Field(ge=1, le=10_000)] | None = None


class RowsAsked(AssessmentAsked):
    """Which subject (a unit's name or a town's area path) and which item."""

    subject: Annotated[PlainText, Field(max_length=80)]
    item: Annotated[PlainText, Field(max_length=40)]


class RowOut(Schema):
    """Something that counts; `key` names it, `good` whether it counts as done. Many alike stand in one row: `done_of` of `all`, else null of 1."""

    key: str
    title: str
    due: dt.date | None
    done: dt.date | None
    state: str
    good: bool
    done_of: int | None
    all: int


class PeriodOut(Schema):
    """A period by its first day."""

    start: dt.date
    title: str


class FrozenLine(PeriodOut):
    """A frozen assessment of the period."""

    seal: SealOut


class PeriodsOut(Schema):
    """Newest first; `unit` is the one for which the caller acts, empty where it acts for none."""

    unit: str
    periods: list[PeriodOut]
    frozen: list[FrozenLine]


class NewAssessment(Schema):
    """The first day of a period that is over; a reason where it was assessed before."""

    model_config = ConfigDict(extra="forbid")

    start: dt.date
    reason: Annotated[PlainText, Field(max_length=200)] = ""


class FrozenOut(Schema):
    """What was frozen."""

    id: int
    start: dt.date
    revision: int
    sha256: str


class CountedAgainOut(Schema):
    """`same`: the scores come out the same from the frozen rows; `sealed`: the content is the one that was frozen."""

    same: bool
    sealed: bool
    subjects: int


class NewEvaluation(Schema):
    """An evaluation of today."""

    model_config = ConfigDict(extra="forbid")

    kind: EvaluationKind
    title: Annotated[PlainText, Field(max_length=100)]
    evaluator: Annotated[PlainText, Field(max_length=100)]


class EvaluationOut(Schema):
    """An evaluation in the list."""

    id: int
    kind: EvaluationKind
    title: str
    evaluator: str
    as_of: dt.date
    state: EvaluationState
    findings: int
    open_findings: int
    sha256: str


class ComparedOut(Schema):
    """A target then and now, in its own unit. What it was counted from: month, revision and the snapshot's hash."""

    id: str
    indicator: str
    unit: str | None
    target: float | None
    then: Decimal | None
    then_state: State
    period: dt.date | None
    revision: int | None
    snapshot: str
    now: Decimal | None
    now_state: State | None
    change: Decimal | None


class TaskComparedOut(Schema):
    """A task then and now; `now_state` null where the plan has it no more."""

    id: str
    title: str
    then_state: TaskState
    then_percent: int | None
    now_state: TaskState | None
    now_percent: int | None


class FollowUpOut(Schema):
    """One thing that was done about a finding."""

    from_state: StepState
    to_state: StepState
    note: str
    unit: str
    at: dt.datetime


class FindingOut(Schema):
    """What the evaluator found; `about_id` is a target or task of the evaluation, empty for the whole plan."""

    id: int
    number: int
    about: str
    about_id: str
    found: str
    advice: str
    unit: str
    due_on: dt.date | None
    state: StepState
    late: bool
    steps: list[FollowUpOut]


class EvaluationFileOut(Schema):
    """One evaluation: frozen beside today."""

    evaluation: EvaluationOut
    conclusion: str
    sealed: bool
    targets: list[ComparedOut]
    tasks: list[TaskComparedOut]
    findings: list[FindingOut]


class NewFinding(Schema):
    """`about` is the id of a target or task; `unit` and `due_on` go together."""

    model_config = ConfigDict(extra="forbid")

    found: Annotated[PlainText, Field(max_length=2000)]
    advice: Annotated[PlainText, Field(max_length=2000)] = ""
    about: Annotated[PlainText, Field(max_length=40)] = ""
    unit: Annotated[PlainText, Field(max_length=80)] = ""
    due_on: dt.date | None = None


class FollowUp(Schema):
    """What was done, and where the finding stands now."""

    model_config = ConfigDict(extra="forbid")

    to: StepState
    note: Annotated[PlainText, Field(max_length=2000)]


class Conclusion(Schema):
    """The evaluator's conclusion."""

    model_config = ConfigDict(extra="forbid")

    conclusion: Annotated[PlainText, Field(max_length=2000)]


class FindingStandsOut(Schema):
    """A finding as it stands."""

    id: int
    number: int
    state: StepState


def _assessment(found: Assessment) -> AssessmentOut:
    seal = found.frozen
    return AssessmentOut(
        title=found.title, version=found.version, start=found.start, end=found.end, as_of=found.as_of, over=found.over,
        of="towns" if found.of == "towns" else "units",
        rules=[RuleOut(item=r.item, title=r.title, weight=r.weight, none_at=r.none_at, full_at=r.full_at, status=r.status, note=r.note) for r in found.rules],
        subjects=[
            SubjectOut(
                id=one.id, name=one.name, score=one.score, covered=one.covered,
                parts=[PartOut(item=p.item, good=p.numerator, all=p.denominator, points=p.points, share=p.share) for p in one.parts],
            )
            for one in found.subjects
        ],
        frozen=_seal(seal) if seal else None,
    )  # fmt: skip


def _seal(seal: Frozen) -> SealOut:
    return SealOut(id=seal.id, revision=seal.revision, reason=seal.reason, at=seal.at, sha256=seal.sha256)


@router.get(
    "/assessment",
    response={200: AssessmentOut, **REFUSALS},
    auth=SEE,
    operation_id="get_assessment",
    summary="Units or towns assessed",
)
def get_assessment(request: CallerRequest, asked: Query[AssessmentAsked]) -> AssessmentOut:
    """The units or towns of a period with weights, items and scores."""
    return _assessment(tracking.assessment(request.auth, of=asked.of, start=asked.start, revision=asked.revision))


@router.get(
    "/assessment/rows", response={200: list[RowOut], **REFUSALS}, auth=SEE, operation_id="list_assessed_rows", summary="What a score was counted from"
)  # fmt: skip
def list_assessed_rows(request: CallerRequest, asked: Query[RowsAsked]) -> list[RowOut]:
    """The rows of one item of one subject, those not done first."""
    found = tracking.assessed_rows(
        request.auth, of=asked.of, subject=asked.subject, item=asked.item, start=asked.start, revision=asked.revision
    )
    return [
        RowOut(
            key=one.row.key,
            title=one.row.title,
            due=one.row.due,
            done=one.row.done,
            state=one.row.state,
            good=one.good,
            done_of=one.row.good,
            all=one.row.all,
        )
        for one in found.rows
    ]


@router.get(
    "/assessments", response={200: PeriodsOut, **REFUSALS}, auth=SEE, operation_id="list_assessments", summary="Periods, and what is frozen"
)  # fmt: skip
def list_assessments(request: CallerRequest) -> PeriodsOut:
    """The periods of the plan until today, and every frozen assessment; newest first."""
    kept = [
        FrozenLine(start=start, title=title, seal=_seal(one)) for start, title, one in tracking.frozen_assessments(request.auth)
    ]
    return PeriodsOut(
        unit=tracking.own_unit(request.auth), frozen=kept,
        periods=[PeriodOut(start=start, title=title) for start, title in tracking.periods(request.auth)],
    )  # fmt: skip


@router.post(
    "/assessments", response={201: FrozenOut, **REFUSALS}, auth=COUNT, operation_id="freeze_assessment", summary="Freeze a period's assessment"
)  # fmt: skip
def freeze_assessment(request: CallerRequest, given: NewAssessment) -> Status[FrozenOut]:
    """Units and towns are assessed as ledger and figures stood on the period's last day, and kept for good."""
    made = actions.freeze_assessment(request.auth, start=given.start, reason=given.reason)
    return Status(201, FrozenOut(id=made.id, start=made.start, revision=made.revision, sha256=made.sha256))


@router.post(
    "/assessments/{assessment}/count-again", response={200: CountedAgainOut, **REFUSALS}, auth=SEE, operation_id="count_assessment_again",
    summary="Count a frozen assessment again",
)  # fmt: skip
def count_assessment_again(request: CallerRequest, assessment: int) -> CountedAgainOut:
    """The frozen scores counted again from the frozen rows; nothing is written."""
    found = tracking.count_again(request.auth, assessment_id=assessment)
    return CountedAgainOut(same=found.same, sealed=found.sealed, subjects=found.subjects)


def _line(line: EvaluationLine) -> EvaluationOut:
    return EvaluationOut(
        id=line.id, kind=line.kind, title=line.title, evaluator=line.evaluator, as_of=line.as_of, state=line.state, findings=line.findings,
        open_findings=line.open_findings, sha256=line.sha256,
    )  # fmt: skip


def _compared(one: TargetCompared) -> ComparedOut:
    then, now, figure = one.then, one.now, one.then.figure
    return ComparedOut(
        id=then.target.id, indicator=then.target.indicator, unit=then.target.unit, target=then.target.value, then=then.value, then_state=then.state,
        period=figure.period if figure else None, revision=figure.revision if figure else None, snapshot=figure.snapshot if figure else "",
        now=now.value if now else None, now_state=now.state if now else None, change=one.change,
    )  # fmt: skip


def _finding(one: EvaluatorsFinding) -> FindingOut:
    return FindingOut(
        id=one.id, number=one.number, about=one.about, about_id=one.about_id, found=one.found, advice=one.advice, unit=one.unit, due_on=one.due_on,
        state=one.state, late=one.late,
        steps=[FollowUpOut(from_state=s.from_state, to_state=s.to_state, note=s.note, unit=s.unit, at=s.at) for s in one.steps],
    )  # fmt: skip


def _file(found: EvaluationFile) -> EvaluationFileOut:
    return EvaluationFileOut(
        evaluation=_line(found.line), conclusion=found.conclusion, sealed=found.sealed, targets=[_compared(one) for one in found.targets],
        tasks=[
            TaskComparedOut(
                id=one.then.id, title=one.then.title, then_state=one.then.state, then_percent=one.then.percent,
                now_state=one.now.state if one.now else None, now_percent=one.now.percent if one.now else None,
            )
            for one in found.tasks
        ],
        findings=[_finding(one) for one in found.findings],
    )  # fmt: skip


@router.get(
    "/evaluations",
    response={200: list[EvaluationOut], **REFUSALS},
    auth=SEE,
    operation_id="list_evaluations",
    summary="Evaluations of the plan",
)
def list_evaluations(request: CallerRequest) -> list[EvaluationOut]:
    """All evaluations, newest first."""
    return [_line(line) for line in tracking.evaluations(request.auth)]


@router.post(
    "/evaluations",
    response={201: EvaluationOut, **REFUSALS},
    auth=COUNT,
    operation_id="freeze_evaluation",
    summary="Begin an evaluation",
)
def freeze_evaluation(request: CallerRequest, given: NewEvaluation) -> Status[EvaluationOut]:
    """How every target and task stands today is frozen."""
    made = actions.freeze_evaluation(request.auth, kind=given.kind, title=given.title, evaluator=given.evaluator)
    return Status(201, _line(next(line for line in tracking.evaluations(request.auth) if line.id == made.id)))


@router.get(
    "/evaluations/{evaluation}",
    response={200: EvaluationFileOut, **REFUSALS},
    auth=SEE,
    operation_id="get_evaluation",
    summary="One evaluation",
)
def get_evaluation(request: CallerRequest, evaluation: int) -> EvaluationFileOut:
    """Frozen figures beside today's, and the findings."""
    return _file(tracking.evaluation(request.auth, evaluation_id=evaluation))


@router.post(
    "/evaluations/{evaluation}/findings", response={201: FindingStandsOut, **REFUSALS}, auth=COUNT, operation_id="add_evaluation_finding", summary="A finding"
)  # fmt: skip
def add_evaluation_finding(request: CallerRequest, evaluation: int, given: NewFinding) -> Status[FindingStandsOut]:
    """The evaluation has one more finding."""
    made = actions.add_finding(
        request.auth, evaluation_id=evaluation, found=given.found, advice=given.advice, about=given.about, unit=given.unit, due_on=given.due_on
    )  # fmt: skip
    return Status(201, FindingStandsOut(id=made.id, number=made.number, state=made.state))


@router.post(
    "/evaluations/findings/{finding}/follow", response={200: FindingStandsOut, **REFUSALS}, auth=DO, operation_id="follow_finding", summary="Follow up"
)  # fmt: skip
def follow_finding(request: CallerRequest, finding: int, given: FollowUp) -> FindingStandsOut:
    """What was done is kept; for the finding's unit, or who holds the whole city."""
    moved = actions.follow_finding(request.auth, finding_id=finding, to=given.to, note=given.note)
    return FindingStandsOut(id=moved.id, number=moved.number, state=moved.state)


@router.post(
    "/evaluations/{evaluation}/conclusion", response={200: EvaluationOut, **REFUSALS}, auth=COUNT, operation_id="conclude_evaluation", summary="Conclude"
)  # fmt: skip
def conclude_evaluation(request: CallerRequest, evaluation: int, given: Conclusion) -> EvaluationOut:
    """The evaluation has its conclusion and takes no more findings."""
    actions.conclude_evaluation(request.auth, evaluation_id=evaluation, conclusion=given.conclusion)
    return _line(next(line for line in tracking.evaluations(request.auth) if line.id == evaluation))
