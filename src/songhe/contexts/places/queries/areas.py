"""Areas one by one, by subtree, and those an actor works in."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from songhe.contexts.places.access import workable_by
from songhe.contexts.places.errors import AreaUnknown
from songhe.contexts.places.models import Area
from songhe.contexts.places.words import DEPTH
from songhe.foundation.access import Actor, Right


@dataclass(frozen=True, slots=True)
class AreaView:
    """An area without its outline. `path` is what grants and rows carry; `parent_id` is None for the city."""

    id: int
    code: str
    name: str
    level: str
    parent_id: int | None
    path: str
    rural: bool | None
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LevelCount:
    """How many areas of a level there are."""

    level: str
    count: int


def area_tree() -> tuple[AreaView, ...]:
    """Every area, each parent before its children."""
    return _views(Area.objects.order_by("path"))


def area(area_id: int) -> AreaView:
    """The area with this id; raises AreaUnknown."""
    return _one(Area.objects.filter(pk=area_id), str(area_id))


def area_by_code(code: str) -> AreaView:
    """The area with this division code; raises AreaUnknown."""
    return _one(Area.objects.filter(code=code), code)


def area_by_path(path: str) -> AreaView:
    """The area with this path; raises AreaUnknown."""
    return _one(Area.objects.filter(path=path), path)


def areas_under(path: str, level: str | None = None) -> tuple[AreaView, ...]:
    """The area at the path and all below it, or those of one level; the empty path is everything."""
    rows = Area.objects.filter(path__startswith=path)
    return _views((rows if level is None else rows.filter(level=level)).order_by("path"))


def areas_for(actor: Actor, *, right: Right, level: str | None = None) -> tuple[AreaView, ...]:
    """The areas in which the actor holds the right, for a choice on a screen."""
    rows = workable_by(actor, right)
    return _views((rows if level is None else rows.filter(level=level)).order_by("path"))


def ancestors(path: str) -> tuple[AreaView, ...]:
    """The areas on the way from the city down to this path, itself included; unknown ones are left out."""
    codes = [code for code in path.split("/") if code]
    chain = ["/".join(codes[: n + 1]) + "/" for n in range(len(codes))]
    return _views(Area.objects.filter(path__in=chain).order_by("path"))


def full_name(path: str) -> str:
    """The names from the city down, joined; empty for an unknown path."""
    return "".join(step.name for step in ancestors(path))


def count_by_level(path: str = "") -> tuple[LevelCount, ...]:
    """How many areas of each level lie at or below the path, from the top down."""
    counted = Area.objects.filter(path__startswith=path).values_list("level").annotate(number=Count("pk"))
    return tuple(LevelCount(level, number) for level, number in sorted(counted, key=lambda row: DEPTH[row[0]]))


def _one(rows: QuerySet[Area], asked: str) -> AreaView:
    found = _views(rows)
    if not found:
        raise AreaUnknown(f"没有「{asked}」这个区划。", next_step="请从区划列表中选择。")
    return found[0]


def _views(rows: QuerySet[Area]) -> tuple[AreaView, ...]:
    return tuple(
        AreaView(pk, code, name, level, parent, path, rural, tuple(aliases))
        for pk, code, name, level, parent, path, rural, aliases in rows.values_list(
            "pk", "code", "name", "level", "parent_id", "path", "rural", "aliases"
        )
    )
