"""Facts on which the departments differ: what each says, which one counts and why; corrected here or sent back to a department."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from songhe.contexts.people import actions as people_actions
from songhe.contexts.people import queries as people
from songhe.contexts.people.errors import NothingDisputed
from songhe.contexts.people.queries import Dispute, DisputeCount
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.exports import every_row, export
from songhe.web.lists import Filter, chosen

_HEADER = ("姓名", "住在", "项目", "现在采用", "以谁为准", "日期", "为什么", "别的说法", "已请谁核对")


def _filters(request: PageRequest, counts: Sequence[DisputeCount]) -> tuple[Filter, ...]:
    """Fact, two departments and area; the choices are those that occur."""
    facts = tuple((c.variable, f"{c.label}（{c.people:,}人）") for c in counts if not c.departments)
    pairs = tuple((pair, pair.replace("|", "和")) for pair in sorted({"|".join(c.departments) for c in counts if c.departments}))
    return (
        Filter("variable", "项目", chosen(request.GET, "variable", facts), "choice", facts),
        Filter("between", "哪两个部门", chosen(request.GET, "between", pairs), "choice", pairs),
        area_filter(request, Right.SEE_PEOPLE),
    )


def _found(request: PageRequest, filters: Sequence[Filter], after: str | None, limit: int = 30) -> Page[Dispute]:
    variable, between, area = (each.value for each in filters)
    departments = tuple(between.split("|")) if between else ()
    return people.disputes(request.actor, variable=variable, area_path=area, departments=departments, after=after, limit=limit)


@desk(Right.SEE_PEOPLE)
def page_disputes(request: PageRequest) -> HttpResponse:
    """The disputes of the filters, by community and name."""
    counts = people.dispute_counts(request.actor, area_path=chosen_area(request))
    filters = _filters(request, counts)
    page = _found(request, filters, request.GET.get("after"))
    found = {
        "page": page,
        "filters": filters,
        "total": sum(c.people for c in counts if not c.departments),
        "cleared": request.path if any(each.value for each in filters) else "",
        "may_correct": request.actor.may(Right.CORRECT_FACTS),
        "may_count": request.actor.may(Right.SEE_FIGURES),
        "here": request.get_full_path(),
    }
    return render(request, "street/disputes.html", found)


@desk(Right.SEE_PEOPLE)
def page_export(request: PageRequest) -> HttpResponse:
    """The same list as a file; what is sensitive stays covered as on the screen."""
    filters = _filters(request, people.dispute_counts(request.actor, area_path=chosen_area(request)))
    lines = every_row(lambda after: _found(request, filters, after, limit=200))
    rows = [
        (
            line.person.name, line.person.place, line.fact.label, line.fact.shown, line.fact.department, line.fact.stated_on.isoformat()
            if line.fact.stated_on else "", line.fact.why,
            "；".join(f"{o.department}（{o.stated_on:%Y-%m-%d}）：{o.shown}" for o in line.fact.others if not o.agrees), line.asked,
        )
        for line in lines
    ]  # fmt: skip
    return export(request, title="数据有出入", header=_HEADER, rows=rows, area_path=filters[2].value)


@require_POST
@desk(Right.CORRECT_FACTS)
def submit_ask(request: PageRequest, public_id: uuid.UUID, variable: str) -> HttpResponse:
    """The chosen department is asked to check what it says; back to the list."""
    person_id, department = people.person_id_of(request.actor, public_id=public_id), request.POST.get("department", "")
    try:
        asked = people_actions.ask_department(
            request.actor, person_id=person_id, variable=variable, department=department, note=request.POST.get("note", "")
        )
    except (InvalidInput, NothingDisputed) as refused:
        messages.error(request, f"{refused.sentence}{refused.next_step}")
    else:
        messages.success(request, f"已请{asked.department}核对“{asked.label}”，待办里能看到。各部门说法一致后，会自动办结。")
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else reverse("street:disputes"))
