"""Deciding the whole city again when its facts, its rules or the day have changed."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from songhe.contexts.entitlements import actions, queries
from songhe.contexts.entitlements.events import CityRunRequested, RecomputationAsked
from songhe.contexts.people import queries as people
from songhe.contexts.people.events import CityFactsChanged
from songhe.contexts.policy_library import queries as policy_library
from songhe.contexts.policy_library.events import PackPutInUse
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM

NIGHTLY = "每日按当天年龄重新认定"
IMPORTED = "导入了新的资料"


@app.task(
    name="determine_city",
    queue="city",
    lock="determine_city",
    queueing_lock="determine_city",
    retry=RetryStrategy(max_attempts=5, wait=30),
)
def determine_city(cause: str, asked_at: str) -> None:
    """The city has been decided since it was asked for; a run that a killed process left is done again."""
    actions.recover_interrupted()
    if not is_current(since=dt.datetime.fromisoformat(asked_at)):
        actions.determine_city(SYSTEM, cause=cause)


@app.periodic(cron="30 2 * * *")
@app.task(name="determine_city_nightly", queue="city")
def determine_city_nightly(timestamp: int) -> None:
    """Birthdays and dated parameters come into force: the city is decided as of today."""
    request_determination(NIGHTLY)


@app.task(name="recompute_run", queue="city", lock="recompute_run", retry=RetryStrategy(max_attempts=3, wait=30))
def recompute_run(recomputation_id: int) -> None:
    """The run that somebody asked about has been decided again and compared."""
    actions.recompute_asked(SYSTEM, recomputation_id=recomputation_id)


def request_determination(cause: str) -> None:
    """The city will be decided soon; asked several times before it begins, it is decided once."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        determine_city.defer(cause=cause, asked_at=clock.now().isoformat())


def is_current(since: dt.datetime | None = None) -> bool:
    """Whether the newest published city run used the rules in use and began after the last import (and after `since`)."""
    published = [run for run in queries.runs(SYSTEM) if run.published_at is not None]
    if not published:
        return False
    newest = published[0]
    accepted = [batch.accepted_at for batch in people.list_batches(SYSTEM, limit=200).items if batch.accepted_at is not None]
    after = max([*accepted, *([since] if since else [])], default=newest.started_at)
    _, rulebook = policy_library.rulebook(newest.as_of)
    return newest.started_at >= after and newest.rulebook_hash == rulebook.hash


def on_city_facts_changed(event: CityFactsChanged) -> None:
    """An import changed more than a few households: the city is decided again."""
    request_determination(IMPORTED)


def on_pack_put_in_use(event: PackPutInUse) -> None:
    """The rules changed: the city is decided again."""
    request_determination(event.cause)


def on_city_run_requested(event: CityRunRequested) -> None:
    """A person asked for it: the city is decided again."""
    request_determination(event.cause)


def on_recomputation_asked(event: RecomputationAsked) -> None:
    """Somebody wants to know whether a run would come out the same: it is decided again soon."""
    recompute_run.defer(recomputation_id=event.recomputation_id)
