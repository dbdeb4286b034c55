"""Rows of department files that need a human to look, of files sent from within the actor's areas."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import BatchBrief
from songhe.contexts.people.words import Verdict
from songhe.foundation.access import Actor, Right
from songhe.web.access import PageRequest, desk
from songhe.web.exports import every_row, export

_BATCHES = 200


def _with_conflicts(actor: Actor) -> tuple[BatchBrief, ...]:
    if not (actor.may(Right.IMPORT) or actor.may(Right.ACCEPT_IMPORT)):
        return ()
    return tuple(batch for batch in people.list_batches(actor, limit=_BATCHES).items if batch.counts.get(Verdict.CONFLICT))


def rows_to_check(actor: Actor) -> int:
    """How many rows of files in the actor's areas wait for somebody to look."""
    return sum(batch.counts[Verdict.CONFLICT] for batch in _with_conflicts(actor))


@desk(Right.IMPORT)
def page_conflicts(request: PageRequest) -> HttpResponse:
    """The files that have such rows, newest first."""
    return render(request, "street/conflicts.html", {"section": "street:work", "batches": _with_conflicts(request.actor)})


@desk(Right.IMPORT)
def page_conflict_rows(request: PageRequest, batch: int) -> HttpResponse:
    """The rows of one file: what is odd, and what to do about it; the person where one is known."""
    view = people.batch(request.actor, batch_id=batch, verdict=Verdict.CONFLICT, after=request.GET.get("after"))
    ids = [row.person_id for row in view.rows.items if row.person_id]
    known = people.people_by_id(request.actor, person_ids=ids) if request.actor.may(Right.SEE_PEOPLE) else {}
    rows = [(row, known.get(row.person_id or 0)) for row in view.rows.items]
    return render(
        request, "street/conflict_rows.html", {"section": "street:work", "batch": view.brief, "page": view.rows, "rows": rows}
    )


@desk(Right.IMPORT)
def page_export(request: PageRequest, batch: int) -> HttpResponse:
    """All rows of the file that need a look: number, what is odd, what to do."""
    view = people.batch(request.actor, batch_id=batch, verdict=Verdict.CONFLICT)
    found = every_row(lambda after: people.batch(request.actor, batch_id=batch, verdict=Verdict.CONFLICT, after=after).rows)
    rows = [
        (row.row, "；".join(each.reason for each in row.problems), "；".join(each.remedy for each in row.problems))
        for row in found
    ]
    return export(request, title=f"要核实的行-{view.brief.department}", header=("行号", "哪里对不上", "怎么办"), rows=rows)
