"""Background work in plain words: what failed and can be started again, what waits, and the latest city runs."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from songhe.contexts.entitlements import queries as entitlements
from songhe.foundation import audit, background, outbox
from songhe.foundation.access import Actor, Right
from songhe.foundation.background import JobState, JobView
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.exports import Cell, every_row, export
from songhe.web.lists import Filter, chosen
from songhe.web.ops.words import EVENT_LABELS, JOB_CHIPS, JOB_LABELS, ROUTINE_JOBS

_LATEST_RUNS = 10
_TROUBLES = (JobState.FAILED, JobState.STALLED)
_STATES = tuple((state.value, word) for state, (_, word) in JOB_CHIPS.items())
_TASKS = tuple(JOB_LABELS.items())


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job in words; `about` says what it is about where that is known."""

    job: JobView
    title: str
    about: str
    chip: str
    word: str
    retry: bool


def job_line(job: JobView) -> JobLine:
    """The job as the list shows it."""
    cause, batch = job.arguments.get("cause"), job.arguments.get("batch_id")
    about = str(cause) if cause else f"第{batch}号导入文件" if batch else ""
    return JobLine(job, JOB_LABELS.get(job.task, job.task), about, *JOB_CHIPS[job.state], job.state in _TROUBLES)


def _in_trouble(actor: Actor) -> list[JobLine]:
    return [job_line(job) for state in _TROUBLES for job in background.list_jobs(actor, state=state).items]


def _filters(request: PageRequest) -> tuple[Filter, ...]:
    tasks = tuple(JOB_LABELS.items())
    state, task = chosen(request.GET, "state", _STATES), chosen(request.GET, "task", tasks)
    return (
        Filter("state", "状态", state, "choice", _STATES),
        Filter("task", "作业", task, "choice", tasks, any="不含日常检查"),
    )


def _found(request: PageRequest, filters: tuple[Filter, ...], after: str | None, limit: int = 50) -> Page[JobView]:
    state, task = (each.value for each in filters)
    leave_out = () if task else ROUTINE_JOBS
    wanted = JobState(state) if state else None
    return background.list_jobs(request.actor, state=wanted, task=task or None, leave_out=leave_out, limit=limit, after=after)


@desk(Right.SEE_JOBS)
def page_jobs(request: PageRequest) -> HttpResponse:
    """What needs somebody first; then all jobs of the filters, and the latest runs."""
    filters, counts = _filters(request), background.count_jobs(request.actor)
    page = _found(request, filters, request.GET.get("after"))
    found = {
        "counts": counts,
        "undone": sum(counts[state] for state in _TROUBLES),
        "workers": background.workers(request.actor),
        "trouble": _in_trouble(request.actor),
        "events": [(event, EVENT_LABELS.get(event.name, event.name)) for event in outbox.stuck_events(request.actor)],
        "page": page,
        "lines": [job_line(job) for job in page.items],
        "filters": filters,
        "cleared": request.path if any(each.value for each in filters) else "",
        "runs": entitlements.runs(request.actor, limit=_LATEST_RUNS),
    }
    return render(request, "ops/jobs.html", found)


@desk(Right.SEE_JOBS)
def page_export(request: PageRequest) -> HttpResponse:
    """The jobs of the filters as a file."""
    filters = _filters(request)
    lines = [job_line(job) for job in every_row(lambda after: _found(request, filters, after, limit=500))]
    rows: list[tuple[Cell, ...]] = [(each.title, each.about, each.word, *_moments(each.job), each.job.attempts) for each in lines]
    header = ("作业", "说明", "状态", "安排时间", "开始", "结束", "做过（次）")
    return export(request, title="后台作业", header=header, rows=rows)


def _moments(job: JobView) -> tuple[str, ...]:
    times = (job.asked_at, job.started_at, job.ended_at)
    return tuple(f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}" if at else "" for at in times)


@require_POST
@desk(Right.SEE_JOBS)
def submit_retry_job(request: PageRequest, job: int) -> HttpResponse:
    """The job waits for a worker again."""
    background.retry_job(request.actor, job_id=job)
    messages.success(request, "已重新排队，轮到时就会做。")
    return redirect("ops:jobs")


@require_POST
@desk(Right.SEE_JOBS)
def submit_retry_event(request: PageRequest, event: int) -> HttpResponse:
    """The event has been offered once more, at once."""
    done = outbox.retry_now(request.actor, event_id=event)
    audit.record(request.actor, "event.retry", subject_type="event", subject_id=event, detail={"done": done})
    if done:
        messages.success(request, "已转告，这件事办妥了。")
    else:
        messages.error(request, "还是没有成功，稍后会自动再试。请把下面的记录告诉维护人员。")
    return redirect("ops:jobs")
