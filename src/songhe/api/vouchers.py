"""Vouchers over the API: issued for a month, redeemed by a provider's till, drawn and verified on the spot, settled with the provider."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Literal

from django.http import HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.awards import ClaimedOut, KeyHeader, claimed
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.payments import actions
from songhe.contexts.payments import queries as payments
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput

router = Router()
Text = Annotated[PlainText, Field(min_length=1, max_length=100)]
Fen = Annotated[int, Field(ge=1, le=100_000_000)]
Benefit = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
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


class IssuedOut(Schema):
    """A month's vouchers after issuing: how many were new, got another face value, were taken back."""

    month: dt.date
    issued: int
    changed: int
    withdrawn: int


class DrawIn(Schema):
    """Which voucher benefit."""

    model_config = ConfigDict(extra="forbid")

    benefit: Benefit


class DrawnOut(Schema):
    """Redemptions to be verified on the spot: newly drawn, drawn in all, out of how many. Anybody can draw again with the seed."""

    month: dt.date
    seed: str
    new: int
    drawn: int
    of: int


class TakenOut(Schema):
    """A redemption; `price` and `deducted` in fen; `verified_as` is null until somebody was there, `award` the settlement that it is in."""

    id: int
    person: uuid.UUID | None
    name: str
    area_path: str
    provider_code: str
    provider_name: str
    setting: str
    service: str
    served_on: dt.date
    price: int
    deducted: int
    drawn: bool
    verified_on: dt.date | None
    verified_as: payments.Verified | None
    verified_note: str
    settled: bool


class TakenPage(Schema):
    """A page; `next` is the cursor for the following one, null at the end."""

    items: list[TakenOut]
    next: str | None


class TakenWanted(Schema):
    """Filters: the month served, the area, and `only` those that wait for a visit, were drawn, or are untrue."""

    model_config = ConfigDict(extra="forbid")

    month: Month | None = None
    area: Annotated[PlainText, Field(max_length=100)] = ""
    only: Literal["", "waiting", "drawn", "untrue"] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: Cursor | None = None


class VerifyIn(Schema):
    """What was found on the spot; a note where it was not true."""

    model_config = ConfigDict(extra="forbid")

    outcome: payments.Verified
    note: Annotated[PlainText, Field(max_length=300)] = ""


class SettleIn(Schema):
    """A provider's month: name, credit code, and the account it is paid to."""

    model_config = ConfigDict(extra="forbid")

    benefit: Benefit
    name: Text
    code: Annotated[PlainText, Field(max_length=20)]
    account: Annotated[PlainText, Field(max_length=40)]


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
def voucher_month(request: CallerRequest, month: Month, benefit: Benefit) -> VoucherMonthOut:
    """A month's vouchers, redemptions and providers."""
    return VoucherMonthOut.from_orm(payments.voucher_month(request.auth, month=_first(month), benefit=benefit))


@router.post(
    "/months/{month}/issue",
    auth=Needs(Right.MAKE_PAYMENTS),
    response={200: IssuedOut, **REFUSALS},
    operation_id="issue_vouchers",
    summary="A month's vouchers",
)
def issue_vouchers(request: CallerRequest, month: Month) -> IssuedOut:
    """Every grant of a voucher benefit has its voucher of the month; asked again, only what changed is written."""
    return IssuedOut.from_orm(actions.issue_vouchers(request.auth, month=_first(month)))


@router.post(
    "/months/{month}/draw",
    auth=Needs(Right.MAKE_PAYMENTS),
    response={200: DrawnOut, **REFUSALS},
    operation_id="draw_redemptions",
    summary="Which redemptions are seen on the spot",
)
def draw_redemptions(request: CallerRequest, month: Month, body: DrawIn) -> DrawnOut:
    """At least the pack's share is drawn; drawn again, nothing is put back."""
    return DrawnOut.from_orm(actions.draw_for_verification(request.auth, month=_first(month), benefit=body.benefit))


@router.get(
    "/redemptions",
    auth=Needs(Right.SEE_PAYMENTS),
    response={200: TakenPage, **REFUSALS},
    operation_id="list_redemptions",
    summary="What was bought",
)
def list_redemptions(request: CallerRequest, wanted: Query[TakenWanted]) -> TakenPage:
    """Redemptions in the consumer's areas, newest first."""
    page = payments.redemptions(
        request.auth, month=_first(wanted.month) if wanted.month else None, area_path=wanted.area, only=wanted.only, after=wanted.after,
        limit=wanted.limit,
    )  # fmt: skip
    sees = request.auth.may(Right.SEE_PEOPLE)
    known = people.people_by_id(request.auth, person_ids=[one.person_id for one in page.items]) if sees else {}
    items = [
        TakenOut(
            id=one.id, person=uuid.UUID(known[one.person_id].public_id) if one.person_id in known else None, name=one.name,
            area_path=one.area_path, provider_code=one.provider_code, provider_name=one.provider_name, setting=one.setting,
            service=one.service, served_on=one.served_on, price=one.price, deducted=one.deducted, drawn=one.drawn,
            verified_on=one.verified_on, verified_as=one.verified_as, verified_note=one.verified_note, settled=one.award_id is not None,
        )
        for one in page.items
    ]  # fmt: skip
    return TakenPage(items=items, next=page.next)


@router.post(
    "/redemptions/{redemption}/verification",
    auth=Needs(Right.HANDLE_GRANTS),
    response={204: None, **REFUSALS},
    operation_id="verify_redemption",
    summary="Somebody was there",
)
def verify_redemption(request: CallerRequest, redemption: Annotated[int, Field(ge=1, le=2**62)], body: VerifyIn) -> Status[None]:
    """What was found stands with the redemption; 409 where somebody had been there before. One found untrue is not settled."""
    actions.verify_redemption(request.auth, redemption_id=redemption, outcome=body.outcome, note=body.note)
    return Status(204, None)


@router.post(
    "/months/{month}/settlements",
    auth=Needs(Right.MAKE_PAYMENTS),
    response={200: ClaimedOut, 201: ClaimedOut, **REFUSALS},
    operation_id="claim_redemptions",
    summary="Settle a provider's month",
)
def claim_redemptions(
    request: CallerRequest, month: Month, body: SettleIn, idempotency_key: KeyHeader
) -> Status[ClaimedOut] | HttpResponse:
    """What the provider took off prices is claimed as an award, to be decided by somebody else. The same key again gives the same claim."""
    payee = actions.Payee(body.name, body.code, body.account, f"{policy.pack_in_use().pack.place.code}/")
    return claimed(
        lambda: actions.claim_redemptions(
            request.auth, benefit=body.benefit, month=_first(month), payee=payee, key=idempotency_key
        )
    )


def _first(month: str) -> dt.date:
    return dt.date(int(month[:4]), int(month[5:]), 1)
