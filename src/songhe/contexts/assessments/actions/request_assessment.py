"""Somebody asks that a person be assessed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from songhe.basics.ages import months_before
from songhe.contexts.assessments.errors import CaseStateRefused, TooEarly
from songhe.contexts.assessments.models import Case, Result
from songhe.contexts.assessments.queries.rules import assessing_scale, rule
from songhe.contexts.assessments.words import OPEN_STATES, CaseKind, CaseState, Origin, ResultState
from songhe.contexts.people import queries as people
from songhe.engines.scales.scale import Scale
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Requested:
    """The case that is open now; `new` is False where it was open already."""

    case_id: int
    public_id: str
    kind: CaseKind
    new: bool


@transaction.atomic
def request_assessment(
    actor: Actor, *, person_id: int, scale: str = "", origin: str = Origin.PERSON, reason: str = "", kind: str = ""
) -> Requested:
    """The person has an open case by the scale: the one that was open, or a new one. Two who ask at once get the same case.

    Without a scale the one that gives the ability grade. Without a kind it follows from the results there are; `immediate` says that the
    person's condition has changed, and needs the reason. Raises PersonNotFound, AccessDenied, ScaleUnknown, TooEarly, InvalidInput.
    """
    require(actor, Right.REQUEST_ASSESSMENT)
    place = people.person_place(actor, person_id=person_id)
    require(actor, Right.REQUEST_ASSESSMENT, place.area_path)
    measure = assessing_scale(scale)[1]
    _check(origin, reason, kind)
    _check_alive(actor, person_id)
    known = _open_case(person_id, measure)
    if known is not None:
        return _requested(known, new=False)
    which = _kind(person_id, measure, kind)
    case = Case(
        person_id=person_id, area_path=place.area_path, scale=measure.id, kind=which, origin=origin, reason=reason.strip(),
        requested_by=actor.id, requested_at=clock.now(), state=CaseState.REQUESTED,
    )  # fmt: skip
    Case.objects.bulk_create([case], ignore_conflicts=True)
    made = Case.objects.filter(public_id=case.public_id).first()
    if made is None:  # another asked in the same moment
        other = _open_case(person_id, measure)
        if other is None:
            raise CaseStateRefused("刚才有人也在办这件事。", next_step="请再试一次。")
        return _requested(other, new=False)
    detail = {"scale": measure.id, "kind": which.value, "origin": origin, "person": person_id}
    audit.record(
        actor, "assessments.request", subject_type="assessment_case", subject_id=made.pk, area_path=made.area_path, detail=detail
    )
    return _requested(made, new=True)


def _check(origin: str, reason: str, kind: str) -> None:
    if origin not in (Origin.PERSON, Origin.STREET, Origin.SYSTEM):
        raise InvalidInput("不认识这种申请来源。", next_step="请选择本人申请或镇街提出。", field="origin")
    if kind not in ("", CaseKind.FIRST, CaseKind.SCHEDULED, CaseKind.IMMEDIATE):
        raise InvalidInput("不能这样申请评估。", next_step="对结果不服的请提异议。", field="kind")
    if len(reason) > LONGEST_REASON:
        raise InvalidInput("申请理由太长。", next_step=f"请写在{LONGEST_REASON}字以内。", field="reason")
    if kind == CaseKind.IMMEDIATE and len(reason.strip()) < 2:
        raise InvalidInput("请写明情况有什么变化。", next_step="例如：上月中风，现在不能下床。", field="reason")


def _check_alive(actor: Actor, person_id: int) -> None:
    known = people.people_by_id(actor, person_ids=[person_id]).get(person_id)
    if known is not None and known.alive is False:
        raise CaseStateRefused("这位老人已经去世。", next_step="资料有误的，请先更正。")


def _open_case(person_id: int, scale: Scale) -> Case | None:
    return Case.objects.filter(person_id=person_id, scale=scale.id, state__in=OPEN_STATES).order_by("pk").first()


def _kind(person_id: int, scale: Scale, asked: str) -> CaseKind:
    """What kind of assessment it is; TooEarly where a result holds and nothing is said to have changed."""
    holding = Result.objects.filter(person_id=person_id, scale=scale.id, state=ResultState.IN_FORCE).first()
    if holding is None:
        return CaseKind.FIRST
    if asked == CaseKind.IMMEDIATE:
        return CaseKind.IMMEDIATE
    months = rule("earliest_again_months", scale.id)
    if holding.assessed_on > months_before(clock.today(), months):
        raise TooEarly(
            f"上一次评估不到{months}个月，结果还有效。",
            next_step="情况有变化的，请选“即时评估”并写明变化；对结果不服的，请提异议。",
        )
    return CaseKind.SCHEDULED


def _requested(case: Case, *, new: bool) -> Requested:
    return Requested(case.pk, str(case.public_id), CaseKind(case.kind), new)
