"""The figures of the indicators: counted after every run of the whole city, frozen when a month is over."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from songhe.contexts.entitlements.events import RunPublished
from songhe.contexts.statistics import actions
from songhe.contexts.statistics.errors import NoSnapshotYet
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM


@app.task(
    name="compute_figures",
    queue="city",
    lock="figures",
    queueing_lock="compute_figures",
    retry=RetryStrategy(max_attempts=5, wait=30),
)
def compute_figures() -> None:
    """The running month's figures come from the newest run."""
    with suppress(NoSnapshotYet):
        actions.compute_figures(SYSTEM)


@app.periodic(cron="30 4 * * *")
@app.task(name="freeze_last_month", queue="city", lock="figures")
def freeze_last_month(timestamp: int) -> None:
    """Last month is frozen; tried every day, so that a machine that was off on the first does it later. Frozen already, nothing happens."""
    month = (clock.today().replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    with suppress(NoSnapshotYet):
        actions.freeze_month(SYSTEM, period=month)


def on_run_published(event: RunPublished) -> None:
    """After a run of the whole city the figures are counted soon; asked several times before that, they are counted once."""
    if event.kind == "city":
        with suppress(AlreadyEnqueued), transaction.atomic():
            compute_figures.defer()
