"""Sending what waits: one message at a time is claimed, handed to the platform outside any transaction, and marked.

A message never becomes two. A try is marked before it begins (`begun_at`): where a process dies or the platform's answer is lost, the next
sweep sees that nobody knows whether the platform took it. Only a platform that takes the same message number once (`same_once`) is asked
again then; from any other the message is unknown at once, and whoever asked for it goes another way.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.messaging.access import refusals
from songhe.contexts.messaging.actions.post_message import Answer, Said, post
from songhe.contexts.messaging.actions.settle_messages import LONGEST_ERROR, note_trouble, note_worked, settle
from songhe.contexts.messaging.actions.write_files import write_waiting
from songhe.contexts.messaging.models import Message
from songhe.contexts.messaging.queries.gateway import Gateway, HttpGateway, gateway
from songhe.contexts.messaging.words import GatewayKind, MessageState, NotDelivered, seal_context
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.encryption import open_sealed

LEASE = dt.timedelta(minutes=5)  # longer than any try may take; after it a try counts as cut off


@dataclass(frozen=True, slots=True)
class Sent:
    """Messages handed over, settled without having left, and put off."""

    handed: int
    settled: int
    later: int


def send_waiting(actor: Actor, *, limit: int = 200) -> Sent:
    """Every message that is due has been tried once. Not atomic: each message stands for itself, killed between two nothing is lost."""
    require(actor, Right.REPORT_MESSAGES)
    way = gateway()
    if way.kind is GatewayKind.FILES and way.files is not None:
        aside = _set_aside_all(way, limit)
        return Sent(write_waiting(way.files), aside, 0)
    handed = settled = later = 0
    for _ in range(limit):  # bounded: a sweep follows soon
        row = _claim(way)
        if row is None:
            break
        if row.state != MessageState.WAITING:
            settled += 1
            continue
        assert way.http is not None
        answer = post(way.http, row.public_id, row.template, _content(row))
        state = _note(row.id, way.http, answer)
        handed += state == MessageState.HANDED_OVER
        later += state == MessageState.WAITING
        settled += state in (MessageState.FAILED, MessageState.UNKNOWN)
    return Sent(handed, settled, later)


def _content(row: Message) -> dict[str, object]:
    found: dict[str, object] = json.loads(open_sealed(row.sealed or b"", context=seal_context(str(row.public_id))))
    return found


@transaction.atomic
def _claim(way: Gateway) -> Message | None:
    """The next message due, with its try begun; settled instead where it must not be tried. None where nothing is due."""
    now = clock.now()
    row = (
        Message.objects.select_for_update(skip_locked=True)
        .filter(state=MessageState.WAITING, file=None, next_try_at__lte=now)
        .order_by("next_try_at", "id")
        .first()
    )
    if row is None:
        return None
    row.doubtful = row.doubtful or row.begun_at is not None
    if not _set_aside(row, way):
        row.begun_at, row.tries, row.next_try_at, row.gateway = now, row.tries + 1, now + LEASE, way.kind
        row.save(update_fields=["begun_at", "tries", "next_try_at", "gateway", "doubtful"])
    return row


def _set_aside(row: Message, way: Gateway) -> bool:
    """Whether the message was settled because it must not be tried, or not again."""
    if row.doubtful and not (way.http is not None and way.http.same_once):
        settle(row, MessageState.UNKNOWN, NotDelivered.CUT_OFF)
    elif not way.connected:
        settle(row, MessageState.FAILED, NotDelivered.NOT_CONNECTED)
    elif refusals().filter(number_index=row.number_index).exists():
        settle(row, MessageState.FAILED, NotDelivered.REFUSED_BY_PERSON)
    else:
        return False
    return True


@transaction.atomic
def _set_aside_all(way: Gateway, limit: int) -> int:
    """What must not go into a file is settled; how many."""
    rows = Message.objects.select_for_update(skip_locked=True).filter(state=MessageState.WAITING, file=None)
    found = list(rows.filter(next_try_at__lte=clock.now()).order_by("next_try_at", "id")[:limit])
    for row in found:
        row.doubtful = row.doubtful or row.begun_at is not None
    return sum(_set_aside(row, way) for row in found)


@transaction.atomic
def _note(message_id: int, way: HttpGateway, answer: Answer) -> str:
    """What the platform said has its effect; the state the message is in now."""
    row = Message.objects.select_for_update().get(id=message_id)
    if row.state != MessageState.WAITING:
        return row.state  # a receipt was quicker
    row.last_error, row.begun_at = answer.error[:LONGEST_ERROR], None
    if answer.said is Said.TAKEN:
        row.state, row.handed_at = MessageState.HANDED_OVER, clock.now()
        row.save()
        note_worked()
        return row.state
    note_trouble(answer.error)
    row.doubtful = row.doubtful or answer.said is Said.DOUBTFUL
    if answer.said is Said.REFUSED and not row.doubtful:
        settle(row, MessageState.FAILED, NotDelivered.REFUSED_BY_PLATFORM)
    elif row.doubtful and not way.same_once:
        settle(row, MessageState.UNKNOWN, NotDelivered.CUT_OFF)
    elif row.tries >= way.tries or answer.said is Said.REFUSED:
        if row.doubtful:
            settle(row, MessageState.UNKNOWN, NotDelivered.CUT_OFF)
        else:
            settle(row, MessageState.FAILED, NotDelivered.NOT_REACHED)
    else:
        pause = min(way.first_pause * 2 ** (row.tries - 1), way.longest_pause)
        row.next_try_at = clock.now() + dt.timedelta(seconds=pause)
        row.save()
    return row.state
