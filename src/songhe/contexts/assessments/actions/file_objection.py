"""Somebody does not agree with a result: other people look again, and what they find decides.

Locks in order: the later case, the earlier one, result, objection.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.assessments.access import objection_for, result_for
from songhe.contexts.assessments.errors import ObjectionRefused
from songhe.contexts.assessments.models import Case, Objection, Result
from songhe.contexts.assessments.queries.objections import rounds_of
from songhe.contexts.assessments.queries.rules import rule
from songhe.contexts.assessments.words import CaseKind, CaseState, ObjectionState, Origin, ResultState
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput

LONGEST_REASON = 1000
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class ObjectionFiled:
    """The objection and the case of the second assessment that it led to."""

    objection_id: int
    second_case_id: int
    second_public_id: str


@transaction.atomic
def file_objection(actor: Actor, *, result_id: int, by_name: str, relation: str, reason: str) -> ObjectionFiled:
    """The result is objected to, a second assessment waits for its appointment, and the result does not come into force meanwhile.

    Raises ObjectionRefused where it is too late, objected to already or the last word; InvalidInput, ResultNotFound, AccessDenied.
    """
    result = result_for(actor, result_id, right=Right.REQUEST_ASSESSMENT, lock=True)
    _check_words(by_name, relation, reason)
    _check_time(result)
    now = clock.now()
    objection = Objection.objects.create(
        result=result, by_name=by_name.strip(), relation=relation.strip(), reason=reason.strip(), filed_by=actor.id, filed_at=now,
        state=ObjectionState.OPEN,
    )  # fmt: skip
    second = Case.objects.create(
        person_id=result.person_id, area_path=result.area_path, scale=result.scale, kind=CaseKind.SECOND, origin=Origin.OBJECTION,
        reason=reason.strip(), requested_by=actor.id, requested_at=now, state=CaseState.REQUESTED, second_of=objection,
    )  # fmt: skip
    detail = {"result": result.pk, "second_case": second.pk}
    audit.record(
        actor, "assessments.file_objection", subject_type="assessment_case", subject_id=result.case_id, area_path=result.area_path,
        detail=detail,
    )  # fmt: skip
    return ObjectionFiled(objection.pk, second.pk, str(second.public_id))


def _check_words(by_name: str, relation: str, reason: str) -> None:
    if not 1 <= len(by_name.strip()) <= LONGEST_NAME:
        raise InvalidInput("请写明谁提出异议。", next_step="请写姓名。", field="by_name")
    if not 1 <= len(relation.strip()) <= LONGEST_NAME:
        raise InvalidInput("请写明与老人的关系。", next_step="老人自己提出的写“本人”。", field="relation")
    if not 2 <= len(reason.strip()) <= LONGEST_REASON:
        raise InvalidInput("请写明为什么不同意。", next_step=f"用自己的话写，{LONGEST_REASON}字以内。", field="reason")


def _check_time(result: Result) -> None:
    if result.state != ResultState.ANNOUNCED or clock.today() >= result.objections_until:
        raise ObjectionRefused("这个结果已经过了提异议的时间。", next_step="老人的情况有变化的，可以申请即时评估，写明变化。")
    if Objection.objects.filter(result=result).exclude(state=ObjectionState.WITHDRAWN).exists():
        raise ObjectionRefused("对这个结果已经提过异议。", next_step="请在“异议复评”里查看办到哪一步。")
    if rounds_of(result.case) >= rule("objection_rounds", result.scale):
        raise ObjectionRefused("这是复评的结果，是最后的结果。", next_step="老人的情况有变化的，可以申请即时评估，写明变化。")


@transaction.atomic
def withdraw_objection(actor: Actor, *, objection_id: int, because: str) -> int:
    """Who objected does so no longer: the result goes on as if nothing had been, the second assessment is not made; returns the result's id.

    Nobody can turn an objection down at a desk: what a second assessment finds decides. Raises ObjectionRefused, InvalidInput,
    ObjectionNotFound, AccessDenied.
    """
    result = objection_for(actor, objection_id, right=Right.REQUEST_ASSESSMENT).result
    second = Case.objects.select_for_update().filter(second_of=objection_id).first()
    Result.objects.select_for_update().get(pk=result.pk)
    objection = Objection.objects.select_for_update().get(pk=objection_id)
    if objection.state != ObjectionState.OPEN:
        raise ObjectionRefused("这件异议已经办结。", next_step="请刷新页面查看结果。")
    if len(because.strip()) < 2:
        raise InvalidInput("请写明为什么撤回。", next_step="例如：老人看过说明后自己撤回。", field="because")
    if second is not None and second.state == CaseState.ASSESSING:
        raise ObjectionRefused("复评已经开始，要等复评的结果。", next_step="请等两名评估员提交后由主评估员出结果。")
    if second is not None:
        second.state, second.closed_at, second.closed_because = CaseState.WITHDRAWN, clock.now(), "异议撤回了"
        second.save(update_fields=["state", "closed_at", "closed_because"])
    _close(actor, objection, ObjectionState.WITHDRAWN, because.strip())
    audit.record(
        actor, "assessments.withdraw_objection", subject_type="assessment_case", subject_id=result.case_id, area_path=result.area_path,
        detail={"objection": objection.pk, "result": result.pk},
    )  # fmt: skip
    return result.pk


def settle_second(actor: Actor, case: Case, found: Result) -> None:
    """What the second assessment found decides, where the case is one: the same grade leaves the first result as it was, another replaces it.

    A step inside `settle_case`. Does nothing for any other case.
    """
    first = case.second_of.result if case.second_of is not None else case.looks_again_at
    if first is None:
        return
    Case.objects.select_for_update().get(pk=first.case_id)
    first = Result.objects.select_for_update().get(pk=first.pk)
    same = first.grade == found.grade
    if same:
        found.state = ResultState.CONFIRMING
        found.save(update_fields=["state"])
        case.state, case.closed_at, case.closed_because = CaseState.CLOSED, clock.now(), "复评等级与原来相同，原结果有效"
        case.save(update_fields=["state", "closed_at", "closed_because"])
    if case.second_of is None:
        return
    if not same:
        first.state = ResultState.WITHDRAWN
        first.save(update_fields=["state"])
        Case.objects.filter(pk=first.case_id).update(
            state=CaseState.CLOSED, closed_at=clock.now(), closed_because="异议成立，结果由复评代替"
        )
    words = f"复评为{found.grade}级，" + ("与原来相同" if same else f"原来是{first.grade}级")
    _close(actor, case.second_of, ObjectionState.REJECTED if same else ObjectionState.UPHELD, words)


def _close(actor: Actor, objection: Objection, state: ObjectionState, because: str) -> None:
    objection.state, objection.decided_by, objection.decided_at = state, actor.id, clock.now()
    objection.decided_because = because
    objection.save(update_fields=["state", "decided_by", "decided_at", "decided_because"])
