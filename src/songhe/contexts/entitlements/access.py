"""Decisions, and the roster that follows from them, are seen by those who may see decisions in the person's area."""

from __future__ import annotations

from django.db.models import QuerySet

from songhe.contexts.entitlements.models import Decision, RosterCount, RosterEntry
from songhe.foundation.access import Actor, Right
from songhe.foundation.scope import rows_within


def visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Decision]:
    """Decisions of published runs in the actor's areas, narrowed to `area_path` where one is asked for."""
    return Decision.objects.filter(rows_within(actor, Right.SEE_DECISIONS, area_path=area_path), run__published_at__isnull=False)


def roster_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[RosterEntry]:
    """Entries of the roster in the actor's areas, open and ended."""
    return RosterEntry.objects.filter(rows_within(actor, Right.SEE_DECISIONS, area_path=area_path))


def roster_counts_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[RosterCount]:
    """Counts of the roster for the communities in the actor's areas."""
    return RosterCount.objects.filter(rows_within(actor, Right.SEE_DECISIONS, area_path=area_path))
