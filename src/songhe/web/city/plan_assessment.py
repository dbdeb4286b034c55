"""考核 at the city desk: units and towns with published weights, each score open to its rows, frozen once a period is over."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.plan_tracking.queries import Assessment, Judged, Rule, Subject
from songhe.contexts.plan_tracking.words import STATE_LABELS, TASK_STATE_LABELS, State, TaskState
from songhe.foundation.access import Right
from songhe.foundation.errors import Conflict, InvalidInput, SongheError
from songhe.web.access import PageRequest, desk
from songhe.web.city.plan_papers import OF, assessed, assessment_paper, start_of
from songhe.web.city.plan_print import handed_out
from songhe.web.exports import Cell, export
from songhe.web.lists import FieldProblem, Filter
from songhe.web.street.work_rows import KINDS

ROW_WORDS = {
    **{state.value: word for state, word in TASK_STATE_LABELS.items()}, **{state.value: word for state, word in STATE_LABELS.items()},
    "reached": "达成", "not_reached": "未达成",
}  # fmt: skip
CHIPS = {**{state.value: state.value for state in (*TaskState, *State)}, "reached": "met", "not_reached": "missed"}
HOW = {
    "tasks_on_time": "牵头的任务里，期末没有逾期的",
    "targets_reached": "有数据的目标里，期末达成或按期的",
    "reports_on_time": "每项牵头任务每次该交的报告里，按时交的",
    "steps_on_time": "期内到期的步骤里，按时办完的；不再办的不算",
    "notices_on_time": "期内到期的督办单里，按时回复的；撤回的不算",
    "decisions_on_time": "期内到期的议定事项里，按时办结的；不再办的不算",
    "findings_on_time": "期内到期的评估意见里，按时落实的；不再跟进的不算",
    "data_on_time": "该报送的老年人数据里，按时送到并导入的；从第一次报送以后算起",
    "work_on_time": "期内到期的待办里，到期以前办完的",
    "registers_on_time": "期内到期的台账提醒里，到期以前处理的",
    "rounds_asked": "期内截止的普查里，截止以前问到的人",
}
HOW_OF_TOWNS = {**HOW, "targets_reached": "按比率定的目标里，本镇街的数已达到的"}
OF_TASKS = ("tasks_on_time", "reports_on_time", "steps_on_time")
HEADER = ("名称", "总分", "项目", "权重", "做到（项）", "一共（项）", "得分", "在此实际权重（%）", "状态")


def asked(request: PageRequest) -> Assessment:
    """The period and the kind of subjects that the address asks for."""
    return assessed(request.actor, request.GET)


def address(found: Assessment) -> str:
    """The query that leads to the same assessment again."""
    query = {"of": found.of, "period": f"{found.start:%Y-%m}"}
    return urlencode(query | ({"revision": found.frozen.revision} if found.frozen else {}))


@desk(Right.SEE_FIGURES)
def page_assessment(request: PageRequest) -> HttpResponse:
    """The units or towns of a period with their scores, best first, and each item's points below."""
    return _page(request, asked(request))


def _page(request: PageRequest, found: Assessment, refused: SongheError | None = None) -> HttpResponse:
    periods = tuple((f"{start:%Y-%m}", title) for start, title in tracking.periods(request.actor))
    kept = [(title, one, start) for start, title, one in tracking.frozen_assessments(request.actor)]
    problem = FieldProblem("reason", f"{refused.sentence}{refused.next_step}") if refused else None
    context = {
        "section": "city:plan",
        "found": found,
        "lines": [(one, _parts(found, one)) for one in found.subjects if one.score is not None],
        "without": [one.name for one in found.subjects if one.score is None],
        "rules": [(rule, _how(found.of, rule.item)) for rule in found.rules],
        "address": address(found),
        "filters": (
            Filter("period", "时段", f"{found.start:%Y-%m}", "choice", periods, any="现在这个时段"),
            Filter("of", "考核谁", found.of, "choice", OF, any="单位"),
        ),
        "kept": [(title, one, f"{start:%Y-%m}") for title, one, start in kept],
        "may_freeze": found.over and request.actor.may(Right.DETERMINE) and not tracking.own_unit(request.actor),
        "full": Decimal(100),
        "problem": problem,
        "problems": (problem,) if problem else (),
    }
    return render(request, "city/plan_assessment.html", context, status=refused.http_status if refused else 200)


def _parts(found: Assessment, one: Subject) -> list[tuple[Rule, object]]:
    own = {part.item: part for part in one.parts}
    return [(rule, own[rule.item]) for rule in found.rules]


@desk(Right.SEE_FIGURES)
def page_rows(request: PageRequest, of: str, subject: str, item: str) -> HttpResponse:
    """The rows behind one item of one unit or town, those not done first."""
    behind = _behind(request, of, subject, item)
    context = {
        "section": "city:plan",
        "behind": behind,
        "found": behind.assessment,
        "code": behind.subject.code,
        "how": _how(of, item),
        "rows": [(judged, _title(judged), _word(judged), _chip(judged), _link(item, judged)) for judged in behind.rows],
        "dated": any(judged.row.state == "" for judged in behind.rows),
        "address": address(behind.assessment),
    }
    return render(request, "city/plan_assessment_rows.html", context)


def _behind(request: PageRequest, of: str, subject: str, item: str) -> tracking.RowsBehind:
    revision = request.GET.get("revision", "")
    number = int(revision) if revision.isdecimal() and len(revision) < 6 else None
    path = f"{subject.replace('-', '/')}/" if of == "towns" else subject
    return tracking.assessed_rows(
        request.actor, of=of, subject=path, item=item, start=start_of(request.GET.get("period", "")), revision=number
    )


def _how(of: str, item: str) -> str:
    return (HOW_OF_TOWNS if of == "towns" else HOW).get(item, "")


def _title(judged: Judged) -> str:
    """Work stands in the content by its kind, which the work list has a word for."""
    row = judged.row
    return KINDS.get(row.title, "待办") if row.state == "many" and row.key == row.title else row.title


def _word(judged: Judged) -> str:
    if judged.row.good is not None:
        return f"{judged.row.all:,}项里有{judged.row.good:,}项"
    return ROW_WORDS.get(judged.row.state, judged.row.state) if judged.row.state else ("按时" if judged.good else "没有按时")


def _chip(judged: Judged) -> str:
    if judged.row.good is not None:
        return "done" if judged.good else "late"
    return CHIPS.get(judged.row.state, "check") if judged.row.state else ("done" if judged.good else "late")


def _link(item: str, judged: Judged) -> str:
    """Where a row leads, empty where it leads nowhere from this desk."""
    if item in ("notices_on_time", "decisions_on_time"):
        return reverse("city:register_entry", args=[judged.row.key])
    if item == "findings_on_time":
        return reverse("city:evaluation", args=[judged.row.key]) + "#findings"
    if item == "targets_reached":
        return reverse("city:target", args=[judged.row.key])
    return reverse("city:task", args=[judged.row.key]) if item in OF_TASKS else ""


@desk(Right.SEE_FIGURES)
def page_rows_export(request: PageRequest, of: str, subject: str, item: str) -> HttpResponse:
    """The same rows as a file."""
    behind = _behind(request, of, subject, item)
    rows: list[tuple[Cell, ...]] = [
        (each.row.key, _title(each), _iso(each.row.due), _iso(each.row.done), _word(each), _counted(each)) for each in behind.rows
    ]
    title = f"{behind.assessment.title}-{behind.subject.name}-{behind.rule.title}"
    return export(request, title=title, header=("编号", "事项", "期限", "办到的日期", "情况", "算不算做到"), rows=rows)


def _counted(judged: Judged) -> str:
    if judged.row.good is not None:
        return f"算{judged.row.good}项"
    return "算" if judged.good else "不算"


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day is not None else ""


@desk(Right.SEE_FIGURES)
def page_export(request: PageRequest) -> HttpResponse:
    """A row a subject and item."""
    found = asked(request)
    rows: list[tuple[Cell, ...]] = [
        (
            one.name, "" if one.score is None else str(one.score), rule.title, rule.weight, part.numerator if part.denominator else None,
            part.denominator or None, "" if part.points is None else f"{part.points:.1f}", "" if part.share is None else f"{part.share:.1f}",
            "有事项" if part.denominator else "没有可数的事项，不计分",
        )
        for one in found.subjects
        for rule in found.rules
        for part in one.parts
        if part.item == rule.item
    ]  # fmt: skip
    return export(request, title=f"{found.title}（{found.period}，{dict(OF)[found.of]}）", header=HEADER, rows=rows)


@desk(Right.SEE_FIGURES)
def page_report(request: PageRequest) -> HttpResponse:
    """The assessment as PDF/A, with weights, every item and what it rests on."""
    return handed_out(assessment_paper(request.actor, request.GET.dict()))


@require_POST
@desk(Right.DETERMINE)
def submit_freeze(request: PageRequest) -> HttpResponse:
    """The period's assessment is frozen as it stands today."""
    found = asked(request)
    try:
        made = actions.freeze_assessment(request.actor, start=found.start, reason=request.POST.get("reason", ""))
    except (Conflict, InvalidInput) as refused:
        return _page(request, found, refused)
    messages.success(request, f"{found.period}的考核结果已冻结（第{made.revision}版），以后不会再变。")
    query = urlencode({"of": found.of, "period": f"{made.start:%Y-%m}", "revision": str(made.revision)})
    return redirect(f"{reverse('city:assessment')}?{query}")


@require_POST
@desk(Right.SEE_FIGURES)
def submit_again(request: PageRequest, assessment: int) -> HttpResponse:
    """The frozen scores are counted again from their own rows."""
    found = tracking.count_again(request.actor, assessment_id=assessment)
    if found.same and found.sealed:
        messages.success(request, f"重新算了{found.subjects}个单位和镇街，和冻结的结果完全一样。")
    else:
        messages.error(request, "重新算出来的和冻结的结果不一样，内容可能被改动过，请联系系统管理员。")
    return redirect(f"{reverse('city:assessment')}?{request.GET.urlencode()}")
