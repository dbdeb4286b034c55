"""Asking for receipts: the platform over HTTP where it has an address for it, or the folder."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

from songhe.contexts.messaging.actions.post_message import ask_receipts
from songhe.contexts.messaging.actions.settle_messages import Receipt, note_trouble, take_receipts
from songhe.contexts.messaging.actions.write_files import read_incoming
from songhe.contexts.messaging.models import Message
from songhe.contexts.messaging.queries.gateway import HttpGateway, gateway
from songhe.contexts.messaging.words import SETTLED, MessageState, ReceiptWay
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require

AT_ONCE = 200


def fetch_receipts(actor: Actor) -> int:
    """What the platform knows by now has been taken; how many receipts were new. A gateway that does not answer is a sign, no error."""
    require(actor, Right.REPORT_MESSAGES)
    way = gateway()
    try:
        if way.files is not None:
            return read_incoming(actor, way.files)
        if way.http is not None and way.http.receipts_url:
            return _poll(actor, way.http)
    except OSError as wrong:
        note_trouble(f"回执取不到（{type(wrong).__name__}）")
    return 0


def _poll(actor: Actor, way: HttpGateway) -> int:
    rows = Message.objects.filter(state=MessageState.HANDED_OVER, gateway="http").order_by("asked_again_at", "handed_at", "id")
    ids = list(rows.values_list("public_id", flat=True)[:AT_ONCE])
    if not ids:
        return 0
    Message.objects.filter(public_id__in=ids).update(asked_again_at=clock.now())
    said = ask_receipts(way, ids)
    found = list(_read(said, set(ids)))
    return take_receipts(actor, receipts=found, way=ReceiptWay.POLL).new


def _read(said: object, asked: set[uuid.UUID]) -> Iterator[Receipt]:
    """The receipts of an answer that can be understood; those we did not ask about are left out."""
    listed = said.get("receipts") if isinstance(said, dict) else None
    for each in listed if isinstance(listed, list) else ():
        try:
            found = Receipt(
                uuid.UUID(each["message_id"]),
                MessageState(each["state"]),
                str(each.get("because", "")),
                dt.datetime.fromisoformat(each["at"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
        if found.message_id in asked and found.state in SETTLED and found.at.tzinfo is not None:
            yield found
