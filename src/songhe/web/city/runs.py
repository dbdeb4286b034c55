"""City runs: which rules decided which facts when, and asking for a new one."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from songhe.contexts.entitlements import actions
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import RunBrief
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.exports import export
from songhe.web.lists import FieldProblem


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run; `state` is a key of words.CHIPS; `seconds` how long it took."""

    brief: RunBrief
    state: str
    seconds: str


def _line(brief: RunBrief, newest: int | None) -> RunLine:
    if brief.failed:
        return RunLine(brief, "failed", "")
    if brief.published_at is None:
        return RunLine(brief, "running", "")
    took = f"{(brief.published_at - brief.started_at).total_seconds():.1f}"
    return RunLine(brief, "in_use" if brief.id == newest else "done", took)


def _show(request: PageRequest, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    briefs = entitlements.runs(request.actor)
    newest = next((brief.id for brief in briefs if brief.published_at is not None), None)
    found = {
        "lines": [_line(brief, newest) for brief in briefs],
        "may_start": request.actor.may(Right.DETERMINE),
        "problems": problems,
        "cause": request.POST.get("cause", ""),
        "section": "city:runs",
    }
    return render(request, "city/runs.html", found, status=422 if problems else 200)


@desk(Right.SEE_FIGURES)
def page_runs(request: PageRequest) -> HttpResponse:
    """The latest runs."""
    return _show(request)


@require_POST
@desk(Right.DETERMINE)
def submit_run(request: PageRequest) -> HttpResponse:
    """The whole city will be decided soon, in the background."""
    try:
        actions.request_city_run(request.actor, cause=request.POST.get("cause", ""))
    except InvalidInput as refused:
        return _show(request, (FieldProblem("run-cause", f"{refused.sentence}{refused.next_step}"),))
    messages.success(request, "已经安排全市重新核算，通常一分钟内完成。完成以后这里会多一行。")
    return redirect("city:runs")


@desk(Right.SEE_FIGURES)
def page_export(request: PageRequest) -> HttpResponse:
    """The same list as a file, with whole fingerprints."""
    rows = [
        (
            each.id,
            f"{timezone.localtime(each.started_at):%Y-%m-%d %H:%M}",
            each.cause,
            f"{each.as_of}",
            each.persons if each.published_at else "没有完成",
            each.snapshot_sha256,
            each.rulebook_hash,
        )
        for each in entitlements.runs(request.actor)
    ]
    header = ("编号", "开始", "起因", "按哪天的规定", "核算（人）", "资料的指纹", "规则的指纹")
    return export(request, title="核算记录", header=header, rows=rows)
