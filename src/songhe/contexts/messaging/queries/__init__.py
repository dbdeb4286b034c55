"""Every question about messages."""

from songhe.contexts.messaging.queries.gateway import Gateway, gateway, is_connected
from songhe.contexts.messaging.queries.messages import (
    ChannelState,
    MessageCounts,
    MessageLine,
    channel_state,
    message_counts,
    messages,
    start_of_today,
    states_of,
)
from songhe.contexts.messaging.queries.sendable import mobile, sendable
from songhe.contexts.messaging.queries.signature import SIGNATURE, TIME, check_signature
from songhe.contexts.messaging.words import MessageState, ReceiptWay, RefusalWay

__all__ = [
    "SIGNATURE",
    "TIME",
    "ChannelState",
    "Gateway",
    "MessageCounts",
    "MessageLine",
    "MessageState",
    "ReceiptWay",
    "RefusalWay",
    "channel_state",
    "check_signature",
    "gateway",
    "is_connected",
    "message_counts",
    "messages",
    "mobile",
    "sendable",
    "start_of_today",
    "states_of",
]
