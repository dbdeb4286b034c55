"""Funds of a year: what each was given, has bound and has spent; the ledger's balances; what was spent on what; what the year will need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection

from songhe.contexts.payments.access import accounts_visible_to, fund_lines_visible_to, funds_visible_to
from songhe.contexts.payments.models import PayRun
from songhe.contexts.payments.queries.ledger_sql import borne_by_funds, fund_positions
from songhe.contexts.payments.queries.titles import fund_plan, titles_of
from songhe.contexts.payments.words import ACCOUNT_KIND_LABELS, AccountKind, FundSource, PayRunState
from songhe.contexts.places import queries as places
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Actor, Right, require


@dataclass(frozen=True, slots=True)
class FundYear:
    """A fund in a year, in fen. `given` by its line (None: nobody has said), `bound` by lists that are frozen and not sent, `spent` left the fund,
    `left` what remains. `assumed`: the line names no document. `revision` counts how often it was said.
    """

    key: str
    title: str
    source: FundSource
    year: int
    given: int | None
    bound: int
    spent: int
    left: int
    document: str
    note: str
    assumed: bool
    revision: int
    pays: tuple[tuple[str, int], ...]  # title of a benefit (其余各项 for the others), per cent


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """An account of the ledger and its balance in fen, debit positive."""

    kind: AccountKind
    label: str
    fund: str
    fund_title: str
    benefit: str
    benefit_title: str
    balance: int


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """All accounts of a year; `total` is zero, always: the database sees to it."""

    year: int
    lines: tuple[BalanceLine, ...]
    total: int


class By(StrEnum):
    """By what spending is told apart."""

    FUND = "fund"
    TOWN = "town"
    BENEFIT = "benefit"
    MONTH = "month"


BY_LABELS = {By.FUND: "资金", By.TOWN: "镇街", By.BENEFIT: "待遇", By.MONTH: "月份"}


@dataclass(frozen=True, slots=True)
class SpendingLine:
    """Fen that arrived with `people` payees in `payments` payments; `key` is the fund, town path, benefit or month (YYYY-MM)."""

    key: str
    title: str
    payments: int
    people: int
    amount: int


@dataclass(frozen=True, slots=True)
class Spending:
    """What was spent in the runs of a year."""

    year: int
    by: By
    lines: tuple[SpendingLine, ...]
    amount: int


def funds(actor: Actor, *, year: int) -> tuple[FundYear, ...]:
    """Every fund of the pack in the year; for who may see payments."""
    require(actor, Right.SEE_PAYMENTS)
    plan = fund_plan(policy.pack_in_use().pack)
    titles = titles_of({benefit for fund in plan.funds for benefit, _ in fund.pays})
    ids = dict(funds_visible_to(actor).values_list("key", "id"))
    newest = {line.fund_id: line for line in fund_lines_visible_to(actor).filter(year=year).order_by("revision")}
    positions = fund_positions(year)
    bound: dict[int, int] = {}
    for run in PayRun.objects.filter(
        month__year=year, state__in=[PayRunState.FROZEN, PayRunState.CHECKED, PayRunState.APPROVED]
    ).order_by("id"):
        for fund, fen in borne_by_funds(run.pk).items():
            bound[fund] = bound.get(fund, 0) + fen
    found = []
    for entry in plan.funds:
        fund_id = ids.get(entry.id, 0)
        line = newest.get(fund_id)
        spent = -positions[fund_id][2] if fund_id else 0
        given, kept = (line.amount if line else None), bound.get(fund_id, 0)
        pays = tuple(("其余各项" if benefit == "others" else titles[benefit], percent) for benefit, percent in entry.pays)
        found.append(
            FundYear(
                entry.id, entry.title, FundSource(entry.source), year, given, kept, spent, (given or 0) - kept - spent, line.document if line else "",
                line.note if line else "", line is not None and not line.document, line.revision if line else 0, pays,
            )
        )  # fmt: skip
    return tuple(found)


def trial_balance(actor: Actor, *, year: int) -> TrialBalance:
    """The balances of the year's accounts; for who keeps funds."""
    require(actor, Right.KEEP_FUNDS)
    rows = accounts_visible_to(actor).filter(year=year).select_related("fund").order_by("kind", "fund_id", "benefit")
    accounts = list(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, sum(amount) FROM ledger_posting WHERE account_id = ANY(%s) GROUP BY 1", [[a.pk for a in accounts]]
        )
        sums = {account: int(fen) for account, fen in cursor.fetchall()}
    titles = titles_of({account.benefit for account in accounts})
    lines = tuple(
        BalanceLine(
            AccountKind(a.kind), ACCOUNT_KIND_LABELS[AccountKind(a.kind)], a.fund.key if a.fund else "", a.fund.title if a.fund else "", a.benefit,
            titles[a.benefit], sums.get(a.pk, 0),
        )
        for a in accounts
    )  # fmt: skip
    return TrialBalance(year, lines, sum(line.balance for line in lines))


_SPENT = """
SELECT key, sum(n), count(DISTINCT payee), sum(fen) FROM (
    SELECT {key} AS key, (p.kind <> 'recovery')::int AS n, coalesce(p.person_id, -p.award_id) AS payee, p.area_path,
           CASE WHEN p.kind = 'recovery' THEN -p.amount ELSE p.amount END AS fen
    FROM payment p JOIN pay_run r ON r.id = p.run_id WHERE p.state = 'paid' AND r.month >= %(first)s AND r.month < %(last)s
    UNION ALL
    SELECT {back}, 0, p.person_id, p.area_path, -p.amount FROM repayment p WHERE p.received_on >= %(first)s AND p.received_on < %(last)s
) p WHERE {within} GROUP BY 1 ORDER BY 1
"""
_KEYS = {
    By.TOWN: "array_to_string((string_to_array(p.area_path, '/'))[1:2], '/') || '/'",
    By.BENEFIT: "p.benefit",
    By.MONTH: "to_char(r.month, 'YYYY-MM')",
}
_KEYS_BACK = _KEYS | {By.MONTH: "to_char(p.received_on, 'YYYY-MM')"}
_SPENT_BY_FUND = """
SELECT f.key, 0, 0, -sum(l.amount) FROM ledger_posting l JOIN ledger_account a ON a.id = l.account_id JOIN fund f ON f.id = a.fund_id
WHERE a.kind IN ('fund', 'in_transit') AND a.year = %(year)s GROUP BY 1 ORDER BY 1
"""


def spending(actor: Actor, *, year: int, by: By) -> Spending:
    """What arrived in the runs of the year less what came back in it, in the actor's areas.

    By fund it is the ledger's, of the whole city: each fund's share of what arrived, for who sees payments of the whole city.
    """
    require(actor, Right.SEE_PAYMENTS)
    by = By(by)
    values: dict[str, int | str | dt.date]
    if by is By.FUND:
        require(actor, Right.SEE_PAYMENTS, f"{policy.pack_in_use().pack.place.code}/")
        statement, values = _SPENT_BY_FUND, {"year": year}
    else:
        paths = actor.area_paths(Right.SEE_PAYMENTS)
        within = " OR ".join(f"starts_with(p.area_path, %(path{n})s)" for n in range(len(paths)))
        statement = _SPENT.format(key=_KEYS[by], back=_KEYS_BACK[by], within=within)
        values = {"first": dt.date(year, 1, 1), "last": dt.date(year + 1, 1, 1)}
        values.update({f"path{n}": path for n, path in enumerate(paths)})
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    title = _titles(actor, by, [key for key, *_ in rows])
    lines = tuple(SpendingLine(key, title(key), count, people, int(fen)) for key, count, people, fen in rows if fen)
    return Spending(year, by, lines, sum(line.amount for line in lines))


def _titles(actor: Actor, by: By, keys: list[str]) -> Callable[[str], str]:
    if by is By.MONTH:
        return lambda key: f"{int(key[:4])}年{int(key[5:])}月"
    if by is By.TOWN:
        known = {area.path: area.name for level in ("town", "city") for area in places.areas_under("", level)}
    elif by is By.BENEFIT:
        known = dict(titles_of(keys))
    else:
        known = dict(funds_visible_to(actor).values_list("key", "title"))
    return lambda key: known.get(key, key)
