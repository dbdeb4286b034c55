"""What was paid beyond what is due now and has not come back: by period, person by person."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from songhe.contexts.entitlements import facts
from songhe.contexts.payments.access import repayments_visible_to
from songhe.contexts.payments.queries.titles import title_of
from songhe.contexts.payments.words import RepaidBy
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right
from songhe.foundation.paging import Page, cursor_of, keys_of

# What a frozen list keeps back is on its way back already. Fund and year are those of the period's first payment, as in the ledger.
_COVERED = """
SELECT c.grant_id, c.period, c.fen, l.fund_id, l.year, c.name FROM (
    SELECT p.grant_id, p.period, sum(CASE WHEN p.kind = 'recovery' THEN -p.amount ELSE p.amount END) AS fen, max(p.payee_name) AS name
    FROM payment p JOIN pay_run r ON r.id = p.run_id
    WHERE p.grant_id = ANY(%(grants)s) AND p.state IN ('listed', 'sent', 'paid')
      AND (r.state IN ('approved', 'sent', 'closed') OR p.kind = 'recovery' AND r.state IN ('frozen', 'checked'))
    GROUP BY 1, 2
) c JOIN LATERAL (
    SELECT p.fund_id, extract(year FROM r.month)::int AS year FROM payment p JOIN pay_run r ON r.id = p.run_id
    WHERE p.grant_id = c.grant_id AND p.period = c.period AND p.kind <> 'recovery' AND p.state <> 'withdrawn' AND r.state IN ('sent', 'closed')
    ORDER BY p.id LIMIT 1
) l ON true
"""
_BACK = "SELECT grant_id, period, sum(amount) FROM repayment WHERE grant_id = ANY(%(grants)s) GROUP BY 1, 2"


@dataclass(frozen=True, slots=True)
class Overpaid:
    """One period of a grant: `due` now, `paid` in fen, `back` what came back already (netted or handed back), `open` what is still to come."""

    grant_id: int
    person_id: int
    name: str
    area_path: str
    benefit: str
    title: str
    period: dt.date
    due: int
    paid: int
    open: int
    fund_id: int
    year: int


@dataclass(frozen=True, slots=True)
class OverpaidPerson:
    """Everything that a person (or the family) still has to hand back, in fen. `public_id` is empty where the actor may not see the person."""

    person_id: int
    public_id: str
    name: str
    area_path: str
    open: int
    periods: tuple[Overpaid, ...]


@dataclass(frozen=True, slots=True)
class RepaymentView:
    """One receipt's part for a period, in fen."""

    title: str
    period: dt.date
    amount: int
    receipt: str
    received_on: dt.date
    how: RepaidBy
    payer: str


def overpaid_periods(*, person_id: int | None = None) -> tuple[Overpaid, ...]:
    """Every period with more paid than is due, oldest first; of one person, or of the whole city."""
    dues = facts.latest_dues(clock.today(), with_account=False, person_id=person_id, revised=True).to_pylist()
    grants = sorted({row["grant_id"] for row in dues})
    pack = policy.pack_in_use().pack
    with connection.cursor() as cursor:
        cursor.execute(_COVERED, {"grants": grants})
        paid = {
            (grant, period): (int(fen), int(fund), int(year), name) for grant, period, fen, fund, year, name in cursor.fetchall()
        }
        cursor.execute(_BACK, {"grants": grants})
        back = {(grant, period): int(fen) for grant, period, fen in cursor.fetchall()}
    found = []
    for row in sorted(dues, key=lambda one: (one["period"], one["grant_id"])):
        key = row["grant_id"], row["period"]
        if key not in paid:
            continue
        fen, fund, year, name = paid[key]
        left = fen - back.get(key, 0) - row["amount"]
        if left > 0:
            title = title_of(pack, row["benefit"])
            found.append(
                Overpaid(
                    row["grant_id"], row["person_id"], name, row["area_path"], row["benefit"], title, row["period"], row["amount"], fen, left,
                    fund, year,
                )
            )  # fmt: skip
    return tuple(found)


def overpaid(actor: Actor, *, area_path: str = "") -> tuple[OverpaidPerson, ...]:
    """Who still has to hand something back, in the actor's areas: most first."""
    paths = actor.area_paths(Right.SEE_PAYMENTS)
    by_person: dict[int, list[Overpaid]] = defaultdict(list)
    for one in overpaid_periods():
        if any(one.area_path.startswith(path) for path in paths) and one.area_path.startswith(area_path):
            by_person[one.person_id].append(one)
    return _people(actor, by_person)


def overpaid_page(actor: Actor, *, area_path: str = "", after: str | None = None, limit: int = 50) -> Page[OverpaidPerson]:
    """The same, a page at a time."""
    people = overpaid(actor, area_path=area_path)
    if after is not None:
        last, number = (int(key) for key in keys_of(after, int, int))
        people = tuple(one for one in people if (-one.open, one.person_id) > (-last, number))
    shown = people[:limit]
    return Page(shown, cursor_of(shown[-1].open, shown[-1].person_id) if len(people) > limit else None)


def overpaid_of(actor: Actor, *, person_id: int) -> OverpaidPerson | None:
    """What one person still has to hand back; None where that is nothing, or outside the actor's areas."""
    paths = actor.area_paths(Right.SEE_PAYMENTS)
    seen = [one for one in overpaid_periods(person_id=person_id) if any(one.area_path.startswith(path) for path in paths)]
    return _people(actor, {person_id: seen})[0] if seen else None


def repayments_of(actor: Actor, *, person_id: int) -> tuple[RepaymentView, ...]:
    """What came back of a person's money, newest first."""
    pack = policy.pack_in_use().pack
    rows = repayments_visible_to(actor).filter(person_id=person_id).order_by("-id")
    return tuple(
        RepaymentView(title_of(pack, r.benefit), r.period, r.amount, r.receipt, r.received_on, RepaidBy(r.how), r.payer)
        for r in rows
    )


def _people(actor: Actor, periods: Mapping[int, Sequence[Overpaid]]) -> tuple[OverpaidPerson, ...]:
    known = people.people_by_id(actor, person_ids=list(periods)) if actor.may(Right.SEE_PEOPLE) else {}
    found = [
        OverpaidPerson(
            person_id, str(known[person_id].public_id) if person_id in known else "", each[0].name, each[0].area_path,
            sum(one.open for one in each), tuple(each),
        )
        for person_id, each in periods.items()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (-one.open, one.person_id)))
