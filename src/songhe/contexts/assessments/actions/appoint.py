"""Who visits the person, when and where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.assessments.access import assessor_for, body_for, case_for
from songhe.contexts.assessments.errors import AppointmentProblem, AppointmentRefused, CaseStateRefused
from songhe.contexts.assessments.models import Assessor, Body, Case, CaseAssessor, Form, Interest
from songhe.contexts.assessments.queries.registered import stands
from songhe.contexts.assessments.queries.rules import rule
from songhe.contexts.assessments.words import CaseState, StandingState
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput

LONGEST_PLACE = 200


@dataclass(frozen=True, slots=True)
class Appointed:
    """The appointment as it stands."""

    case_id: int
    body_id: int
    lead_id: int
    second_id: int
    visit_at: dt.datetime
    with_health_check: bool


@transaction.atomic
def appoint(
    actor: Actor, *, case_id: int, body_id: int, lead_id: int, second_id: int, visit_at: dt.datetime, place: str = "",
    with_health_check: bool = False,
) -> Appointed:  # fmt: skip
    """The case has these two assessors of the body and this visit; an appointment that no form was begun for is changed.

    `visit_at` carries its time zone. Raises AppointmentRefused with every reason, CaseStateRefused, CaseNotFound, BodyNotFound,
    AssessorNotFound, AccessDenied.
    """
    case = case_for(actor, case_id, right=Right.ARRANGE_ASSESSMENT, lock=True)
    if case.state not in (CaseState.REQUESTED, CaseState.APPOINTED):
        raise CaseStateRefused("这次评估已经开始或者已经结束，不能再改预约。", next_step="请刷新页面看看现在的情况。")
    if visit_at.tzinfo is None:
        raise InvalidInput("上门时间没有时区。", next_step="请带上时区，例如 2026-11-23T09:00+08:00。", field="visit_at")
    if len(place) > LONGEST_PLACE:
        raise InvalidInput("上门地点太长。", next_step=f"请写在{LONGEST_PLACE}字以内。", field="place")
    body = body_for(actor, body_id, lock=True)
    for pk in sorted({lead_id, second_id}):  # in one order, or two appointments wait for each other
        assessor_for(actor, pk, lock=True)
    lead, second = assessor_for(actor, lead_id, field="lead"), assessor_for(actor, second_id, field="second")
    problems = list(_problems(case, body, lead, second, visit_at))
    if problems:
        raise AppointmentRefused(problems)
    CaseAssessor.objects.filter(case=case).delete()
    CaseAssessor.objects.bulk_create(
        [CaseAssessor(case=case, assessor=lead, lead=True), CaseAssessor(case=case, assessor=second, lead=False)]
    )
    case.state, case.body, case.visit_at = CaseState.APPOINTED, body, visit_at
    case.visit_place, case.with_health_check = place.strip(), with_health_check
    case.save(update_fields=["state", "body", "visit_at", "visit_place", "with_health_check"])
    detail = {"body": body.pk, "lead": lead.pk, "second": second.pk, "visit_at": visit_at, "health_check": with_health_check}
    audit.record(
        actor, "assessments.appoint", subject_type="assessment_case", subject_id=case.pk, area_path=case.area_path, detail=detail
    )
    return Appointed(case.pk, body.pk, lead.pk, second.pk, visit_at, with_health_check)


def _problems(case: Case, body: Body, lead: Assessor, second: Assessor, at: dt.datetime) -> Iterator[AppointmentProblem]:
    day = at.astimezone(clock.CITY_ZONE).date()
    if day < clock.today():
        yield AppointmentProblem("visit_at", "上门日期已经过去", "请选今天或以后的日期。")
    if body.state != StandingState.ACTIVE or not stands(body.licensed_from, body.licensed_until, day):
        yield AppointmentProblem("body", f"“{body.name}”那天不能评估（暂停、退出或资质不在有效期）", "请换一家机构，或换一天。")
    if not case.area_path.startswith(body.area_path):
        yield AppointmentProblem("body", f"“{body.name}”不在老人所在的地方评估", "请换一家机构。")
    if lead.pk == second.pk:
        yield AppointmentProblem("second", "两名评估员是同一个人", "请另选一名评估员。")
    for field, person in (("lead", lead), ("second", second)):
        yield from _about(case, body, person, field, at, day)
    least = rule("medical_least", case.scale)
    if sum(person.medical for person in {lead.pk: lead, second.pk: second}.values()) < least:
        yield AppointmentProblem("lead", f"两名评估员中有医护背景的不到{least}名", "请换上有医护背景的评估员。")
    yield from _second_look(case, body, (lead, second))


def _about(case: Case, body: Body, person: Assessor, field: str, at: dt.datetime, day: dt.date) -> Iterator[AppointmentProblem]:
    if person.body_id != body.pk:
        yield AppointmentProblem(field, f"{person.name}不是“{body.name}”的评估员", "请选这家机构的评估员。")
    if person.state != StandingState.ACTIVE or not stands(person.certified_from, person.certified_until, day):
        yield AppointmentProblem(field, f"{person.name}那天不能评估（暂停、退出或证书不在有效期）", "请换一名评估员，或换一天。")
    if Interest.objects.filter(assessor=person, person_id=case.person_id, ended_at=None).exists():
        yield AppointmentProblem(field, f"{person.name}与这位老人有利害关系，要回避", "请换一名评估员。")
    minutes = dt.timedelta(minutes=rule("visit_minutes", case.scale))
    busy = CaseAssessor.objects.filter(
        assessor=person, case__state__in=[CaseState.APPOINTED, CaseState.ASSESSING], case__visit_at__gt=at - minutes,
        case__visit_at__lt=at + minutes,
    ).exclude(case=case)  # fmt: skip
    if busy.exists():
        yield AppointmentProblem(field, f"{person.name}那个时间还有别的上门评估", "请错开时间，或换一名评估员。")


def _second_look(case: Case, body: Body, people: tuple[Assessor, Assessor]) -> Iterator[AppointmentProblem]:
    """A second assessment is made by nobody of any before it, and by no body of any before it."""
    before = first_cases(case)
    known = set(CaseAssessor.objects.filter(case__in=before).values_list("assessor_id", flat=True))
    known |= set(Form.objects.filter(case__in=before).values_list("assessor_id", flat=True))
    if any(one.body_id == body.pk for one in before):
        yield AppointmentProblem("body", f"“{body.name}”评过这位老人这一次，复评要换机构", "请换一家机构。")
    for field, person in zip(("lead", "second"), people, strict=True):
        if person.pk in known:
            yield AppointmentProblem(field, f"{person.name}评过这位老人这一次，复评要换人", "请换一名评估员。")


def first_cases(case: Case) -> list[Case]:
    """The cases at whose results this one looks again, one before the other."""
    found: list[Case] = []
    while True:
        result = case.second_of.result if case.second_of is not None else case.looks_again_at
        if result is None:
            return found
        case = result.case
        found.append(case)
