"""Months of figures: which are frozen, from which snapshot, revised why; and revising one."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from songhe.contexts.statistics import actions
from songhe.contexts.statistics import queries as statistics
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.exports import export
from songhe.web.lists import FieldProblem

HEADER = ("月份", "版本", "资料截至", "统计时间", "指标数", "订正原因", "资料指纹")


def _show(request: PageRequest, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    months = statistics.months(request.actor)
    shown = {
        "months": months,
        "frozen": tuple(dict.fromkeys(month.period for month in months if month.revision > 0)),
        "may_revise": request.actor.may(Right.DETERMINE),
        "problems": problems,
        "reason": request.POST.get("reason", ""),
        "section": "city:indicators",
    }
    return render(request, "city/indicator_months.html", shown, status=422 if problems else 200)


@desk(Right.SEE_FIGURES)
def page_months(request: PageRequest) -> HttpResponse:
    """Every counting that is kept."""
    return _show(request)


@desk(Right.SEE_FIGURES)
def page_months_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    rows = [
        (
            f"{month.period:%Y-%m}", month.revision, month.cut_off.isoformat(timespec="minutes"), month.counted_at.isoformat(timespec="minutes"),
            month.indicators, month.reason, month.snapshot,
        )
        for month in statistics.months(request.actor)
    ]  # fmt: skip
    return export(request, title="指标的月份和版本", header=HEADER, rows=rows)


@require_POST
@desk(Right.DETERMINE)
def submit_revision(request: PageRequest) -> HttpResponse:
    """A frozen month has a further revision; without a reason the form comes back."""
    try:
        period = dt.date.fromisoformat(request.POST.get("period", ""))
    except ValueError:
        return _show(request, (FieldProblem("revise-period", "请选择要订正的月份。"),))
    try:
        found = actions.revise_month(request.actor, period=period, reason=request.POST.get("reason", ""))
    except InvalidInput as error:
        return _show(request, (FieldProblem("revise-reason", error.sentence),))
    messages.success(request, f"{period.year}年{period.month}月的指标已订正，这是第{found.revision}版，以前的版本都还在。")
    return redirect("city:indicator_months")
