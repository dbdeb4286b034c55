"""Arranging a visit: first the body, then two of its assessors, the time and the place; everything against it is said at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.errors import AppointmentRefused
from songhe.contexts.assessments.queries import AssessorLine, CaseFile
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.assess.cases import desk_of, section_of
from songhe.web.lists import FieldProblem

_HOUR = 9


@desk(Right.ARRANGE_ASSESSMENT)
def page_appoint(request: PageRequest, case_id: int) -> HttpResponse:
    """The form, and on POST the appointment; what was chosen is kept when something stands against it."""
    file = queries.case(request.actor, case_id=case_id)
    if request.method != "POST":
        return _form(request, file)
    typed = request.POST
    try:
        actions.appoint(
            request.actor, case_id=case_id, body_id=_number(typed.get("body", ""), "body"), lead_id=_number(typed.get("lead", ""), "lead"),
            second_id=_number(typed.get("second", ""), "second"), visit_at=_moment(typed.get("visit_at", "")),
            place=typed.get("place", ""), with_health_check=typed.get("with_health_check") == "yes",
        )  # fmt: skip
    except InvalidInput as refused:
        return _form(request, file, refused)
    messages.success(request, f"{file.person.name}的上门已经约好。")
    return redirect(f"{desk_of(request)}:ability_case", case_id)


def _number(text: str, field: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise InvalidInput("请选一位评估员。" if field != "body" else "请先选评估机构。", field=field)
    return int(text)


def _moment(text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput("请写明哪天几点上门。", next_step="例如 2026-11-21 09:00。", field="visit_at") from None
    return found.replace(tzinfo=clock.CITY_ZONE) if found.tzinfo is None else found


def _told(refused: InvalidInput | None) -> tuple[FieldProblem, ...]:
    if isinstance(refused, AppointmentRefused):
        return tuple(FieldProblem(each.field, f"{each.sentence}{each.next_step}") for each in refused.problems)
    return (FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}"),) if refused else ()


def _form(request: PageRequest, file: CaseFile, refused: InvalidInput | None = None) -> HttpResponse:
    bodies = [body for body in queries.bodies(request.actor, area_path=file.brief.area_path) if body.licensed]
    typed = request.POST if request.method == "POST" else request.GET
    asked = typed.get("body", "") or str(file.brief.body_id or (bodies[0].id if len(bodies) == 1 else ""))
    body = next((each for each in bodies if str(each.id) == asked), None)
    people = queries.assessors(request.actor, body_id=body.id) if body else ()
    certified = [each for each in people if each.certified]
    tomorrow = dt.datetime.combine(clock.today() + dt.timedelta(days=1), dt.time(_HOUR), clock.CITY_ZONE)
    found = {
        "at": desk_of(request),
        "file": file,
        "brief": file.brief,
        "bodies": bodies,
        "medical_least": queries.rule("medical_least", file.brief.scale),
        "body": body,
        "people": certified,
        "seats": [
            (name, label, _choices(certified, typed.get(name, str(before or ""))))
            for name, label, before in (("lead", "主评估员", file.lead_id), ("second", "另一位评估员", file.second_id))
        ],
        "visit_at": typed.get("visit_at") or f"{timezone.localtime(file.brief.visit_at or tomorrow):%Y-%m-%dT%H:%M}",
        "place": typed.get("place", file.brief.visit_place or "家里"),
        "with_health_check": typed.get("with_health_check") == "yes" or file.brief.with_health_check,
        "problems": _told(refused),
        "section": section_of(request),
    }
    response = render(request, "assess/appoint.html", found, status=422 if refused else 200)
    response["Cache-Control"] = "no-store"
    return response


def _choices(people: Sequence[AssessorLine], chosen: str) -> list[tuple[AssessorLine, bool]]:
    return [(each, str(each.id) == chosen) for each in people]
