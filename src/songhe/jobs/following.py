"""Every night the units of the plan are reminded of what is due soon and what is late."""

from __future__ import annotations

from procrastinate.contrib.django import app

from songhe.contexts.plan_tracking import actions
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import SYSTEM


@app.periodic(cron="10 4 * * *")
@app.task(name="remind_units", queue="city", queueing_lock="remind_units", lock="remind_units")
def remind_units(timestamp: int) -> None:
    """Work items say what is due; nothing happens before a pack is loaded."""
    if policy.is_pack_loaded():
        actions.remind_units(SYSTEM)
