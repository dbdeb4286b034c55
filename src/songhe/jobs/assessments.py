"""What time does to assessments: results come into force, run out, are looked at again; who waits for a grade is asked about."""

from __future__ import annotations

import datetime as dt
import logging

from procrastinate.contrib.django import app

from songhe.contexts.assessments import actions
from songhe.contexts.assessments.queries import MAIN_FACT
from songhe.foundation import clock, work_items
from songhe.foundation.access import SYSTEM

log = logging.getLogger(__name__)

MISSING_FACT = "missing_fact"  # the kind of work item of a fact that somebody's decision waits for
WAITING = "有待遇因为不知道能力等级还定不下来"


@app.periodic(cron="20 * * * *")
@app.task(name="put_results_in_force", queue="city", queueing_lock="put_results_in_force", lock="put_results_in_force")
def put_results_in_force(timestamp: int) -> None:
    """Every result whose time for objections is over counts; every hour, since a file that is let in may have kept it waiting."""
    done = actions.put_results_in_force(SYSTEM, day=clock.today())
    log.info("assessments: %s results in force, %s waiting", len(done.result_ids), done.waiting)


@app.periodic(cron="50 3 * * *")
@app.task(name="ask_for_assessments", queue="city", queueing_lock="ask_for_assessments", lock="ask_for_assessments")
def ask_for_assessments(timestamp: int) -> None:
    """Whose result runs out, and whose decision waits for a grade, has an open case."""
    again = actions.open_reassessments(SYSTEM, day=clock.today())
    first = actions.request_missing(SYSTEM, person_ids=waiting_for_grade(), reason=WAITING)
    log.info("assessments: %s to be made again, %s asked for", again.new, first.new)


@app.periodic(cron="10 4 2 * *")
@app.task(name="draw_second_looks", queue="city", queueing_lock="draw_second_looks")
def draw_second_looks(timestamp: int) -> None:
    """Of last month's results the share that the pack asks for is looked at again."""
    drawn = actions.draw_second_looks(SYSTEM, month=clock.today().replace(day=1) - dt.timedelta(days=1))
    log.info("assessments: %s of %s results are looked at again", len(drawn.case_ids), drawn.of)


def waiting_for_grade() -> list[int]:
    """The people for whom an open work item says that a decision waits for their ability grade (keys `missing:<person>:<fact>`)."""
    found = (key.split(":") for key in work_items.open_keys(MISSING_FACT) if key.endswith(f":{MAIN_FACT}"))
    return sorted(int(parts[1]) for parts in found)
