"""What a census round still lacks, person by person: facts that nobody has stated and facts that are older than the round allows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.contexts.people.access import round_for
from songhe.contexts.people.queries.round_numbers import gaps
from songhe.contexts.people.queries.rounds import label_of, people_of
from songhe.contexts.people.queries.search_people import PersonBrief, briefs
from songhe.contexts.people.words import Asked
from songhe.foundation.access import Actor
from songhe.foundation.paging import Page


@dataclass(frozen=True, slots=True)
class LackingFact:
    """One fact of the round. `said_on`: the day a department last said it; None where none did and where it follows from others only."""

    variable: str
    label: str
    said_on: dt.date | None


@dataclass(frozen=True, slots=True)
class PersonGaps:
    """A person with the facts of the round that are missing and those that are stale, in the round's order: at least one of either."""

    brief: PersonBrief
    missing: tuple[LackingFact, ...]
    stale: tuple[LackingFact, ...]


def round_gaps(
    actor: Actor, *, round_id: int, area_path: str = "", after: str | None = None, limit: int = 50
) -> Page[PersonGaps]:
    """The people of a round in the actor's areas of whom something is missing or stale, by place and name; at most 200 a page.

    Raises RoundNotFound, AccessDenied, InvalidInput for a made-up cursor.
    """
    row = round_for(actor, round_id)
    found, following = people_of(actor, row, area_path=area_path, asked=Asked.GAPS, after=after, limit=limit)
    place = {name: k for k, name in enumerate(row.variables)}
    lacking: dict[tuple[int, bool], list[LackingFact]] = {}
    for gap in sorted(gaps(row, row.area_path, [person.id for person in found]), key=lambda gap: place[gap.variable]):
        lacking.setdefault((gap.person_id, gap.known), []).append(LackingFact(gap.variable, label_of(gap.variable), gap.said_on))
    lines = tuple(
        PersonGaps(brief, tuple(lacking.get((brief.id, False), ())), tuple(lacking.get((brief.id, True), ())))
        for brief in briefs(found)
    )
    return Page(lines, following)
