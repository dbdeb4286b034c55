"""A case is not gone on with: the person does not want it, moved away, or died."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.assessments.access import case_for
from songhe.contexts.assessments.errors import CaseStateRefused
from songhe.contexts.assessments.models import Case, Objection, Result, TakenOver
from songhe.contexts.assessments.words import OPEN_STATES, CaseState, ObjectionState, ResultState
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import AccessDenied, InvalidInput

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class CaseWithdrawn:
    """The case that is over."""

    case_id: int


@transaction.atomic
def withdraw_case(actor: Actor, *, case_id: int, because: str) -> CaseWithdrawn:
    """The case is over without a result; what was filled in is kept. Raises CaseStateRefused once a result is announced.

    Whoever may ask for assessments there, or arrange them, may do it.
    """
    case = case_for(actor, case_id, lock=True)
    if not (actor.may(Right.REQUEST_ASSESSMENT, case.area_path) or actor.may(Right.ARRANGE_ASSESSMENT, case.area_path)):
        raise AccessDenied("您的账号不能撤回评估。", next_step="请联系镇街或评估机构负责人。")
    if case.second_of_id is not None:
        raise CaseStateRefused("这是异议引起的复评，不能单独撤回。", next_step="提出异议的人不再坚持的，请撤回异议。")
    if case.state not in OPEN_STATES or case.state == CaseState.SETTLED:
        raise CaseStateRefused("这次评估已经有结果或者已经结束，不能撤回。", next_step="对结果不服的，请提异议。")
    if not 2 <= len(because.strip()) <= LONGEST_REASON:
        raise InvalidInput("请写明为什么撤回。", next_step="例如：老人不愿意评估。", field="because")
    case.state, case.closed_at, case.closed_because = CaseState.WITHDRAWN, clock.now(), because.strip()
    case.save(update_fields=["state", "closed_at", "closed_because"])
    audit.record(
        actor, "assessments.withdraw", subject_type="assessment_case", subject_id=case.pk, area_path=case.area_path,
        detail={"because": because.strip()},
    )  # fmt: skip
    return CaseWithdrawn(case.pk)


@transaction.atomic
def end_for_dead(actor: Actor, *, person_ids: Collection[int]) -> int:
    """Nobody visits who has died: open cases of these people are over, announced results do not come into force; returns how many cases.

    A step of a listener; may run twice.
    """
    rows = (
        Case.objects.select_for_update().filter(person__in=person_ids, state__in=OPEN_STATES).order_by("-pk")
    )  # the later first
    ids = list(rows.values_list("pk", flat=True))
    if not ids:
        return 0
    Result.objects.filter(case__in=ids, state=ResultState.ANNOUNCED).update(state=ResultState.WITHDRAWN)
    Objection.objects.filter(result__case__in=ids, state=ObjectionState.OPEN).update(
        state=ObjectionState.WITHDRAWN, decided_by=actor.id, decided_at=clock.now(), decided_because="老人已去世"
    )
    Case.objects.filter(pk__in=ids).update(state=CaseState.WITHDRAWN, closed_at=clock.now(), closed_because="老人已去世")
    audit.record_many(
        actor,
        [audit.AuditLine("assessments.withdraw", "assessment_case", str(pk), detail={"because": "老人已去世"}) for pk in ids],
    )
    return len(ids)


@transaction.atomic
def follow_moves(actor: Actor, *, areas: dict[int, str]) -> int:
    """Cases and results of who moved within the city belong where the person lives now: person id → area path. May run twice."""
    done = 0
    for person, path in sorted(areas.items()):
        done += Case.objects.filter(person_id=person).exclude(area_path=path).update(area_path=path)
        TakenOver.objects.filter(person_id=person).exclude(area_path=path).update(area_path=path)
        done += Result.objects.filter(person_id=person).exclude(area_path=path).update(area_path=path)
    return done
