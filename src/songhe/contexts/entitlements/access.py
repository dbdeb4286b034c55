"""Decisions, and the roster that follows from them, are seen by those who may see decisions in the person's area."""

from __future__ import annotations

from django.db.models import QuerySet

from songhe.contexts.entitlements.models import (
    Appeal,
    Application,
    Decision,
    Due,
    Grant,
    GrantStep,
    LifeCheck,
    Notice,
    ReturnFile,
    RosterCount,
    RosterEntry,
    SimulatedChange,
)
from songhe.foundation.access import Actor, Right
from songhe.foundation.scope import rows_within


def visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Decision]:
    """Decisions of published runs in the actor's areas, narrowed to `area_path` where one is asked for."""
    return Decision.objects.filter(rows_within(actor, Right.SEE_DECISIONS, area_path=area_path), run__published_at__isnull=False)


def simulated_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[SimulatedChange]:
    """Whom drafts of the pack would give more or less, in the actor's areas."""
    return SimulatedChange.objects.filter(rows_within(actor, Right.SEE_DECISIONS, area_path=area_path))


def roster_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[RosterEntry]:
    """Entries of the roster in the actor's areas, open and ended."""
    return RosterEntry.objects.filter(rows_within(actor, Right.SEE_DECISIONS, area_path=area_path))


def roster_counts_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[RosterCount]:
    """Counts of the roster for the communities in the actor's areas."""
    return RosterCount.objects.filter(rows_within(actor, Right.SEE_DECISIONS, area_path=area_path))


def grants_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Grant]:
    """Grants of people in the actor's areas."""
    return Grant.objects.filter(rows_within(actor, Right.SEE_GRANTS, area_path=area_path))


def steps_visible_to(actor: Actor) -> QuerySet[GrantStep]:
    """The moves of visible grants."""
    return GrantStep.objects.filter(grant__in=grants_visible_to(actor))


def dues_visible_to(actor: Actor) -> QuerySet[Due]:
    """What is due to visible grants."""
    return Due.objects.filter(grant__in=grants_visible_to(actor))


def notices_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Notice]:
    """Notices about visible grants."""
    return Notice.objects.filter(grant__in=grants_visible_to(actor, area_path=area_path))


def appeals_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Appeal]:
    """Appeals in the actor's areas."""
    return Appeal.objects.filter(rows_within(actor, Right.SEE_GRANTS, area_path=area_path))


def life_checks_visible_to(actor: Actor) -> QuerySet[LifeCheck]:
    """Confirmations that people of the actor's areas live."""
    return LifeCheck.objects.filter(rows_within(actor, Right.SEE_GRANTS))


def applications_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Application]:
    """Applications in the actor's areas."""
    return Application.objects.filter(rows_within(actor, Right.SEE_GRANTS, area_path=area_path))


def returns_visible_to(actor: Actor) -> QuerySet[ReturnFile]:
    """Files whose whole sending area lies within the areas where the actor handles grants."""
    paths = actor.area_paths(Right.HANDLE_GRANTS)
    if not paths:
        return ReturnFile.objects.none()
    inside = "NOT EXISTS (SELECT 1 FROM unnest(grant_return.area_paths) sent WHERE NOT (sent LIKE ANY (%s)))"
    return ReturnFile.objects.extra(where=[inside], params=[[f"{path}%" for path in sorted(paths)]])  # noqa: S610
