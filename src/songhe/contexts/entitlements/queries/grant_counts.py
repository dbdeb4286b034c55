"""How many grants there are by benefit, state and town, what they come to, and how many notices lie where for how long."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Min, Q, Sum

from songhe.contexts.entitlements.access import grants_visible_to, notices_visible_to
from songhe.contexts.entitlements.words import GrantState, town_of
from songhe.foundation.access import Actor, Right, require


@dataclass(frozen=True, slots=True)
class GrantCount:
    """Grants of one benefit in one state in one town. `amount` is the sum of what one period gives, in fen (0 in kind)."""

    town: str
    benefit: str
    title: str
    period: str
    state: GrantState
    number: int
    amount: int


@dataclass(frozen=True, slots=True)
class NoticeCount:
    """Notices of one town that nobody has handed over; `late` of them were made before the day asked about, the oldest on `oldest`."""

    town: str
    number: int
    late: int
    oldest: dt.date


def grant_counts(actor: Actor, *, area_path: str = "") -> tuple[GrantCount, ...]:
    """The counts in the actor's areas, by town, benefit and state."""
    require(actor, Right.SEE_GRANTS)
    rows = (
        grants_visible_to(actor, area_path=area_path)
        .values("area_path", "benefit", "period", "state")
        .annotate(number=Count("id"), sum=Sum("amount"), name=Max("title"))
    )
    found: dict[tuple[str, str, str, str], tuple[str, int, int]] = {}
    for row in rows:
        key = (town_of(row["area_path"]), row["benefit"], row["period"], row["state"])
        name, number, amount = found.get(key, ("", 0, 0))
        found[key] = (max(name, row["name"]), number + row["number"], amount + row["sum"])
    return tuple(
        GrantCount(town, benefit, name, period, GrantState(state), number, amount)
        for (town, benefit, period, state), (name, number, amount) in sorted(found.items())
    )


def notice_counts(actor: Actor, *, made_before: dt.date, area_path: str = "") -> tuple[NoticeCount, ...]:
    """The notices still to be handed over in the actor's areas, towns with the most late ones first."""
    require(actor, Right.SEE_GRANTS)
    rows = (
        notices_visible_to(actor, area_path=area_path)
        .filter(delivered_on=None)
        .values("grant__area_path")
        .annotate(number=Count("id"), late=Count("id", filter=Q(made_at__date__lt=made_before)), oldest=Min("made_at__date"))
    )
    found: dict[str, NoticeCount] = {}
    for row in rows:
        town = town_of(row["grant__area_path"])
        was = found.get(town, NoticeCount(town, 0, 0, row["oldest"]))
        found[town] = NoticeCount(town, was.number + row["number"], was.late + row["late"], min(was.oldest, row["oldest"]))
    return tuple(sorted(found.values(), key=lambda each: (-each.late, -each.number, each.town)))
