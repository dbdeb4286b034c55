"""Importing department files: the list, sending one, its verdicts, letting it in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.people import actions as people_actions
from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import BatchBrief, BatchView, Layout, ListOffer
from songhe.contexts.people.words import BatchStatus, Verdict
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import Conflict, InvalidInput
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.exports import every_row, export
from songhe.web.lists import FieldProblem, Filter, chosen
from songhe.web.ops.words import BATCH_CHIPS, VERDICT_CHIPS, VERDICT_NOTES, VERDICT_WORDS

MOST_BYTES = 200 * 1024 * 1024
_STATES = tuple((status.value, word) for status, (_, word) in BATCH_CHIPS.items())
_BUSY = (BatchStatus.UPLOADED, BatchStatus.CHECKING, BatchStatus.ACCEPTING)


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A file in the list with its state, its counts in order of the verdicts, and who sent it."""

    brief: BatchBrief
    chip: str
    word: str
    counts: tuple[int, ...]
    who: str


@dataclass(frozen=True, slots=True)
class VerdictTab:
    """One verdict as a filter; `verdict` is empty for all rows."""

    verdict: str
    word: str
    note: str
    rows: int
    chosen: bool


def batch_lines(batches: tuple[BatchBrief, ...]) -> tuple[BatchLine, ...]:
    """The files as the list shows them."""
    names = accounts.names_of(batch.uploaded_by for batch in batches)
    return tuple(
        BatchLine(
            batch,
            *BATCH_CHIPS[batch.status],
            tuple(batch.counts[verdict] for verdict in Verdict) if batch.counts else (),
            names.get(batch.uploaded_by, "已注销的账号"),
        )
        for batch in batches
    )


def _filters(request: PageRequest) -> tuple[Filter, ...]:
    departments = tuple((layout.label, layout.label) for layout in people.layouts())
    return (
        Filter("department", "部门", chosen(request.GET, "department", departments), "choice", departments),
        Filter("status", "状态", chosen(request.GET, "status", _STATES), "choice", _STATES),
    )


def _found(request: PageRequest, filters: tuple[Filter, ...], after: str | None, limit: int = 50) -> Page[BatchBrief]:
    department, status = (each.value for each in filters)
    return people.list_batches(request.actor, department=department or None, status=status or None, limit=limit, after=after)


@desk(Right.IMPORT)
def page_imports(request: PageRequest) -> HttpResponse:
    """The files sent from the actor's areas, newest first."""
    filters = _filters(request)
    page = _found(request, filters, request.GET.get("after"))
    found = {
        "section": "ops:imports",
        "page": page,
        "lines": batch_lines(page.items),
        "heads": VERDICT_WORDS.values(),
        "filters": filters,
        "cleared": request.path if any(each.value for each in filters) else "",
    }
    return render(request, "ops/imports.html", found)


@desk(Right.IMPORT)
def page_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    filters = _filters(request)
    lines = batch_lines(tuple(every_row(lambda after: _found(request, filters, after, limit=200))))
    rows = [
        (
            line.brief.file_name,
            line.brief.department,
            f"{line.brief.stated_on}",
            line.word,
            line.brief.total,
            *(line.counts or ("",) * len(Verdict)),
            line.who,
        )
        for line in lines
    ]
    header = ("文件", "部门", "统计到", "状态", "共（行）", *VERDICT_WORDS.values(), "上传人")
    return export(request, title="导入文件", header=header, rows=rows)


@desk(Right.IMPORT)
def page_new(request: PageRequest) -> HttpResponse:
    """The form to send a file, with what its columns mean; on POST the file is taken in and waits to be checked."""
    if request.method != "POST":
        return _form(request)
    sent = request.FILES.get("content")
    try:
        if sent is None:
            raise InvalidInput("请选择文件。", next_step="可以是 xlsx 或 csv。", field="content")
        if (sent.size or 0) > MOST_BYTES:
            raise InvalidInput("文件超过200兆。", next_step="请分成几个文件上传。", field="content")
        day = _day(request.POST.get("stated_on", ""))
        department = request.POST.get("department", "")
        batch = people_actions.upload_file(
            request.actor, department=department, name=sent.name or "file", content=sent.read(), stated_on=day
        )
    except InvalidInput as refused:
        return _form(request, refused)
    messages.success(request, "文件已收到，马上开始检查。检查时不会改动任何资料。")
    return redirect("ops:batch", batch)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("请填写数据统计到哪一天。", next_step="例如 2026-06-30。", field="stated_on") from None


def _layout(request: PageRequest) -> Layout:
    asked = request.POST.get("department") or request.GET.get("department", "")
    return next((layout for layout in people.layouts() if layout.code == asked), people.layouts()[0])


def _form(request: PageRequest, refused: InvalidInput | None = None) -> HttpResponse:
    layout = _layout(request)
    problem = FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}") if refused else None
    found = {
        "section": "ops:imports",
        "layouts": people.layouts(),
        "layout": layout,
        "columns": people.template_columns(layout.code),
        "stated_on": request.POST.get("stated_on", ""),
        "today": clock.today(),
        "problem": problem,
        "problems": (problem,) if problem else (),
    }
    return render(request, "ops/import_new.html", found, status=422 if refused else 200)


def _offers(request: PageRequest, view: BatchView) -> tuple[ListOffer, ...]:
    """The whole lists that this file may be declared to be, for who may let it in, or once it is in."""
    shown = view.may_accept or view.brief.status == BatchStatus.ACCEPTED
    return people.complete_lists(request.actor, batch_id=view.brief.id) if shown else ()


@desk(Right.IMPORT)
def page_batch(request: PageRequest, batch: int) -> HttpResponse:
    """A file: how far the check is, then its verdicts as filters and the rows one by one."""
    options = tuple((verdict.value, word) for verdict, word in VERDICT_WORDS.items())
    verdict = chosen(request.GET, "verdict", options)
    view = people.batch(request.actor, batch_id=batch, verdict=verdict or None, after=request.GET.get("after"))
    brief = view.brief
    found = {
        "section": "ops:imports",
        "line": batch_lines((brief,))[0],
        "busy": brief.status in _BUSY,
        "read": bool(brief.counts),
        "view": view,
        "tabs": _tabs(brief, verdict),
        "verdict": verdict,
        "rows": [(row, VERDICT_CHIPS[row.verdict], VERDICT_WORDS[row.verdict]) for row in view.rows.items],
        "sheets": len({row.sheet for row in view.rows.items if row.sheet}) > 1,
        "accepted_by": accounts.names_of([brief.accepted_by]).get(brief.accepted_by, "") if brief.accepted_by is not None else "",
        "nothing_new": brief.counts and brief.total and brief.total == brief.counts.get(Verdict.UNCHANGED),
        "may_edit": brief.status == BatchStatus.CHECKED,
        "whole": _offers(request, view),
        "waits_for_another": brief.status == BatchStatus.CHECKED and not view.may_accept,
        "shown": brief.counts.get(Verdict(verdict)) if verdict else brief.total,
    }
    return render(request, "ops/batch.html", found)


def _whole_as_seen(request: PageRequest, batch: int) -> bool:
    """Whether the file counts as the same whole list, of as many people, as on the page that was confirmed."""
    declared = next((offer for offer in people.complete_lists(request.actor, batch_id=batch) if offer.declared), None)
    return request.POST.get("whole", "") == (f"{declared.id}:{declared.absent}" if declared else "")


def _tabs(brief: BatchBrief, verdict: str) -> tuple[VerdictTab, ...]:
    every = VerdictTab("", "全部", "", brief.total, not verdict)
    counted = (VerdictTab(v.value, VERDICT_WORDS[v], VERDICT_NOTES[v], brief.counts.get(v, 0), v == verdict) for v in Verdict)
    return (every, *counted)


@desk(Right.IMPORT)
def part_progress(request: PageRequest, batch: int) -> HttpResponse:
    """How far the check is; when it is over, the page is asked for again."""
    brief = people.batch(request.actor, batch_id=batch).brief
    response = render(
        request,
        "ops/batch_progress.html",
        {"section": "ops:imports", "line": batch_lines((brief,))[0], "busy": brief.status in _BUSY},
    )
    if brief.status not in _BUSY:
        response["HX-Refresh"] = "true"
    return response


@desk(Right.ACCEPT_IMPORT)
def page_accept(request: PageRequest, batch: int) -> HttpResponse:
    """What letting the file in will do, in numbers; on POST it is confirmed, and a job does it."""
    view = people.batch(request.actor, batch_id=batch)
    refused: Conflict | None = None
    if request.method == "POST":
        seen = {verdict: request.POST.get(verdict.value) for verdict in Verdict}
        if seen == {verdict: str(rows) for verdict, rows in view.brief.counts.items()} and _whole_as_seen(request, batch):
            people_actions.request_accept(request.actor, batch_id=batch)
            messages.success(request, "已确认，正在入库。完成后会自动重新核算有变动的家庭。")
            return redirect("ops:batch", batch)
        refused = Conflict("这个文件刚才又检查了一遍，数字变了。", next_step="请再看一遍下面的数字，再确认。")
    elif not view.may_accept:
        return redirect("ops:batch", batch)
    tabs = _tabs(view.brief, "")
    offers = people.complete_lists(request.actor, batch_id=batch)
    found = {
        "declared": next((offer for offer in offers if offer.declared), None),
        "section": "ops:imports",
        "line": batch_lines((view.brief,))[0],
        "tabs": tabs[1:],
        "total": tabs[0].rows,
        "refused": refused,
    }
    return render(request, "ops/batch_accept.html", found, status=409 if refused else 200)
