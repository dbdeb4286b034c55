"""Who used which result for what: results are recognised across departments, and every use is on record."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from songhe.contexts.assessments import queries
from songhe.contexts.assessments.queries import UseLine
from songhe.foundation.access import Right
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.assess.cases import desk_of, section_of
from songhe.web.exports import every_row, export
from songhe.web.lists import Filter


def _filters(request: PageRequest) -> tuple[Filter, ...]:
    department = request.GET.get("department", "").strip()
    return (Filter("department", "哪个部门", department, hint="例如：残联"), area_filter(request, Right.SEE_ASSESSMENTS))


def _uses(request: PageRequest, after: str | None = None, limit: int = 50) -> Page[UseLine]:
    department = _filters(request)[0].value
    return queries.uses(request.actor, area_path=chosen_area(request), department=department, after=after, limit=limit)


@desk(Right.SEE_ASSESSMENTS)
def page_uses(request: PageRequest) -> HttpResponse:
    """Every use of a result in the actor's areas, latest first."""
    filters = _filters(request)
    found = {
        "at": desk_of(request),
        "page": _uses(request, request.GET.get("after")),
        "filters": filters,
        "cleared": request.path if any(each.value for each in filters) else "",
        "section": section_of(request, "ability_uses"),
    }
    return render(request, "assess/uses.html", found)


@desk(Right.SEE_ASSESSMENTS)
def page_uses_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    rows = [
        (f"{timezone.localtime(use.used_at):%Y-%m-%d %H:%M}", use.department, use.purpose, use.used_by, use.result_id)
        for use in every_row(lambda after: _uses(request, after, limit=200))
    ]
    header = ("什么时候", "部门", "用来做什么", "谁看的", "结果编号")
    return export(request, title="评估结果使用", header=header, rows=rows, area_path=chosen_area(request))
