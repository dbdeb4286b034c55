"""Awards to bodies and staff: which there are, what a claim is asked, the claims and what became of them."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from songhe.contexts.payments.access import awards_visible_to
from songhe.contexts.payments.errors import RunNotFound
from songhe.contexts.payments.models import Award
from songhe.contexts.payments.queries.titles import title_of
from songhe.contexts.payments.words import AwardState
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.awards import facts_asked, in_force
from songhe.engines.policy.rulebook import Citation, Variable
from songhe.foundation import clock
from songhe.foundation.access import Actor
from songhe.foundation.paging import Page, cursor_of, keys_of


@dataclass(frozen=True, slots=True)
class AwardKind:
    """An award that can be claimed today: to a facility or a staff member, what it gives, which facts a claim states."""

    id: str
    title: str
    staff: bool
    gives: str
    period: str
    cite: Citation
    note: str
    asked: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class AwardView:
    """One claim; `amount` in fen. `shown`: what it rests on, label and value; `reasons`: sentence, document, clause of each condition.

    `by_itself`: the body whose claim it is sent it from an account of its own.
    """

    id: int
    public_id: uuid.UUID
    kind: str
    title: str
    payee_name: str
    area_path: str
    period: dt.date
    amount: int
    state: AwardState
    shown: tuple[tuple[str, str], ...]
    reasons: tuple[tuple[str, str, str], ...]
    claimed_by: int
    claimed_at: dt.datetime
    decided_by: int | None
    decided_at: dt.datetime | None
    decided_because: str
    by_itself: bool


def award_kinds() -> tuple[AwardKind, ...]:
    """The awards of the pack in force today."""
    pack, today = policy.pack_in_use().pack, clock.today()
    found = []
    for entry in in_force(pack, today):
        rules = entry.on(today)
        assert rules is not None
        asked = facts_asked(pack, entry.id, today)
        staff = entry.entity == "staff"
        found.append(
            AwardKind(entry.id, entry.title, staff, rules.gives, rules.period.value, entry.cited.cite, entry.cited.note, asked)
        )
    return tuple(found)


def awards(
    actor: Actor,
    *,
    area_path: str = "",
    kind: str = "",
    state: AwardState | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[AwardView]:
    """Claims in the actor's areas, newest first."""
    rows = awards_visible_to(actor, area_path=area_path)
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(state=state) if state is not None else rows
    return page_of(rows, after, limit)


def page_of(rows: QuerySet[Award], after: str | None, limit: int) -> Page[AwardView]:
    """One page of these claims, newest first."""
    if after is not None:
        (last,) = keys_of(after, int)
        rows = rows.filter(id__lt=last)
    found = list(rows.order_by("-id")[: limit + 1])
    shown = found[:limit]
    return Page(tuple(view_of(row) for row in shown), cursor_of(shown[-1].pk) if len(found) > limit else None)


def award(actor: Actor, *, award_id: int) -> AwardView:
    """One claim; RunNotFound where there is none that the actor may see."""
    row = awards_visible_to(actor).filter(pk=award_id).first()
    if row is None:
        raise RunNotFound("没有这一份申请，或者不在您负责的区域。", next_step="请回到列表。")
    return view_of(row)


def awards_by_state(actor: Actor) -> dict[AwardState, tuple[int, int]]:
    """How many claims stand in each state, and how much money (fen) they are."""
    rows = awards_visible_to(actor)
    return {
        state: (rows.filter(state=state).count(), rows.filter(state=state).aggregate(fen=Sum("amount"))["fen"] or 0)
        for state in AwardState
    }


def view_of(row: Award) -> AwardView:
    """The claim as a plain record."""
    pack, basis = policy.pack_in_use().pack, row.basis
    return AwardView(
        row.pk, row.public_id, row.kind, title_of(pack, row.kind), row.payee_name, row.area_path, row.period, row.amount,
        AwardState(row.state), tuple((label, value) for label, value in basis.get("shown", [])),
        tuple((text, document, clause) for text, document, clause in basis.get("reasons", [])), row.claimed_by, row.claimed_at,
        row.decided_by, row.decided_at, row.decided_because, row.claimant_code != "",
    )  # fmt: skip
