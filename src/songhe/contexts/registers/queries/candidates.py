"""Persons on whom a register's condition and its entries disagree, as of the last look at everybody."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import PersonBrief
from songhe.contexts.registers.access import candidates_visible_to, declared
from songhe.contexts.registers.words import Expectation
from songhe.foundation.access import Actor
from songhe.foundation.paging import Page, cursor_of, keys_of


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """A person and what is expected; `entry_id` is the open entry of one who is leaving."""

    person: PersonBrief
    expectation: Expectation
    entry_id: int | None
    found_on: dt.date


def candidates(
    actor: Actor,
    *,
    register: str,
    expectation: Expectation = Expectation.MISSING,
    area_path: str = "",
    after: str | None = None,
    limit: int = 50,
) -> Page[CandidateLine]:
    """The persons of the actor's areas with this expectation, by area."""
    found = declared(actor, register)
    rows = candidates_visible_to(actor, found, area_path=area_path).filter(expectation=expectation)
    if after is not None:
        path, last = keys_of(after, str, int)
        rows = rows.filter(area_path__gte=path).exclude(area_path=path, id__lte=last)
    limit = max(1, min(limit, 500))
    taken = list(rows.order_by("area_path", "id")[: limit + 1])
    shown = taken[:limit]
    known = people.people_by_id(actor, person_ids=[row.person_id for row in shown])
    lines = tuple(
        CandidateLine(known[row.person_id], Expectation(row.expectation), row.entry_id, row.found_on)
        for row in shown
        if row.person_id in known
    )
    last_row = shown[-1] if len(taken) > limit else None
    return Page(lines, cursor_of(last_row.area_path, last_row.id) if last_row is not None else None)
