"""Whether a form can be taken: who sends it, for which case, and what is on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from songhe.contexts.assessments.access import case_for, seat_for
from songhe.contexts.assessments.errors import CaseStateRefused, FormProblem, FormTooLate, NotYourCase
from songhe.contexts.assessments.models import Case, CaseAssessor, Interest
from songhe.contexts.assessments.queries.rules import form_fields
from songhe.contexts.assessments.words import CaseState, StandingState
from songhe.engines.policy.assessing import FormField
from songhe.engines.scales.answers import problems
from songhe.engines.scales.scale import Scale
from songhe.foundation import clock
from songhe.foundation.access import Actor

LONGEST_TEXT = 500
CLOCKS_DIFFER = dt.timedelta(minutes=15)  # as far as a device's clock may go before ours


def own_case(actor: Actor, case_id: int, certificate_no: str = "") -> tuple[Case, CaseAssessor]:
    """The actor's own case, locked. Raises CaseNotFound, NotYourCase."""
    case = case_for(actor, case_id, lock=True)
    return case, seat_for(actor, case, certificate_no=certificate_no)


def check_open(case: Case, seat: CaseAssessor) -> None:
    """Nothing happens where the case takes forms of this assessor; else NotYourCase, CaseStateRefused, FormTooLate."""
    if seat.assessor.state != StandingState.ACTIVE:
        raise NotYourCase("您现在不能评估：评估员身份已暂停或退出。", next_step="请联系评估机构负责人。")
    if Interest.objects.filter(assessor=seat.assessor, person_id=case.person_id, ended_at=None).exists():
        raise NotYourCase("您与这位老人有利害关系，要回避。", next_step="请联系评估机构负责人换人。")
    if case.state == CaseState.REQUESTED:
        raise CaseStateRefused("这次评估还没有预约好。", next_step="请等预约好了再填表。")
    if case.state not in (CaseState.APPOINTED, CaseState.ASSESSING):
        raise FormTooLate(
            "这次评估已经结束，这张表来晚了，没有收进来。", next_step="请把表留在设备上，联系评估机构负责人，需要时重新申请评估。"
        )


def scored_problems(scale: Scale, answers: Mapping[str, object], circumstances: Mapping[str, object]) -> tuple[FormProblem, ...]:
    """What the scale finds wrong, missing or to be looked at again, in the form's order."""
    return tuple(
        FormProblem(one.where, one.label, one.message, one.remedy, one.severity)
        for one in problems(scale, answers, circumstances)
    )


def other_problems(
    particulars: Mapping[str, object], filled_from: dt.datetime, filled_to: dt.datetime | None
) -> Iterator[FormProblem]:
    """What is wrong with the other fields and with the times."""
    known = form_fields()
    for name, value in particulars.items():
        if name not in known:
            yield FormProblem(name, name, f"评估表上没有“{name}”这一栏", "请刷新页面，按现在的表重新填", "error")
        elif not _fits(known[name], value):
            yield FormProblem(name, known[name].label, f"“{known[name].label}”不能这样填", _remedy(known[name]), "error")
    if filled_from.tzinfo is None or (filled_to is not None and filled_to.tzinfo is None):
        yield FormProblem("filled_from", "填表时间", "填表时间没有时区", "请带上时区", "error")
    elif filled_from > clock.now() + CLOCKS_DIFFER or (filled_to is not None and filled_to > clock.now() + CLOCKS_DIFFER):
        yield FormProblem("filled_from", "填表时间", "填表时间比现在还晚", "请核对设备上的日期和时间", "error")
    elif filled_to is not None and filled_to < filled_from:
        yield FormProblem("filled_to", "填表时间", "填完的时间比开始还早", "请核对设备上的日期和时间", "error")


def _fits(field: FormField, value: object) -> bool:
    codes = {code for code, _ in field.values}
    if field.kind == "text":
        return isinstance(value, str) and len(value) <= LONGEST_TEXT and "\0" not in value
    if field.kind == "number":
        low, high = field.low or 0, field.high or 0
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    if field.kind == "choice":
        return isinstance(value, str) and value in codes
    return (
        isinstance(value, list | tuple)
        and all(isinstance(one, str) and one in codes for one in value)
        and len(set(value)) == len(value)
    )


def _remedy(field: FormField) -> str:
    if field.kind == "number":
        return f"请填{field.low}到{field.high}的整数"
    return f"请写在{LONGEST_TEXT}字以内" if field.kind == "text" else "请从列出的选项里选"
