"""What is due for the periods of some grants, counted from the facts and rules of then; each change is a new revision that names the old."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from songhe.basics.ages import months_before
from songhe.basics.money import fen_to_yuan
from songhe.contexts.entitlements.actions.count_units import confirmed_units, time_due, units_said
from songhe.contexts.entitlements.models import Appeal, Due, Grant, GrantStep, GrantUse
from songhe.contexts.entitlements.queries.decided_then import SpanThen, member_spans
from songhe.contexts.entitlements.queries.granting import granting
from songhe.contexts.entitlements.words import AppealState, GrantState
from songhe.contexts.people import facts
from songhe.engines.policy.granting import (
    EndCause,
    GrantRule,
    MonthDue,
    Span,
    month_due,
    month_first,
    month_last,
    months_from,
    period_of,
)
from songhe.engines.policy.rulebook import Period, Status
from songhe.foundation import clock

DAY = dt.timedelta(1)
COUNTED = (Period.MONTH, Period.DAY, Period.YEAR, Period.ONCE, Period.TIME)
BLOCK = 400  # households read at once


@dataclass(frozen=True, slots=True)
class Basis:
    """Days of a grant with what it gave on them: fen a period, None where nothing; from which rules, or by which appeal against them."""

    span: Span
    rules: str
    appeal: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A grant's days from its beginning until today, and the day from which on it is not entitled any more (None: still is)."""

    basis: tuple[Basis, ...]
    ends_on: dt.date | None
    cause: EndCause
    ruled_on: dt.date | None = None  # when the appeal was decided by which some of these days are given
    uses: tuple[tuple[dt.date, int], ...] = ()  # of a benefit given each time: days, and how often on each …
    confirmed: tuple[tuple[dt.date, int], ...] = ()  # … and months, and how often in each

    @property
    def now(self) -> Basis | None:
        """Today and the days to come."""
        return self.basis[-1] if self.basis else None


def histories_by_person(person_ids: Collection[int]) -> Mapping[int, facts.HouseholdHistory]:
    """The history of the household of each person."""
    found: dict[int, facts.HouseholdHistory] = {}
    homes = sorted(set(facts.households_of(person_ids)))
    for start in range(0, len(homes), BLOCK):
        for history in facts.household_histories(homes[start : start + BLOCK]):
            found |= dict.fromkeys(history.person_ids, history)
    return found


def spans_of(grants: Sequence[Grant], *, until: dt.date, exact: Collection[int] = ()) -> Mapping[int, tuple[SpanThen, ...]]:
    """grant -> spans of its person from its first day (not further back than the pack goes) until the day; of grants in `exact` with the
    conditions that did not hold.
    """
    floor = month_first(months_before(clock.today(), granting().term("recompute_months")))
    histories = histories_by_person({g.person_id for g in grants})
    by_home: dict[int, list[Grant]] = {}
    for grant in grants:
        if grant.person_id in histories:
            by_home.setdefault(histories[grant.person_id].household_id, []).append(grant)
    found: dict[int, tuple[SpanThen, ...]] = {}
    for held in by_home.values():
        since = min(max(month_first(min(g.from_on for g in held)), floor), until)
        decided = member_spans(histories[held[0].person_id], since=since, until=until, exact=any(g.id in exact for g in held))
        found |= {grant.id: decided[grant.person_id] for grant in held}
    return found


def counted(grant: Grant, spans: Sequence[SpanThen], override: Appeal | None, *, closed_on: dt.date | None = None) -> Counted:
    """The grant's days: where it cannot be told whether the conditions held, what held before goes on (at the beginning, what is known
    first); as today, so the days to come.

    `closed_on`: nothing is due from this day on, whatever the rules say (it was ended by hand, or another grant took its place).
    """
    basis: list[Basis] = []
    before = _known_first(grant, spans)
    for s in _cut(spans, grant.from_on, override):
        then = s.of(grant.benefit)
        inside = s.first >= grant.from_on
        by = override if override is not None and _overrides(override, s) else None
        if by is not None:
            amount: int | None = by.override_amount
        elif not s.applies or then.status is not Status.CANNOT_TELL:
            amount = then.amount if then.entitled else None
        else:
            amount = before
        before = amount if inside else before
        amount = amount if inside else None
        basis.append(Basis(Span(s.first, s.last, amount, s.cause), s.rules, by.id if by is not None and inside else None))
    if basis:
        last = basis[-1]
        basis[-1] = replace(last, span=replace(last.span, last=dt.date(last.span.last.year + 1, 12, 31)))
    ruled = override.decided_on if override is not None else None
    tail = next((place for place in range(len(basis), 0, -1) if basis[place - 1].span.amount is not None), 0)
    ends = basis[tail].span if tail < len(basis) else None
    if ends is None and grant.state == GrantState.ENDED:
        closed_on = closed_on or grant.until_on  # who is entitled again has another grant
    if closed_on is not None and (ends is None or closed_on < ends.first):
        return Counted(tuple(_closed(basis, closed_on)), closed_on, EndCause.OTHER, ruled)
    return Counted(tuple(basis), ends.first if ends else None, ends.cause if ends else EndCause.OTHER, ruled)


def _known_first(grant: Grant, spans: Sequence[SpanThen]) -> int | None:
    """What the first span of the grant's days gives of which it can be told."""
    for s in spans:
        then = s.of(grant.benefit)
        if s.last >= grant.from_on and (not s.applies or then.status is not Status.CANNOT_TELL):
            return then.amount if then.entitled else None
    return None


def _cut(spans: Sequence[SpanThen], begins: dt.date, override: Appeal | None) -> Iterable[SpanThen]:
    """The spans, cut at the grant's first day and where an override begins or ends."""
    days = [begins]
    if override is not None:
        days += [day for day in (override.override_from, override.override_until) if day is not None]
        days += [override.decided_on + DAY] if override.decided_on is not None else []
    for s in spans:
        first = s.first
        for day in sorted({d for d in days if s.first < d <= s.last}):
            yield replace(s, first=first, last=day - DAY)
            first = day
        yield replace(s, first=first)


def _overrides(appeal: Appeal, s: SpanThen) -> bool:
    """Whether the appeal holds on these days: within its own days, and since it was decided as long as nothing else fails than what was
    known to fail then.
    """
    if appeal.override_from is None or s.cause is EndCause.DIED:
        return False
    if not (appeal.override_from <= s.first and (appeal.override_until is None or s.first < appeal.override_until)):
        return False
    if appeal.override_against is None or appeal.decided_on is None or s.first <= appeal.decided_on:
        return True
    return s.applies and s.of(appeal.benefit).failed <= frozenset(appeal.override_against)


def _closed(basis: Sequence[Basis], until: dt.date) -> list[Basis]:
    """Nothing from the day on: the grant was ended by hand."""
    kept: list[Basis] = []
    for b in basis:
        if b.span.last < until:
            kept.append(b)
        elif b.span.first >= until:
            kept.append(Basis(replace(b.span, amount=None), b.rules))
        else:
            kept.append(replace(b, span=replace(b.span, last=until - DAY)))
            kept.append(Basis(Span(until, b.span.last, None, EndCause.OTHER), b.rules))
    return kept


def due_for(rule: GrantRule, grant: Grant, period: dt.date, found: Counted) -> MonthDue:
    """What the period of the grant comes to."""
    kind = Period(grant.period)
    spans = [b.span for b in found.basis]
    if kind in (Period.MONTH, Period.DAY):
        return month_due(rule, period, spans, daily=kind is Period.DAY)
    if kind is Period.TIME:
        return time_due(rule, period, spans, found.uses, found.confirmed)
    last = dt.date(period.year, 12, 31) if kind is Period.YEAR else spans[-1].last if spans else month_last(period)
    held = [s for s in spans if s.amount is not None and s.last >= period and s.first <= last]
    of_days = month_last(period).day if kind is Period.ONCE else (dt.date(period.year + 1, 1, 1) - period).days
    amount = (held[0] if kind is Period.ONCE else held[-1]).amount or 0 if held else 0
    return MonthDue(amount, of_days if held else 0, of_days)


def periods_until(grant: Grant, found: Counted, until: dt.date) -> list[dt.date]:
    """The periods of a grant that have begun by the day, from the one in which it begins until the one in which it ends."""
    kind = Period(grant.period)
    last = min(until, found.ends_on - DAY) if found.ends_on is not None else until
    if kind not in COUNTED or last < grant.from_on or not found.basis:
        return []
    if kind is Period.ONCE:
        return [month_first(grant.from_on)]
    if kind is Period.TIME:
        return sorted({month_first(day) for day, _ in (*found.uses, *found.confirmed) if day <= last})
    first = max(grant.from_on, found.basis[0].span.first)
    return sorted({period_of(kind, month, grant.from_on) for month in months_from(first, last)})


def write_dues(
    grants: Sequence[Grant], found: Mapping[int, Counted], *, run_id: int | None, cause: str, until: dt.date | None,
    since: dt.date | None = None,
) -> list[Due]:  # fmt: skip
    """Newest revisions are what the grants' days come to; the new rows. The caller holds the grants' locks.

    Periods that were counted before are counted again; with `until` also those that have begun by then and were not. `run_id` is the
    decision that led here; None: the one that stands behind each grant. A period for which an earlier grant of the same benefit gave
    something already is due only for what is more.
    """
    plan, newest = granting(), _newest(grants)
    given = _given_by_others(grants)
    rows: list[Due] = []
    for grant in sorted(grants, key=lambda g: g.id):
        if grant.id not in found or grant.in_kind:
            continue
        held = newest.get(grant.id, {})
        floor = found[grant.id].basis[0].span.first if found[grant.id].basis else dt.date.max
        wanted = {p for p in held if p >= month_first(floor) or Period(grant.period) in (Period.YEAR, Period.ONCE)}
        wanted |= set(periods_until(grant, found[grant.id], until)) if until is not None else set()
        for period in sorted(p for p in wanted if since is None or p >= since):
            due = due_for(plan.rule(grant.benefit), grant, period, found[grant.id])
            earlier = given.get((grant.person_id, grant.benefit, period), {})
            already = sum(amount for other, amount in earlier.items() if other < grant.id)
            if already:
                due = replace(due, amount=max(0, due.amount - already))
            given.setdefault((grant.person_id, grant.benefit, period), {})[grant.id] = due.amount
            row = _revision(grant, period, due, held.get(period), found[grant.id], run_id, cause, already)
            if row is not None:
                rows.append(row)
    return Due.objects.bulk_create(rows, batch_size=2000)


def _revision(
    grant: Grant, period: dt.date, due: MonthDue, old: Due | None, found: Counted, run_id: int | None, cause: str, already: int
) -> Due | None:
    if old is not None and old.amount == due.amount:
        return None
    begun = period_of(Period(grant.period), period, period)
    end = dt.date(begun.year, 12, 31) if grant.period == Period.YEAR else month_last(begun)
    basis = [
        {
            "from": max(b.span.first, begun).isoformat(), "to": min(b.span.last, end).isoformat(), "amount": b.span.amount,
            "rules": b.rules, **({"appeal": b.appeal} if b.appeal is not None else {}),
        }
        for b in found.basis
        if b.span.last >= begun and b.span.first <= end
    ]  # fmt: skip
    said = _reason(due, old, found, cause, already, _times(grant, found, begun)) + _by_appeal(due, found, begun, end)
    return Due(
        grant=grant, period=period, revision=old.revision + 1 if old else 1, amount=due.amount, days=due.days, of_days=due.of_days,
        run_id=run_id or grant.current_run_id, replaces=old, reason=said,
        basis=basis,
        made_at=clock.now(),
    )  # fmt: skip


def _times(grant: Grant, found: Counted, month: dt.date) -> str | None:
    """How often a benefit given each time was used in the month; None for any other."""
    if grant.period != Period.TIME:
        return None
    return units_said(granting().rule(grant.benefit), month, [b.span for b in found.basis], found.uses, found.confirmed)


def _reason(due: MonthDue, old: Due | None, found: Counted, cause: str, already: int, times: str | None = None) -> str:
    why = {EndCause.DIED: "已去世", EndCause.MOVED: "户口或住处已不在本市"}.get(found.cause, "不再符合条件")
    ended = f"{found.ends_on:%Y年%-m月%-d日}起{why}" if found.ends_on is not None else ""
    part = f"，按{due.days}天计" if 0 < due.days < due.of_days else ""
    part = part if times is None else times
    also = f"，这个月以前已发{fen_to_yuan(already)}元" if already else ""
    if old is None:
        text = (
            f"按{'月' if times is None else '次'}计发{part}"
            if due.amount
            else (f"这一期不发：{ended}" if ended else "这一期还不发")
        )
        return text + also
    change = f"由{fen_to_yuan(old.amount)}元改为{fen_to_yuan(due.amount)}元{part}"
    because = ended if ended and due.amount < old.amount else cause
    return f"{because}，{change}{also}"


def _by_appeal(due: MonthDue, found: Counted, first: dt.date, last: dt.date) -> str:
    """Names the appeal by which a period is given against the rules."""
    ruled = any(b.appeal is not None and b.span.last >= first and b.span.first <= last for b in found.basis)
    return f"（按{found.ruled_on:%Y年%-m月%-d日}的申诉决定）" if due.amount and ruled and found.ruled_on is not None else ""


def _newest(grants: Sequence[Grant]) -> dict[int, dict[dt.date, Due]]:
    found: dict[int, dict[dt.date, Due]] = {}
    for due in Due.objects.filter(grant__in=[g.id for g in grants]).order_by("revision"):
        found.setdefault(due.grant_id, {})[due.period] = due
    return found


def _given_by_others(grants: Sequence[Grant]) -> dict[tuple[int, str, dt.date], dict[int, int]]:
    """(person, benefit, period) -> other grant -> what its newest revision gives."""
    own = {g.id for g in grants}
    wanted = {(g.person_id, g.benefit) for g in grants}
    rows = (
        Due.objects.filter(grant__person__in={g.person_id for g in grants})
        .exclude(grant__in=own)
        .order_by("revision")
        .values_list("grant__person_id", "grant__benefit", "period", "grant_id", "amount")
    )
    found: dict[tuple[int, str, dt.date], dict[int, int]] = {}
    for person, benefit, period, other, amount in rows:
        if (person, benefit) in wanted:
            found.setdefault((person, benefit, period), {})[other] = amount
    return found


def overrides_of(grants: Sequence[Grant]) -> Mapping[int, Appeal]:
    """grant -> the appeal that was upheld against the rules, where there is one."""
    rows = Appeal.objects.filter(
        person__in={g.person_id for g in grants}, state=AppealState.UPHELD, override_from__isnull=False
    ).order_by("id")
    by = {(a.person_id, a.benefit): a for a in rows}
    return {g.id: by[g.person_id, g.benefit] for g in grants if (g.person_id, g.benefit) in by}


def ever_active(grant_ids: Collection[int]) -> frozenset[int]:
    """Those of these grants that were active at some time: only they are owed anything."""
    steps = GrantStep.objects.filter(grant__in=list(grant_ids), after=GrantState.ACTIVE)
    return frozenset(steps.values_list("grant_id", flat=True))


def count_again(
    grants: Sequence[Grant], *, run_id: int | None, cause: str, until: dt.date | None = None, since: dt.date | None = None
) -> tuple[list[Due], Mapping[int, Counted]]:
    """Dues of these grants follow the facts as they are now known to have been; new rows, and the days of each. The caller holds the locks."""
    found = count_days(grants)
    owed = ever_active([g.id for g in grants])
    wanted = [g for g in grants if g.id in owed]
    return write_dues(wanted, found, run_id=run_id, cause=cause, until=until, since=since), found


def count_days(grants: Sequence[Grant]) -> Mapping[int, Counted]:
    """The days of each grant until today."""
    overrides, closed = overrides_of(grants), _closed_on(grants)
    spans = spans_of(grants, until=clock.today(), exact=overrides.keys())
    days = {g.id: counted(g, spans[g.id], overrides.get(g.id), closed_on=closed.get(g.id)) for g in grants if g.id in spans}
    used: dict[int, list[tuple[dt.date, int]]] = {}
    timed = [g.id for g in grants if g.period == Period.TIME and g.id in days]
    for grant, day, times in (
        GrantUse.objects.filter(grant__in=timed, withdrawn_at=None)
        .order_by("used_on", "id")
        .values_list("grant_id", "used_on", "times")
    ):
        used.setdefault(grant, []).append((day, times))
    confirmed = confirmed_units(grants) if timed else {}
    return days | {
        grant: replace(days[grant], uses=tuple(used.get(grant, ())), confirmed=confirmed.get(grant, ())) for grant in timed
    }


def _closed_on(grants: Sequence[Grant]) -> dict[int, dt.date]:
    """Ended grants that stay ended on their day: ended by hand, or followed by another grant of the same benefit."""
    ended = [g for g in grants if g.state == GrantState.ENDED and g.until_on is not None]
    by_hand = set(
        GrantStep.objects.filter(grant__in=[g.id for g in ended], after=GrantState.ENDED, run=None).values_list(
            "grant_id", flat=True
        )
    )
    latest: dict[tuple[int, str], int] = {}
    pairs = Grant.objects.filter(person__in={g.person_id for g in ended}).values_list("person_id", "benefit", "id")
    for person, benefit, number in pairs:
        latest[person, benefit] = max(number, latest.get((person, benefit), 0))
    return {
        g.id: g.until_on for g in ended if g.until_on is not None and (g.id in by_hand or latest[g.person_id, g.benefit] > g.id)
    }
