"""Messages as desks see them: how the channel is, what was sent, through which text, with what result and at what cost. No content, no number."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, Sum

from songhe.contexts.messaging.access import files_visible_to, visible_to
from songhe.contexts.messaging.errors import GatewayWrong
from songhe.contexts.messaging.models import Message
from songhe.contexts.messaging.queries.gateway import Gateway, gateway
from songhe.contexts.messaging.words import GatewayKind, MessageState, NotDelivered
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import NotFound
from songhe.foundation.paging import Page, cursor_of, keys_of

MOST = 500
_LEFT = ("handed_over", "delivered", "unknown")


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message. `wording` is the text before it was filled in; `may_again`: it certainly never left and can be sent again.

    `price` in li (a thousandth of a yuan), 0 where it never left.
    """

    public_id: uuid.UUID
    purpose: str
    template: str
    wording: str
    area_path: str
    state: MessageState
    because: NotDelivered | None
    gateway: str
    units: int
    price: int
    tries: int
    last_error: str
    asked_at: dt.datetime
    handed_at: dt.datetime | None
    settled_at: dt.datetime | None
    may_again: bool


@dataclass(frozen=True, slots=True)
class ChannelState:
    """How the gateway is. `wrong` says what of its file cannot be used; `waiting` messages wait, the oldest since `waiting_since`.

    `files`: files that left the outgoing folder, `receipt_files` that came in; `wrong_rows`, `unknown_rows`: rows of these that were no use.
    """

    kind: GatewayKind
    wrong: str
    worked_at: dt.datetime | None
    failed_at: dt.datetime | None
    error: str
    waiting: int
    waiting_since: dt.datetime | None
    files: int
    receipt_files: int
    wrong_rows: int
    unknown_rows: int


@dataclass(frozen=True, slots=True)
class MessageCounts:
    """Messages asked for in a time, by how they stand now, and what those that left cost, in li."""

    asked: int
    by_state: Mapping[MessageState, int]
    cost: int


def _line(row: Message) -> MessageLine:
    left = row.handed_at is not None or row.doubtful
    return MessageLine(
        row.public_id, row.purpose, row.template, row.wording, row.area_path, MessageState(row.state),
        NotDelivered(row.because) if row.because else None, row.gateway, row.units, row.price if left else 0, row.tries, row.last_error,
        row.asked_at, row.handed_at, row.settled_at, row.state == MessageState.FAILED and not left and row.sealed is not None,
    )  # fmt: skip


def messages(
    actor: Actor, *, area_path: str = "", state: str = "", purpose: str = "", after: str | None = None, limit: int = 50
) -> Page[MessageLine]:
    """A page of messages in the actor's areas, latest first. NotFound for a state there is not."""
    require(actor, Right.TEND_MESSAGES)
    limit = max(1, min(limit, MOST))
    rows = visible_to(actor, area_path=area_path)
    if state:
        if state not in {each.value for each in MessageState}:
            raise NotFound("没有这种状态。", next_step="请从列出的状态里选择。", field="state")
        rows = rows.filter(state=state)
    if purpose:
        rows = rows.filter(purpose=purpose)
    if after:
        rows = rows.filter(id__lt=keys_of(after, int)[0])
    found = list(rows.order_by("-id")[: limit + 1])
    following = cursor_of(found[limit - 1].id) if len(found) > limit else None
    return Page(tuple(_line(row) for row in found[:limit]), following)


def message_counts(actor: Actor, *, since: dt.datetime, until: dt.datetime | None = None, area_path: str = "") -> MessageCounts:
    """Messages asked for from `since` until before `until` (now), in the actor's areas."""
    require(actor, Right.TEND_MESSAGES)
    rows = visible_to(actor, area_path=area_path).filter(asked_at__gte=since)
    rows = rows.filter(asked_at__lt=until) if until is not None else rows
    counted = dict(rows.values_list("state").annotate(n=Count("id")).order_by("state"))
    left = rows.filter(Q(handed_at__isnull=False) | Q(doubtful=True)).aggregate(li=Sum(F("price")))["li"]
    return MessageCounts(sum(counted.values()), {state: counted.get(state.value, 0) for state in MessageState}, left or 0)


def start_of_today() -> dt.datetime:
    """Midnight in the city."""
    return clock.now().replace(hour=0, minute=0, second=0, microsecond=0)


def channel_state(actor: Actor) -> ChannelState:
    """How the gateway is now."""
    files, receipt_files, signs = files_visible_to(actor)
    wrong = ""
    try:
        way = gateway()
    except GatewayWrong as refused:
        way, wrong = Gateway(GatewayKind.NONE), f"{refused.sentence}{refused.next_step}"
    sign = signs.first()
    waiting = visible_to(actor).filter(state=MessageState.WAITING)
    rows = receipt_files.aggregate(wrong=Sum("wrong"), unknown=Sum("unknown"), files=Count("id"))
    oldest = waiting.order_by("asked_at").values_list("asked_at", flat=True).first()
    return ChannelState(
        way.kind, wrong, sign.worked_at if sign else None, sign.failed_at if sign else None, sign.error if sign else "", waiting.count(), oldest,
        files.filter(written_at__isnull=False).count(), rows["files"], rows["wrong"] or 0, rows["unknown"] or 0,
    )  # fmt: skip


def states_of(keys: Sequence[str]) -> Mapping[str, MessageState]:
    """How the messages under these keys stand, for the context that asked for them."""
    return {key: MessageState(state) for key, state in Message.objects.filter(key__in=list(keys)).values_list("key", "state")}
