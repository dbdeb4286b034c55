"""What the background workers have to do, are doing and could not do: for the operations desk."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob, ProcrastinateWorker

from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import Conflict, NotFound
from songhe.foundation.paging import Page, cursor_of, keys_of

SIGN_OF_LIFE = timedelta(seconds=30)


class JobState(StrEnum):
    """`stalled`: begun by a worker that has given no sign of life for half a minute."""

    WAITING = "waiting"
    RUNNING = "running"
    STALLED = "stalled"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JobView:
    """One job. `arguments` are whole numbers and text; `ended_at` is None until it has succeeded or failed for good."""

    id: int
    task: str
    state: JobState
    attempts: int
    arguments: Mapping[str, object]
    asked_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class WorkerState:
    """How many workers give signs of life, and when the last sign was."""

    alive: int
    last_sign: datetime | None


class JobNotRetriable(Conflict):
    """The job waits, works or is done already."""

    code = "job_not_retriable"


def workers(actor: Actor) -> WorkerState:
    """Whether anybody is working."""
    require(actor, Right.SEE_JOBS)
    found = ProcrastinateWorker.objects.aggregate(
        alive=Count("id", filter=Q(last_heartbeat__gt=clock.now() - SIGN_OF_LIFE)), last=Max("last_heartbeat")
    )
    return WorkerState(found["alive"], found["last"])


def count_jobs(actor: Actor) -> Mapping[JobState, int]:
    """How many jobs are in each state; all five are there."""
    require(actor, Right.SEE_JOBS)
    return {state: _in_state(state).count() for state in JobState}


def list_jobs(
    actor: Actor,
    *,
    state: JobState | None = None,
    task: str | None = None,
    leave_out: Collection[str] = (),
    limit: int = 50,
    after: str | None = None,
) -> Page[JobView]:
    """Jobs, newest first, without the tasks left out. Jobs that succeeded are forgotten after a week."""
    require(actor, Right.SEE_JOBS)
    rows = (_in_state(state) if state else ProcrastinateJob.objects.all()).exclude(task_name__in=list(leave_out))
    if task:
        rows = rows.filter(task_name=task)
    if after is not None:
        rows = rows.filter(id__lt=keys_of(after, int)[0])
    found = list(rows.select_related("worker").order_by("-id")[: limit + 1])
    shown = found[:limit]
    times: dict[tuple[int, str], datetime] = {}
    events = ProcrastinateEvent.objects.filter(job__in=[row.id for row in shown]).order_by("id")
    for job, kind, at in events.values_list("job_id", "type", "at"):
        times[job, kind] = at
    return Page(tuple(_view(row, times) for row in shown), cursor_of(shown[-1].id) if len(found) > limit else None)


@transaction.atomic
def retry_job(actor: Actor, *, job_id: int) -> None:
    """A failed or stalled job waits for a worker again; raises JobNotRetriable for any other. Every job may be run twice."""
    require(actor, Right.SEE_JOBS)
    row = ProcrastinateJob.objects.select_for_update(of=("self",)).filter(pk=job_id).first()
    if row is None:
        raise NotFound("没有这项作业。", next_step="请刷新页面后再看。")
    if not (_in_state(JobState.FAILED) | _in_state(JobState.STALLED)).filter(pk=job_id).exists():
        raise JobNotRetriable("这项作业现在不用重做。", next_step="请刷新页面，看看它现在的状态。")
    if row.queueing_lock and ProcrastinateJob.objects.filter(queueing_lock=row.queueing_lock, status="todo").exists():
        raise JobNotRetriable("同样的作业已经在排队，不用重做。", next_step="请等它做完再看。")
    app.job_manager.retry_job_by_id(job_id=job_id, retry_at=clock.now())
    audit.record(actor, "job.retry", subject_type="job", subject_id=job_id, detail={"task": row.task_name})


def _in_state(state: JobState) -> QuerySet[ProcrastinateJob]:
    rows = ProcrastinateJob.objects.all()
    silent = Q(worker=None) | Q(worker__last_heartbeat__lte=clock.now() - SIGN_OF_LIFE)
    wanted = {
        JobState.WAITING: Q(status="todo"),
        JobState.RUNNING: Q(status="doing") & ~silent,
        JobState.STALLED: Q(status="doing") & silent,
        JobState.DONE: Q(status="succeeded"),
        JobState.FAILED: Q(status__in=["failed", "cancelled", "aborted"]),
    }
    return rows.filter(wanted[state])


def _view(row: ProcrastinateJob, times: Mapping[tuple[int, str], datetime]) -> JobView:
    states = {"todo": JobState.WAITING, "succeeded": JobState.DONE, "doing": JobState.RUNNING}
    state = states.get(row.status, JobState.FAILED)
    if state is JobState.RUNNING and (row.worker is None or row.worker.last_heartbeat <= clock.now() - SIGN_OF_LIFE):
        state = JobState.STALLED
    ended = times.get((row.id, row.status)) if state in (JobState.DONE, JobState.FAILED) else None
    asked, started = times.get((row.id, "deferred")), times.get((row.id, "started"))
    return JobView(row.id, row.task_name, state, row.attempts, row.args, asked, started, ended)
