"""Grants follow runs of the whole city, clocks and accounts."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from songhe.contexts.entitlements import actions, queries
from songhe.contexts.entitlements.events import RunPublished
from songhe.foundation.access import SYSTEM


@app.task(name="follow_city_run", queue="city", lock="follow_city_run", retry=RetryStrategy(max_attempts=5, wait=30))
def follow_city_run(run_id: int) -> None:
    """Grants are as the run says; done again after a kill, it does what is left."""
    actions.follow_run(SYSTEM, run_id=run_id)


@app.periodic(cron="20 5 * * *")
@app.task(name="tend_grants", queue="city", queueing_lock="tend_grants", lock="follow_city_run")
def tend_grants(timestamp: int) -> None:
    """What was notified begins when its clock has run out, accounts that have come in are seen, overdue life checks suspend."""
    if queries.has_granting():
        actions.let_silent_grants_begin(SYSTEM)
        actions.check_all_accounts(SYSTEM)
        actions.suspend_unchecked(SYSTEM)
        actions.visit_unread(SYSTEM)


def on_run_published(event: RunPublished) -> None:
    """A run of the whole city is followed soon."""
    if event.kind == "city" and queries.has_granting():
        with suppress(AlreadyEnqueued), transaction.atomic():
            follow_city_run.defer(run_id=event.run_id)
