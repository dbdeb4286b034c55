"""Vouchers of a month, what was bought with them, and what is to be verified on the spot."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from songhe.basics.months import month_after
from songhe.contexts.payments.access import redemptions_visible_to, vouchers_visible_to
from songhe.contexts.payments.models import Redemption
from songhe.contexts.payments.words import Verified, VoucherState
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock
from songhe.foundation.access import Actor
from songhe.foundation.paging import Page, cursor_of, keys_of

MOST = 200


@dataclass(frozen=True, slots=True)
class VoucherView:
    """One voucher; `amount` and `used` in fen. `expired` as of today: nothing can be taken off it any more."""

    id: int
    public_id: uuid.UUID
    person_id: int
    name: str
    benefit: str
    title: str
    month: dt.date
    amount: int
    used: int
    expires_on: dt.date
    state: VoucherState
    expired: bool


@dataclass(frozen=True, slots=True)
class RedemptionView:
    """One redemption; `price` and `deducted` in fen; `verified_as` is None until somebody was there."""

    id: int
    person_id: int
    name: str
    area_path: str
    provider_code: str
    provider_name: str
    setting: str
    service: str
    served_on: dt.date
    price: int
    deducted: int
    drawn: bool
    verified_on: dt.date | None
    verified_as: Verified | None
    verified_note: str
    award_id: int | None


@dataclass(frozen=True, slots=True)
class ProviderMonth:
    """What one provider has taken in vouchers in a month: fen, number, how many wait for a visit, how many are in a claim."""

    code: str
    name: str
    redemptions: int
    deducted: int
    waiting: int
    untrue: int
    claimed: int


@dataclass(frozen=True, slots=True)
class VoucherMonth:
    """A month of one voucher benefit: issued and used in fen, the draw, and the providers. `share` drawn per mille is the pack's."""

    month: dt.date
    benefit: str
    title: str
    issued: int
    amount: int
    used: int
    redemptions: int
    drawn: int
    verified: int
    untrue: int
    per_mille: int
    providers: tuple[ProviderMonth, ...]


def voucher_month(actor: Actor, *, month: dt.date, benefit: str, area_path: str = "") -> VoucherMonth:
    """The month's numbers in the actor's areas."""
    first, pack = month.replace(day=1), policy.pack_in_use().pack
    issued = vouchers_visible_to(actor, area_path=area_path).filter(month=first, benefit=benefit, state=VoucherState.ISSUED)
    counted = issued.aggregate(n=Count("id"), fen=Sum("amount"), used=Sum("used"))
    rows = redemptions_visible_to(actor, area_path=area_path).filter(
        voucher__benefit=benefit, served_on__gte=first, served_on__lt=month_after(first)
    )
    seen = rows.aggregate(
        n=Count("id"), drawn=Count("id", filter=Q(drawn=True)), verified=Count("id", filter=Q(verified_on__isnull=False)),
        untrue=Count("id", filter=Q(verified_as=Verified.NOT_TRUE)),
    )  # fmt: skip
    by_provider = rows.values("provider_code").annotate(
        n=Count("id"), fen=Sum("deducted"), waiting=Count("id", filter=Q(drawn=True, verified_on=None)),
        untrue=Count("id", filter=Q(verified_as=Verified.NOT_TRUE)), claimed=Count("id", filter=Q(award__isnull=False)),
    )  # fmt: skip
    names = dict(rows.order_by("id").values_list("provider_code", "provider_name"))
    providers = tuple(
        ProviderMonth(p["provider_code"], names[p["provider_code"]], p["n"], p["fen"], p["waiting"], p["untrue"], p["claimed"])
        for p in by_provider.order_by("-fen", "provider_code")
    )
    rule, entry = pack.vouchers.get(benefit), pack.benefits.get(benefit)
    return VoucherMonth(
        first, benefit, entry.title if entry else benefit, counted["n"], counted["fen"] or 0, counted["used"] or 0, seen["n"],
        seen["drawn"], seen["verified"], seen["untrue"], rule.verify_per_mille if rule else 0, providers,
    )  # fmt: skip


def issued_vouchers(actor: Actor, *, month: dt.date, limit: int = 50) -> tuple[uuid.UUID, ...]:
    """The numbers of a month's vouchers in the actor's areas, in the order in which they were issued."""
    rows = vouchers_visible_to(actor).filter(month=month.replace(day=1), state=VoucherState.ISSUED).order_by("id")
    return tuple(rows.values_list("public_id", flat=True)[:limit])


def vouchers_of(actor: Actor, *, person_id: int) -> tuple[VoucherView, ...]:
    """A person's vouchers, newest month first."""
    rows = vouchers_visible_to(actor).filter(person_id=person_id).order_by("-month", "-id")[:MOST]
    known, today, pack = people.people_by_id(actor, person_ids=[person_id]), clock.today(), policy.pack_in_use().pack
    name = known[person_id].name if person_id in known else ""
    return tuple(
        VoucherView(
            v.pk, v.public_id, v.person_id, name, v.benefit, pack.benefits[v.benefit].title if v.benefit in pack.benefits else v.benefit,
            v.month, v.amount, v.used, v.expires_on, VoucherState(v.state), v.expires_on <= today,
        )
        for v in rows
    )  # fmt: skip


def redemptions(
    actor: Actor, *, month: dt.date | None = None, area_path: str = "", only: str = "", after: str | None = None, limit: int = 50
) -> Page[RedemptionView]:
    """Redemptions in the actor's areas, newest first. `only`: "waiting" (drawn, nobody was there yet), "drawn", "untrue", or all."""
    rows = redemptions_visible_to(actor, area_path=area_path).select_related("voucher")
    if month is not None:
        rows = rows.filter(served_on__gte=month.replace(day=1), served_on__lt=month_after(month))
    narrowed = {"waiting": Q(drawn=True, verified_on=None), "drawn": Q(drawn=True), "untrue": Q(verified_as=Verified.NOT_TRUE)}
    rows = rows.filter(narrowed.get(only, Q()))
    if after is not None:
        (last,) = keys_of(after, int)
        rows = rows.filter(id__lt=last)
    found = list(rows.order_by("-id")[: limit + 1])
    shown = found[:limit]
    known = people.people_by_id(actor, person_ids=[row.voucher.person_id for row in shown])
    items = tuple(_view(row, known[row.voucher.person_id].name if row.voucher.person_id in known else "") for row in shown)
    return Page(items, cursor_of(shown[-1].pk) if len(found) > limit else None)


def _view(row: Redemption, name: str) -> RedemptionView:
    rule = policy.pack_in_use().pack.vouchers.get(row.voucher.benefit)
    service = rule.services.get(row.service, row.service) if rule else row.service
    return RedemptionView(
        row.pk, row.voucher.person_id, name, row.voucher.area_path, row.provider_code, row.provider_name, row.setting, service,
        row.served_on, row.price, row.deducted, row.drawn, row.verified_on, Verified(row.verified_as) if row.verified_as else None,
        row.verified_note, row.award_id,
    )  # fmt: skip
