"""Turns what an actor may see into a row filter. Every context's `access.visible_to` is built from this one function."""

from __future__ import annotations

from django.db.models import Q

from songhe.foundation.access import Actor, Right


def rows_within(actor: Actor, right: Right, *, field: str = "area_path", area_path: str = "") -> Q:
    """Matches rows in the areas where the actor holds the right, narrowed to `area_path` where one is asked for.

    `field` names the column that holds the area path. No right anywhere matches no row.
    """
    paths = actor.area_paths(right)
    wanted = {narrowed for path in paths if (narrowed := _narrower(path, area_path)) is not None}
    if not wanted:
        return Q(pk__in=[])
    if "" in wanted:
        return Q()
    found = Q()
    for path in sorted(wanted):
        found |= Q(**{f"{field}__startswith": path})
    return found


def _narrower(path: str, asked: str) -> str | None:
    """The smaller of two nested paths, None where they do not nest."""
    if asked.startswith(path):
        return asked
    return path if path.startswith(asked) else None
