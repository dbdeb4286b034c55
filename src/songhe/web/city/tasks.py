"""The ledger of the plan's tasks: by unit, over time, and one task with steps, reports and evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.plan_tracking.queries import Ledger
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock, files
from songhe.foundation.access import Right
from songhe.foundation.errors import Conflict, InvalidInput, SongheError
from songhe.foundation.scanning import ScannerFailed
from songhe.web.access import PageRequest, desk
from songhe.web.city.gantt import Gantt, gantt_of
from songhe.web.city.tasks_shown import HEADER, cells, moments, progress_registers, shown
from songhe.web.exports import export
from songhe.web.lists import FieldProblem, Filter, chosen

KINDS = {"step": "步骤", "report": "进展", "evidence": "佐证材料"}


def asked(request: PageRequest) -> Ledger:
    """The tasks that the address asks for."""
    query = request.GET
    return tracking.ledger(request.actor, unit=query.get("unit", ""), due=query.get("due", ""), state=query.get("state", ""))


def _filters(request: PageRequest, found: Ledger) -> tuple[Filter, ...]:
    units = tuple((unit, unit) for unit in found.units)
    years = tuple((str(year), f"{year}年") for year in found.years)
    states = tuple((state.value, label) for state, label in tracking.TASK_STATE_LABELS.items())
    return (
        Filter("unit", "单位（牵头或参加）", chosen(request.GET, "unit", units), "choice", units, any="全部"),
        Filter("due", "到期年份", chosen(request.GET, "due", years), "choice", years, any="全部"),
        Filter("state", "状态", chosen(request.GET, "state", states), "choice", states, any="全部"),
    )


def _context(request: PageRequest, found: Ledger) -> dict[str, object]:
    return {
        "section": "city:plan",
        "found": found,
        "counts": [(state.value, label, found.counts[state]) for state, label in tracking.TASK_STATE_LABELS.items()],
        "filters": _filters(request, found),
        "filtered": any(request.GET.get(name) for name in ("unit", "due", "state")),
        "registers": progress_registers(),
    }


@desk(Right.SEE_FIGURES)
def page_tasks(request: PageRequest) -> HttpResponse:
    """The tasks of the filters, worst first."""
    found = asked(request)
    return render(request, "city/tasks.html", {**_context(request, found), "lines": [shown(line) for line in found.tasks]})


@desk(Right.SEE_FIGURES)
def page_timeline(request: PageRequest) -> HttpResponse:
    """The same tasks by deadline, each as a bar over the years of the plan."""
    found = asked(request)
    pack = policy.pack_in_use().pack
    lines = sorted(found.tasks, key=lambda line: (line.due or dt.date.max, line.task.id))
    gantt: Gantt = gantt_of(lines, pack.valid_from, pack.valid_to, found.today)
    return render(request, "city/timeline.html", {**_context(request, found), "gantt": gantt})


@desk(Right.SEE_FIGURES)
def page_export(request: PageRequest) -> HttpResponse:
    """The tasks of the filters as a file."""
    rows = [cells(shown(line)) for line in asked(request).tasks]
    return export(request, title="规划任务台账", header=HEADER, rows=rows)


@desk(Right.SEE_FIGURES)
def page_task(request: PageRequest, task_id: str) -> HttpResponse:
    """One task with its steps, reports, evidence and the targets behind it."""
    return _task_page(request, task_id)


def _task_page(request: PageRequest, task_id: str, refused: SongheError | None = None, form: str = "") -> HttpResponse:
    found = tracking.task(request.actor, task_id=task_id)
    source = policy.pack_in_use().pack.sources.get(found.line.task.cited.cite.document)
    problem = FieldProblem(f"{form}-{refused.field or form}", f"{refused.sentence}{refused.next_step}") if refused else None
    context = {
        "section": "city:plan",
        "found": found,
        "line": shown(found.line),
        "source": source.title if source else found.line.task.cited.cite.document,
        "units": (*found.line.task.responsible, *found.line.task.participating),
        "report_states": list(tracking.REPORT_STATE_LABELS.items()),
        "step_words": tracking.STEP_STATE_LABELS,
        "month": clock.today().strftime("%Y-%m"),
        "moments": moments(found),
        "problem": problem,
        "problems": (problem,) if problem else (),
        "form": form,
        "typed": request.POST,
    }
    return render(request, "city/task.html", context, status=refused.http_status if refused else 200)


@require_POST
@desk(Right.DO_WORK)
def submit_step(request: PageRequest, task_id: str) -> HttpResponse:
    """The task has one more step."""
    given = request.POST
    try:
        actions.add_step(
            request.actor, task_id=task_id, title=given.get("title", ""), unit=given.get("unit", ""),
            due_on=_day(given, "due_on"), person=given.get("person", ""),
        )  # fmt: skip
    except (InvalidInput, Conflict) as refused:
        return _task_page(request, task_id, refused, "step")
    messages.success(request, "已加上这个步骤。")
    return redirect("city:task", task_id)


@require_POST
@desk(Right.DO_WORK)
def submit_move(request: PageRequest, task_id: str, step_id: int) -> HttpResponse:
    """The step stands elsewhere."""
    moved = actions.move_step(request.actor, step_id=step_id, to=request.POST.get("to", ""))
    messages.success(request, f"步骤已改为“{tracking.STEP_STATE_LABELS[moved.state]}”。")
    return redirect("city:task", task_id)


@require_POST
@desk(Right.DO_WORK)
def submit_report(request: PageRequest, task_id: str) -> HttpResponse:
    """The unit's report of a month is kept."""
    given = request.POST
    try:
        actions.report_progress(
            request.actor, task_id=task_id, month=_day(given, "month"), state=given.get("state", ""),
            done=given.get("done", ""), percent=_percent(given.get("percent", "")),
        )  # fmt: skip
    except (InvalidInput, Conflict) as refused:
        return _task_page(request, task_id, refused, "report")
    messages.success(request, "进展已报告。")
    return redirect("city:task", task_id)


@require_POST
@desk(Right.DO_WORK)
def submit_evidence(request: PageRequest, task_id: str) -> HttpResponse:
    """The file hangs on the task; what cannot be kept is said beside the field."""
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise InvalidInput("请先选一个文件。", field="file")
        actions.refuse_size(sent.size or 0)
        step = request.POST.get("step", "")
        made = actions.attach_evidence(
            request.actor,
            task_id=task_id,
            name=sent.name or "",
            content=sent.read(),
            step_id=int(step) if step.isdecimal() else None,
        )
    except (InvalidInput, Conflict, ScannerFailed) as refused:
        return _task_page(request, task_id, refused, "evidence")
    messages.success(request, "这个文件已经在这项任务里了，没有重复保存。" if made.known else f"已保存“{made.name}”。")
    return redirect("city:task", task_id)


@desk(Right.SEE_FIGURES)
def page_evidence(request: PageRequest, task_id: str, evidence_id: int) -> HttpResponse:
    """The file itself, always as a download."""
    found, stored = tracking.evidence_of(request.actor, task_id=task_id, evidence_id=evidence_id)
    response = HttpResponse(files.read(stored.id), content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename=\"file.{found.kind}\"; filename*=UTF-8''{quote(found.name)}"
    response["Cache-Control"] = "no-store"
    return response


def _day(given: Mapping[str, str], name: str) -> dt.date:
    text = given.get(name, "").strip()
    try:
        return dt.date.fromisoformat(f"{text}-01" if len(text) == 7 else text)
    except ValueError:
        raise InvalidInput("请写日期，例如2026-06-30。" if name == "due_on" else "请写月份，例如2026-06。", field=name) from None


def _percent(text: str) -> int | None:
    if not text.strip():
        return None
    if not (text.strip().isascii() and text.strip().isdecimal() and len(text.strip()) < 5):
        raise InvalidInput("完成比例要写0到100的整数，或者不填。", field="percent")
    return int(text)
