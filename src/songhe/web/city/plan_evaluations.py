"""中期评估 and 第三方评估 at the city desk: figures frozen on a day beside today's, what was found, what came of it."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.plan_tracking.queries import EvaluationFile
from songhe.contexts.plan_tracking.words import EVALUATION_LABELS, EVALUATION_STATE_LABELS, STEP_STATE_LABELS
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import Conflict, InvalidInput, SongheError
from songhe.web.access import PageRequest, desk
from songhe.web.city.evaluation_shown import HEADER, Compared, cells, compared, counts_of, moved_words, task_lines
from songhe.web.city.plan_papers import evaluation_paper
from songhe.web.city.plan_print import handed_out
from songhe.web.exports import Cell, export
from songhe.web.lists import FieldProblem, Filter, chosen

SHOWS = (("moved", "有变化的"), ("worse", "状态变差的"), ("better", "状态变好的"))


@desk(Right.SEE_FIGURES)
def page_evaluations(request: PageRequest) -> HttpResponse:
    """All evaluations, newest first, and the form that freezes a new one."""
    return _list(request)


def _list(request: PageRequest, refused: SongheError | None = None) -> HttpResponse:
    problem = FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}") if refused else None
    context = {
        "section": "city:plan",
        "lines": [
            (line, EVALUATION_LABELS[line.kind], EVALUATION_STATE_LABELS[line.state])
            for line in tracking.evaluations(request.actor)
        ],
        "kinds": [(kind.value, label) for kind, label in EVALUATION_LABELS.items()],
        "may_start": request.actor.may(Right.DETERMINE) and not tracking.own_unit(request.actor),
        "problem": problem,
        "problems": (problem,) if problem else (),
        "typed": request.POST,
        "today": clock.today(),
    }
    return render(request, "city/plan_evaluations.html", context, status=refused.http_status if refused else 200)


@desk(Right.SEE_FIGURES)
def page_list_export(request: PageRequest) -> HttpResponse:
    """The list as a file."""
    rows: list[tuple[Cell, ...]] = [
        (
            line.title, EVALUATION_LABELS[line.kind], line.evaluator, line.as_of.isoformat(), EVALUATION_STATE_LABELS[line.state],
            line.findings, line.open_findings, line.sha256,
        )
        for line in tracking.evaluations(request.actor)
    ]  # fmt: skip
    header = ("名称", "种类", "由谁评估", "数据冻结在", "状态", "意见（条）", "待跟进（条）", "内容指纹")
    return export(request, title="规划评估", header=header, rows=rows)


@require_POST
@desk(Right.DETERMINE)
def submit_start(request: PageRequest) -> HttpResponse:
    """Today's figures are frozen as an evaluation."""
    given = request.POST
    try:
        made = actions.freeze_evaluation(
            request.actor, kind=given.get("kind", ""), title=given.get("title", ""), evaluator=given.get("evaluator", "")
        )
    except (Conflict, InvalidInput) as refused:
        return _list(request, refused)
    messages.success(request, f"已冻结{made.targets}项目标和{made.tasks}项任务今天的情况。")
    return redirect("city:evaluation", made.id)


@desk(Right.SEE_FIGURES)
def page_evaluation(request: PageRequest, evaluation: int) -> HttpResponse:
    """One evaluation: then beside today, findings with their follow-up."""
    return _one(request, evaluation)


def _asked(request: PageRequest, found: EvaluationFile) -> list[Compared]:
    show = chosen(request.GET, "show", SHOWS)
    return [line for line in map(compared, found.targets) if not show or show in moved_words(line)]


def _one(request: PageRequest, evaluation: int, refused: SongheError | None = None, form: str = "") -> HttpResponse:
    found = tracking.evaluation(request.actor, evaluation_id=evaluation)
    problem = FieldProblem(f"{form}-{refused.field or form}", f"{refused.sentence}{refused.next_step}") if refused else None
    show = chosen(request.GET, "show", SHOWS)
    context = {
        "section": "city:plan",
        "found": found,
        "kind": EVALUATION_LABELS[found.line.kind],
        "state": EVALUATION_STATE_LABELS[found.line.state],
        "lines": _asked(request, found),
        "counts": counts_of(found),
        "tasks": task_lines(found),
        "filters": (Filter("show", "看哪些目标", show, "choice", SHOWS, any="全部"),),
        "cleared": request.path if show else "",
        "words": STEP_STATE_LABELS,
        "targets": [(one.then.target.id, one.then.target.indicator) for one in found.targets],
        "choices": [(one.then.id, one.then.title) for one in found.tasks],
        "problem": problem,
        "problems": (problem,) if problem else (),
        "form": form,
        "typed": request.POST,
    }
    return render(request, "city/plan_evaluation.html", context, status=refused.http_status if refused else 200)


@desk(Right.SEE_FIGURES)
def page_export(request: PageRequest, evaluation: int) -> HttpResponse:
    """The comparison of the filter as a file."""
    found = tracking.evaluation(request.actor, evaluation_id=evaluation)
    rows = [cells(line) for line in _asked(request, found)]
    return export(request, title=f"{found.line.title}（目标对照）", header=HEADER, rows=rows)


@desk(Right.SEE_FIGURES)
def page_report(request: PageRequest, evaluation: int) -> HttpResponse:
    """The evaluation as PDF/A: frozen figures, today's beside them, findings and their follow-up."""
    return handed_out(evaluation_paper(request.actor, {"evaluation": str(evaluation)}))


@require_POST
@desk(Right.DETERMINE)
def submit_finding(request: PageRequest, evaluation: int) -> HttpResponse:
    """The evaluation has one more finding."""
    given = request.POST
    try:
        actions.add_finding(
            request.actor, evaluation_id=evaluation, found=given.get("found", ""), advice=given.get("advice", ""), about=given.get("about", ""),
            unit=given.get("unit", ""), due_on=_day(given.get("due_on", "")),
        )  # fmt: skip
    except (Conflict, InvalidInput) as refused:
        return _one(request, evaluation, refused, "finding")
    messages.success(request, "意见已登记。")
    return redirect(f"{reverse('city:evaluation', args=[evaluation])}#findings")


@require_POST
@desk(Right.DO_WORK)
def submit_follow(request: PageRequest, evaluation: int, finding: int) -> HttpResponse:
    """What was done about a finding is kept."""
    given = request.POST
    try:
        moved = actions.follow_finding(request.actor, finding_id=finding, to=given.get("to", ""), note=given.get("note", ""))
    except (Conflict, InvalidInput) as refused:
        return _one(request, evaluation, refused, f"follow{finding}")
    messages.success(request, f"已登记，第{moved.number}条意见现在是“{STEP_STATE_LABELS[moved.state]}”。")
    return redirect(f"{reverse('city:evaluation', args=[evaluation])}#findings")


@require_POST
@desk(Right.DETERMINE)
def submit_conclusion(request: PageRequest, evaluation: int) -> HttpResponse:
    """The evaluation has its conclusion."""
    try:
        actions.conclude_evaluation(request.actor, evaluation_id=evaluation, conclusion=request.POST.get("conclusion", ""))
    except (Conflict, InvalidInput) as refused:
        return _one(request, evaluation, refused, "end")
    messages.success(request, "结论已写下，评估不再增加意见；已有意见继续跟进。")
    return redirect("city:evaluation", evaluation)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise InvalidInput("请写日期，例如2026-06-30。", field="due_on") from None
