"""What was paid beyond what is due, over the API: who still has to hand back what, and the receipts of what came back."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.payments import actions, queries
from songhe.contexts.payments.queries import OverpaidPerson, RepaidBy
from songhe.contexts.people import queries as people
from songhe.foundation.access import Right

router = Router()
SEE = Needs(Right.SEE_PAYMENTS)
Text = Annotated[PlainText, Field(min_length=1, max_length=100)]


class OverpaidPeriodOut(Schema):
    """A period of a grant, in fen: what was paid, what is due now, and what is still to come back."""

    benefit: str
    title: str
    period: dt.date
    paid: int
    due: int
    open: int


class OverpaidOut(Schema):
    """A person (or the family) and what is to be handed back in all, in fen. `person` is null for whoever may not see people."""

    person: uuid.UUID | None
    name: str
    area_path: str
    open: int
    periods: list[OverpaidPeriodOut]


class OverpaidPage(Schema):
    """A page, most first; `next` is the cursor for the following one, null at the end."""

    items: list[OverpaidOut]
    next: str | None


class RepaymentOut(Schema):
    """What a receipt settled of a period, in fen."""

    title: str
    period: dt.date
    amount: int
    receipt: str
    received_on: dt.date
    how: RepaidBy
    payer: str


class OwedOut(Schema):
    """What one person still has to hand back, in fen, and what has come back."""

    open: int
    periods: list[OverpaidPeriodOut]
    repayments: list[RepaymentOut]


class RepaymentIn(Schema):
    """Money that came back, in fen. The number of the receipt is the key: sent twice, it is taken once."""

    model_config = ConfigDict(extra="forbid")

    amount: Annotated[int, Field(ge=1, le=10**12)]
    receipt: Text
    received_on: dt.date
    how: RepaidBy
    payer: Text


class RepaidOut(Schema):
    """What the receipt settled and what is still open, in fen."""

    amount: int
    left: int
    repeated: bool


class Wanted(Schema):
    """`area` narrows to an area path."""

    model_config = ConfigDict(extra="forbid")

    area: Annotated[PlainText, Field(max_length=100)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: Cursor | None = None


@router.get(
    "/overpaid", auth=SEE, response={200: OverpaidPage, **REFUSALS}, operation_id="list_overpaid", summary="Who was paid too much"
)
def list_overpaid(request: CallerRequest, wanted: Query[Wanted]) -> OverpaidPage:
    """In the consumer's areas."""
    page = queries.overpaid_page(request.auth, area_path=wanted.area, after=wanted.after, limit=wanted.limit)
    items = [
        OverpaidOut(
            person=uuid.UUID(one.public_id) if one.public_id else None, name=one.name, area_path=one.area_path, open=one.open,
            periods=_periods(one),
        )
        for one in page.items
    ]  # fmt: skip
    return OverpaidPage(items=items, next=page.next)


@router.get(
    "/people/{public_id}/overpaid",
    auth=SEE,
    response={200: OwedOut, **REFUSALS},
    operation_id="get_overpaid",
    summary="What a person was paid too much",
)
def get_overpaid(request: CallerRequest, public_id: uuid.UUID) -> OwedOut:
    """Period by period, and the receipts so far."""
    person = people.person_id_of(request.auth, public_id=public_id)
    found = queries.overpaid_of(request.auth, person_id=person)
    back = [RepaymentOut.from_orm(one) for one in queries.repayments_of(request.auth, person_id=person)]
    return OwedOut(open=found.open if found else 0, periods=_periods(found) if found else [], repayments=back)


@router.post(
    "/people/{public_id}/repayments",
    auth=Needs(Right.KEEP_FUNDS),
    response={200: RepaidOut, 201: RepaidOut, **REFUSALS},
    operation_id="record_repayment",
    summary="Money came back",
)
def record_repayment(request: CallerRequest, public_id: uuid.UUID, body: RepaymentIn) -> Status[RepaidOut]:
    """The receipt settles the oldest periods first: 201, or 200 where it had been taken; 422 for more than was overpaid."""
    person = people.person_id_of(request.auth, public_id=public_id)
    done = actions.record_repayment(
        request.auth, person_id=person, amount=body.amount, receipt=body.receipt, received_on=body.received_on, how=body.how, payer=body.payer
    )  # fmt: skip
    return Status(200 if done.repeated else 201, RepaidOut(amount=done.amount, left=done.left, repeated=done.repeated))


def _periods(one: OverpaidPerson) -> list[OverpaidPeriodOut]:
    return [OverpaidPeriodOut.from_orm(period) for period in one.periods]
