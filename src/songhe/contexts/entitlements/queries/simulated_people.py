"""The people who would gain and lose by a draft of the pack, by the newest simulation of it, in the actor's areas."""

from __future__ import annotations

from dataclasses import dataclass

from songhe.contexts.entitlements.access import simulated_visible_to
from songhe.foundation.access import Actor
from songhe.foundation.paging import Page, cursor_of, keys_of


@dataclass(frozen=True, slots=True)
class SimulatedPerson:
    """One person's answer for one benefit before and after; fen a period. Names are asked of people, for those whom the actor may look up."""

    person_id: int
    area_path: str
    benefit: str
    gains: bool
    fen_before: int
    fen_after: int


def simulated_people(
    actor: Actor, *, draft_id: int, benefit: str = "", gains: bool | None = None, area_path: str = "", after: str | None = None, limit: int = 50
) -> Page[SimulatedPerson]:  # fmt: skip
    """A page of them in order of place and person, at most 200 a page; narrowed to a benefit, to who gains or loses, to an area."""
    rows, limit = simulated_visible_to(actor, area_path=area_path).filter(draft_id=draft_id), min(limit, 200)
    if benefit:
        rows = rows.filter(benefit=benefit)
    if gains is not None:
        rows = rows.filter(gains=gains)
    if after:
        rows = rows.extra(where=["(area_path, person_id, id) > (%s, %s, %s)"], params=list(keys_of(after, str, int, int)))
    found = list(rows.order_by("area_path", "person_id", "id")[: limit + 1])
    items = tuple(
        SimulatedPerson(
            row.person_id,
            row.area_path,
            row.benefit,
            row.gains,
            row.fen_before,
            row.fen_after,
        )
        for row in found[:limit]
    )
    last = found[limit - 1] if len(found) > limit else None
    return Page(items, cursor_of(last.area_path, last.person_id, last.id) if last else None)
