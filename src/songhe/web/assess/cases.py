"""Cases and results as several desks see them: the list, one case, one result with its report. Mounted at each of these desks."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.queries import CaseBrief
from songhe.contexts.assessments.words import CASE_KIND_LABELS, CASE_STATE_LABELS, ORIGIN_LABELS
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.foundation.paging import Page
from songhe.foundation.signing import spaced
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.assess.grades import grade_word
from songhe.web.exports import every_row, export
from songhe.web.lists import FieldProblem, Filter, chosen

_STATES = tuple((str(state), label) for state, label in CASE_STATE_LABELS.items())
_KINDS = tuple((str(kind), label) for kind, label in CASE_KIND_LABELS.items())


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line of the list with its grade in words."""

    case: CaseBrief
    grade: str


def desk_of(request: PageRequest) -> str:
    """The desk at which the page is shown: its address names it, and the names of its routes."""
    return request.path.split("/")[1]


def section_of(request: PageRequest, page: str = "ability_cases") -> str:
    """The entry (or tab) of the desk below which the page stands."""
    return f"{desk_of(request)}:{page}"


def _filters(request: PageRequest) -> tuple[Filter, ...]:
    own = (
        Filter("state", "进度", chosen(request.GET, "state", _STATES), "choice", _STATES, any="全部"),
        Filter("kind", "种类", chosen(request.GET, "kind", _KINDS), "choice", _KINDS, any="全部"),
    )
    return (*own, area_filter(request, Right.SEE_ASSESSMENTS)) if request.actor.may(Right.SEE_ASSESSMENTS) else own


def _cases(request: PageRequest, after: str | None = None, limit: int = 50) -> Page[CaseBrief]:
    state, kind = (each.value for each in _filters(request)[:2])
    return queries.cases(request.actor, area_path=chosen_area(request), state=state, kind=kind, after=after, limit=limit)


def _line(case: CaseBrief) -> CaseLine:
    return CaseLine(case, "" if case.grade is None else grade_word(case.scale, case.grade))


@desk(Right.SEE_ASSESSMENTS, Right.ASSESS)
def page_cases(request: PageRequest) -> HttpResponse:
    """The cases of the actor's areas, or those that the actor assesses, latest first."""
    filters, page = _filters(request), _cases(request, request.GET.get("after"))
    at = desk_of(request)
    found = {
        "at": at,
        "page": page,
        "lines": [_line(case) for case in page.items],
        "filters": filters,
        "kinds": CASE_KIND_LABELS,
        "cleared": request.path if any(each.value for each in filters) else "",
        "section": section_of(request),
    }
    return render(request, "assess/cases.html", found)


@desk(Right.SEE_ASSESSMENTS, Right.ASSESS)
def page_cases_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    rows = [
        (
            case.name, case.sex, case.age, case.place, case.scale_title, CASE_KIND_LABELS[case.kind], ORIGIN_LABELS[case.origin],
            CASE_STATE_LABELS[case.state], f"{timezone.localtime(case.requested_at):%Y-%m-%d}",
            f"{timezone.localtime(case.visit_at):%Y-%m-%d %H:%M}" if case.visit_at else "", case.body_name, _line(case).grade,
        )
        for case in every_row(lambda after: _cases(request, after, limit=200))
    ]  # fmt: skip
    header = (
        "姓名",
        "性别",
        "年龄（周岁）",
        "住在",
        "量表",
        "种类",
        "谁提出的",
        "进度",
        "提出日期",
        "上门时间",
        "评估机构",
        "等级",
    )
    return export(request, title="能力评估", header=header, rows=rows, area_path=chosen_area(request))


def show_case(request: PageRequest, case_id: int, problem: InvalidInput | None = None) -> HttpResponse:
    """The whole case; `problem` is about a form on this page."""
    file, at = queries.case(request.actor, case_id=case_id), desk_of(request)
    found = {
        "at": at,
        "file": file,
        "brief": file.brief,
        "person_url": "street:person" if request.actor.may(Right.SEE_PEOPLE, file.brief.area_path) else "",
        "kind": CASE_KIND_LABELS[file.brief.kind],
        "origin": ORIGIN_LABELS[file.brief.origin],
        "beside": [(one, grade_word(one.fact, one.grade)) for one in file.beside],
        "reason": request.POST.get("reason", ""),
        "problems": (FieldProblem(problem.field or "", f"{problem.sentence}{problem.next_step}"),) if problem else (),
        "section": section_of(request),
    }
    response = render(request, "assess/case.html", found, status=422 if problem else 200)
    response["Cache-Control"] = "no-store"
    return response


@desk(Right.SEE_ASSESSMENTS, Right.ASSESS)
def page_case(request: PageRequest, case_id: int) -> HttpResponse:
    """One case: who, when, who assesses, what came out."""
    return show_case(request, case_id)


@require_POST
@desk(Right.ARRANGE_ASSESSMENT, Right.REQUEST_ASSESSMENT)
def submit_withdraw(request: PageRequest, case_id: int) -> HttpResponse:
    """The case is withdrawn with the reason."""
    try:
        actions.withdraw_case(request.actor, case_id=case_id, because=request.POST.get("reason", ""))
    except InvalidInput as refused:
        return show_case(request, case_id, refused)
    messages.success(request, "这次评估已经撤回。")
    return redirect(f"{desk_of(request)}:ability_case", case_id)


@desk(Right.SEE_ASSESSMENTS, Right.ASSESS)
def page_result(request: PageRequest, result_id: int) -> HttpResponse:
    """One result: the grade first, then how it came about item by item, what it means, who used it."""
    return show_result(request, result_id)


def show_result(request: PageRequest, result_id: int, problem: InvalidInput | None = None) -> HttpResponse:
    """The whole result; `problem` is about a form on this page."""
    view, at = queries.result(request.actor, result_id=result_id), desk_of(request)
    file = queries.case(request.actor, case_id=view.brief.case_id)
    found = {
        "at": at,
        "view": view,
        "brief": view.brief,
        "file": file,
        "may_object": file.deeds.object,
        "may_use": request.actor.may(Right.SEE_ASSESSMENTS, view.brief.area_path),
        "typed": request.POST,
        "dimensions": dimensions_of(view),
        "report_code": spaced(view.report_code),
        "problems": (FieldProblem(problem.field or "", f"{problem.sentence}{problem.next_step}"),) if problem else (),
        "section": section_of(request),
    }
    response = render(request, "assess/result.html", found, status=422 if problem else 200)
    response["Cache-Control"] = "no-store"
    return response


def dimensions_of(view: queries.ResultView) -> list[tuple[object, list[object]]]:
    """Each dimension's sum with the lines of its items."""
    return [(part, [line for line in view.scored.lines if line.dimension == part.id]) for part in view.scored.dimensions]


@desk(Right.SEE_ASSESSMENTS, Right.ASSESS)
def page_report(request: PageRequest, result_id: int) -> HttpResponse:
    """The report as it was stored when the result was announced; that it was taken stands in the audit chain."""
    taken = actions.take_report(request.actor, result_id=result_id)
    response = HttpResponse(taken.content, content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename=\"report.pdf\"; filename*=UTF-8''{quote(taken.name)}"
    response["Cache-Control"] = "no-store"
    return response
