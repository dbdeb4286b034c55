"""短信 at the system desk: how the channel is, what left today and at what cost, what went wrong, and sending again what never left."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from songhe.contexts.messaging import actions as messaging_actions
from songhe.contexts.messaging import queries as messaging
from songhe.contexts.messaging.queries import MessageCounts, MessageLine
from songhe.contexts.messaging.words import GATEWAY_LABELS, MESSAGE_STATE_LABELS, NOT_DELIVERED_LABELS, GatewayKind, MessageState
from songhe.foundation.access import Right
from songhe.foundation.errors import Conflict
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.exports import every_row, export
from songhe.web.grants_shown import place_names
from songhe.web.lists import Filter, chosen

PURPOSES = (("grant_notice", "待遇通知"),)
_STATES = tuple((state.value, label) for state, label in MESSAGE_STATE_LABELS.items())


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message in words; what it said is its text before it was filled in."""

    line: MessageLine
    purpose: str
    place: str
    chip: str
    why: str


def _rows(lines: Sequence[MessageLine]) -> tuple[MessageRow, ...]:
    names = place_names()
    return tuple(
        MessageRow(
            line, dict(PURPOSES).get(line.purpose, line.purpose), names.get(line.area_path, ""), f"message_{line.state.value}",
            NOT_DELIVERED_LABELS[line.because] if line.because else line.last_error,
        )
        for line in lines
    )  # fmt: skip


def _filters(request: PageRequest) -> tuple[Filter, ...]:
    return (
        area_filter(request, Right.TEND_MESSAGES),
        Filter("state", "情况", chosen(request.GET, "state", _STATES), "choice", _STATES),
        Filter("purpose", "为什么发", chosen(request.GET, "purpose", PURPOSES), "choice", PURPOSES),
    )


def _found(request: PageRequest, after: str | None, limit: int = 50) -> Page[MessageLine]:
    state, purpose = chosen(request.GET, "state", _STATES), chosen(request.GET, "purpose", PURPOSES)
    return messaging.messages(
        request.actor, area_path=chosen_area(request), state=state, purpose=purpose, after=after, limit=limit
    )


def cost_of(counts: MessageCounts) -> str:
    """What these messages cost, in yuan to the li: 1.035."""
    return f"{counts.cost // 1000:,}.{counts.cost % 1000:03d}"


@desk(Right.TEND_MESSAGES)
def page_messages(request: PageRequest) -> HttpResponse:
    """The channel first, then every message of the filters."""
    page, today = _found(request, request.GET.get("after")), messaging.start_of_today()
    counts = messaging.message_counts(request.actor, since=today)
    month = messaging.message_counts(request.actor, since=today.replace(day=1))
    channel = messaging.channel_state(request.actor)
    filters = _filters(request)
    found = {
        "channel": channel,
        "connected": channel.kind is not GatewayKind.NONE,
        "gateway": GATEWAY_LABELS[channel.kind],
        "trouble": bool(channel.failed_at and (channel.worked_at is None or channel.failed_at > channel.worked_at)),
        "counts": counts,
        "delivered": counts.by_state[MessageState.DELIVERED],
        "failed": counts.by_state[MessageState.FAILED] + counts.by_state[MessageState.UNKNOWN],
        "cost": cost_of(counts),
        "month_cost": cost_of(month),
        "page": Page(_rows(page.items), page.next),
        "filters": filters,
        "cleared": request.path if any(each.value for each in filters) else "",
    }
    return render(request, "ops/messages.html", found)


@desk(Right.TEND_MESSAGES)
def page_export(request: PageRequest) -> HttpResponse:
    """The messages of the filters as a file."""
    rows = [
        (
            row.purpose, row.line.wording, row.place, MESSAGE_STATE_LABELS[row.line.state], row.why, row.line.tries, row.line.units,
            f"{row.line.price / 1000:.3f}", f"{timezone.localtime(row.line.asked_at):%Y-%m-%d %H:%M:%S}",
            f"{timezone.localtime(row.line.settled_at):%Y-%m-%d %H:%M:%S}" if row.line.settled_at else "",
        )
        for row in _rows(every_row(lambda after: _found(request, after, limit=500)))
    ]  # fmt: skip
    header = (
        "为什么发",
        "写了什么",
        "哪里的人",
        "情况",
        "原因",
        "试过（次）",
        "字数（个）",
        "费用（元）",
        "要求发的时间",
        "有结果的时间",
    )
    return export(request, title="短信", header=header, rows=rows, area_path=chosen_area(request))


@require_POST
@desk(Right.TEND_MESSAGES)
def submit_again(request: PageRequest, message: uuid.UUID) -> HttpResponse:
    """The message waits again; one that may have left does not, and it is said why."""
    try:
        messaging_actions.send_again(request.actor, public_id=message)
        messages.success(request, "已重新排队，半分钟以内会再发一次。")
    except Conflict as refused:
        messages.error(request, f"{refused.sentence}{refused.next_step}")
    return redirect("ops:messages")
