"""The people behind a figure: everybody with one status of one benefit in the latest city run, in the actor's areas."""

from __future__ import annotations

from dataclasses import dataclass

from songhe.contexts.entitlements.access import visible_to
from songhe.contexts.entitlements.errors import NoDecisionYet
from songhe.contexts.entitlements.queries.runs import latest_city_run
from songhe.contexts.people.queries import people_by_id
from songhe.engines.policy.rulebook import Status
from songhe.foundation.access import Actor
from songhe.foundation.paging import Page, cursor_of, keys_of


@dataclass(frozen=True, slots=True)
class DecidedPerson:
    """One row behind a figure; `amount` in fen."""

    person_id: int
    name: str
    area_path: str
    amount: int


def decided_people(
    actor: Actor, *, benefit: str, status: Status, area_path: str = "", after: str | None = None, limit: int = 50
) -> Page[DecidedPerson]:
    """A page of the rows, in order of area and person; at most 200 a page.

    Raises NoDecisionYet if no run has decided this benefit.
    """
    run = latest_city_run()
    if run is None or benefit not in run.benefits:
        raise NoDecisionYet("还没有这项待遇的核算结果。", next_step="请先完成一次全市核算。", field="benefit")
    index, limit = run.benefits.index(benefit), min(limit, 200)
    rows = (
        visible_to(actor, area_path=area_path)
        .filter(run=run)
        .extra(where=["get_byte(statuses, %s) = %s"], params=[index, int(status)])
    )
    if after:
        path, person = keys_of(after, str, int)
        rows = rows.extra(where=["(decision.area_path, decision.person_id) > (%s, %s)"], params=[path, person])
    found = list(rows.order_by("area_path", "person_id").values_list("person_id", "area_path", f"amounts__{index}")[: limit + 1])
    names = people_by_id(actor, person_ids=[row[0] for row in found[:limit]])
    items = tuple(DecidedPerson(i, names[i].name if i in names else "", path, fen) for i, path, fen in found[:limit])
    return Page(items, cursor_of(items[-1].area_path, items[-1].person_id) if len(found) > limit else None)
