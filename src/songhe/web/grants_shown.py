"""Grants in the shapes of pages and files: rows of lists, months with what they came to before, sums with their unit, places by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from songhe.basics.money import fen_to_yuan
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import AppealLine, ApplicationLine, DueView, GrantFile, GrantLine, NoticeDue
from songhe.contexts.entitlements.words import (
    GRANT_OFFER,
    NOTICE_CHANNEL_LABELS,
    NOTICE_KIND_LABELS,
    SUSPENDED_FOR_LABELS,
    AppealState,
    ApplicationState,
    GrantState,
)
from songhe.contexts.payments import queries as payments
from songhe.contexts.payments.queries import PAYMENT_KIND_LABELS, PAYMENT_STATE_LABELS, PaymentKind, PaymentLine
from songhe.contexts.places import queries as places
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.rulebook import Period
from songhe.foundation import clock, work_items
from songhe.foundation.access import Actor, Right
from songhe.web.words import PERIOD_UNITS

NOT_PAID = "还没有发"
RELATIONS = ("本人", "配偶", "子女", "其他亲属", "社区工作人员", "其他人")  # who comes for an elder
LATE_DAYS = 10  # a notice that lies longer is shown as late where the pack says no other term


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One grant in a list. `amount` has its unit, empty in kind; `silence` is the day on which it begins without an answer."""

    id: int
    name: str
    href: str
    place: str
    title: str
    chip: str
    amount: str
    since: dt.date
    silence: dt.date | None
    stopped: str
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice to hand over; `id` is the notice's."""

    id: int
    name: str
    href: str
    place: str
    title: str
    kind: str
    channel: str
    amount: str
    waited: str
    late: bool
    ticked: bool = False


def place_names() -> Mapping[str, str]:
    """Every area by its path: 小坝镇 · 永丰村, a town by its own name."""
    found: dict[str, str] = {}
    for area in places.area_tree():
        above = found.get(area.path[: area.path.rstrip("/").rfind("/") + 1], "")
        found[area.path] = f"{above} · {area.name}" if area.level == "community" and above else area.name
    return found


def chip_of(state: GrantState) -> str:
    """The key of the state in words.CHIPS."""
    return f"grant_{state.value}"


def amount_of(line: GrantLine) -> str:
    """120.00 元/月; empty for a benefit in kind."""
    return "" if line.in_kind else f"{fen_to_yuan(line.amount)} {PERIOD_UNITS[Period(line.period)]}"


def ruling_of(line: GrantLine) -> str:
    """By which decision a grant is given although the rules say otherwise; empty where they do not."""
    ruling = line.ruling
    if ruling is None:
        return ""
    until = f"，到{_day(ruling.until_on)}前一天" if ruling.until_on else ""
    return f"按{_day(ruling.decided_on)}的申诉决定给，从{_day(ruling.from_on)}起{until}"


def stopped_of(line: GrantLine) -> str:
    """When and why a grant is suspended, has ended, or was refused; for others by which appeal it is given, empty where by none."""
    match line.state:
        case GrantState.SUSPENDED:
            why = f"，{SUSPENDED_FOR_LABELS[line.suspended_for]}" if line.suspended_for else ""
            return f"{_day(line.suspended_since)}起暂停{why}"
        case GrantState.ENDED:
            return f"{_day(line.until_on)}起停止{'，' if line.ended_because else ''}{line.ended_because}"
        case GrantState.REFUSED:
            return line.ended_because or "本人不要"
        case _:
            return ruling_of(line)


def _day(day: dt.date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else "—"


def grant_rows(lines: Sequence[GrantLine], ticked: Sequence[str] = ()) -> tuple[GrantRow, ...]:
    """The lines as rows; `ticked` are the numbers that were chosen before."""
    names = place_names()
    return tuple(
        GrantRow(
            line.id, line.name or "不在您的区域", reverse("street:grant", args=[line.public_id]), names.get(line.area_path, ""), line.title,
            chip_of(line.state), amount_of(line), line.from_on, line.effective_on_silence, stopped_of(line), str(line.id) in ticked,
        )
        for line in lines
    )  # fmt: skip


def notice_rows(items: Sequence[NoticeDue], ticked: Sequence[str] = ()) -> tuple[NoticeRow, ...]:
    """Notices as rows."""
    names = place_names()
    return tuple(_notice_row(each, names, ticked) for each in items)


def _notice_row(each: NoticeDue, names: Mapping[str, str], ticked: Sequence[str]) -> NoticeRow:
    line, notice = each.grant, each.notice
    days = (clock.today() - notice.made_at.astimezone(clock.CITY_ZONE).date()).days
    return NoticeRow(
        notice.id, line.name or "不在您的区域", reverse("street:grant", args=[line.public_id]), names.get(line.area_path, ""), line.title,
        NOTICE_KIND_LABELS[notice.kind], NOTICE_CHANNEL_LABELS[notice.channel], amount_of(line), f"已等{days}天" if days else "今天新增",
        days > LATE_DAYS, str(notice.id) in ticked,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DueRow:
    """One period: what is due now and why; `before` are (fen, why) of the revisions it replaced, oldest first."""

    label: str
    amount: int
    days: str
    why: str
    before: Sequence[tuple[int, str]]
    run: int
    made_at: dt.datetime
    paid: str = ""


def due_rows(dues: Sequence[DueView], period: str, paid: Mapping[dt.date, str] | None = None) -> tuple[DueRow, ...]:
    """What each period comes to, newest first; `paid` says of a period what was paid of it."""
    told = paid or {}
    return tuple(
        DueRow(
            label=f"{due.period.year}年" if period == Period.YEAR.value else f"{due.period.year}年{due.period.month}月",
            amount=due.amount,
            days="" if due.days == due.of_days else f"{due.days}/{due.of_days}天",
            why=due.reason,
            before=tuple((was.amount, was.reason) for was in due.earlier),
            run=due.run_id,
            made_at=due.made_at,
            paid=told.get(due.period, ""),
        )
        for due in dues
    )


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment of a grant: of which run, how much in fen, what became of it."""

    run: str
    amount: int
    said: str


def payment_rows(actor: Actor, file: GrantFile) -> tuple[tuple[PaymentRow, ...], Mapping[dt.date, str]]:
    """The payments of a grant, latest first, and for each period what became of its money; nothing for who may not see payments."""
    if file.line.in_kind or not actor.may(Right.SEE_PAYMENTS, file.line.area_path):
        return (), {}
    paid = [each for each in payments.payments_of(actor, person_id=file.line.person_id) if each.grant_id == file.line.id]
    told: dict[dt.date, str] = {due.period: NOT_PAID if due.amount else "不用发" for due in file.dues}
    by_period: dict[dt.date, list[str]] = {}
    for each in reversed(paid):
        by_period.setdefault(each.period, []).append(_paid(each))
    return tuple(_payment(each) for each in paid), told | {period: "；".join(said) for period, said in by_period.items()}


def _payment(each: PaymentLine) -> PaymentRow:
    run = f"{each.month.year}年{each.month.month}月发放（{PAYMENT_KIND_LABELS[each.kind]}，{each.period.year}年{each.period.month}月的）"
    why = each.held_because or each.failure
    back = f"，其中{fen_to_yuan(each.kept_back)}元抵了以前多发的" if each.kept_back else ""
    day = f"，{_day(each.settled_on)}" if each.settled_on else ""
    return PaymentRow(run, each.amount, f"{PAYMENT_STATE_LABELS[each.state]}{day}{back}{'：' if why else ''}{why}")


def _paid(each: PaymentLine) -> str:
    day = f"{_day(each.settled_on)}" if each.settled_on else ""
    sum_ = f" {fen_to_yuan(each.amount)} 元"
    if each.kind is PaymentKind.RECOVERY:
        return f"{day}追回{sum_}"
    return f"{day}{'补发' if each.kind is PaymentKind.ARREARS else ''}{PAYMENT_STATE_LABELS[each.state]}{sum_}"


@dataclass(frozen=True, slots=True)
class GrantsOfPerson:
    """A person's grants, open ones first; what they could apply for (benefit, title); applications and appeals that wait for an answer;
    `rulings`: benefit -> by which appeal it is given against the rules.
    """

    rows: Sequence[GrantRow]
    offers: Sequence[tuple[str, str]]
    applications: Sequence[ApplicationLine]
    appeals: Sequence[AppealLine]
    rulings: Mapping[str, str]


def grants_of_person(actor: Actor, person_id: int) -> GrantsOfPerson:
    """For the page of a person."""
    lines = entitlements.grants_of(actor, person_id=person_id)
    applied = [each for each in entitlements.applications_of(actor, person_id=person_id) if each.state is ApplicationState.OPEN]
    appeals = [each for each in entitlements.appeals_of(actor, person_id=person_id) if each.state is AppealState.OPEN]
    offers: tuple[tuple[str, str], ...] = ()
    if actor.may(Right.SEE_WORK):
        items = work_items.list_items(actor, kind=GRANT_OFFER, subject=("person", person_id)).items
        known = policy.pack_in_use().pack.benefits
        names = (str(item.detail.get("benefit", "")) for item in items)
        offers = tuple((name, known[name].title) for name in names if name in known)
    rulings = {line.benefit: ruling_of(line) for line in lines if line.ruling is not None}
    return GrantsOfPerson(grant_rows(lines), offers, applied, appeals, rulings)
