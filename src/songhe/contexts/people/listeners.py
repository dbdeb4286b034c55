"""Reactions to what this context itself makes known; each may run twice."""

from __future__ import annotations

from songhe.contexts.people.events import LifeEventsKnown
from songhe.contexts.people.models import LifeEvent
from songhe.contexts.people.words import LifeEventKind
from songhe.foundation import work_items
from songhe.foundation.access import SYSTEM

DIED = "老人已去世，不用再办"


def on_life_events_known(event: LifeEventsKnown) -> None:
    """What was still to be done about somebody who died is closed. A death withdrawn since then closes nothing."""
    died = LifeEvent.objects.filter(id__in=event.event_ids, kind=LifeEventKind.DIED, person__facts__alive=False)
    work_items.close_about(
        SYSTEM, subject_type="person", subject_ids=list(died.values_list("person_id", flat=True)), outcome=DIED
    )
