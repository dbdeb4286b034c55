"""Looking at the registers every night: who should have an entry, and whose clock has run out."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from songhe.contexts.people.events import CityFactsChanged
from songhe.contexts.policy_library.events import PackPutInUse
from songhe.contexts.registers import actions
from songhe.foundation.access import SYSTEM


@app.task(name="refresh_registers", queue="city", lock="refresh_registers", queueing_lock="refresh_registers")
def refresh_registers() -> None:
    """Who should have an entry is told by the facts as they are, and every clock that has run out has its work item."""
    actions.refresh_candidates(SYSTEM)
    actions.settle_clocks(SYSTEM)


@app.periodic(cron="30 3 * * *")
@app.task(name="refresh_registers_nightly", queue="city")
def refresh_registers_nightly(timestamp: int) -> None:
    """People grow older and days go by."""
    request_refresh()


def request_refresh() -> None:
    """The registers will be looked at soon; asked several times before that, once."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        refresh_registers.defer()


def on_city_facts_changed(event: CityFactsChanged) -> None:
    """An import changed more than a few households."""
    request_refresh()


def on_pack_put_in_use(event: PackPutInUse) -> None:
    """A register may have been added or changed."""
    request_refresh()
