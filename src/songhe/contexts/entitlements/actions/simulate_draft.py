"""Compare a draft of the pack with the rules in force over everybody of the newest city snapshot, and hand the result down.

The sums go to the policy library, which keeps them with the draft and asks for them before anybody approves; who gains and loses stays
here, where access to people is decided.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from songhe.contexts.entitlements.errors import NoDecisionYet
from songhe.contexts.entitlements.models import SimulatedChange, Snapshot
from songhe.contexts.entitlements.queries.runs import latest_city_run
from songhe.contexts.entitlements.queries.snapshot import CityFacts, city_facts
from songhe.contexts.entitlements.words import town_of
from songhe.contexts.policy_library import actions as policy_actions
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.policy_library.actions import (
    SimulatedBenefit,
    SimulatedCell,
    SimulatedTown,
    SimulatedYear,
    SimulationResult,
)
from songhe.contexts.policy_library.errors import DraftChanged
from songhe.engines.policy import what_if as engine
from songhe.engines.policy.bitset import CitySession
from songhe.engines.policy.checking import change_days
from songhe.engines.policy.pack import Pack
from songhe.engines.policy.population import Outcome
from songhe.engines.policy.resolving import resolve
from songhe.engines.policy.rulebook import Period, Rulebook
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require

LOCK = 7_201_003  # with the draft's number: one simulation of a draft at a time
YEARS = 3
"""Calendar years of money, the one in which the draft comes into force included."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """One pack with a session over the people; the same session for both packs where they know the same facts."""

    pack: Pack
    session: CitySession

    def on(self, day: dt.date) -> tuple[Rulebook, Outcome]:
        rules = resolve(self.pack, day)
        return rules, self.session.evaluate(rules)


def simulate_draft(actor: Actor, *, draft_id: int, seal: str) -> SimulationResult:
    """Who gains and loses by the draft, and the money, as kept with the draft from now on; the draft waits for approvals.

    Raises NoDecisionYet before the first city run, DraftChanged if the content is another one by now, DraftNotReady before the checks passed.
    """
    view, packs = policy.draft(actor, draft_id=draft_id), policy.draft_packs(actor, draft_id=draft_id)
    require(actor, Right.WHAT_IF, f"{packs.before.place.code}/")
    if view.brief.seal != seal:
        raise DraftChanged("草稿已经改过，这次试算的不是现在的内容。", next_step="请等新内容试算完。")
    run = latest_city_run()
    if run is None or run.snapshot is None:
        raise NoDecisionYet("还没有全市核算结果，不能试算。", next_step="请先完成一次全市核算。")
    facts, before, after = _both(run.snapshot, packs)
    start = max(view.brief.in_force_on, clock.today())
    day, compared, rules = _first_difference(before, after, start)
    years = _years(before, after, start)
    result = _result(run.snapshot, facts, compared, rules, day, years)
    with transaction.atomic():
        _keep_people(draft_id, facts, compared)
        policy_actions.record_simulation(actor, draft_id=draft_id, seal=seal, result=result)
    return result


def _both(snapshot: Snapshot, packs: policy.DraftPacks) -> tuple[CityFacts, _Rules, _Rules]:
    known = [tuple(v for _, v in sorted(pack.variables_of("person").items())) for pack in (packs.before, packs.after)]
    facts = city_facts(snapshot.path, packs.before_hash, known[0])
    session = CitySession(facts.population)
    if known[0] == known[1]:
        return facts, _Rules(packs.before, session), _Rules(packs.after, session)
    others = city_facts(snapshot.path, f"{packs.before_hash} after", known[1])
    return facts, _Rules(packs.before, session), _Rules(packs.after, CitySession(others.population))


def _last_day(start: dt.date) -> dt.date:
    return dt.date(start.year + YEARS - 1, 12, 31)


def _first_difference(before: _Rules, after: _Rules, start: dt.date) -> tuple[dt.date, engine.WhatIf, Rulebook]:
    """The first day, from the draft's own on, on which anybody's answer differs (the draft's own if there is none), and what differs."""
    later = {day for rules in (before, after) for day in change_days(rules.pack) if start < day <= _last_day(start)}
    first: tuple[dt.date, engine.WhatIf, Rulebook] | None = None
    for day in (start, *sorted(later)):
        (old, outcome), (new, drafted) = before.on(day), after.on(day)
        found = day, engine.compare(outcome, drafted, old, new), new
        if found[1].changes:
            return found
        first = first or found
    assert first is not None
    return first


def _years(before: _Rules, after: _Rules, start: dt.date) -> tuple[SimulatedYear, ...]:
    """Money by calendar year over the people of today. A month counts by the rules of its first day, with the ages of the day on which
    the rules or the year last changed; a yearly benefit counts in whole years only."""
    months = list(_months(start))
    days = sorted({day for rules in (before, after) for day in change_days(rules.pack)})
    sums: dict[int, list[int]] = {}
    known: dict[tuple[int, int], tuple[dict[Period, int], dict[Period, int]]] = {}
    for month in months:
        key = month.year, sum(day <= month for day in days)
        if key not in known:
            known[key] = _money(before, month), _money(after, month)
        year = sums.setdefault(month.year, [month.month, 0, 0])
        for place, money in enumerate(known[key], start=1):
            year[place] += money[Period.MONTH] + (money[Period.YEAR] if month.month == 1 else 0)
    return tuple(SimulatedYear(year, first, old, new) for year, (first, old, new) in sums.items())


def _money(rules: _Rules, day: dt.date) -> dict[Period, int]:
    rulebook, outcome = rules.on(day)
    return {period: engine.fen_of(outcome, rulebook, period) for period in (Period.MONTH, Period.YEAR)}


def _months(start: dt.date) -> Iterator[dt.date]:
    """The first days of the months that lie wholly after the draft came into force, to the end of the last year."""
    month = start if start.day == 1 else (start.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    while month <= _last_day(start):
        yield month
        month = (month + dt.timedelta(days=32)).replace(day=1)


def _result(
    snapshot: Snapshot, facts: CityFacts, compared: engine.WhatIf, rules: Rulebook, day: dt.date, years: tuple[SimulatedYear, ...]
) -> SimulationResult:  # fmt: skip
    towns = sorted({town_of(path) for path in facts.areas})
    place = {town: i for i, town in enumerate(towns)}
    group = np.array([place[town_of(path)] for path in facts.areas], np.int64)[facts.area]
    sums = engine.sums_by_group(compared, rules, group, len(towns))
    gaining, losing = (_people(compared, what) for what in ("gains", "loses"))
    by_town = [np.bincount(group[rows], minlength=len(towns)) for rows in (gaining, losing)]
    monthly = [each for each in sums if each.period is Period.MONTH]
    return SimulationResult(
        as_of=day, taken_at=snapshot.taken_at, snapshot_sha256=snapshot.sha256, gain=len(gaining), lose=len(losing),
        fen_before=sum(int(each.fen_before.sum()) for each in monthly), fen_after=sum(int(each.fen_after.sum()) for each in monthly),
        benefits=tuple(
            SimulatedBenefit(
                s.benefit, s.title, str(s.period), int(s.people_before.sum()), int(s.people_after.sum()), int(s.fen_before.sum()),
                int(s.fen_after.sum()), int(s.gain.sum()), int(s.lose.sum()),
            )
            for s in sums
        ),
        towns=tuple(
            SimulatedTown(
                town, int(by_town[0][i]), int(by_town[1][i]), sum(int(s.fen_before[i]) for s in monthly), sum(int(s.fen_after[i]) for s in monthly)
            )
            for i, town in enumerate(towns)
        ),
        cells=tuple(
            SimulatedCell(s.benefit, town, int(s.gain[i]), int(s.lose[i]), int(s.fen_after[i] - s.fen_before[i]))
            for s in sums
            for i, town in enumerate(towns)
            if s.gain[i] or s.lose[i]
        ),
        years=years,
    )  # fmt: skip


def _people(compared: engine.WhatIf, what: str) -> NDArray[np.int64]:
    """The rows of the people who gain (or lose) anything, each once."""
    found = [change.rows[getattr(change, what)] for change in compared.changes]
    return np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)


def _keep_people(draft_id: int, facts: CityFacts, compared: engine.WhatIf) -> None:
    """The rows of this simulation take the place of the last one's. The caller holds the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, draft_id])
        SimulatedChange.objects.filter(draft_id=draft_id)._raw_delete("default")
        columns = "draft_id, person_id, area_path, benefit, gains, fen_before, fen_after"
        with cursor.copy(f"COPY simulated_change ({columns}) FROM STDIN") as copy:
            for row in _rows(facts, compared):
                copy.write_row((draft_id, *row))


def _rows(facts: CityFacts, compared: engine.WhatIf) -> Iterator[tuple[int, str, str, bool, int, int]]:
    ids = facts.population.person_id
    for change in compared.changes:
        gains = change.gains
        for at in np.flatnonzero(gains | change.loses):
            row = change.rows[at]
            area = facts.areas[facts.area[row]]
            yield int(ids[row]), area, change.benefit, bool(gains[at]), int(change.fen_before[at]), int(change.fen_after[at])
