"""What became of a message: settled once, corrected only by the news that it arrived after all. Every way ends here."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.messaging.events import MessageSettled
from songhe.contexts.messaging.models import GatewaySign, Message, MessageReceipt
from songhe.contexts.messaging.queries.gateway import gateway
from songhe.contexts.messaging.words import SETTLED, MessageState, NotDelivered, ReceiptWay
from songhe.foundation import audit, clock, outbox
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput

LONGEST_ERROR = 300
KEPT = dt.timedelta(days=30)  # content of a message that never left, for sending it again


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the platform says of one message, by our number of it. `because` is one of words.NotDelivered, empty where it was delivered."""

    message_id: uuid.UUID
    state: MessageState
    because: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class ReceiptsTaken:
    """Receipts that were new, that had been told before, and that are about no message of ours."""

    new: int
    known: int
    unknown: int


def settle(row: Message, state: MessageState, because: str = "") -> None:
    """The locked message is settled and whoever asked for it hears so. What arrived stays arrived; content is kept no longer than needed."""
    if row.state == MessageState.DELIVERED or (row.state in SETTLED and state is not MessageState.DELIVERED):
        return
    row.state, row.because, row.settled_at, row.begun_at = state, because, clock.now(), None
    if state is MessageState.DELIVERED or row.handed_at is not None or row.doubtful:
        row.sealed = None  # never sent again
    row.save()
    outbox.publish(MessageSettled(key=row.key, purpose=row.purpose, state=state.value, because=because, at=row.settled_at))


def note_worked() -> None:
    """The gateway answered just now."""
    GatewaySign.objects.update_or_create(id=1, defaults={"worked_at": clock.now()})


def note_trouble(error: str) -> None:
    """The gateway failed just now; `error` names no number and no content."""
    GatewaySign.objects.update_or_create(id=1, defaults={"failed_at": clock.now(), "error": error[:LONGEST_ERROR]})


@transaction.atomic
def take_receipts(actor: Actor, *, receipts: Sequence[Receipt], way: ReceiptWay) -> ReceiptsTaken:
    """Each receipt is kept once and has had its effect. Out of order, twice or about nothing of ours: nothing is undone by it.

    Raises InvalidInput for a state that no receipt can have; then nothing was written.
    """
    require(actor, Right.REPORT_MESSAGES)
    new, unknown = 0, 0
    for receipt in sorted(receipts, key=lambda each: (each.message_id.hex, each.at, each.state)):
        if receipt.state not in SETTLED:
            raise InvalidInput("回执只能说送达、没有送达或者不知道。", next_step="请照《接通短信》的样子写。", field="state")
        row = Message.objects.select_for_update().filter(public_id=receipt.message_id).first()
        if row is None:
            unknown += 1
            continue
        because = "" if receipt.state is MessageState.DELIVERED else _known(receipt.because)
        _, made = MessageReceipt.objects.get_or_create(
            message=row, state=receipt.state.value, at=receipt.at,
            defaults={"because": because, "received_at": clock.now(), "way": way.value},
        )  # fmt: skip
        new += made
        if made:
            row.handed_at = row.handed_at or clock.now()  # a receipt says that the platform had it, whatever we saw
            settle(row, receipt.state, because)
    if new:
        note_worked()
        audit.record(actor, "messages.take_receipts", detail={"new": new, "unknown": unknown, "way": way.value})
    return ReceiptsTaken(new, len(receipts) - new - unknown, unknown)


def _known(because: str) -> str:
    return because if because in set(NotDelivered) else NotDelivered.OTHER.value


@transaction.atomic
def give_up_waiting(actor: Actor, *, limit: int = 1000) -> int:
    """Whatever was handed over long ago without a receipt is unknown from now on; how many. What never left is forgotten after a month."""
    require(actor, Right.REPORT_MESSAGES)
    now = clock.now()
    Message.objects.filter(state=MessageState.FAILED, sealed__isnull=False, settled_at__lt=now - KEPT).update(sealed=None)
    before = now - dt.timedelta(hours=gateway().unknown_after)
    rows = Message.objects.select_for_update(skip_locked=True).filter(state=MessageState.HANDED_OVER, handed_at__lte=before)
    found = list(rows.order_by("handed_at", "id")[:limit])
    for row in found:
        settle(row, MessageState.UNKNOWN, NotDelivered.NO_RECEIPT)
    return len(found)
