"""Assessment bodies, assessors with certificates, and whom an assessor must not assess."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from songhe.basics.identifiers import Problem, parse_credit_code
from songhe.contexts.accounts import queries as accounts
from songhe.contexts.assessments.access import assessor_for, body_for, interests_visible_to
from songhe.contexts.assessments.errors import AlreadyEntered, AssessorNotFound
from songhe.contexts.assessments.models import Assessor, Body, Case, CaseAssessor, Interest
from songhe.contexts.assessments.words import CaseState, StandingState
from songhe.contexts.people import queries as people
from songhe.foundation import audit, clock
from songhe.foundation.access import SYSTEM, Actor, Right, require
from songhe.foundation.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Kept:
    """What was entered or changed."""

    id: int
    new: bool


@dataclass(frozen=True, slots=True)
class InterestDeclared:
    """The conflict of interest, and appointments that it ended: these cases wait for other people."""

    id: int
    cases_back: tuple[int, ...]


@transaction.atomic
def keep_body(
    actor: Actor, *, body_id: int | None = None, name: str, credit_code: str, area_path: str, licensed_from: dt.date,
    licensed_until: dt.date | None = None, state: str = StandingState.ACTIVE, note: str = "",
) -> Kept:  # fmt: skip
    """The body is entered, or stands as given. Raises AlreadyEntered, InvalidInput, BodyNotFound, AccessDenied."""
    require(actor, Right.ARRANGE_ASSESSMENT, area_path)
    row = body_for(actor, body_id, lock=True) if body_id is not None else Body()
    if body_id is not None:
        require(actor, Right.ARRANGE_ASSESSMENT, row.area_path)
    _check_text(name, "name", "机构名称")
    _check_code(credit_code)
    _check_dates(licensed_from, licensed_until, "licensed_until", "资质")
    row.name, row.credit_code, row.area_path = name.strip(), credit_code.strip().upper(), area_path
    row.licensed_from, row.licensed_until, row.state = licensed_from, licensed_until, _standing(state)
    row.note = note.strip()[:500]
    _save(row, "这家机构的统一社会信用代码已经登记过。", "credit_code")
    detail = {"body": row.pk, "state": row.state}
    audit.record(
        actor, "assessments.keep_body", subject_type="assessment_body", subject_id=row.pk, area_path=row.area_path, detail=detail
    )
    return Kept(row.pk, body_id is None)


@transaction.atomic
def keep_assessor(
    actor: Actor, *, assessor_id: int | None = None, body_id: int, name: str, certificate_no: str, certified_from: dt.date,
    certified_until: dt.date | None = None, medical: bool, user_id: int | None = None, state: str = StandingState.ACTIVE,
) -> Kept:  # fmt: skip
    """The assessor is entered, or stands as given; one account belongs to one assessor. Raises AlreadyEntered, InvalidInput, …NotFound."""
    body = body_for(actor, body_id)
    require(actor, Right.ARRANGE_ASSESSMENT, body.area_path)
    row = assessor_for(actor, assessor_id, lock=True) if assessor_id is not None else Assessor()
    if assessor_id is not None:
        require(actor, Right.ARRANGE_ASSESSMENT, row.body.area_path)
    _check_text(name, "name", "姓名")
    _check_text(certificate_no, "certificate_no", "证书编号")
    _check_dates(certified_from, certified_until, "certified_until", "证书")
    if user_id is not None and not accounts.names_of([user_id]):
        raise InvalidInput("没有这个账号。", next_step="请从账号列表里选。", field="user_id")
    row.body, row.name, row.certificate_no, row.medical = body, name.strip(), certificate_no.strip(), medical
    row.certified_from, row.certified_until, row.state, row.user_id = certified_from, certified_until, _standing(state), user_id
    _save(row, "这个证书编号或者账号已经登记给别的评估员。", "certificate_no")
    detail = {"assessor": row.pk, "body": body.pk, "state": row.state, "medical": medical}
    audit.record(
        actor, "assessments.keep_assessor", subject_type="assessor", subject_id=row.pk, area_path=body.area_path, detail=detail
    )
    return Kept(row.pk, assessor_id is None)


@transaction.atomic
def declare_interest(actor: Actor, *, assessor_id: int, person_id: int, reason: str) -> InterestDeclared:
    """The assessor does not assess this person; appointments of theirs for which nobody has begun a form wait for other people again.

    An assessor declares their own, others need the right to arrange there. Declared again it is the same one.
    """
    assessor = assessor_for(actor, assessor_id)
    if not (actor.kind == "user" and assessor.user_id == actor.id):
        require(actor, Right.ARRANGE_ASSESSMENT, assessor.body.area_path)
    if not 2 <= len(reason.strip()) <= 200:
        raise InvalidInput("请写明是什么关系。", next_step="例如：是老人的外甥女。", field="reason")
    if person_id not in people.people_by_id(SYSTEM, person_ids=[person_id]):
        raise InvalidInput("没有找到这位老人。", next_step="请重新查找。", field="person")
    cases = Case.objects.filter(person_id=person_id, state=CaseState.APPOINTED)
    cases = cases.filter(pk__in=CaseAssessor.objects.filter(assessor=assessor).values("case_id"))
    back = list(cases.select_for_update().order_by("pk"))
    found = Interest.objects.filter(assessor=assessor, person_id=person_id, ended_at=None).first()
    if found is None:
        row = Interest(
            assessor=assessor, person_id=person_id, reason=reason.strip(), declared_by=actor.id, declared_at=clock.now()
        )
        Interest.objects.bulk_create([row], ignore_conflicts=True)
        found = Interest.objects.get(assessor=assessor, person_id=person_id, ended_at=None)
    for case in back:
        CaseAssessor.objects.filter(case=case).delete()
        case.state, case.body, case.visit_at = CaseState.REQUESTED, None, None
        case.save(update_fields=["state", "body", "visit_at"])
    detail = {"assessor": assessor.pk, "cases": [case.pk for case in back]}
    audit.record(actor, "assessments.declare_interest", subject_type="person", subject_id=person_id, detail=detail)
    return InterestDeclared(found.pk, tuple(case.pk for case in back))


@transaction.atomic
def end_interest(actor: Actor, *, interest_id: int, reason: str) -> int:
    """The conflict of interest is over from now on; returns its id. Only who may arrange assessments where the body works."""
    row = interests_visible_to(actor).filter(pk=interest_id).select_related("assessor__body").first()
    if row is None:
        raise AssessorNotFound("没有找到这条回避登记。", next_step="请刷新页面。")
    require(actor, Right.ARRANGE_ASSESSMENT, row.assessor.body.area_path)
    if len(reason.strip()) < 2:
        raise InvalidInput("请写明为什么解除回避。", next_step="例如：登记错了人。", field="reason")
    Interest.objects.filter(pk=row.pk, ended_at=None).update(ended_at=clock.now())
    detail = {"assessor": row.assessor_id, "because": reason.strip()}
    audit.record(actor, "assessments.end_interest", subject_type="person", subject_id=row.person_id, detail=detail)
    return row.pk


def _check_text(text: str, field: str, label: str) -> None:
    if not 1 <= len(text.strip()) <= 100 or "\0" in text:
        raise InvalidInput(f"请填写{label}。", next_step="一到一百个字。", field=field)


def _check_code(code: str) -> None:
    found = parse_credit_code(code)
    if isinstance(found, Problem):
        raise InvalidInput("统一社会信用代码不对。", next_step="请照营业执照填写18位代码，核对最后一位。", field="credit_code")


def _check_dates(first: dt.date, until: dt.date | None, field: str, label: str) -> None:
    if until is not None and until <= first:
        raise InvalidInput(f"{label}的截止日期不在开始日期之后。", next_step="请核对两个日期。", field=field)


def _standing(state: str) -> StandingState:
    try:
        return StandingState(state)
    except ValueError:
        raise InvalidInput("没有这种状态。", next_step="请选择在册、暂停或已退出。", field="state") from None


def _save(row: Body | Assessor, sentence: str, field: str) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise AlreadyEntered(sentence, next_step="请在列表里找到它再改。", field=field) from None
