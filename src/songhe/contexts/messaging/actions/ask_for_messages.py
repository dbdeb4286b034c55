"""Asking for messages: each waits under its key, once, in the transaction of whoever asks."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from songhe.contexts.messaging.errors import MessageTooLong, NumberNotUsable
from songhe.contexts.messaging.models import Message
from songhe.contexts.messaging.queries.sendable import KIND, mobile
from songhe.contexts.messaging.words import MOST_UNITS, MessageState, seal_context, units_of
from songhe.foundation import clock
from songhe.foundation.encryption import blind_index_many, seal_many

BLOCK = 2000


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be sent. `key` says what it is about and exists once (such as ``grant_notice:17``); `purpose` is its kind.

    `template` and `wording` are the pack's text by name and as it stands there, `text` is it filled in, `values` what it was filled with.
    `price` in li (a thousandth of a yuan).
    """

    key: str
    purpose: str
    template: str
    wording: str
    text: str
    values: Mapping[str, str]
    number: str
    area_path: str
    price: int


def ask_for_messages(items: Sequence[NewMessage]) -> int:
    """Each key has its message, the one that was there already or a new one that waits; how many are new.

    A step inside an action that has checked access itself. Raises MessageTooLong and NumberNotUsable (no mobile number); then nothing was
    written. Whether somebody refuses messages is asked with `queries.sendable`, and once more when it is sent.
    """
    numbers = [mobile(item.number) for item in items]
    for item, number in zip(items, numbers, strict=True):
        if not 1 <= units_of(item.text) <= MOST_UNITS:
            raise MessageTooLong(
                f"短信要在{MOST_UNITS}个字以内，这一条有{units_of(item.text)}个。", next_step="请在 messages.yaml 里写短一些。"
            )
        if not number:
            raise NumberNotUsable("这个号码收不了短信。", next_step="请改用书面通知。")
    ids, now = [uuid.uuid4() for _ in items], clock.now()
    contents = [
        json.dumps({"number": number, "text": item.text, "values": dict(item.values)}, ensure_ascii=False)
        for item, number in zip(items, numbers, strict=True)
    ]
    sealed = seal_many(contents, contexts=[seal_context(str(each)) for each in ids])
    indexes = blind_index_many(numbers, kind=KIND)
    before = Message.objects.filter(key__in=[item.key for item in items]).count()
    Message.objects.bulk_create(
        [
            Message(
                public_id=ids[k], key=item.key, purpose=item.purpose, template=item.template, wording=item.wording, area_path=item.area_path,
                number_index=indexes[k] or b"", sealed=sealed[k], units=units_of(item.text), price=item.price, state=MessageState.WAITING,
                asked_at=now, next_try_at=now,
            )
            for k, item in enumerate(items)
        ],
        batch_size=BLOCK, ignore_conflicts=True,
    )  # fmt: skip
    return Message.objects.filter(key__in=[item.key for item in items]).count() - before
