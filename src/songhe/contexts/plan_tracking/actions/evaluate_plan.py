"""Evaluate the plan: freeze how it stands, write down what was found, follow it up, conclude."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.db import connection, transaction

from songhe.contexts.plan_tracking.access import evaluation_for, finding_for, reach_of, require_whole_city, same_unit
from songhe.contexts.plan_tracking.errors import EvaluationRefused, NotYourTask
from songhe.contexts.plan_tracking.models import Evaluation, EvaluationFinding, FindingStep
from songhe.contexts.plan_tracking.queries.frozen_plan import plan_now, plan_then
from songhe.contexts.plan_tracking.queries.seats import units_of_plan
from songhe.contexts.plan_tracking.words import PLAN_FINDING, STEP_MOVES, EvaluationKind, EvaluationState, StepState
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import audit, clock, work_items
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput

LONGEST_NAME, LONGEST_TEXT = 100, 2000
_LOCK = 0x4556414C


@dataclass(frozen=True, slots=True)
class EvaluationFrozen:
    """The evaluation; `sha256` is of the frozen content."""

    id: int
    as_of: dt.date
    targets: int
    tasks: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FindingKeptOf:
    """A finding as it stands."""

    id: int
    number: int
    state: StepState


@transaction.atomic
def freeze_evaluation(actor: Actor, *, kind: str, title: str, evaluator: str) -> EvaluationFrozen:
    """How every target and task of the whole city stands today is kept for good. Raises AccessDenied, InvalidInput, EvaluationRefused."""
    require_whole_city(actor)
    title, evaluator = _line("title", "名称", title), _line("evaluator", "由谁评估", evaluator)
    if kind not in set(EvaluationKind):
        raise InvalidInput("请选择是哪一种评估。", field="kind")
    today = clock.today()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, today.toordinal()])
    if Evaluation.objects.filter(title=title, as_of=today).exists():
        raise EvaluationRefused("今天已经有同名的评估。", next_step="请打开那一次，或者换一个名称。", field="title")
    content = plan_now()
    made = Evaluation.objects.create(
        kind=kind, title=title, evaluator=evaluator, as_of=today, content=content, content_sha256=hashlib.sha256(content.encode()).hexdigest(),
        pack_version_id=policy.pack_in_use().version_id, state=EvaluationState.OPEN, made_by=actor.id, made_by_name=actor.name, made_at=clock.now(),
    )  # fmt: skip
    then = plan_then(content)
    detail = {"kind": kind, "title": title, "hash": made.content_sha256}
    audit.record(actor, "plan.freeze_evaluation", subject_type="plan_evaluation", subject_id=made.pk, detail=detail)
    return EvaluationFrozen(made.pk, today, len(then.targets), len(then.tasks), made.content_sha256)


@transaction.atomic
def add_finding(
    actor: Actor,
    *,
    evaluation_id: int,
    found: str,
    advice: str = "",
    about: str = "",
    unit: str = "",
    due_on: dt.date | None = None,
) -> FindingKeptOf:
    """The evaluation has one more finding; `about` is the id of a frozen target or task, `unit` and `due_on` say who follows up by when.

    Raises EvaluationNotFound, EvaluationRefused once it is concluded, InvalidInput with the field.
    """
    require_whole_city(actor)
    row = evaluation_for(actor, evaluation_id, lock=True)
    if row.state != EvaluationState.OPEN:
        raise EvaluationRefused("这次评估已有结论，不能再加意见。", next_step="新的意见请在下一次评估里写。")
    found, advice = _text("found", "发现的问题", found, needed=True), _text("advice", "建议", advice)
    then = plan_then(row.content)
    kind = (
        "target"
        if about in {one.target.id for one in then.targets}
        else "task"
        if about in {one.id for one in then.tasks}
        else ""
    )
    if about and not kind:
        raise InvalidInput("评估里没有这个目标或任务。", next_step="请从列表里选，或者不选。", field="about")
    if bool(unit) != (due_on is not None):
        raise InvalidInput("跟进单位和期限要一起写，或者都不写。", field="due_on" if unit else "unit")
    if unit and unit not in units_of_plan():
        raise InvalidInput("规划里没有这个单位。", next_step="请从列表里选。", field="unit")
    if due_on is not None and due_on < row.as_of:
        raise InvalidInput("期限不能早于评估的日子。", field="due_on")
    number = EvaluationFinding.objects.filter(evaluation=row).count() + 1
    made = EvaluationFinding.objects.create(
        evaluation=row, number=number, about=kind, about_id=about if kind else "", found=found, advice=advice, unit=unit, due_on=due_on,
        state=StepState.NOT_BEGUN, made_by=actor.id, made_by_name=actor.name, made_at=clock.now(),
    )  # fmt: skip
    detail = {"evaluation": row.pk, "about": about, "unit": unit}
    audit.record(actor, "plan.add_finding", subject_type=PLAN_FINDING, subject_id=made.pk, detail=detail)
    return FindingKeptOf(made.pk, number, StepState.NOT_BEGUN)


@transaction.atomic
def follow_finding(actor: Actor, *, finding_id: int, to: str, note: str) -> FindingKeptOf:
    """What was done is kept and the finding stands in `to` (which may be where it stood). For its unit, or who holds the whole city.

    Raises EvaluationNotFound, NotYourTask, EvaluationRefused, InvalidInput.
    """
    require(actor, Right.DO_WORK)
    one = finding_for(actor, finding_id)
    reach = reach_of(actor)
    if not reach.whole and not same_unit(reach.unit, one.unit):
        raise NotYourTask("这条意见由别的单位跟进。", next_step="请联系负责跟进的单位。")
    state = StepState(one.state)
    if not one.unit:
        raise EvaluationRefused("这条意见没有指定谁跟进。", next_step="它只是记录，不用办理。")
    if to not in set(StepState) or (StepState(to) is not state and StepState(to) not in STEP_MOVES[state]):
        raise EvaluationRefused("这条意见现在不能这样变更。", next_step="请刷新页面看它现在的状态。", field="to")
    note = _text("note", "做了什么", note, needed=True)
    FindingStep.objects.create(
        finding=one, from_state=state, to_state=to, note=note, unit=reach.unit or one.unit, made_by=actor.id, made_by_name=actor.name,
        made_at=clock.now(),
    )  # fmt: skip
    EvaluationFinding.objects.filter(pk=one.pk).update(state=to)
    if StepState(to) in (StepState.DONE, StepState.DROPPED):
        work_items.close_by_keys(actor, keys=finding_keys(one.pk), outcome="评估意见已办完或不再办。")
    detail = {"from": state, "to": to}
    audit.record(actor, "plan.follow_finding", subject_type=PLAN_FINDING, subject_id=one.pk, detail=detail)
    return FindingKeptOf(one.pk, one.number, StepState(to))


@transaction.atomic
def conclude_evaluation(actor: Actor, *, evaluation_id: int, conclusion: str) -> int:
    """The evaluation has its conclusion and takes no more findings; following up goes on. Raises EvaluationNotFound, EvaluationRefused."""
    require_whole_city(actor)
    row = evaluation_for(actor, evaluation_id, lock=True)
    if row.state != EvaluationState.OPEN:
        raise EvaluationRefused("这次评估已有结论。", next_step="结论写下以后不再改动。")
    row.conclusion, row.state, row.concluded_at = (
        _text("conclusion", "结论", conclusion, needed=True),
        EvaluationState.CONCLUDED,
        clock.now(),
    )
    row.save(update_fields=["conclusion", "state", "concluded_at"])
    audit.record(actor, "plan.conclude_evaluation", subject_type="plan_evaluation", subject_id=row.pk)
    return row.pk


def finding_keys(finding_id: int) -> tuple[str, str]:
    """The keys of a finding's reminders: due soon, and late."""
    return (f"plan_due:finding:{finding_id}", f"plan_late:finding:{finding_id}")


def _line(field: str, label: str, text: str) -> str:
    words = " ".join(text.split())
    if not words or len(words) > LONGEST_NAME:
        raise InvalidInput(f"请写{label}，不超过{LONGEST_NAME}个字。", field=field)
    return words


def _text(field: str, label: str, text: str, *, needed: bool = False) -> str:
    words = text.strip()
    if (needed and not words) or len(words) > LONGEST_TEXT:
        raise InvalidInput(f"请写{label}，不超过{LONGEST_TEXT}个字。", field=field)
    return words
