"""Every night the census rounds are counted anew, and what has grown old becomes work of its community."""

from __future__ import annotations

from procrastinate.contrib.django import app

from songhe.contexts.people import actions
from songhe.foundation.access import SYSTEM


@app.periodic(cron="40 1 * * *")
@app.task(name="refresh_census", queue="city", queueing_lock="refresh_census", lock="refresh_census")
def refresh_census(timestamp: int) -> None:
    """Open rounds' numbers are of now; whoever has to be asked again is a work item."""
    actions.refresh_rounds(SYSTEM)
