"""Messages over the API: the list, how the channel is, receipts from the platform, sending again what never left."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Literal

from ninja import Query, Router, Schema
from pydantic import AwareDatetime, ConfigDict, Field, StrictInt

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.messaging import actions, queries
from songhe.contexts.messaging.queries import MessageState, ReceiptWay
from songhe.foundation.access import Right

router = Router()
State = Literal["waiting", "handed_over", "delivered", "failed", "unknown"]
Because = Literal[
    "", "not_connected", "refused_by_person", "refused_by_platform", "not_reached", "number_dead", "phone_off", "blocked", "cut_off", "no_receipt",
    "other",
]  # fmt: skip


class MessageOut(Schema):
    """One message; no number and no content, `wording` is its text before it was filled in. `price` in li (a thousandth of a yuan)."""

    message_id: uuid.UUID
    purpose: str
    template: str
    wording: str
    area_path: str
    state: State
    because: Because
    units: int
    price: int
    tries: int
    asked_at: dt.datetime
    handed_at: dt.datetime | None
    settled_at: dt.datetime | None
    may_be_sent_again: bool


class MessagesPage(Schema):
    """A page, latest first; `next` is the cursor for the following one."""

    items: list[MessageOut]
    next: str | None


class ChannelOut(Schema):
    """How the gateway is. `wrong` is empty where its file can be used; `cost_today` in li."""

    gateway: Literal["http", "files", "none"]
    wrong: str
    worked_at: dt.datetime | None
    failed_at: dt.datetime | None
    error: str
    waiting: int
    asked_today: int
    cost_today: int


class Wanted(Schema):
    """What of the messages."""

    model_config = ConfigDict(extra="forbid")

    area_path: PlainText = ""
    state: State | Literal[""] = ""
    purpose: PlainText = ""
    after: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class ReceiptIn(Schema):
    """What became of one message. `at` with its time zone; the same receipt again changes nothing."""

    model_config = ConfigDict(extra="forbid")

    message_id: uuid.UUID
    state: Literal["delivered", "failed", "unknown"]
    because: Annotated[PlainText, Field(max_length=40)] = ""
    at: AwareDatetime


class ReceiptsIn(Schema):
    """Receipts; `unsubscribed`: messages whose readers answered that they want no more."""

    model_config = ConfigDict(extra="forbid")

    receipts: Annotated[list[ReceiptIn], Field(max_length=1000, default_factory=list)]
    unsubscribed: Annotated[list[uuid.UUID], Field(max_length=1000, default_factory=list)]


class ReceiptsOut(Schema):
    """How many receipts were new, told before, and about no message of ours; refusals that could be told whose they are."""

    new: StrictInt
    known: StrictInt
    unknown: StrictInt
    unsubscribed: StrictInt


@router.get("/messages", auth=Needs(Right.TEND_MESSAGES), response={200: MessagesPage, **REFUSALS}, operation_id="list_messages")
def list_messages(request: CallerRequest, wanted: Query[Wanted]) -> MessagesPage:
    """Messages in the caller's areas."""
    page = queries.messages(
        request.auth,
        area_path=wanted.area_path,
        state=wanted.state,
        purpose=wanted.purpose,
        after=wanted.after,
        limit=wanted.limit,
    )
    return MessagesPage(
        items=[
            MessageOut(
                message_id=each.public_id, purpose=each.purpose, template=each.template, wording=each.wording, area_path=each.area_path,
                state=each.state.value, because=each.because.value if each.because else "", units=each.units, price=each.price, tries=each.tries,
                asked_at=each.asked_at, handed_at=each.handed_at, settled_at=each.settled_at, may_be_sent_again=each.may_again,
            )
            for each in page.items
        ],
        next=page.next,
    )  # fmt: skip


@router.get(
    "/messages/channel", auth=Needs(Right.TEND_MESSAGES), response={200: ChannelOut, **REFUSALS}, operation_id="message_channel"
)
def message_channel(request: CallerRequest) -> ChannelOut:
    """How messages leave, and what left today."""
    found, today = queries.channel_state(request.auth), queries.message_counts(request.auth, since=queries.start_of_today())
    return ChannelOut(
        gateway=found.kind.value, wrong=found.wrong, worked_at=found.worked_at, failed_at=found.failed_at, error=found.error,
        waiting=found.waiting, asked_today=today.asked, cost_today=today.cost,
    )  # fmt: skip


@router.post(
    "/messages/receipts",
    auth=Needs(Right.REPORT_MESSAGES),
    response={200: ReceiptsOut, **REFUSALS},
    operation_id="report_receipts",
)
def report_receipts(request: CallerRequest, told: ReceiptsIn) -> ReceiptsOut:
    """The platform tells what became of messages. Signed: X-Songhe-Time and X-Songhe-Signature over the body, besides the token."""
    headers = request.headers
    queries.check_signature(moment=headers.get(queries.TIME, ""), signature=headers.get(queries.SIGNATURE, ""), body=request.body)
    receipts = [actions.Receipt(each.message_id, MessageState(each.state), each.because, each.at) for each in told.receipts]
    taken = actions.take_receipts(request.auth, receipts=receipts, way=ReceiptWay.CALLBACK)
    refused = sum(actions.refuse_by_reply(request.auth, message_id=each) for each in told.unsubscribed)
    return ReceiptsOut(new=taken.new, known=taken.known, unknown=taken.unknown, unsubscribed=refused)


@router.post(
    "/messages/{message_id}/again",
    auth=Needs(Right.TEND_MESSAGES),
    response={204: None, **REFUSALS},
    operation_id="send_message_again",
)
def send_message_again(request: CallerRequest, message_id: uuid.UUID) -> tuple[int, None]:
    """A message that certainly never left waits again; 409 for any other."""
    actions.send_again(request.auth, public_id=message_id)
    return 204, None
