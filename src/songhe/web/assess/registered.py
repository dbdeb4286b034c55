"""Assessment bodies, their assessors with certificates, what each has before them, and whom an assessor must not assess."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.errors import AssessorNotFound, BodyNotFound
from songhe.contexts.assessments.queries import AssessorLine, AssessorLoad, BodyLine
from songhe.contexts.assessments.words import STANDING_LABELS
from songhe.contexts.people import queries as people
from songhe.contexts.places import queries as places
from songhe.foundation import clock
from songhe.foundation.access import Right, Role
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.areas import chosen_area, town_names
from songhe.web.assess.cases import desk_of, section_of
from songhe.web.exports import export
from songhe.web.lists import FieldProblem

_STATES = tuple((str(state), label) for state, label in STANDING_LABELS.items())
_DAYS = 365


def _load(request: PageRequest, body_id: int | None = None) -> Mapping[int, AssessorLoad]:
    """What each assessor did in the last year and has before them; nothing for who may not see it."""
    if not request.actor.may(Right.SEE_ASSESSMENTS):
        return {}
    today = clock.today()
    lines = queries.caseload(request.actor, since=today - dt.timedelta(days=_DAYS), until=today, body_id=body_id)
    return {line.assessor_id: line for line in lines}


@desk(Right.SEE_ASSESSMENTS, Right.ASSESS)
def page_bodies(request: PageRequest) -> HttpResponse:
    """The bodies that work here, with how many assessors each has."""
    names = {path: area.name for path, area in town_names().items()}
    found = {
        "at": desk_of(request),
        "bodies": [
            (body, names.get(body.area_path, "")) for body in queries.bodies(request.actor, area_path=chosen_area(request))
        ],
        "own": queries.own_assessor(request.actor),
        "may_keep": request.actor.may(Right.ARRANGE_ASSESSMENT),
        "section": section_of(request, "ability_bodies"),
    }
    return render(request, "assess/bodies.html", found)


@desk(Right.SEE_ASSESSMENTS, Right.ASSESS)
def page_bodies_export(request: PageRequest) -> HttpResponse:
    """The assessors of the bodies shown, with certificate and caseload, as a file."""
    load = _load(request)
    rows = [
        (
            line.body, line.name, line.certificate_no, str(line.certified_from), str(line.certified_until or ""),
            "有" if line.medical else "没有", STANDING_LABELS[line.state], line.open_cases, load[line.id].settled if line.id in load else None,
        )
        for line in queries.assessors(request.actor)
    ]  # fmt: skip
    header = ("机构", "评估员", "证书号", "证书从", "证书到（不含）", "医护背景", "状态", "手上（件）", "近一年评完（件）")
    return export(request, title="评估机构与评估员", header=header, rows=rows)


def _body(request: PageRequest, body_id: int) -> BodyLine:
    found = next((body for body in queries.bodies(request.actor) if body.id == body_id), None)
    if found is None:
        raise BodyNotFound("没有找到这家评估机构，或者您不能查看。", next_step="请回到“机构与评估员”重新选择。")
    return found


@desk(Right.SEE_ASSESSMENTS, Right.ASSESS)
def page_body(request: PageRequest, body_id: int) -> HttpResponse:
    """One body with its assessors."""
    body, load = _body(request, body_id), _load(request, body_id)
    found = {
        "at": desk_of(request),
        "body": body,
        "place": places.area_by_path(body.area_path).name,
        "people": [(line, load.get(line.id)) for line in queries.assessors(request.actor, body_id=body_id)],
        "section": section_of(request, "ability_bodies"),
    }
    return render(request, "assess/body.html", found)


@desk(Right.ARRANGE_ASSESSMENT)
def page_keep_body(request: PageRequest, body_id: int | None = None) -> HttpResponse:
    """The form of a new body or of one that there is, and on POST the body."""
    known = _body(request, body_id) if body_id is not None else None
    if request.method != "POST":
        return _body_form(request, known)
    typed = request.POST
    try:
        kept = actions.keep_body(
            request.actor, body_id=body_id, name=typed.get("name", ""), credit_code=typed.get("credit_code", ""),
            area_path=typed.get("area_path", ""), licensed_from=_day(typed, "licensed_from"),
            licensed_until=_day_or_none(typed, "licensed_until"), state=typed.get("state", ""), note=typed.get("note", ""),
        )  # fmt: skip
    except InvalidInput as refused:
        return _body_form(request, known, refused)
    messages.success(request, "机构已经登记。")
    return redirect(f"{desk_of(request)}:ability_body", kept.id)


def _body_form(request: PageRequest, known: BodyLine | None, refused: InvalidInput | None = None) -> HttpResponse:
    usual = {
        "name": known.name if known else "", "credit_code": known.credit_code if known else "", "area_path": known.area_path if known else "",
        "licensed_from": str(known.licensed_from if known else clock.today()),
        "licensed_until": str(known.licensed_until or "") if known else "", "state": str(known.state) if known else "active",
        "note": known.note if known else "",
    }  # fmt: skip
    areas = [
        area
        for level in ("city", "county", "town")
        for area in places.areas_for(request.actor, right=Right.ARRANGE_ASSESSMENT, level=level)
    ]
    found = {
        "known": known,
        "areas": [(area.path, area.name) for area in areas],
    }
    return _form(request, "assess/keep_body.html", usual, found, refused)


def _form(
    request: PageRequest, template: str, usual: Mapping[str, str], found: Mapping[str, object], refused: InvalidInput | None
) -> HttpResponse:
    typed = dict(usual) | {name: request.POST.get(name, "") for name in usual if request.method == "POST"}
    shared = {
        "at": desk_of(request),
        "typed": typed,
        "states": _STATES,
        "problems": (FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}"),) if refused else (),
        "section": section_of(request, "ability_bodies"),
    }
    return render(request, template, shared | dict(found), status=422 if refused else 200)


def _day(typed: QueryDict, field: str) -> dt.date:
    found = _day_or_none(typed, field)
    if found is None:
        raise InvalidInput("请填日期。", next_step="例如 2026-11-21。", field=field)
    return found


def _day_or_none(typed: QueryDict, field: str) -> dt.date | None:
    text = typed.get(field, "").strip()
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput("日期写得不对。", next_step="例如 2026-11-21。", field=field) from None


def _assessor(request: PageRequest, assessor_id: int) -> AssessorLine:
    found = next((line for line in queries.assessors(request.actor) if line.id == assessor_id), None)
    if found is None:
        raise AssessorNotFound("没有找到这名评估员，或者您不能查看。", next_step="请回到“机构与评估员”重新选择。")
    return found


@desk(Right.ARRANGE_ASSESSMENT)
def page_keep_assessor(request: PageRequest, body_id: int, assessor_id: int | None = None) -> HttpResponse:
    """The form of a new assessor of a body or of one that there is, and on POST the assessor."""
    body = _body(request, body_id)
    known = _assessor(request, assessor_id) if assessor_id is not None else None
    if request.method != "POST":
        return _assessor_form(request, body, known)
    typed = request.POST
    try:
        actions.keep_assessor(
            request.actor, assessor_id=assessor_id, body_id=body_id, name=typed.get("name", ""),
            certificate_no=typed.get("certificate_no", ""), certified_from=_day(typed, "certified_from"),
            certified_until=_day_or_none(typed, "certified_until"), medical=typed.get("medical") == "yes",
            user_id=_account(typed.get("account", "")), state=typed.get("state", ""),
        )  # fmt: skip
    except InvalidInput as refused:
        return _assessor_form(request, body, known, refused)
    messages.success(request, "评估员已经登记。")
    return redirect(f"{desk_of(request)}:ability_body", body_id)


def _account(text: str) -> int | None:
    """The account that was chosen; None for none."""
    return int(text) if text.isascii() and text.isdigit() else None


def _assessor_form(
    request: PageRequest, body: BodyLine, known: AssessorLine | None, refused: InvalidInput | None = None
) -> HttpResponse:
    usual = {
        "name": known.name if known else "", "certificate_no": known.certificate_no if known else "",
        "certified_from": str(known.certified_from if known else clock.today()),
        "certified_until": str(known.certified_until or "") if known else "", "medical": "yes" if known and known.medical else "",
        "account": str(known.user_id or "") if known else "", "state": str(known.state) if known else "active",
    }  # fmt: skip
    accounts_known = accounts.holders_of(request.actor, role=Role.ASSESSOR, right=Right.ARRANGE_ASSESSMENT)
    holders = [(str(each.user_id), f"{each.name}（{each.username}）") for each in accounts_known]
    return _form(request, "assess/keep_assessor.html", usual, {"body": body, "known": known, "holders": holders}, refused)


@desk(Right.SEE_ASSESSMENTS, Right.ASSESS)
def page_interests(request: PageRequest, assessor_id: int) -> HttpResponse:
    """Whom this assessor must not assess."""
    return _interests(request, assessor_id)


def _interests(request: PageRequest, assessor_id: int, refused: InvalidInput | None = None) -> HttpResponse:
    assessor = _assessor(request, assessor_id)
    own = assessor.user_id == request.actor.id
    found = {
        "at": desk_of(request),
        "assessor": assessor,
        "lines": queries.interests(request.actor, assessor_id=assessor_id, over=True),
        "may_declare": (own or request.actor.may(Right.ARRANGE_ASSESSMENT)) and request.actor.may(Right.SEE_PEOPLE),
        "own_cases": [visit.case for visit in _coming(request)] if own else [],
        "may_end": request.actor.may(Right.ARRANGE_ASSESSMENT),
        "typed": request.POST,
        "problems": (FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}"),) if refused else (),
        "section": section_of(request, "ability_bodies"),
    }
    return render(request, "assess/interests.html", found, status=422 if refused else 200)


def _coming(request: PageRequest) -> tuple[queries.Visit, ...]:
    today = clock.today()
    return queries.visits(request.actor, day_from=today, day_to=today + dt.timedelta(days=60), own=True)


@require_POST
@desk(Right.ARRANGE_ASSESSMENT, Right.ASSESS)
def submit_interest(request: PageRequest, assessor_id: int) -> HttpResponse:
    """The conflict of interest is declared: about the person of a case, or one found by ID number or telephone."""
    try:
        person_id = _person(request)
        told = actions.declare_interest(
            request.actor, assessor_id=assessor_id, person_id=person_id, reason=request.POST.get("reason", "")
        )
    except InvalidInput as refused:
        return _interests(request, assessor_id, refused)
    freed = len(told.cases_back)
    messages.success(request, f"回避已经登记。{f'{freed}次预约要换人，已经转回“等着安排”。' if freed else ''}")
    return redirect(reverse(f"{desk_of(request)}:ability_interests", args=[assessor_id]))


def _person(request: PageRequest) -> int:
    case, number = request.POST.get("case", ""), request.POST.get("number", "").strip()
    if case.isascii() and case.isdigit():
        return queries.case(request.actor, case_id=int(case)).person.id
    found = people.search_people(request.actor, text=number, limit=2).items if people.is_number(number) else ()
    if len(found) != 1:
        raise InvalidInput("没有找到唯一的一位老人。", next_step="请写完整的身份证号或电话。", field="number")
    return found[0].id


@require_POST
@desk(Right.ARRANGE_ASSESSMENT)
def submit_end_interest(request: PageRequest, assessor_id: int, interest_id: int) -> HttpResponse:
    """The conflict of interest is over."""
    try:
        actions.end_interest(request.actor, interest_id=interest_id, reason=request.POST.get("reason", ""))
    except InvalidInput as refused:
        return _interests(request, assessor_id, refused)
    messages.success(request, "回避已经解除。")
    return redirect(reverse(f"{desk_of(request)}:ability_interests", args=[assessor_id]))
