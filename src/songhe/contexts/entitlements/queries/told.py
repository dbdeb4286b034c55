"""How notices reached people: by letter, message or visit, and what became of the messages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q

from songhe.contexts.entitlements.access import notices_visible_to
from songhe.contexts.entitlements.models import NoticeMessage
from songhe.contexts.entitlements.words import NoticeChannel
from songhe.foundation.access import Actor, Right, require


@dataclass(frozen=True, slots=True)
class ToldBy:
    """Notices made in a time whose way is now this one: how many, and of these delivered. `mean_days` from making to delivery (None: none)."""

    channel: NoticeChannel
    made: int
    delivered: int
    mean_days: float | None


@dataclass(frozen=True, slots=True)
class Told:
    """`by`: every way, in a fixed order. Of the messages tried: how many arrived, were looked at, went another way, or became a visit unread."""

    by: tuple[ToldBy, ...]
    messages: int
    arrived: int
    opened: int
    other_way: int
    visited: int


def told(actor: Actor, *, since: dt.datetime, area_path: str = "") -> Told:
    """Of the notices made from `since` on in the actor's areas."""
    require(actor, Right.SEE_GRANTS)
    rows = notices_visible_to(actor, area_path=area_path).filter(made_at__gte=since)
    sums = rows.values_list("channel").annotate(made=Count("id"), delivered=Count("id", filter=Q(delivered_on__isnull=False)))
    counted = {channel: (made, delivered) for channel, made, delivered in sums}
    days: dict[str, list[int]] = {}
    for channel, made, delivered, number in (
        rows.filter(delivered_on__isnull=False).values_list("channel", "made_at__date", "delivered_on").annotate(n=Count("id"))
    ):
        held = days.setdefault(channel, [0, 0])
        held[0], held[1] = held[0] + (delivered - made).days * number, held[1] + number
    by = tuple(
        ToldBy(
            each, *counted.get(each.value, (0, 0)), max(0.0, days[each.value][0] / days[each.value][1]) if each.value in days else None
        )
        for each in NoticeChannel
    )  # fmt: skip
    tried = NoticeMessage.objects.filter(notice__in=rows).aggregate(
        messages=Count("id"), arrived=Count("id", filter=Q(state="delivered")), opened=Count("id", filter=Q(opened_on__isnull=False)),
        other_way=Count("id", filter=Q(state__in=["failed", "unknown"])), visited=Count("id", filter=Q(visit_on__isnull=False, state="delivered")),
    )  # fmt: skip
    return Told(by, tried["messages"], tried["arrived"], tried["opened"], tried["other_way"], tried["visited"])
