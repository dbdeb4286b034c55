"""Where people of an area go and whom they call."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from songhe.contexts.places.access import desks, workable_by
from songhe.contexts.places.models import AreaDesk
from songhe.foundation.access import Actor, Right, require


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


def desk_lines(actor: Actor, *, area_path: str = "") -> tuple[DeskLine, ...]:
    """Towns and communities in which the actor handles grants, in order of place, each with its own desk."""
    require(actor, Right.HANDLE_GRANTS)
    rows = (
        workable_by(actor, Right.HANDLE_GRANTS)
        .filter(path__startswith=area_path, level__in=("town", "community"))
        .order_by("path")
    )
    known = {row.area_id: _view(row) for row in desks().filter(area__in=rows).select_related("area")}
    return tuple(DeskLine(row.code, row.name, row.path, row.level, known.get(row.id)) for row in rows)
