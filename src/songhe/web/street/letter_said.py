"""What one letter says: from the notice, its grant, the pack, what was counted again on its day, and what had been paid by then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import GrantFile, GrantLine, NoticeDue
from songhe.contexts.entitlements.words import SUSPENDED_FOR_LABELS, GrantState, NoticeKind
from songhe.contexts.payments import queries as payments
from songhe.contexts.payments.queries import PaymentKind, PaymentState
from songhe.contexts.people.queries import PersonBrief
from songhe.engines.policy.granting import TakesEffect
from songhe.engines.policy.pack import Pack
from songhe.foundation import clock
from songhe.foundation.access import Actor
from songhe.web.letters import Counter, LetterSaid, MonthChanged

_MOVED = frozenset({PaymentState.SENT, PaymentState.PAID})


@dataclass(frozen=True, slots=True)
class Past:
    """What the letter has to be, the months it speaks of (oldest first), the sum before it changed (None: not known), and why."""

    kind: NoticeKind
    months: tuple[MonthChanged, ...] = ()
    was: int | None = None
    because: str = ""


def said(
    actor: Actor, pack: Pack, each: NoticeDue, person: PersonBrief | None, codes: tuple[str, str], names: Mapping[str, str], counter: Counter,
    days: int,
) -> LetterSaid:  # fmt: skip
    """The letter for a notice, with the codes by which the person looks the grant up and whoever holds the letter checks it."""
    line = each.grant
    made = each.notice.made_at.astimezone(clock.CITY_ZONE).date()
    past = _past(actor, each, made)
    benefit = pack.benefits.get(line.benefit)
    rules = benefit.on(made) if benefit is not None else None
    return LetterSaid(
        kind=past.kind, number=each.notice.id, day=clock.today(), name=line.name, dead=person is not None and person.alive is False,
        area=f"{pack.place.name} · {names.get(line.area_path, '')}", title=line.title, in_kind=line.in_kind, gives=rules.gives if rules else "",
        period=line.period, amount=line.amount, was=past.was, from_on=_from(line, past, made), answer_days=_answer_days(line),
        reasons=tuple(c.yes for c in rules.who) if rules and past.kind is NoticeKind.PROPOSED else (), because=past.because,
        months=past.months, code=codes[0], check=codes[1], counter=counter, appeal_days=days,
    )  # fmt: skip


def _past(actor: Actor, each: NoticeDue, made: dt.date) -> Past:
    line, kind = each.grant, each.notice.kind
    if kind is NoticeKind.PROPOSED:
        return Past(kind)
    if kind is NoticeKind.SUSPENDED:
        return Past(kind, because=SUSPENDED_FOR_LABELS[line.suspended_for] if line.suspended_for else "")
    file = entitlements.grant(actor, grant_id=line.id)
    changed = [due for due in reversed(file.dues) if due.earlier and due.made_at.astimezone(clock.CITY_ZONE).date() == made]
    because = line.ended_because or (changed[-1].reason if changed else file.steps[-1].reason)
    if kind is NoticeKind.RECOVERY:
        over = _overpaid(actor, file)
        if over:
            return Past(kind, over, None, because)
        kind = NoticeKind.ENDED if line.state is GrantState.ENDED else NoticeKind.CHANGED  # nothing had been paid of it yet
    months = tuple(MonthChanged(due.period, due.earlier[-1].amount, due.amount) for due in changed)
    before = months[-1].was if months else file.dues[0].amount if file.dues else line.amount
    return Past(kind, months, before if before != line.amount else None, because)


def _overpaid(actor: Actor, file: GrantFile) -> tuple[MonthChanged, ...]:
    """The periods of which more has gone to the bank than is due now, oldest first."""
    paid: dict[dt.date, int] = {}
    for each in payments.payments_of(actor, person_id=file.line.person_id):
        if each.grant_id == file.line.id and each.state in _MOVED:
            sign = -1 if each.kind is PaymentKind.RECOVERY else 1
            paid[each.period] = paid.get(each.period, 0) + sign * each.amount
    found = ((due.period, paid.get(due.period, 0), due.amount) for due in reversed(file.dues))
    return tuple(MonthChanged(month, was, now) for month, was, now in found if was > now)


def _answer_days(line: GrantLine) -> int | None:
    plan = entitlements.granting()
    return plan.term("silence_days") if plan.rule(line.benefit).takes_effect is TakesEffect.SILENCE else None


def _from(line: GrantLine, past: Past, made: dt.date) -> dt.date:
    """The first day of what the letter says."""
    match past.kind:
        case NoticeKind.SUSPENDED:
            return line.suspended_since or made
        case NoticeKind.ENDED:
            return line.until_on or made
        case NoticeKind.CHANGED | NoticeKind.RECOVERY:
            return past.months[0].month if past.months else made
        case _:
            return line.from_on
