"""The words of messages: how one stands, why it did not arrive, through which gateway, and how texts are counted."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class MessageState(StrEnum):
    """waiting → handed over → delivered / failed / unknown; a later receipt that it was delivered counts more than the two others."""

    WAITING = "waiting"
    HANDED_OVER = "handed_over"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"


MESSAGE_STATE_LABELS: Mapping[MessageState, str] = {
    MessageState.WAITING: "等着发",
    MessageState.HANDED_OVER: "已交给短信平台",
    MessageState.DELIVERED: "已送达",
    MessageState.FAILED: "没有送达",
    MessageState.UNKNOWN: "不知道送没送到",
}
SETTLED = (MessageState.DELIVERED, MessageState.FAILED, MessageState.UNKNOWN)


class NotDelivered(StrEnum):
    """Why a message did not arrive, or why it cannot be told."""

    NOT_CONNECTED = "not_connected"
    REFUSED_BY_PERSON = "refused_by_person"
    REFUSED_BY_PLATFORM = "refused_by_platform"
    NOT_REACHED = "not_reached"
    NUMBER_DEAD = "number_dead"
    PHONE_OFF = "phone_off"
    BLOCKED = "blocked"
    CUT_OFF = "cut_off"
    NO_RECEIPT = "no_receipt"
    OTHER = "other"


NOT_DELIVERED_LABELS: Mapping[NotDelivered, str] = {
    NotDelivered.NOT_CONNECTED: "短信平台没有接通",
    NotDelivered.REFUSED_BY_PERSON: "本人不收短信",
    NotDelivered.REFUSED_BY_PLATFORM: "短信平台不收这一条",
    NotDelivered.NOT_REACHED: "一直联系不上短信平台",
    NotDelivered.NUMBER_DEAD: "号码停机或空号",
    NotDelivered.PHONE_OFF: "手机关机或不在服务区",
    NotDelivered.BLOCKED: "被运营商或手机拦下",
    NotDelivered.CUT_OFF: "交给短信平台时断开了，平台收没收到不清楚",
    NotDelivered.NO_RECEIPT: "一直没有回执",
    NotDelivered.OTHER: "短信平台说没有送达",
}


class GatewayKind(StrEnum):
    """How messages leave this system."""

    HTTP = "http"
    FILES = "files"
    NONE = "none"


GATEWAY_LABELS: Mapping[GatewayKind, str] = {
    GatewayKind.HTTP: "接口",
    GatewayKind.FILES: "文件摆渡",
    GatewayKind.NONE: "未接通",
}


class ReceiptWay(StrEnum):
    """How a receipt came in."""

    CALLBACK = "callback"
    POLL = "poll"
    FILE = "file"


class RefusalWay(StrEnum):
    """How somebody said that no more messages are wanted."""

    COUNTER = "counter"
    VISIT = "visit"
    REPLY = "reply"


REFUSAL_WAY_LABELS: Mapping[RefusalWay, str] = {
    RefusalWay.COUNTER: "窗口",
    RefusalWay.VISIT: "上门",
    RefusalWay.REPLY: "回复短信",
}

MOST_UNITS = 70
"""Units of one short message in UCS-2 (3GPP TS 23.038): longer ones are cut into parts that cost more and may arrive apart."""


def units_of(text: str) -> int:
    """How much of a message the text fills: UTF-16 units, so a rare character outside the basic plane counts twice."""
    return len(text.encode("utf-16-le")) // 2


def seal_context(public_id: str) -> str:
    """What a message's sealed content is bound to."""
    return f"message:{public_id}"
