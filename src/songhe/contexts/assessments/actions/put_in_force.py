"""A result that nobody objects to any more counts: the grade becomes a fact of the person, stated by the department that owns it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.assessments.events import ResultInForce
from songhe.contexts.assessments.models import Case, Objection, Result
from songhe.contexts.assessments.words import CaseState, ObjectionState, ResultState
from songhe.contexts.people import actions as people
from songhe.contexts.people import queries as people_queries
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import audit, clock, outbox
from songhe.foundation.access import SYSTEM, Actor, Right, require
from songhe.foundation.errors import AccessDenied, InvalidInput


@dataclass(frozen=True, slots=True)
class PutInForce:
    """Results that came into force on the day, and how many were due but could not (an open objection, or somebody died)."""

    result_ids: tuple[int, ...]
    waiting: int


def put_results_in_force(actor: Actor, *, day: dt.date) -> PutInForce:
    """Every announced result whose time for objections is over on `day`, and that nobody objects to, counts from then on.

    Each in a transaction of its own: killed anywhere, it goes on where it stood. The system only. Raises ImportRunning while a file is let in.
    """
    require(actor, Right.ARRANGE_ASSESSMENT)
    if actor.kind != "system":
        raise AccessDenied("结果到期后由系统自己生效。", next_step="请等公示期满。")
    if day > clock.today():
        raise InvalidInput("不能让结果提前生效。", next_step="请用今天或以前的日期。", field="day")
    due = Result.objects.filter(state=ResultState.ANNOUNCED, objections_until__lte=day).order_by("objections_until", "pk")
    ids = list(due.values_list("pk", flat=True))
    done = tuple(pk for pk in ids if _one(actor, pk, day))
    return PutInForce(done, len(ids) - len(done))


@transaction.atomic
def _one(actor: Actor, result_id: int, day: dt.date) -> bool:
    case_id = Result.objects.values_list("case_id", flat=True).get(pk=result_id)
    case = Case.objects.select_for_update().get(pk=case_id)
    result = Result.objects.select_for_update().get(pk=result_id)
    objected = Objection.objects.filter(result=result, state=ObjectionState.OPEN).exists()
    if result.state != ResultState.ANNOUNCED or result.objections_until > day or objected:
        return False
    if _died(result.person_id):
        _close(case, "老人已去世，结果不生效")
        result.state = ResultState.WITHDRAWN
        result.save(update_fields=["state"])
        return False
    _replace(result)
    result.state, result.in_force_on = ResultState.IN_FORCE, day
    result.save(update_fields=["state", "in_force_on"])
    _close(case, "结果已生效")
    _state(actor, result, day)
    detail = {"grade": result.grade, "on": day, "scale": result.scale}
    audit.record(
        actor,
        "assessments.put_in_force",
        subject_type="assessment_case",
        subject_id=case.pk,
        area_path=case.area_path,
        detail=detail,
    )
    outbox.publish(ResultInForce(result.pk, result.person_id))
    return True


def _died(person_id: int) -> bool:
    known = people_queries.people_by_id(SYSTEM, person_ids=[person_id]).get(person_id)
    return known is not None and known.alive is False


def _replace(result: Result) -> None:
    """The result that held before holds no longer."""
    held = Result.objects.select_for_update().filter(person_id=result.person_id, scale=result.scale, state=ResultState.IN_FORCE)
    for one in held:
        one.state = ResultState.REPLACED
        one.save(update_fields=["state"])


def _close(case: Case, because: str) -> None:
    case.state, case.closed_at, case.closed_because = CaseState.CLOSED, clock.now(), because
    case.save(update_fields=["state", "closed_at", "closed_because"])


def _state(actor: Actor, result: Result, day: dt.date) -> None:
    """The fact that the scale gives, in the name of its owner; a scale that gives none states nothing."""
    fact = policy.scales_of(result.pack_version_id)[result.scale].gives
    variable = policy.pack_in_use().pack.variables.get("person", {}).get(fact)
    if variable is not None:
        people.state_as_department(
            actor, person_id=result.person_id, department=variable.owner, values={fact: result.grade}, stated_on=day,
            cause="评估结果生效",
        )  # fmt: skip
