"""Results by older scales in the actor's areas, as they were sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.assessments.access import taken_over_visible_to
from songhe.contexts.assessments.queries.persons import named
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.paging import Page, cursor_of, keys_of

MOST = 500


@dataclass(frozen=True, slots=True)
class OlderLine:
    """One older result with its person."""

    id: int
    person_public_id: str
    name: str
    place: str
    scale_title: str
    grade: int
    grade_label: str
    assessed_on: dt.date
    assessed_by: str
    entered_by: str
    entered_at: dt.datetime


def older_results(actor: Actor, *, area_path: str = "", after: str | None = None, limit: int = 50) -> Page[OlderLine]:
    """Entered last first."""
    require(actor, Right.SEE_ASSESSMENTS)
    rows = taken_over_visible_to(actor).filter(area_path__startswith=area_path)
    if after is not None:
        rows = rows.filter(pk__lt=keys_of(after, int)[0])
    limit = max(1, min(limit, MOST))
    found = list(rows.order_by("-pk")[: limit + 1])
    shown, scales = found[:limit], policy.scales_in_use()[1]
    known, names = named(row.person_id for row in shown), accounts.names_of(row.entered_by for row in shown)
    lines = []
    for row in shown:
        scale, person = scales.get(row.scale), known[row.person_id]
        title, label = (scale.title, scale.grade_label(row.grade)) if scale else (row.scale, f"{row.grade}级")
        lines.append(
            OlderLine(
                row.pk, person.public_id, person.name, person.place, title, row.grade, label, row.assessed_on, row.assessed_by,
                names.get(row.entered_by, ""), row.entered_at,
            )
        )  # fmt: skip
    return Page(tuple(lines), cursor_of(shown[-1].pk) if len(found) > limit else None)
