"""Vouchers over the API: a provider's till redeems them; the city's systems see a month, and awards to bodies and staff."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.payments import actions
from songhe.contexts.payments import queries as payments
from songhe.contexts.payments.queries import AwardState, AwardView
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput

router = Router()
awards = Router()
Text = Annotated[PlainText, Field(min_length=1, max_length=100)]
Fen = Annotated[int, Field(ge=1, le=100_000_000)]
Month = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


class RedemptionIn(Schema):
    """A service to be paid in part by a voucher. `key` is the provider's own number of it: sent twice, it is taken once. `price` in fen."""

    voucher: uuid.UUID
    key: Text
    provider_code: Annotated[PlainText, Field(min_length=18, max_length=18)]
    provider_name: Text
    setting: Literal["home", "institution"]
    service: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
    served_on: dt.date
    price: Fen


class RedemptionOut(Schema):
    """What was taken off and what is left, in fen; `repeated` where this had been sent before."""

    id: int
    deducted: int
    left: int
    repeated: bool


class ProviderOut(Schema):
    """A provider's month: number of redemptions, fen taken off, how many wait for a visit, are untrue, are claimed."""

    code: str
    name: str
    redemptions: int
    deducted: int
    waiting: int
    untrue: int
    claimed: int


class VoucherMonthOut(Schema):
    """A month of a voucher benefit in the caller's areas; amounts in fen, `per_mille` is the least share drawn to be verified."""

    month: dt.date
    benefit: str
    title: str
    issued: int
    amount: int
    used: int
    redemptions: int
    drawn: int
    verified: int
    untrue: int
    per_mille: int
    providers: list[ProviderOut]


class AwardOut(Schema):
    """A claim of a body or staff member; `amount` in fen; `shown` what it rests on, `reasons` each condition with document and clause."""

    id: uuid.UUID
    kind: str
    title: str
    payee_name: str
    area_path: str
    period: dt.date
    amount: int
    state: Literal["claimed", "approved", "refused"]
    shown: list[tuple[str, str]]
    reasons: list[tuple[str, str, str]]
    decided_because: str


class AwardsOut(Schema):
    """Claims, newest first; `next` is handed back as `after`."""

    items: list[AwardOut]
    next: str | None


class AwardFilters(Schema):
    """What narrows the list."""

    kind: Annotated[str, Field(pattern=r"^[a-z0-9_]{0,60}$")] = ""
    state: Literal["claimed", "approved", "refused"] | None = None
    after: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@router.post(
    "/redemptions", auth=Needs(Right.REDEEM_VOUCHERS), response={200: RedemptionOut, **REFUSALS}, operation_id="redeem_voucher"
)
def redeem_voucher(request: CallerRequest, body: RedemptionIn) -> RedemptionOut:
    """The service's share of the price is taken off the voucher; a refusal says why, and nothing is taken."""
    if "\0" in body.key:
        raise InvalidInput("流水号不对。", field="key")
    done = actions.redeem_voucher(request.auth, **body.dict())
    return RedemptionOut(id=done.redemption_id, deducted=done.deducted, left=done.left, repeated=done.repeated)


@router.get(
    "/months/{month}", auth=Needs(Right.SEE_PAYMENTS), response={200: VoucherMonthOut, **REFUSALS}, operation_id="voucher_month"
)
def voucher_month(
    request: CallerRequest, month: Month, benefit: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
) -> VoucherMonthOut:
    """A month's vouchers, redemptions and providers."""
    first = dt.date(int(month[:4]), int(month[5:]), 1)
    return VoucherMonthOut.from_orm(payments.voucher_month(request.auth, month=first, benefit=benefit))


@awards.get("", auth=Needs(Right.SEE_PAYMENTS), response={200: AwardsOut, **REFUSALS}, operation_id="list_awards")
def list_awards(request: CallerRequest, filters: Query[AwardFilters]) -> AwardsOut:
    """Awards to bodies and staff in the caller's areas."""
    page = payments.awards(
        request.auth,
        kind=filters.kind,
        state=AwardState(filters.state) if filters.state else None,
        after=filters.after,
        limit=filters.limit,
    )
    return AwardsOut(items=[_award(one) for one in page.items], next=page.next)


def _award(one: AwardView) -> AwardOut:
    return AwardOut(
        id=one.public_id, kind=one.kind, title=one.title, payee_name=one.payee_name, area_path=one.area_path, period=one.period, amount=one.amount,
        state=one.state.value, shown=list(one.shown), reasons=list(one.reasons), decided_because=one.decided_because,
    )  # fmt: skip
