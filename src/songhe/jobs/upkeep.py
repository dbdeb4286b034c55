"""What keeps things moving: events that were not delivered, files that wait to be checked, jobs whose worker was killed."""

from __future__ import annotations

import datetime as dt
import logging
from contextlib import suppress

from procrastinate import JobContext, builtin_tasks
from procrastinate.contrib.django import app

from songhe.contexts.people import actions, queries
from songhe.contexts.people.errors import BatchNotReady
from songhe.foundation import clock, outbox
from songhe.foundation.access import SYSTEM

SECONDS_WITHOUT_HEARTBEAT = 30
HOURS_TO_KEEP = 7 * 24
log = logging.getLogger(__name__)


@app.periodic(cron="* * * * * */10")
@app.task(name="deliver_events", queue="quick", queueing_lock="deliver_events")
def deliver_events(timestamp: int) -> None:
    """Every due event has been offered to its listeners."""
    outbox.deliver_pending()


@app.periodic(cron="* * * * * */10")
@app.task(name="check_waiting_files", queue="imports", queueing_lock="check_waiting_files", lock="check_waiting_files")
def check_waiting_files(timestamp: int) -> None:
    """Every uploaded file has a verdict for each row, also one whose check was cut short by a kill."""
    for batch in queries.list_batches(SYSTEM, limit=200).items:
        if batch.status in {"uploaded", "checking"}:
            with suppress(BatchNotReady):  # somebody else is at it
                actions.check_batch(SYSTEM, batch_id=batch.id)


@app.periodic(cron="* * * * * */30")
@app.task(name="restart_stalled_jobs", queue="quick", queueing_lock="restart_stalled_jobs", pass_context=True)
async def restart_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """A job whose worker no longer gives a sign of life is in the queue again; every job may be run twice."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SECONDS_WITHOUT_HEARTBEAT):
        log.warning("job %s (%s) lost its worker and is started again", job.id, job.task_name)
        await manager.retry_job(job)


@app.periodic(cron="40 2 * * *")
@app.task(name="derive_city_living", queue="imports", queueing_lock="derive_city_living")
def derive_city_living(timestamp: int) -> None:
    """Who turned sixty, or whose child came of age, is counted rightly among those who live alone or without their children."""
    actions.derive_city_living(SYSTEM)


@app.periodic(cron="55 2 * * *")
@app.task(name="scan_doubles", queue="imports", queueing_lock="scan_doubles")
def scan_doubles(timestamp: int) -> None:
    """Whoever stands twice among the people known is a question for somebody who knows them."""
    actions.scan_doubles(SYSTEM)


@app.periodic(cron="15 3 * * *")
@app.task(name="forget_old_jobs", queue="quick", pass_context=True)
async def forget_old_jobs(context: JobContext, timestamp: int) -> None:
    """Jobs that succeeded a week ago are no longer listed; failed ones stay until somebody has looked."""
    await builtin_tasks.remove_old_jobs(context, max_hours=HOURS_TO_KEEP)


@app.periodic(cron="20 3 * * *")
@app.task(name="forget_delivered_events", queue="quick")
def forget_delivered_events(timestamp: int) -> None:
    """Events that everybody had a week ago are gone; those that wait or were refused stay."""
    outbox.forget_delivered(before=clock.now() - dt.timedelta(hours=HOURS_TO_KEEP))
