"""One row of a file that would not go in: put right on the page, or put aside. And the file again with its results."""

from __future__ import annotations

import tempfile
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from songhe.contexts.people import actions, queries
from songhe.contexts.people.queries import RowView
from songhe.contexts.people.words import BatchStatus
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.lists import FieldProblem
from songhe.web.ops.words import VERDICT_CHIPS, VERDICT_WORDS

KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@desk(Right.IMPORT)
def page_row(request: PageRequest, batch: int, row: int) -> HttpResponse:
    """The row with a box for each cell; on POST what was typed counts instead of the file's, and only this row is judged anew."""
    problem: FieldProblem | None = None
    if request.method == "POST":
        typed = {key.removeprefix("cell-"): request.POST.get(key, "") for key in request.POST if key.startswith("cell-")}
        cells = {field: text for field, text in typed.items() if text.strip()}
        emptied = {key.removeprefix("empty-"): "" for key in request.POST if key.startswith("empty-")}
        try:
            found = actions.correct_row(request.actor, batch_id=batch, row_id=row, cells=cells | emptied)
        except InvalidInput as refused:
            problem = FieldProblem("", f"{refused.sentence}{refused.next_step}")
        else:
            messages.success(request, f"第{found.row}行已改，现在是：{found.verdict_label}。")
            return redirect("ops:batch_row", batch, row) if found.problems else redirect("ops:batch", batch)
    return _page(request, batch, row, problem)


@require_POST
@desk(Right.IMPORT)
def submit_aside(request: PageRequest, batch: int, row: int) -> HttpResponse:
    """The row is put aside with its reason."""
    try:
        found = actions.set_row_aside(request.actor, batch_id=batch, row_id=row, reason=request.POST.get("reason", ""))
    except InvalidInput as refused:
        return _page(request, batch, row, FieldProblem("reason", f"{refused.sentence}{refused.next_step}"))
    messages.success(request, f"第{found.row}行已搁置，不会入库。")
    return redirect("ops:batch", batch)


def _page(request: PageRequest, batch: int, row: int, problem: FieldProblem | None) -> HttpResponse:
    view = queries.batch_row(request.actor, batch_id=batch, row_id=row)
    brief = queries.batch(request.actor, batch_id=batch, limit=1).brief
    found = {
        "section": "ops:imports",
        "brief": brief,
        "row": view,
        "chip": VERDICT_CHIPS[view.verdict],
        "word": VERDICT_WORDS[view.verdict],
        "cells": tuple(zip(view.fields, view.content, _wrong(view), strict=True)),
        "may_correct": brief.status == BatchStatus.CHECKED,
        "problem": problem,
        "problems": (problem,) if problem else (),
    }
    return render(request, "ops/import_row.html", found, status=422 if problem else 200)


def _wrong(view: RowView) -> tuple[str, ...]:
    """For each cell the reasons that were found in it."""
    return tuple("；".join(p.reason for p in view.problems if p.column == header) for header, _ in view.content)


@desk(Right.IMPORT)
def page_result(request: PageRequest, batch: int) -> HttpResponseBase:
    """The file again in its own layout, each row with its verdict; `rows` is problems, all or one verdict."""
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response; it has no name on disk
    rows, kind = request.GET.get("rows") or "problems", request.GET.get("format", "")
    try:
        found = actions.export_results(request.actor, batch_id=batch, into=spool, rows=rows, kind=kind)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    response = FileResponse(spool, content_type=KINDS[found.kind])
    demo = "-演示数据" if getattr(settings, "SONGHE_DEMO", True) else ""
    name = quote(f"{found.name}-{clock.today():%Y%m%d}{demo}.{found.kind}")
    response["Content-Disposition"] = f"attachment; filename=\"result.{found.kind}\"; filename*=UTF-8''{name}"
    response["Cache-Control"] = "no-store"
    return response
