"""Every write of messages."""

from songhe.contexts.messaging.actions.ask_for_messages import NewMessage, ask_for_messages
from songhe.contexts.messaging.actions.fetch_receipts import fetch_receipts
from songhe.contexts.messaging.actions.reseal_values import reseal_values, sealed_values_by_key, unopened_sealed_values
from songhe.contexts.messaging.actions.send_again import accept_messages, refuse_by_reply, refuse_messages, send_again
from songhe.contexts.messaging.actions.send_messages import Sent, send_waiting
from songhe.contexts.messaging.actions.settle_messages import Receipt, ReceiptsTaken, give_up_waiting, take_receipts

__all__ = [
    "NewMessage",
    "Receipt",
    "ReceiptsTaken",
    "Sent",
    "accept_messages",
    "ask_for_messages",
    "fetch_receipts",
    "give_up_waiting",
    "refuse_by_reply",
    "refuse_messages",
    "reseal_values",
    "sealed_values_by_key",
    "send_again",
    "send_waiting",
    "take_receipts",
    "unopened_sealed_values",
]
