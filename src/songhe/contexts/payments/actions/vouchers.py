"""Vouchers: issued for a month from what is due, redeemed against a service, some drawn to be verified on the spot."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F

from songhe.basics.identifiers import Problem, parse_credit_code
from songhe.basics.months import month_after
from songhe.contexts.entitlements import facts
from songhe.contexts.payments.access import redemptions_visible_to
from songhe.contexts.payments.errors import NoVouchers, VoucherRefused
from songhe.contexts.payments.models import Redemption, Voucher
from songhe.contexts.payments.words import COMMUNITY, VERIFIED_LABELS, VERIFY_REDEMPTION, Verified, VoucherState
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.vouchers import SETTINGS, VoucherRule
from songhe.engines.sampling.draw import draw
from songhe.foundation import audit, clock, work_items
from songhe.foundation.access import SYSTEM, Actor, Right, require
from songhe.foundation.errors import Conflict, InvalidInput, NotFound


@dataclass(frozen=True, slots=True)
class VouchersIssued:
    """A month's vouchers after issuing: how many were new, how many got another face value, how many were taken back."""

    month: dt.date
    issued: int
    changed: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A redemption, in fen. `repeated`: the provider had sent it before, nothing was written again."""

    redemption_id: int
    deducted: int
    left: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """Which redemptions of a month are to be verified on the spot: newly drawn, and drawn in all, out of how many."""

    month: dt.date
    seed: str
    new: int
    drawn: int
    of: int


def voucher_rules() -> Mapping[str, VoucherRule]:
    """The benefits that are paid by voucher, by the pack in use."""
    return policy.pack_in_use().pack.vouchers


@transaction.atomic
def issue_vouchers(actor: Actor, *, month: dt.date) -> VouchersIssued:
    """Every grant of a voucher benefit has a voucher of the month over what is due for it. Asked again, only what changed is written.

    A voucher over less than was used already stays at what was used; one for which nothing is due any more is withdrawn if nothing was used.
    """
    require(actor, Right.MAKE_PAYMENTS, f"{policy.pack_in_use().pack.place.code}/")
    rules, first = voucher_rules(), month.replace(day=1)
    if not rules:
        raise NoVouchers("本市没有用消费券发放的待遇。", next_step="请在政策包的 vouchers.yaml 里写明。")
    due = {
        (row["grant_id"], row["benefit"]): row
        for row in facts.latest_dues(first, benefits=tuple(rules), with_account=False).to_pylist()
        if row["period"] == first
    }
    standing = {v.grant_id: v for v in Voucher.objects.select_for_update().filter(month=first, state=VoucherState.ISSUED)}
    new = [
        _voucher(row, first, rules[benefit]) for (grant, benefit), row in due.items() if row["amount"] and grant not in standing
    ]
    changed = _follow(standing, {grant: row["amount"] for (grant, _), row in due.items() if grant in standing})
    withdrawn = _withdraw(standing, {grant for (grant, _), row in due.items() if row["amount"]})
    Voucher.objects.bulk_create(new, batch_size=2000)
    found = VouchersIssued(first, len(new), changed, withdrawn)
    if new or changed or withdrawn:
        detail = {"month": first, "issued": found.issued, "changed": changed, "withdrawn": withdrawn}
        audit.record(actor, "vouchers.issued", subject_type="voucher_month", subject_id=f"{first:%Y-%m}", detail=detail)
    return found


def _voucher(row: Mapping[str, Any], month: dt.date, rule: VoucherRule) -> Voucher:
    return Voucher(
        grant_id=row["grant_id"], person_id=row["person_id"], area_path=row["area_path"], benefit=row["benefit"], month=month, amount=row["amount"],
        expires_on=month_after(month, rule.valid_months), state=VoucherState.ISSUED, issued_at=clock.now(),
    )  # fmt: skip


def _follow(standing: Mapping[int, Voucher], amounts: Mapping[int, int]) -> int:
    moved = [
        v for grant, v in standing.items() if grant in amounts and amounts[grant] and max(amounts[grant], v.used) != v.amount
    ]
    for voucher in moved:
        voucher.amount = max(amounts[voucher.grant_id], voucher.used)
    Voucher.objects.bulk_update(moved, ["amount"], batch_size=2000)
    return len(moved)


def _withdraw(standing: Mapping[int, Voucher], due: set[int]) -> int:
    gone = [voucher.pk for grant, voucher in standing.items() if grant not in due and voucher.used == 0]
    return Voucher.objects.filter(pk__in=gone, used=0).update(state=VoucherState.WITHDRAWN)


@transaction.atomic
def redeem_voucher(
    actor: Actor, *, voucher: uuid.UUID, key: str, provider_code: str, provider_name: str, setting: str, service: str,
    served_on: dt.date, price: int,
) -> Redeemed:  # fmt: skip
    """The service's share of the price (fen) is taken off the voucher. The provider's own number of it (`key`), sent twice, is one redemption.

    Raises VoucherRefused with the reason; nothing is written then.
    """
    require(actor, Right.REDEEM_VOUCHERS)
    code = _provider(provider_code)
    known = Voucher.objects.select_for_update().filter(public_id=voucher).first()
    if known is None or not actor.may(Right.REDEEM_VOUCHERS, known.area_path):
        raise NotFound("没有这张消费券。", next_step="请重新扫描或核对券号。", field="voucher")
    before = Redemption.objects.filter(key=f"{code}:{key}").first()
    if before is not None:
        return _repeated(before, known, setting, service, served_on, price)
    rule = _rule_of(known)
    _check(known, rule, setting, service, served_on, price, key)
    deducted = rule.takes_off(price, setting, known.amount - known.used)
    if deducted < 1:
        raise VoucherRefused(
            "这张券已经用完，或者抵扣不到一分钱。", next_step="请老人付全价，或者等下个月的券。", field="voucher"
        )
    Voucher.objects.filter(pk=known.pk).update(used=F("used") + deducted)
    made = Redemption.objects.create(
        voucher=known, key=f"{code}:{key}", provider_code=code, provider_name=provider_name.strip(), setting=setting, service=service,
        served_on=served_on, price=price, deducted=deducted, at=clock.now(),
    )  # fmt: skip
    detail = {"provider": code, "price": price, "deducted": deducted}
    audit.record(
        actor, "voucher.redeemed", subject_type="person", subject_id=known.person_id, area_path=known.area_path, detail=detail
    )
    return Redeemed(made.pk, deducted, known.amount - known.used - deducted, repeated=False)


def _provider(text: str) -> str:
    parsed = parse_credit_code(text)
    if isinstance(parsed, Problem):
        raise InvalidInput(f"统一社会信用代码不对：{parsed.reason}", next_step=parsed.remedy, field="provider_code")
    return parsed.code


def _rule_of(voucher: Voucher) -> VoucherRule:
    rule = voucher_rules().get(voucher.benefit)
    if rule is None:
        raise VoucherRefused("这项待遇现在不用消费券。", next_step="请联系民政部门。", field="voucher")
    return rule


def _check(voucher: Voucher, rule: VoucherRule, setting: str, service: str, served_on: dt.date, price: int, key: str) -> None:
    """Every reason why this service cannot be paid with this voucher."""
    if voucher.state != VoucherState.ISSUED:
        raise VoucherRefused("这张券已经收回。", next_step="请老人问清楚待遇有没有变化。", field="voucher")
    if not voucher.month <= served_on < voucher.expires_on:
        until = voucher.expires_on - dt.timedelta(days=1)
        raise VoucherRefused(
            f"服务日期不在券的有效期内（{voucher.month:%Y年%m月%d日}至{until:%Y年%m月%d日}）。",
            next_step="请用服务当月的券。",
            field="served_on",
        )
    if served_on > clock.today():
        raise InvalidInput("服务日期不能晚于今天。", next_step="服务完成后再核销。", field="served_on")
    if setting not in SETTINGS or service not in rule.services:
        raise InvalidInput("没有这种服务。", next_step="可以选的有：" + "、".join(rule.services.values()) + "。", field="service")
    if not 1 <= price <= 100_000_000 or not key.strip():
        raise InvalidInput("价格或流水号不对。", next_step="价格以分为单位，流水号不能空。", field="price")


def _repeated(before: Redemption, voucher: Voucher, setting: str, service: str, served_on: dt.date, price: int) -> Redeemed:
    same = (before.voucher_id, before.setting, before.service, before.served_on, before.price) == (
        voucher.pk, setting, service, served_on, price,
    )  # fmt: skip
    if not same:
        raise Conflict("这个流水号已经用过，内容不同。", next_step="请换一个流水号，或者核对是不是重复上传。")
    return Redeemed(before.pk, before.deducted, voucher.amount - voucher.used, repeated=True)


@transaction.atomic
def draw_for_verification(actor: Actor, *, month: dt.date, benefit: str) -> Drawn:
    """At least the pack's share of the month's redemptions are drawn to be verified on the spot; the draw can be run again by anybody.

    The seed is the month and the benefit. Later redemptions of the month never put one back that was drawn.
    """
    require(actor, Right.MAKE_PAYMENTS, f"{policy.pack_in_use().pack.place.code}/")
    rule, first = voucher_rules().get(benefit), month.replace(day=1)
    if rule is None:
        raise NoVouchers("这项待遇不用消费券。", field="benefit")
    rows = Redemption.objects.select_for_update().filter(
        voucher__benefit=benefit, served_on__gte=first, served_on__lt=month_after(first)
    )
    found = list(rows.order_by("pk").values_list("pk", "key", "drawn"))
    seed = f"{first:%Y-%m}/{benefit}"
    wanted = set(draw([key for _, key, _ in found], seed=seed, per_mille=rule.verify_per_mille, at_least=1))
    new = [pk for pk, key, drawn in found if key in wanted and not drawn]
    Redemption.objects.filter(pk__in=new).update(drawn=True)
    _ask_for_visits(new)
    in_all = sum(drawn for _, _, drawn in found) + len(new)
    if new:
        detail = {"seed": seed, "new": len(new), "drawn": in_all, "of": len(found)}
        audit.record(actor, "vouchers.drawn", subject_type="voucher_month", subject_id=f"{first:%Y-%m}", detail=detail)
    return Drawn(first, seed, len(new), in_all, len(found))


def _ask_for_visits(drawn: Sequence[int]) -> None:
    """The community has it among its work to go and see."""
    rows = Redemption.objects.filter(pk__in=drawn).select_related("voucher").order_by("pk")
    items = [
        work_items.NewWorkItem(
            kind=VERIFY_REDEMPTION, key=f"{VERIFY_REDEMPTION}:{row.pk}", owner=COMMUNITY, area_path=row.voucher.area_path, subject_type="person",
            subject_id=row.voucher.person_id, title=f"到现场核查消费券：{row.served_on.month}月{row.served_on.day}日，{row.provider_name}",
            detail={"redemption": row.pk},
        )
        for row in rows
    ]  # fmt: skip
    work_items.open_items_bulk(SYSTEM, items=items)


@transaction.atomic
def verify_redemption(actor: Actor, *, redemption_id: int, outcome: Verified, note: str = "") -> None:
    """Somebody was there and says whether the service was rendered. One that was not is left out of what the provider is paid."""
    row = redemptions_visible_to(actor).select_for_update(of=("self",)).filter(pk=redemption_id).first()
    if row is None:
        raise NotFound("没有这一笔核销，或者不在您负责的区域。", next_step="请刷新列表。")
    require(actor, Right.HANDLE_GRANTS, row.voucher.area_path)
    if row.verified_on is not None:
        raise Conflict("这一笔已经核查过。", next_step="请刷新列表。")
    if outcome is Verified.NOT_TRUE and not note.strip():
        raise InvalidInput("请写明哪里不属实。", next_step="例如：老人说当天没有人上门。", field="note")
    row.verified_on, row.verified_by, row.verified_as = clock.today(), actor.id, Verified(outcome).value
    row.verified_note = note.strip()
    row.save(update_fields=["verified_on", "verified_by", "verified_as", "verified_note"])
    work_items.close_by_keys(actor, keys=[f"{VERIFY_REDEMPTION}:{row.pk}"], outcome=VERIFIED_LABELS[Verified(outcome)])
    detail = {"redemption": row.pk, "outcome": row.verified_as}
    audit.record(
        actor,
        "voucher.verified",
        subject_type="person",
        subject_id=row.voucher.person_id,
        area_path=row.voucher.area_path,
        detail=detail,
    )
