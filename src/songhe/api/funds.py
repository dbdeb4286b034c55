"""Money of a year over the API: funds and their lines, the ledger's balances, spending."""

from __future__ import annotations

from typing import Annotated

from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.payments import actions, queries
from songhe.foundation.access import Right

router = Router()
SEE = Needs(Right.SEE_PAYMENTS)
Year = Annotated[int, Field(ge=2000, le=2100)]


class FundOut(Schema):
    """A fund in a year, in fen. `given` is null where nobody has said; `assumed`: by no document."""

    id: str
    title: str
    source: str
    year: int
    given: int | None
    bound: int
    spent: int
    left: int
    document: str
    assumed: bool
    revision: int


class BalanceLineOut(Schema):
    """An account and its balance in fen, debit positive."""

    kind: str
    fund: str
    benefit: str
    balance: int


class BalanceOut(Schema):
    """All accounts of a year; `total` is zero."""

    year: int
    lines: list[BalanceLineOut]
    total: int


class SpendingLineOut(Schema):
    """Fen that arrived."""

    key: str
    title: str
    payments: int
    people: int
    amount: int


class SpendingOut(Schema):
    """What was spent in the runs of a year."""

    year: int
    by: queries.By
    lines: list[SpendingLineOut]
    amount: int


class FundLineIn(Schema):
    """What a fund has for a year, in fen, by a document; a note where it is an estimate."""

    model_config = ConfigDict(extra="forbid")

    amount: Annotated[int, Field(ge=0, le=10**14)]
    document: Annotated[PlainText, Field(max_length=200)] = ""
    note: Annotated[PlainText, Field(max_length=500)] = ""


class OfYear(Schema):
    """The year."""

    model_config = ConfigDict(extra="forbid")

    year: Year


class SpendingWanted(OfYear):
    """The year, and by what spending is told apart."""

    by: queries.By


def _fund(f: queries.FundYear) -> FundOut:
    return FundOut(
        id=f.key, title=f.title, source=f.source.value, year=f.year, given=f.given, bound=f.bound, spent=f.spent, left=f.left,
        document=f.document, assumed=f.assumed, revision=f.revision,
    )  # fmt: skip


@router.get("/funds", response={200: list[FundOut], **REFUSALS}, auth=SEE, operation_id="list_funds", summary="Funds of a year")
def list_funds(request: CallerRequest, wanted: Query[OfYear]) -> list[FundOut]:
    """Every fund of the pack with what it was given, has bound and has spent."""
    return [_fund(f) for f in queries.funds(request.auth, year=wanted.year)]


@router.put(
    "/funds/{fund}/{year}",
    response={200: FundOut, **REFUSALS},
    auth=Needs(Right.KEEP_FUNDS),
    operation_id="keep_fund_line",
    summary="A fund's year",
)
def keep_fund_line(
    request: CallerRequest, fund: Annotated[PlainText, Field(max_length=63)], year: Year, body: FundLineIn
) -> FundOut:
    """The fund has this amount for the year; the same again changes nothing."""
    actions.keep_fund_line(request.auth, fund=fund, year=year, amount=body.amount, document=body.document, note=body.note)
    f = next(f for f in queries.funds(request.auth, year=year) if f.key == fund)
    return _fund(f)


@router.get(
    "/ledger/balance",
    response={200: BalanceOut, **REFUSALS},
    auth=Needs(Right.KEEP_FUNDS),
    operation_id="get_trial_balance",
    summary="Trial balance",
)
def get_trial_balance(request: CallerRequest, wanted: Query[OfYear]) -> BalanceOut:
    """The balances of the year's accounts."""
    found = queries.trial_balance(request.auth, year=wanted.year)
    lines = [BalanceLineOut(kind=b.kind.value, fund=b.fund, benefit=b.benefit, balance=b.balance) for b in found.lines]
    return BalanceOut(year=found.year, lines=lines, total=found.total)


@router.get(
    "/spending", response={200: SpendingOut, **REFUSALS}, auth=SEE, operation_id="get_spending", summary="Spending of a year"
)
def get_spending(request: CallerRequest, wanted: Query[SpendingWanted]) -> SpendingOut:
    """What arrived in the runs of the year."""
    found = queries.spending(request.auth, year=wanted.year, by=wanted.by)
    lines = [
        SpendingLineOut(key=x.key, title=x.title, payments=x.payments, people=x.people, amount=x.amount) for x in found.lines
    ]
    return SpendingOut(year=found.year, by=found.by, lines=lines, amount=found.amount)
