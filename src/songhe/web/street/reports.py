"""Sheets to be filled in: what a community has been asked for, the pre-filled file, handing it in; and asking for one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.people import actions, queries
from songhe.contexts.people.queries import SheetView
from songhe.contexts.places import queries as places
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.lists import FieldProblem, Filter, chosen

MOST_BYTES = 20 * 1024 * 1024
STATES = {
    "open": ("waiting", "等待填写"),
    "checking": ("running", "已交回，正在检查"),
    "waiting": ("check", "已检查，等待入库"),
    "closed": ("done", "已收回"),
}
_VIEWS = (("open", "还没收回的"), ("closed", "已收回的"))
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A sheet in the list: its place, who asked, its state in a chip and a word."""

    sheet: SheetView
    place: str
    who: str
    chip: str
    word: str


def _lines(sheets: tuple[SheetView, ...]) -> tuple[SheetLine, ...]:
    names = accounts.names_of(sheet.created_by for sheet in sheets)
    found = {area.path: area.name for area in places.areas_under("", "community")}
    return tuple(
        SheetLine(s, found.get(s.area_path, ""), names.get(s.created_by, "已注销的账号"), *STATES[s.state]) for s in sheets
    )


@desk(Right.SEE_PEOPLE)
def page_reports(request: PageRequest) -> HttpResponse:
    """The sheets in the actor's areas, those due first at the top; and where files are uploaded."""
    state = chosen(request.GET, "state", _VIEWS) or "open"
    filters = (Filter("state", "哪些", state, "choice", _VIEWS, any="还没收回的"), area_filter(request, Right.SEE_PEOPLE))
    page = queries.sheets(request.actor, area_path=chosen_area(request), closed=state == "closed", after=request.GET.get("after"))
    found = {
        "section": "street:reports",
        "lines": _lines(page.items),
        "page": page,
        "filters": filters,
        "cleared": request.path if request.GET.get("state") or request.GET.get("area") else "",
        "may_ask": request.actor.may(Right.IMPORT),
        "may_import": request.actor.may(Right.IMPORT),
    }
    return render(request, "street/reports.html", found)


@desk(Right.SEE_PEOPLE)
def page_sheet(request: PageRequest, sheet: int) -> HttpResponse:
    """One sheet: what is asked, the file, handing it in, what has to be put right."""
    return _sheet_page(request, sheet, None)


def _sheet_page(request: PageRequest, sheet: int, problem: FieldProblem | None) -> HttpResponse:
    detail = queries.sheet(request.actor, request_id=sheet)
    found = {
        "section": "street:reports",
        "line": _lines((detail.sheet,))[0],
        "problems_left": detail.problems,
        "may_fill": request.actor.may(Right.DO_WORK, detail.sheet.area_path),
        "may_open_batch": request.actor.may(Right.IMPORT),
        "problem": problem,
        "problems": (problem,) if problem else (),
    }
    return render(request, "street/report.html", found, status=422 if problem else 200)


@desk(Right.DO_WORK)
def page_file(request: PageRequest, sheet: int) -> HttpResponse:
    """The pre-filled workbook."""
    made = actions.download_sheet(request.actor, request_id=sheet)
    response = HttpResponse(made.content, content_type=_KIND)
    response["Content-Disposition"] = f"attachment; filename=\"sheet.xlsx\"; filename*=UTF-8''{quote(f'{made.name}.xlsx')}"
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@desk(Right.DO_WORK)
def submit_return(request: PageRequest, sheet: int) -> HttpResponse:
    """The filled sheet is taken in and will be checked."""
    sent = request.FILES.get("content")
    try:
        if sent is None or (sent.size or 0) > MOST_BYTES:
            raise InvalidInput("请选择填好的表。", next_step="就是从这里下载、填好的那个文件，不超过20兆。", field="content")
        actions.return_sheet(request.actor, request_id=sheet, name=sent.name or "sheet.xlsx", content=sent.read())
    except InvalidInput as refused:
        return _sheet_page(request, sheet, FieldProblem("content", f"{refused.sentence}{refused.next_step}"))
    messages.success(request, "已交回，马上开始检查。检查没有问题的，由市级工作人员确认入库。")
    return redirect("street:report", sheet)


@desk(Right.IMPORT)
def page_new(request: PageRequest) -> HttpResponse:
    """Asking communities to fill in a sheet: about whom nobody has said a fact, which fields, why, until when."""
    fields = queries.askable_fields()
    lacking = chosen(request.GET, "lacking", fields)
    problem: FieldProblem | None = None
    found = queries.people_lacking(request.actor, variable=lacking, area_path=chosen_area(request)) if lacking else None
    if request.method == "POST" and found is not None:
        try:
            made = actions.request_sheet(
                request.actor, person_ids=found.person_ids, fields=request.POST.getlist("fields"), reason=request.POST.get("reason", ""), due_on=_day(request)
            )  # fmt: skip
        except InvalidInput as refused:
            problem = FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}")
        else:
            messages.success(request, f"已发给{len(made)}个村（社区），共{sum(sheet.people for sheet in made):,}人。")
            return redirect("street:reports")
    return render(
        request, "street/report_new.html", _form(request, fields, lacking, found, problem), status=422 if problem else 200
    )


def _form(
    request: PageRequest,
    fields: tuple[tuple[str, str], ...],
    lacking: str,
    found: queries.Lacking | None,
    problem: FieldProblem | None,
) -> dict[str, object]:
    choice = Filter("lacking", "谁也没有说过哪一项", lacking, "choice", fields, any="请选择")
    ticked = request.POST.getlist("fields") or [lacking]
    return {
        "section": "street:reports",
        "filters": (choice, area_filter(request, Right.IMPORT)),
        "found": found,
        "fields": tuple((field, label, field in ticked) for field, label in fields),
        "today": clock.today(),
        "typed": {"reason": request.POST.get("reason", ""), "due_on": request.POST.get("due_on", "")},
        "problem": problem,
        "problems": (problem,) if problem else (),
    }


def _day(request: PageRequest) -> dt.date | None:
    text = request.POST.get("due_on", "")
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput("截止日期认不出来。", next_step="例如 2026-12-31。", field="due_on") from None
