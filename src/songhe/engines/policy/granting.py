"""How what a person is entitled to becomes a grant and money for a month: clocks, first and last months, parts of months, whole fen.

The rules are data (granting.yaml). Nothing here knows a person: days in, fen out.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from songhe.basics.months import month_after
from songhe.engines.policy.arithmetic import share
from songhe.engines.policy.findings import Finding, Place
from songhe.engines.policy.rulebook import Period
from songhe.engines.policy.tree import Rounding, Type

if TYPE_CHECKING:
    from songhe.engines.policy.pack import Cited, Pack


class TakesEffect(StrEnum):
    """Whether a grant that was told to the person waits for an answer, or begins by itself when a time has passed in silence."""

    ANSWER = "answer"
    SILENCE = "silence"


class MonthRule(StrEnum):
    """For a first month, a changed amount: the month in which it happens, or the one after. For a last month: that month, or the one before."""

    MONTH_OF = "month_of"
    MONTH_AFTER = "month_after"
    MONTH_BEFORE = "month_before"


class EndCause(StrEnum):
    """Why entitlement stops, as far as the last month depends on it."""

    DIED = "died"
    MOVED = "moved"
    OTHER = "other"


class Unsure(StrEnum):
    """What becomes of a grant when it cannot be told any more whether its conditions hold."""

    KEEP = "keep"
    SUSPEND = "suspend"


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time or a number by which grants are handled, with its source."""

    id: str
    title: str
    value: int
    unit: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class Document:
    """What an applicant hands in; `known_by` names a fact by which a department says it already, so that it is not asked (empty: always)."""

    title: str
    known_by: str


@dataclass(frozen=True, slots=True)
class Units:
    """A benefit that is given for each unit confirmed (`title`: 餐, say): at most so many a day and a month, by these whole-number parameters."""

    title: str
    most_a_day: str
    most_a_month: str


@dataclass(frozen=True, slots=True)
class GrantRule:
    """How one benefit is granted and counted.

    begins, changes   first month, and first month of a changed amount (MONTH_OF or MONTH_AFTER)
    ends              last month by cause (MONTH_OF or MONTH_BEFORE)
    by_days           part months are counted by days instead; then the three above do not matter
    rounding          of what part of a month comes to, in fen
    offered           on application: whoever meets the conditions is looked up by the street
    lifetime          given once, never proposed again after it was given
    units             for a benefit that is paid by time: what is counted, and how many of them at most
    """

    takes_effect: TakesEffect
    begins: MonthRule
    changes: MonthRule
    ends: Mapping[EndCause, MonthRule]
    by_days: bool
    rounding: Rounding
    unsure: Unsure
    life_check: bool
    offered: bool
    lifetime: bool
    granted: bool | None
    documents: tuple[Document, ...]
    cited: Cited
    units: Units | None = None

    def gives(self, *, in_kind: bool) -> bool:
        """Whether grants are made of a benefit of this kind."""
        return (not in_kind) if self.granted is None else self.granted


@dataclass(frozen=True, slots=True)
class Granting:
    """granting.yaml. `channels` are the ways of a life check, `visit_groups` groups of the roster whose people are told by a visit."""

    terms: Mapping[str, Term]
    default: GrantRule
    rules: Mapping[str, GrantRule]
    channels: tuple[str, ...]
    visit_groups: tuple[str, ...]
    own: tuple[tuple[str, Place], ...] = ()  # benefits that the city's own file names
    at: Place = field(default=Place("granting.yaml", 1))

    def rule(self, benefit: str) -> GrantRule:
        """The rule of a benefit."""
        return self.rules.get(benefit, self.default)

    def term(self, name: str) -> int:
        """The value of a term."""
        return self.terms[name].value


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both included, on which one decision holds. `amount` is fen a period, None where the person is not entitled then.

    `cause` says of days without entitlement why it stopped.
    """

    first: dt.date
    last: dt.date
    amount: int | None
    cause: EndCause = EndCause.OTHER


@dataclass(frozen=True, slots=True)
class MonthDue:
    """What a month comes to: fen, and the days counted of the days there are."""

    amount: int
    days: int
    of_days: int


@dataclass(frozen=True, slots=True)
class UnitsDue:
    """What the units of a month come to: fen, how many of those `told` were counted, and on how many days (all with entitlement, where the
    days are not known).
    """

    amount: int
    counted: int
    told: int
    days: int


def units_due(
    rule: GrantRule,
    month: dt.date,
    spans: Sequence[Span],
    uses: Sequence[tuple[dt.date, int]],
    *,
    confirmed: int,
    most_a_day: int,
    most_a_month: int,
) -> UnitsDue:
    """The month's units: `uses` told by the day at the amount of that day, then those `confirmed` for the month as a whole at the amount that
    `month_due` finds for it. No more than so many on a day (for a month as a whole: on each day with entitlement), nor in the month.
    """
    first, last = month_first(month), month_last(month)
    by_day: dict[dt.date, int] = {}
    for day, times in sorted(uses):
        if first <= day <= last:
            by_day[day] = by_day.get(day, 0) + times
    amount, counted, days = 0, 0, 0
    for day, times in by_day.items():
        price = next((s.amount for s in spans if s.first <= day <= s.last), None)
        given = min(times, most_a_day, most_a_month - counted) if price is not None else 0
        amount, counted, days = amount + given * (price or 0), counted + given, days + (given > 0)
    held = [s for s in spans if s.amount is not None and s.first <= last and s.last >= first]
    entitled = sum((min(s.last, last) - max(s.first, first)).days + 1 for s in held)
    whole = month_due(rule, month, spans).amount
    more = max(0, min(confirmed, most_a_month - counted, most_a_day * entitled - counted)) if whole else 0
    told = sum(by_day.values()) + confirmed
    return UnitsDue(amount + more * whole, counted + more, told, entitled if more else days)


def month_first(day: dt.date) -> dt.date:
    """The first day of the day's month."""
    return day.replace(day=1)


def month_last(day: dt.date) -> dt.date:
    """The last day of the day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def months_from(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The first days of the months from that of `first` to that of `last`."""
    month = month_first(first)
    while month <= last:
        yield month
        month = month_after(month)


def period_of(period: Period, day: dt.date, begun: dt.date) -> dt.date:
    """The first day of the period that a day belongs to: of its month, of its year, or of the month in which a once-only grant began."""
    if period is Period.YEAR:
        return dt.date(day.year, 1, 1)
    return month_first(begun) if period is Period.ONCE else month_first(day)


def month_due(rule: GrantRule, month: dt.date, spans: Sequence[Span], *, daily: bool = False) -> MonthDue:
    """What the month of `month` comes to, from spans that cover it in order of time without gaps or overlaps.

    By days: the sum of amount × days / days of the month over the spans, rounded once. Otherwise the month is whole or nothing.
    With `daily` the amount is that of one day, and each day with entitlement counts.
    """
    first, last = month_first(month), month_last(month)
    of_days = last.day
    within = [
        Span(max(s.first, first), min(s.last, last), s.amount, s.cause) for s in spans if s.first <= last and s.last >= first
    ]
    held = [s for s in within if s.amount is not None]
    days = sum((s.last - s.first).days + 1 for s in held)
    if daily:
        return MonthDue(sum((s.amount or 0) * ((s.last - s.first).days + 1) for s in held), days, of_days)
    if not held:
        return MonthDue(0, 0, of_days)
    if rule.by_days:
        whole = sum((s.amount or 0) * ((s.last - s.first).days + 1) for s in held)
        return MonthDue(share(whole, 1, of_days, rule.rounding), days, of_days)
    begun_within = held[0].first > first
    ended_within = held[-1].last < last
    if begun_within and rule.begins is MonthRule.MONTH_AFTER:
        return MonthDue(0, 0, of_days)
    if ended_within and rule.ends[_cause_after(within, held[-1])] is MonthRule.MONTH_BEFORE:
        return MonthDue(0, 0, of_days)
    counting = held[0] if rule.changes is MonthRule.MONTH_AFTER and not begun_within else held[-1]
    return MonthDue(counting.amount or 0, of_days, of_days)


def used_due(month: dt.date, spans: Sequence[Span], uses: Sequence[tuple[dt.date, int]]) -> MonthDue:
    """What the uses in a month come to, each at the amount of its own day; a use on a day without entitlement gives nothing.

    `uses`: days, and how often on each. `days` of the answer are those with a use that counts.
    """
    first, last = month_first(month), month_last(month)
    total, days = 0, set[dt.date]()
    for day, times in uses:
        held = next((s.amount for s in spans if s.first <= day <= s.last), None) if first <= day <= last else None
        if held is not None:
            total += held * times
            days.add(day)
    return MonthDue(total, len(days), last.day)


def _cause_after(within: Sequence[Span], last_held: Span) -> EndCause:
    place = within.index(last_held)
    return within[place + 1].cause if place + 1 < len(within) else EndCause.OTHER


def check_granting(pack: Pack) -> Iterator[Finding]:
    """Every benefit of the city's own granting.yaml exists, and every group that is visited is one of the roster."""
    plan = pack.granting
    if plan is None:
        return
    for name, at in plan.own:
        if name not in pack.benefits:
            yield Finding(at.file, at.line, "unknown_benefit", f"没有叫“{name}”的待遇", "请照 benefits.yaml 里的名称写")
    for name in plan.visit_groups:
        if name not in pack.roster.groups:
            fix = "可写的有：" + "、".join(pack.roster.groups)
            yield Finding(plan.at.file, plan.at.line, "unknown_group", f"名录里没有“{name}”这一类人", fix)
    yield from _check_units(pack, plan)
    known = pack.variables_of("person")
    for rule in (plan.default, *plan.rules.values()):
        for document in rule.documents:
            if document.known_by and document.known_by not in known:
                at = rule.cited.at
                yield Finding(
                    at.file, at.line, "unknown_name", f"没有叫“{document.known_by}”的资料项", "请照 variables.yaml 里的名称写"
                )


def _check_units(pack: Pack, plan: Granting) -> Iterator[Finding]:
    """What is counted by units is paid by time, and its limits are whole-number parameters; what is paid by time to people by name is counted."""
    for name, rule in plan.rules.items():
        benefit, at = pack.benefits.get(name), rule.cited.at
        by_time = benefit is not None and not benefit.announced and benefit.versions[-1].period is Period.TIME
        if rule.units is None or benefit is None:
            continue
        if not by_time:
            yield Finding(
                at.file, at.line, "shape", f"“{name}”不是按次计的，不能写 units", "请在 benefits.yaml 里写 period: time"
            )
        for parameter in (rule.units.most_a_day, rule.units.most_a_month):
            found = pack.parameters.get(parameter)
            if found is None or found.type is not Type.INT:
                yield Finding(at.file, at.line, "unknown_name", f"没有叫“{parameter}”的整数参数", "请在 parameters.yaml 里补上")
