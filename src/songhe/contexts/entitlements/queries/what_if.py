"""What another value of a parameter, another reading or another wording of a definition would change: people and money, before it is in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from songhe.basics.money import yuan_to_fen
from songhe.contexts.entitlements.errors import NoDecisionYet
from songhe.contexts.entitlements.queries.runs import latest_city_run
from songhe.contexts.entitlements.queries.snapshot import CityFacts, city_facts
from songhe.contexts.entitlements.words import town_of
from songhe.contexts.people.queries import people_by_id
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.policy_library.errors import UnknownParameter
from songhe.engines.policy import what_if as engine
from songhe.engines.policy.bitset import CitySession
from songhe.engines.policy.findings import PackInvalid
from songhe.engines.policy.pack import Pack
from songhe.engines.policy.resolving import resolve
from songhe.engines.policy.rulebook import Period, Rulebook
from songhe.engines.policy.tree import Type
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput

SHOWN = 100


@dataclass(frozen=True, slots=True)
class BenefitEffect:
    """One benefit before and after: people it is given to, fen a period, how many gain and lose."""

    benefit: str
    title: str
    period: Period
    people_before: int
    people_after: int
    fen_before: int
    fen_after: int
    gain: int
    lose: int


@dataclass(frozen=True, slots=True)
class TownEffect:
    """The same for one town and all its benefits that change; money of monthly benefits only, in fen a month."""

    area_path: str
    gain: int
    lose: int
    fen_before: int
    fen_after: int


@dataclass(frozen=True, slots=True)
class ChangedPerson:
    """One of the people whose answer changes (the first of them); amounts in fen."""

    person_id: int
    name: str
    place: str
    benefit: str
    fen_before: int
    fen_after: int
    gains: bool


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The comparison, counted over everybody in the snapshot; `people` is the beginning of the list, `changed` its length."""

    as_of: dt.date
    taken_at: dt.datetime
    benefits: tuple[BenefitEffect, ...]
    towns: tuple[TownEffect, ...]
    changed: int
    people: tuple[ChangedPerson, ...]


@lru_cache(maxsize=1)
def _session(path: str, content_hash: str) -> tuple[CityFacts, CitySession]:
    """The city in memory with everything already computed over it; one city a process."""
    pack = policy.pack_in_use().pack
    variables = tuple(v for _, v in sorted(pack.variables_of("person").items()))
    facts = city_facts(path, content_hash, variables)
    return facts, CitySession(facts.population)


def _value(pack: Pack, name: str, text: str) -> int:
    parameter = pack.parameters.get(name)
    if parameter is None:
        raise UnknownParameter(f"政策包里没有参数“{name}”。", field=name)
    try:
        if parameter.type is Type.MONEY:
            return yuan_to_fen(text)
        return (dt.date.fromisoformat(text) - dt.date(1970, 1, 1)).days if parameter.type is Type.DATE else int(text)
    except ValueError as problem:
        raise InvalidInput(f"“{parameter.title}”要填一个数。", next_step="例如 120 或 120.00。", field=name) from problem


def _changed_rules(
    pack: Pack, day: dt.date, parameters: Mapping[str, str], readings: Mapping[str, str], definitions: Mapping[str, str]
) -> Rulebook:
    values = {name: _value(pack, name, text) for name, text in parameters.items()}
    try:
        return resolve(pack, day, parameters=values, readings=dict(readings), definitions=dict(definitions))
    except PackInvalid as refused:
        raise InvalidInput(
            "这样改，规则读不通。", next_step=";".join(str(finding) for finding in refused.findings[:3]), field="definitions"
        ) from refused


def _people(actor: Actor, facts: CityFacts, result: engine.WhatIf) -> tuple[int, tuple[ChangedPerson, ...]]:
    ids, picked = facts.population.person_id, []
    for change in result.changes:
        gains, moved = change.gains, change.gains | change.loses
        for at in np.flatnonzero(moved)[:SHOWN]:
            picked.append(
                (int(ids[change.rows[at]]), change.title, int(change.fen_before[at]), int(change.fen_after[at]), bool(gains[at]))
            )
    total = sum(int((change.gains | change.loses).sum()) for change in result.changes)
    shown = picked[:SHOWN]
    names = people_by_id(actor, person_ids=[row[0] for row in shown])
    return total, tuple(ChangedPerson(i, names[i].name, names[i].place, *rest) for i, *rest in shown if i in names)  # type: ignore[arg-type]


def what_if(actor: Actor, *, parameters: Mapping[str, str] | None = None, readings: Mapping[str, str] | None = None,
            definitions: Mapping[str, str] | None = None) -> WhatIf:  # fmt: skip
    """The effect of the changes on the latest snapshot, as of today; nothing is stored.

    `parameters` maps a name to its value as text (yuan, a whole number, a date); `readings` a definition to a reading;
    `definitions` a definition to an expression. Raises NoDecisionYet before the first city run, InvalidInput for what cannot be read.
    """
    current = policy.pack_in_use()
    require(actor, Right.WHAT_IF, f"{current.pack.place.code}/")
    run = latest_city_run()
    if run is None or run.snapshot is None:
        raise NoDecisionYet("还没有全市核算结果，不能试算。", next_step="请先完成一次全市核算。")
    day = clock.today()
    _, before = policy.rulebook(day)
    after = _changed_rules(current.pack, day, parameters or {}, readings or {}, definitions or {})
    facts, session = _session(run.snapshot.path, current.content_hash)
    result = engine.what_if(session, before, after)
    towns = sorted({town_of(path) for path in facts.areas})
    place = {town: i for i, town in enumerate(towns)}
    group = np.array([place[town_of(path)] for path in facts.areas], np.int64)[facts.area]
    sums = engine.sums_by_group(result, after, group, len(towns))
    changed, people = _people(actor, facts, result)
    return WhatIf(day, run.snapshot.taken_at, _benefits(sums), _towns(towns, sums), changed, people)


def _benefits(sums: tuple[engine.GroupSums, ...]) -> tuple[BenefitEffect, ...]:
    return tuple(
        BenefitEffect(
            s.benefit, s.title, s.period, int(s.people_before.sum()), int(s.people_after.sum()), int(s.fen_before.sum()), int(s.fen_after.sum()),
            int(s.gain.sum()), int(s.lose.sum()),
        )
        for s in sums
    )  # fmt: skip


def _towns(towns: list[str], sums: tuple[engine.GroupSums, ...]) -> tuple[TownEffect, ...]:
    monthly = [s for s in sums if s.period is Period.MONTH]
    return tuple(
        TownEffect(
            town, sum(int(s.gain[i]) for s in sums), sum(int(s.lose[i]) for s in sums), sum(int(s.fen_before[i]) for s in monthly),
            sum(int(s.fen_after[i]) for s in monthly),
        )
        for i, town in enumerate(towns)
    )  # fmt: skip
