"""Facts grow old: every night what has passed its validity is marked and becomes work."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from songhe.contexts.people import actions

log = logging.getLogger(__name__)


@app.periodic(cron="10 1 * * *")
@app.task(name="settle_stale_facts", queue="city", queueing_lock="settle_stale_facts", lock="settle_stale_facts")
def settle_stale_facts(timestamp: int) -> None:
    """Every fact is what it is as of today, before the nightly determination; may run twice."""
    done = actions.settle_stale()
    log.info("validity: %s people settled, %s households changed, %s work items", done.people, done.households, done.items)
