"""A body at its own desk: what it may claim, what it has claimed, what became of it; and a claim with its papers and its payment."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth

from songhe.contexts.payments.access import (
    awards_visible_to,
    documents_visible_to,
    own_awards_of,
    own_redemptions_of,
    own_seat,
    seat_of,
)
from songhe.contexts.payments.errors import RunNotFound
from songhe.contexts.payments.models import BodySeat, Payment
from songhe.contexts.payments.queries.awards import AwardKind, AwardView, award_kinds, page_of, view_of
from songhe.contexts.payments.queries.titles import title_of
from songhe.contexts.payments.words import AwardState, PaymentState, Verified
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.rulebook import Period
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.paging import Page

MOST = 500


@dataclass(frozen=True, slots=True)
class OwnBody:
    """The body for which an account claims."""

    credit_code: str
    name: str
    area_path: str


@dataclass(frozen=True, slots=True)
class Claimable:
    """An award in force and what the body has claimed of it already in this period (of one for staff: for whom)."""

    kind: AwardKind
    claimed: tuple[AwardView, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """A month of vouchers that the body took: redemptions, fen taken off, how many wait for a visit, are untrue, are claimed; `ready` in fen."""

    month: dt.date
    benefit: str
    title: str
    redemptions: int
    deducted: int
    waiting: int
    untrue: int
    claimed: int
    ready: int


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of a claim; `size` in bytes."""

    id: int
    name: str
    size: int
    added_at: dt.datetime


@dataclass(frozen=True, slots=True)
class AwardFile:
    """A claim, its papers, and its payment (None until a run lists it); `failure` in the bank's words."""

    view: AwardView
    papers: tuple[Paper, ...]
    payment: PaymentState | None
    settled_on: dt.date | None
    failure: str


def own_body(actor: Actor) -> OwnBody | None:
    """The body for which the actor claims; None where nobody has said for which, AccessDenied without the right."""
    require(actor, Right.CLAIM_AWARDS)
    return _body(seat_of(actor))


def body_of_account(actor: Actor, *, kind: str, actor_id: int) -> OwnBody | None:
    """The body for which another account claims, for who manages accounts."""
    require(actor, Right.MANAGE_USERS)
    return _body(BodySeat.objects.filter(actor_kind=kind, actor_id=actor_id).first())


def bodies_of_consumers(actor: Actor) -> dict[int, str]:
    """The names of the bodies for which systems claim, by the consumer's number."""
    require(actor, Right.MANAGE_USERS)
    rows = BodySeat.objects.filter(actor_kind="consumer").values_list("actor_id", "name")
    return {-actor_id: name for actor_id, name in rows}


def claimable(actor: Actor) -> tuple[Claimable, ...]:
    """Every award in force, with what the actor's body has claimed of it in the period of today."""
    own_seat(actor)
    mine = [view_of(row) for row in own_awards_of(actor).exclude(state=AwardState.REFUSED).order_by("-id")[:MOST]]
    found = []
    for kind in award_kinds():
        held = tuple(one for one in mine if one.kind == kind.id and _same_period(kind.period, one.period))
        found.append(Claimable(kind, held, kind.staff or not held))
    return tuple(found)


def _same_period(period: str, day: dt.date) -> bool:
    """Whether a claim of that day is one of the period of today."""
    today = clock.today()
    if period == Period.ONCE:
        return True
    return day.year == today.year and (period == Period.YEAR or day.month == today.month)


def own_awards(actor: Actor, *, after: str | None = None, limit: int = 50) -> Page[AwardView]:
    """The claims of the actor's own body, newest first."""
    own_seat(actor)
    return page_of(own_awards_of(actor), after, limit)


def own_months(actor: Actor) -> tuple[OwnMonth, ...]:
    """The months in which the actor's body took vouchers, newest first; two years back."""
    own_seat(actor)
    since = clock.today().replace(day=1) - dt.timedelta(days=731)
    waits, untrue = Q(drawn=True, verified_on=None), Q(verified_as=Verified.NOT_TRUE)
    rows = (
        own_redemptions_of(actor).filter(served_on__gte=since).annotate(month=TruncMonth("served_on"))
        .values("month", "voucher__benefit").order_by("-month", "voucher__benefit")
        .annotate(
            n=Count("id"), fen=Sum("deducted"), waits=Count("id", filter=waits), untrue=Count("id", filter=untrue),
            claimed=Count("id", filter=Q(award__isnull=False)), ready=Sum("deducted", filter=Q(award=None) & ~waits & ~untrue),
        )
    )  # fmt: skip
    pack = policy.pack_in_use().pack
    return tuple(
        OwnMonth(
            r["month"], r["voucher__benefit"], title_of(pack, r["voucher__benefit"]), r["n"], r["fen"] or 0, r["waits"], r["untrue"],
            r["claimed"], r["ready"] or 0,
        )
        for r in rows
    )  # fmt: skip


def award_file(actor: Actor, *, award_id: int) -> AwardFile:
    """A visible claim with its papers and its payment; RunNotFound where there is none that the actor may see."""
    row = awards_visible_to(actor).filter(pk=award_id).first()
    if row is None:
        raise RunNotFound("没有这一份申请，或者您不能查看。", next_step="请回到列表。")
    papers = documents_visible_to(actor).filter(award=row).select_related("file").order_by("id")
    paid = Payment.objects.filter(award=row).exclude(state=PaymentState.WITHDRAWN).order_by("-id").first()
    return AwardFile(
        view_of(row), tuple(Paper(one.pk, one.name, one.file.size, one.added_at) for one in papers),
        PaymentState(paid.state) if paid is not None else None, paid.settled_on if paid is not None else None,
        paid.failure if paid is not None else "",
    )  # fmt: skip


def award_id_of(actor: Actor, *, public_id: uuid.UUID) -> int:
    """The number of the claim behind a public id; RunNotFound where there is none that the actor may see."""
    found = awards_visible_to(actor).filter(public_id=public_id).values_list("pk", flat=True).first()
    if found is None:
        raise RunNotFound("没有这一份申请，或者您不能查看。", next_step="请回到列表。")
    return int(found)


def _body(seat: BodySeat | None) -> OwnBody | None:
    return OwnBody(seat.credit_code, seat.name, seat.area_path) if seat is not None else None
