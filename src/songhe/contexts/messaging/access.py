"""Messages are seen by those who look after them, in their areas; what a message said is sealed and shown to nobody."""

from __future__ import annotations

from django.db.models import QuerySet

from songhe.contexts.messaging.models import GatewaySign, Message, MessageFile, MessageReceipt, MessageRefusal, ReceiptFile
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.scope import rows_within


def visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Message]:
    """Messages to people of the actor's areas."""
    return Message.objects.filter(rows_within(actor, Right.TEND_MESSAGES, area_path=area_path))


def receipts_visible_to(actor: Actor) -> QuerySet[MessageReceipt]:
    """Receipts of visible messages."""
    return MessageReceipt.objects.filter(message__in=visible_to(actor))


def files_visible_to(actor: Actor) -> tuple[QuerySet[MessageFile], QuerySet[ReceiptFile], QuerySet[GatewaySign]]:
    """What left and came through the drop folder, and how the gateway is: of the whole city, without anybody's data."""
    require(actor, Right.TEND_MESSAGES)
    return MessageFile.objects.all(), ReceiptFile.objects.all(), GatewaySign.objects.all()


def refusals() -> QuerySet[MessageRefusal]:
    """Open refusals; looked up by a number that the caller holds already, and shown to nobody."""
    return MessageRefusal.objects.filter(lifted_at=None)
