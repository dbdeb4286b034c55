"""Where people of an area go and whom they call."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from songhe.contexts.places.access import desks, workable_by
from songhe.contexts.places.models import Area, AreaDesk
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.paging import Page, cursor_of, keys_of

MOST = 500


@dataclass(frozen=True, slots=True)
class CommunityDesk:
    """What is known of the desk that looks after an area; `of` names the area it belongs to, empty texts are not known."""

    path: str
    of: str
    address: str
    phone: str
    hours: str
    demo: bool


@dataclass(frozen=True, slots=True)
class DeskLine:
    """An area of the actor with its own desk (None: nobody has said)."""

    code: str
    name: str
    path: str
    level: str
    desk: CommunityDesk | None


def _view(row: AreaDesk) -> CommunityDesk:
    return CommunityDesk(row.area.path, row.area.name, row.address, row.phone, row.hours, row.demo)


def desks_of(paths: Collection[str]) -> Mapping[str, CommunityDesk]:
    """path -> the desk of the area itself, else of the nearest area above that has one; an area without any is left out."""
    wanted: dict[str, list[str]] = {}
    for path in set(paths):
        codes = path.rstrip("/").split("/")
        wanted[path] = ["/".join(codes[:n]) + "/" for n in range(len(codes), 0, -1)]
    every = {above for chain in wanted.values() for above in chain}
    known = {row.area.path: _view(row) for row in desks().filter(area__path__in=every).select_related("area")}
    return {path: known[near] for path, chain in wanted.items() if (near := next((p for p in chain if p in known), None))}


def _own(actor: Actor, area_path: str = "") -> QuerySet[Area]:
    require(actor, Right.HANDLE_GRANTS)
    return workable_by(actor, Right.HANDLE_GRANTS).filter(path__startswith=area_path, level__in=("town", "community"))


def desk_lines(
    actor: Actor, *, area_path: str = "", code: str = "", after: str | None = None, limit: int = 100
) -> Page[DeskLine]:
    """A page of the towns and communities in which the actor handles grants, in order of place, each with its own desk; or the one named."""
    limit = max(1, min(limit, MOST))
    rows = _own(actor, area_path).filter(code=code) if code else _own(actor, area_path)
    if after:
        rows = rows.filter(path__gt=keys_of(after, str)[0])
    found = list(rows.order_by("path")[: limit + 1])
    shown = found[:limit]
    known = {row.area_id: _view(row) for row in desks().filter(area__in=shown).select_related("area")}
    lines = tuple(DeskLine(row.code, row.name, row.path, row.level, known.get(row.id)) for row in shown)
    return Page(lines, cursor_of(shown[-1].path) if len(found) > limit else None)


def desks_without_phone(actor: Actor, *, area_path: str = "") -> int:
    """In how many of these nobody has said a telephone."""
    rows = _own(actor, area_path)
    return rows.count() - desks().filter(area__in=rows).exclude(phone="").count()
