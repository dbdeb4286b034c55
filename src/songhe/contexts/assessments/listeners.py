"""Reactions to what others make known; each may run twice."""

from __future__ import annotations

from songhe.contexts.assessments.actions.withdraw_case import end_for_dead, follow_moves
from songhe.contexts.people import queries as people
from songhe.contexts.people.events import LifeEventsKnown
from songhe.foundation.access import SYSTEM

DIED = "died"
MOVED = "moved_within"


def on_life_events_known(event: LifeEventsKnown) -> None:
    """Nobody is assessed after death, and cases go where the person lives now. A death withdrawn since then ends nothing."""
    known = people.known_events(event_ids=event.event_ids)
    dead = sorted({one.person_id for one in known if one.kind == DIED and one.alive is False})
    moved = {one.person_id: one.area_path for one in known if one.kind == MOVED}
    if dead:
        end_for_dead(SYSTEM, person_ids=dead)
    if moved:
        follow_moves(SYSTEM, areas=moved)
