"""Objections to results and the second assessments that decide them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.queries import ObjectionLine
from songhe.contexts.assessments.words import OBJECTION_STATE_LABELS
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.assess.cases import desk_of, section_of, show_result
from songhe.web.exports import every_row, export
from songhe.web.lists import Filter, chosen

_STATES = tuple((str(state), label) for state, label in OBJECTION_STATE_LABELS.items())


def _filters(request: PageRequest) -> tuple[Filter, ...]:
    state = Filter("state", "处理情况", chosen(request.GET, "state", _STATES), "choice", _STATES, any="全部")
    return (state, area_filter(request, Right.SEE_ASSESSMENTS)) if request.actor.may(Right.SEE_ASSESSMENTS) else (state,)


def _objections(request: PageRequest, after: str | None = None, limit: int = 30) -> Page[ObjectionLine]:
    state = _filters(request)[0].value
    return queries.objections(request.actor, state=state, area_path=chosen_area(request), after=after, limit=limit)


@desk(Right.SEE_ASSESSMENTS, Right.ASSESS)
def page_objections(request: PageRequest) -> HttpResponse:
    """Objections, latest first, each with how far its second assessment is."""
    filters = _filters(request)
    found = {
        "at": desk_of(request),
        "page": _objections(request, request.GET.get("after")),
        "filters": filters,
        "cleared": request.path if any(each.value for each in filters) else "",
        "section": section_of(request, "ability_objections"),
    }
    return render(request, "assess/objections.html", found)


@desk(Right.SEE_ASSESSMENTS, Right.ASSESS)
def page_objections_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    rows = [
        (
            line.name, line.place, line.by_name, line.relation, line.reason, f"{timezone.localtime(line.filed_at):%Y-%m-%d}",
            OBJECTION_STATE_LABELS[line.state], line.grade, line.second_grade, line.decided_because,
        )
        for line in every_row(lambda after: _objections(request, after, limit=200))
    ]  # fmt: skip
    header = ("老人", "住在", "谁提出", "关系", "理由", "提出日期", "处理情况", "原等级（级）", "复评等级（级）", "处理说明")
    return export(request, title="评估异议", header=header, rows=rows, area_path=chosen_area(request))


@require_POST
@desk(Right.REQUEST_ASSESSMENT)
def submit_objection(request: PageRequest, result_id: int) -> HttpResponse:
    """Somebody's objection is on file and the second assessment waits to be arranged."""
    typed = {name: request.POST.get(name, "") for name in ("by_name", "relation", "reason")}
    try:
        actions.file_objection(request.actor, result_id=result_id, **typed)
    except InvalidInput as refused:
        return show_result(request, result_id, refused)
    messages.success(request, "异议已经登记，会由另外的机构和评估员重新评一次。")
    return redirect(f"{desk_of(request)}:ability_result", result_id)


@require_POST
@desk(Right.SEE_ASSESSMENTS)
def submit_use(request: PageRequest, result_id: int) -> HttpResponse:
    """That a department used the result stands beside it."""
    department, purpose = (request.POST.get(name, "") for name in ("department", "purpose"))
    try:
        actions.record_use(request.actor, result_id=result_id, department=department, purpose=purpose)
    except InvalidInput as refused:
        return show_result(request, result_id, refused)
    messages.success(request, "这次使用已经记下。")
    return redirect(f"{desk_of(request)}:ability_result", result_id)
