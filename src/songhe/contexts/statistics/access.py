"""Figures are seen by those who may see figures in the area: the only way to rows of this context.

`FigureSet` and `FigureInput` are reached from figures; the rows behind a figure are narrowed to the same areas by their own path.
"""

from __future__ import annotations

from django.db.models import QuerySet

from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics.models import Figure, Release
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.scope import rows_within


def visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Figure]:
    """Figures in the actor's areas, narrowed to `area_path` where one is asked for."""
    return Figure.objects.filter(rows_within(actor, Right.SEE_FIGURES, area_path=area_path))


def counted_areas(actor: Actor, area_path: str = "") -> tuple[str, ...]:
    """The outermost areas that the actor sees within `area_path`: together they are what a figure of theirs counts. AccessDenied if none."""
    require(actor, Right.SEE_FIGURES)
    root = f"{policy.pack_in_use().pack.place.code}/"
    paths = {path or root for path in actor.area_paths(Right.SEE_FIGURES)}
    asked = area_path or root
    inside = {asked if asked.startswith(path) else path for path in paths if asked.startswith(path) or path.startswith(asked)}
    if not inside:
        require(actor, Right.SEE_FIGURES, asked)
    return tuple(sorted(path for path in inside if not any(path != other and path.startswith(other) for other in inside)))


def releases_visible_to(actor: Actor) -> QuerySet[Release]:
    """Published releases for everybody; those under way for who sees the figures of the whole city."""
    published = Release.objects.filter(published_at__isnull=False)
    if not policy.is_pack_loaded():
        return published
    whole = actor.may(Right.SEE_FIGURES, f"{policy.pack_in_use().pack.place.code}/")
    return Release.objects.all() if whole else published
