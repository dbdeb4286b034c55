"""Who looked at sensitive facts, for which use and in which role: counts for a span of days, the same page at two desks."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import UseCount
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter
from songhe.web.exports import export
from songhe.web.lists import Filter

_DAYS = 30


def _filters(request: PageRequest, right: Right) -> tuple[Filter, ...]:
    today = clock.today()
    since, until = request.GET.get("since", ""), request.GET.get("until", "")
    return (
        Filter("since", "从哪天", since or (today - dt.timedelta(days=_DAYS)).isoformat(), "date"),
        Filter("until", "到哪天", until or today.isoformat(), "date"),
        area_filter(request, right),
    )


def _counts(request: PageRequest, filters: tuple[Filter, ...]) -> tuple[UseCount, ...]:
    try:
        since, until = (dt.date.fromisoformat(each.value) for each in filters[:2])
    except ValueError:
        raise InvalidInput("日期写得不对。", next_step="例如 2026-11-21。") from None
    return people.data_use(request.actor, since=since, until=until, area_path=filters[2].value)


def _page(request: PageRequest, right: Right, template: str) -> HttpResponse:
    filters = _filters(request, right)
    counts = _counts(request, filters)
    found = {
        "filters": filters,
        "counts": counts,
        "uses": tuple(people.data_uses().values()),
        "times": sum(count.times for count in counts),
        "cleared": request.path if request.GET.get("since") or request.GET.get("until") or request.GET.get("area") else "",
        "may_audit": right is Right.SEE_AUDIT,
    }
    return render(request, template, found)


def _export(request: PageRequest, right: Right) -> HttpResponse:
    filters = _filters(request, right)
    rows = [(c.use, c.role, c.field, c.times, c.lookers, c.people, c.shown) for c in _counts(request, filters)]
    header = ("用途", "身份", "看了什么", "次数", "几个人看的", "涉及老人（人）", "看到（人次）")
    return export(request, title="数据使用", header=header, rows=rows, area_path=filters[2].value)


@desk(Right.SEE_AUDIT)
def page_ops(request: PageRequest) -> HttpResponse:
    """For the audit administrator: every look in their areas."""
    return _page(request, Right.SEE_AUDIT, "ops/data_use.html")


@desk(Right.SEE_AUDIT)
def page_ops_export(request: PageRequest) -> HttpResponse:
    """The same as a file."""
    return _export(request, Right.SEE_AUDIT)


@desk(Right.SEE_FIGURES)
def page_city(request: PageRequest) -> HttpResponse:
    """For city and town officers: counts of looks at the people of their areas."""
    return _page(request, Right.SEE_FIGURES, "city/data_use.html")


@desk(Right.SEE_FIGURES)
def page_city_export(request: PageRequest) -> HttpResponse:
    """The same as a file."""
    return _export(request, Right.SEE_FIGURES)
