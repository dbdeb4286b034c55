"""Appointments: whose door to knock at when, and the requests that nobody has arranged yet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from songhe.contexts.assessments import queries
from songhe.contexts.assessments.queries import CaseBrief, Visit
from songhe.contexts.assessments.words import CASE_KIND_LABELS, ORIGIN_LABELS, CaseState, FormState
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.exports import every_row, export
from songhe.web.lists import Filter

_DAYS = 6


@dataclass(frozen=True, slots=True)
class VisitShown:
    """One appointment. `keep`: the device takes the form along (one's own, today, not handed in yet)."""

    visit: Visit
    hour: str
    form: str
    keep: bool


@dataclass(frozen=True, slots=True)
class DayOfVisits:
    """The appointments of one day."""

    day: dt.date
    today: bool
    visits: tuple[VisitShown, ...]


def _filters(request: PageRequest) -> tuple[Filter, ...]:
    today = clock.today()
    days = (
        Filter("since", "从哪天", request.GET.get("since") or today.isoformat(), "date"),
        Filter("until", "到哪天", request.GET.get("until") or (today + dt.timedelta(days=_DAYS)).isoformat(), "date"),
    )
    if not request.actor.may(Right.SEE_ASSESSMENTS):
        return days
    return (*days, area_filter(request, Right.SEE_ASSESSMENTS))


def _visits(request: PageRequest, filters: tuple[Filter, ...]) -> tuple[Visit, ...]:
    try:
        since, until = (dt.date.fromisoformat(each.value) for each in filters[:2])
    except ValueError:
        raise InvalidInput("日期写得不对。", next_step="例如 2026-11-21。") from None
    return queries.visits(request.actor, day_from=since, day_to=until, area_path=chosen_area(request))


def _days(visits: tuple[Visit, ...]) -> tuple[DayOfVisits, ...]:
    today = clock.today()
    return tuple(
        DayOfVisits(day, day == today, tuple(_shown(visit, day == today) for visit in of_day))
        for day, of_day in groupby(visits, key=lambda visit: timezone.localtime(visit.at).date())
    )


def _shown(visit: Visit, today: bool) -> VisitShown:
    open_form = visit.own and visit.own_form is not FormState.FINAL
    form = f"form_{visit.own_form or 'none'}"
    return VisitShown(visit, f"{timezone.localtime(visit.at):%H:%M}", form, today and open_form)


@desk(Right.ASSESS, Right.ARRANGE_ASSESSMENT)
def page_visits(request: PageRequest) -> HttpResponse:
    """The calendar, today first; with scripts the device takes today's forms along."""
    filters = _filters(request)
    found = {
        "filters": filters,
        "days": _days(_visits(request, filters)),
        "late": queries.visits(
            request.actor, day_from=clock.today() - dt.timedelta(days=60), day_to=clock.today() - dt.timedelta(days=1),
            area_path=chosen_area(request),
        ),
        "today": clock.today(),
        "fills": request.actor.may(Right.ASSESS),
        "section": "assess:visits",
    }  # fmt: skip
    response = render(request, "assess/visits.html", found)
    response["Cache-Control"] = "no-store"
    return response


@desk(Right.ASSESS, Right.ARRANGE_ASSESSMENT)
def page_visits_export(request: PageRequest) -> HttpResponse:
    """The same appointments as a file."""
    rows = [
        (
            f"{timezone.localtime(visit.at):%Y-%m-%d %H:%M}", visit.case.name, visit.case.place, visit.place, visit.case.body_name,
            visit.case.lead, visit.case.second, visit.forms_final,
        )
        for visit in _visits(request, _filters(request))
    ]  # fmt: skip
    header = ("时间", "姓名", "住在", "上门地点", "评估机构", "主评估员", "另一位评估员", "已提交的表（张）")
    return export(request, title="评估预约", header=header, rows=rows, area_path=chosen_area(request))


def _waiting(request: PageRequest, after: str | None, limit: int = 30) -> Page[CaseBrief]:
    return queries.cases(request.actor, area_path=chosen_area(request), state=CaseState.REQUESTED, after=after, limit=limit)


@desk(Right.ARRANGE_ASSESSMENT)
def page_waiting(request: PageRequest) -> HttpResponse:
    """Requests without an appointment, each with the way to arrange it."""
    found = {
        "page": _waiting(request, request.GET.get("after")),
        "filters": (area_filter(request, Right.SEE_ASSESSMENTS),),
        "kinds": CASE_KIND_LABELS,
        "origins": ORIGIN_LABELS,
        "cleared": request.path if request.GET.get("area") else "",
        "section": "assess:visits",
    }
    return render(request, "assess/waiting.html", found)


@desk(Right.ARRANGE_ASSESSMENT)
def page_waiting_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    lines = every_row(lambda after: _waiting(request, after, limit=200))
    rows = [
        (line.name, line.age, line.place, line.scale_title, CASE_KIND_LABELS[line.kind], ORIGIN_LABELS[line.origin],
         f"{timezone.localtime(line.requested_at):%Y-%m-%d}")
        for line in lines
    ]  # fmt: skip
    header = ("姓名", "年龄（周岁）", "住在", "量表", "种类", "谁提出的", "提出日期")
    return export(request, title="等着安排的评估", header=header, rows=rows, area_path=chosen_area(request))
