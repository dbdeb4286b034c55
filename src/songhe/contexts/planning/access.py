"""Scenarios are the city's: whoever may see figures anywhere sees them all; they hold no one's data."""

from __future__ import annotations

from django.db.models import QuerySet

from songhe.contexts.planning.models import Scenario
from songhe.foundation.access import Actor, Right


def visible_to(actor: Actor) -> QuerySet[Scenario]:
    """Scenarios that are not withdrawn."""
    return Scenario.objects.filter(withdrawn_at=None) if actor.may(Right.SEE_FIGURES) else Scenario.objects.none()


def figure_paths(actor: Actor, area_path: str) -> tuple[str, ...]:
    """The area paths whose figures the actor may see, narrowed to one where it is asked for; empty means none."""
    found = set()
    for path in actor.area_paths(Right.SEE_FIGURES):
        if area_path.startswith(path):
            found.add(area_path)
        elif path.startswith(area_path):
            found.add(path)
    return tuple(sorted(found))
