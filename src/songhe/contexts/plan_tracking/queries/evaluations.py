"""Evaluations of the plan: what was frozen beside how it stands today, what the evaluator found, and what came of it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from songhe.contexts.plan_tracking.access import city_path, evaluation_for, evaluations_visible_to, reach_of, same_unit
from songhe.contexts.plan_tracking.models import Evaluation, EvaluationFinding, FindingStep
from songhe.contexts.plan_tracking.queries.cockpit import TargetStanding, cockpit
from songhe.contexts.plan_tracking.queries.frozen_plan import PlanThen, TargetThen, TaskThen, plan_then
from songhe.contexts.plan_tracking.queries.ledger import TaskLine, lines_of
from songhe.contexts.plan_tracking.queries.seats import units_of_plan
from songhe.contexts.plan_tracking.words import STEP_MOVES, EvaluationKind, EvaluationState, StepState
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Right

OPEN = (StepState.NOT_BEGUN, StepState.DOING)


@dataclass(frozen=True, slots=True)
class EvaluationLine:
    """An evaluation in the list; `findings` and how many of them are open."""

    id: int
    kind: EvaluationKind
    title: str
    evaluator: str
    as_of: dt.date
    state: EvaluationState
    findings: int
    open_findings: int
    by: str
    at: dt.datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class TargetCompared:
    """A target then and today; `now` is None where the plan has it no more. `change` is in the target's unit, None without both values."""

    then: TargetThen
    now: TargetStanding | None
    change: Decimal | None

    @property
    def moved(self) -> bool:
        """Whether the state is another one, or the value."""
        return self.now is None or self.now.state is not self.then.state or bool(self.change)


@dataclass(frozen=True, slots=True)
class TaskCompared:
    """A task then and today; `now` is None where the plan has it no more."""

    then: TaskThen
    now: TaskLine | None

    @property
    def moved(self) -> bool:
        """Whether the state is another one, or the percentage."""
        return self.now is None or self.now.state is not self.then.state or self.now.percent != self.then.percent


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One thing that was done about a finding."""

    from_state: StepState
    to_state: StepState
    note: str
    unit: str
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class EvaluatorsFinding:
    """What the evaluator found. `about` is target, task or empty; `moves` are the states to which this actor may bring it, empty for none."""

    id: int
    number: int
    about: str
    about_id: str
    about_title: str
    found: str
    advice: str
    unit: str
    due_on: dt.date | None
    state: StepState
    late: bool
    moves: tuple[StepState, ...]
    by: str
    at: dt.datetime
    steps: tuple[FollowUp, ...]

    @property
    def key(self) -> str:
        """The id as text, for the ids of its form's fields."""
        return str(self.id)


@dataclass(frozen=True, slots=True)
class EvaluationFile:
    """One evaluation with everything; `sealed`: the content is the one that was frozen."""

    line: EvaluationLine
    then: PlanThen
    conclusion: str
    concluded_at: dt.datetime | None
    targets: tuple[TargetCompared, ...]
    tasks: tuple[TaskCompared, ...]
    findings: tuple[EvaluatorsFinding, ...]
    units: tuple[str, ...]
    sealed: bool
    may_lead: bool


def evaluations(actor: Actor) -> tuple[EvaluationLine, ...]:
    """All evaluations, newest first. Raises AccessDenied."""
    rows = list(evaluations_visible_to(actor).defer("content").order_by("-as_of", "-id"))
    return tuple(_line(row, _counts([row.pk for row in rows])) for row in rows)


def evaluation(actor: Actor, *, evaluation_id: int) -> EvaluationFile:
    """One evaluation beside today. Raises EvaluationNotFound, AccessDenied."""
    row, reach = evaluation_for(actor, evaluation_id), reach_of(actor)
    then, pack = plan_then(row.content), policy.pack_in_use().pack
    today = {one.target.id: one for one in cockpit(SYSTEM, area_path=city_path()).targets}
    lines = {line.task.id: line for line in lines_of(SYSTEM, pack.tasks, reach_of(SYSTEM))}
    units = units_of_plan()
    leads = reach.whole and actor.may(Right.DETERMINE, city_path())
    return EvaluationFile(
        _line(row, _counts([row.pk])), then, row.conclusion, row.concluded_at,
        tuple(_compared(one, today.get(one.target.id)) for one in then.targets),
        tuple(TaskCompared(one, lines.get(one.id)) for one in then.tasks), _findings(actor, row, then, reach.unit), units,
        hashlib.sha256(row.content.encode()).hexdigest() == row.content_sha256, leads,
    )  # fmt: skip


def _compared(then: TargetThen, now: TargetStanding | None) -> TargetCompared:
    both = now is not None and now.value is not None and then.value is not None
    return TargetCompared(then, now, now.value - then.value if both and now is not None else None)  # type: ignore[operator]


def _findings(actor: Actor, row: Evaluation, then: PlanThen, unit: str) -> tuple[EvaluatorsFinding, ...]:
    titles = {("target", one.target.id): one.target.indicator for one in then.targets}
    titles |= {("task", one.id): one.title for one in then.tasks}
    steps: dict[int, list[FollowUp]] = {}
    for step in FindingStep.objects.filter(finding__evaluation=row).order_by("-id"):
        steps.setdefault(step.finding_id, []).append(
            FollowUp(StepState(step.from_state), StepState(step.to_state), step.note, step.unit, step.made_by_name, step.made_at)
        )
    works = actor.may(Right.DO_WORK)
    return tuple(
        EvaluatorsFinding(
            one.pk, one.number, one.about, one.about_id, titles.get((one.about, one.about_id), ""), one.found, one.advice, one.unit, one.due_on,
            StepState(one.state), one.due_on is not None and one.due_on < clock.today() and one.state in OPEN,
            _moves(one, unit) if works else (), one.made_by_name, one.made_at, tuple(steps.get(one.pk, ())),
        )
        for one in EvaluationFinding.objects.filter(evaluation=row).order_by("number")
    )  # fmt: skip


def _moves(one: EvaluationFinding, unit: str) -> tuple[StepState, ...]:
    if not one.unit or (unit and not same_unit(unit, one.unit)):
        return ()
    state = StepState(one.state)
    return (state, *STEP_MOVES[state]) if state in OPEN else STEP_MOVES[state]


def _counts(ids: Sequence[int]) -> Mapping[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    for evaluation_id, unit, state in EvaluationFinding.objects.filter(evaluation_id__in=ids).values_list(
        "evaluation_id", "unit", "state"
    ):
        every, still = found.get(evaluation_id, (0, 0))
        found[evaluation_id] = (every + 1, still + (bool(unit) and state in OPEN))
    return found


def _line(row: Evaluation, counts: Mapping[int, tuple[int, int]]) -> EvaluationLine:
    every, still = counts.get(row.pk, (0, 0))
    return EvaluationLine(
        row.pk, EvaluationKind(row.kind), row.title, row.evaluator, row.as_of, EvaluationState(row.state), every, still,
        row.made_by_name, row.made_at, row.content_sha256,
    )  # fmt: skip
