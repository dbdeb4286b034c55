"""Elders fifteen years ahead, and the beds, carers and money that follow, each as low, middle and high."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.planning.access import figure_paths
from songhe.contexts.planning.queries.ahead import YEARS, Course, Values, course
from songhe.contexts.planning.queries.assumptions import checked_changes, prospect_in_use, three_values
from songhe.contexts.planning.queries.people_now import FIRST_AGE, GRADES, PeopleNow, people_now
from songhe.contexts.planning.queries.printed import PrintedBeside, printed_beside
from songhe.contexts.planning.queries.scenarios import ScenarioView, scenario_of
from songhe.contexts.planning.queries.supply import Supply, supply_of
from songhe.contexts.planning.words import GRADE_TITLES, Scope
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.pack import Pack
from songhe.engines.policy.prospect import Assumption, MoneyLine, Prospect, Sourced
from songhe.engines.projection.cohorts import life_expectancy
from songhe.engines.projection.needs import Needs, Ratios, needs_of, yearly_money
from songhe.foundation.access import Actor, Right, require

NURSING_FROM = 2  # beds of residents of grade 2 (moderate) and above are nursing beds

Triple = tuple[int, int, int]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """One quantity over the years: low, middle, high for each; money in fen. `supply` is what there is today, where it is measured."""

    id: str
    title: str
    unit: str
    group: str  # people | ability | needs | money
    values: tuple[Triple, ...]
    supply: Supply | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """Of one year, by the middle variant: who turned 60, who died, and moves in minus out."""

    year: int
    reached: int
    died: int
    moved: int


@dataclass(frozen=True, slots=True)
class AssumptionUsed:
    """An assumption with the values that were used; `changed` where its middle is not the pack's."""

    entry: Assumption
    values: tuple[float, float, float]
    changed: bool


@dataclass(frozen=True, slots=True)
class Projection:
    """The years, the lines, and everything that they rest on."""

    start: PeopleNow
    scenario: ScenarioView | None
    area_path: str
    years: tuple[int, ...]
    lines: tuple[Line, ...]
    flows: tuple[Flow, ...]
    assumptions: tuple[AssumptionUsed, ...]
    life_at_60: tuple[float, float]  # men, women, in the first year by the middle variant
    sources: tuple[tuple[str, Sourced], ...]
    printed: tuple[PrintedBeside, ...]

    def line(self, name: str) -> Line:
        """The line of this id."""
        return next(line for line in self.lines if line.id == name)


def projection(
    actor: Actor,
    *,
    scenario: int | None = None,
    changes: Mapping[str, Decimal] | None = None,
    area_path: str = "",
    scope: Scope = Scope.RESIDENT,
) -> Projection | None:
    """The projection of the actor's areas; `changes` come on top of the kept scenario. None before the first published snapshot.

    Raises AccessDenied, ScenarioNotFound, BadAssumption, NothingAssumed.
    """
    require(actor, Right.SEE_FIGURES, area_path or None)
    prospect, pack = prospect_in_use(), policy.pack_in_use().pack
    kept = scenario_of(actor, scenario) if scenario is not None else None
    changed = checked_changes({**(kept.changes if kept else {}), **(changes or {})})
    snapshot = entitlements.city_snapshot()
    if snapshot is None:
        return None
    start = people_now(snapshot, figure_paths(actor, area_path), scope)
    values = {name: three_values(entry, changed.get(name)) for name, entry in prospect.assumptions.items()}
    found = course(prospect, values, start.counted, start.as_of)
    whole = any(path == "" or path.count("/") <= 1 for path in figure_paths(actor, area_path))
    return Projection(
        start,
        kept,
        area_path,
        tuple(start.as_of.year + year for year in range(YEARS + 1)),
        _lines(pack, prospect, values, found, supply_of(actor, prospect, area_path), start.as_of),
        _flows(found, start.as_of.year),
        tuple(AssumptionUsed(entry, values[name], name in changed) for name, entry in prospect.assumptions.items()),
        _life(found),
        _sources(prospect),
        printed_beside(pack, prospect, values) if whole else (),
    )


def _lines(
    pack: Pack, prospect: Prospect, values: Values, found: Course, supply: Mapping[str, Supply], on: dt.date
) -> tuple[Line, ...]:
    graded = found.graded
    needs = needs_of(graded, _ratios(prospect, values))
    heads = _heads(found, needs)
    people = [
        Line(name, title, "人", "people", _whole(heads[name]))
        for name, title in (("elders", "60周岁及以上"), ("aged_65", "65周岁及以上"), ("aged_80", "80周岁及以上"))
    ]
    ability = [Line(f"ability_{g}", GRADE_TITLES[g], "人", "ability", _whole(graded[..., g])) for g in range(GRADES)]
    ability.append(Line("grade_1", "失能合计（轻度及以上）", "人", "ability", _whole(heads["grade_1"])))
    asked = (
        ("residents", "住机构的人", "人", needs.residents, np.rint),
        ("beds", "需要的养老床位", "张", needs.beds, np.ceil),
        ("nursing_beds", "其中护理型床位", "张", needs.nursing_beds, np.ceil),
        ("carers", "需要的护理员", "人", needs.carers, np.ceil),
    )
    wanted = [Line(name, title, unit, "needs", _whole(data, way), supply.get(name)) for name, title, unit, data, way in asked]
    money = [Line(line.id, line.title, "元/年", "money", _fen(heads, line, pack, on)) for line in prospect.money.values()]
    total = tuple(_sum([line.values[year] for line in money]) for year in range(YEARS + 1))
    return (*people, *ability, *wanted, *money, Line("money", "合计", "元/年", "money", total))


def _heads(found: Course, needs: Needs) -> dict[str, Floats]:
    graded = found.graded
    return {
        "elders": found.ahead.aged(FIRST_AGE), "aged_65": found.ahead.aged(65), "aged_80": found.ahead.aged(80),
        **{f"grade_{g}": graded[..., g:].sum(axis=-1) for g in (1, 2, 3)},
        "residents": needs.residents, "beds": needs.beds,
    }  # fmt: skip


def _ratios(prospect: Prospect, values: Values) -> Ratios:
    use = np.array(values["bed_use"])[:, None] * np.array(prospect.institution_use.values)[None, :] / 1000
    occupancy = np.array(values["occupancy"]) / 100
    return Ratios(np.minimum(use, 1), occupancy, np.maximum(np.array(prospect.carers.values), 0.1), NURSING_FROM)


def _fen(heads: Mapping[str, Floats], line: MoneyLine, pack: Pack, on: dt.date) -> tuple[Triple, ...]:
    """In the prices of the day: a parameter's value then, or its last one."""
    fen = line.fen
    if fen is None:
        parameter = pack.parameters[line.parameter or ""]
        fen = (parameter.on(on) or parameter.values[-1]).value * line.times
    return _triples(yearly_money(heads[line.of] * line.share / 1000, fen))


def _whole(data: Floats, way: Callable[[Floats], Floats] = np.rint) -> tuple[Triple, ...]:
    """[V, T + 1] as whole numbers by year."""
    return _triples(way(np.round(data, 6)).astype(np.int64))


def _triples(data: NDArray[np.int64]) -> tuple[Triple, ...]:
    return tuple((int(low), int(middle), int(high)) for low, middle, high in data.T)


def _sum(triples: Sequence[Triple]) -> Triple:
    return sum(t[0] for t in triples), sum(t[1] for t in triples), sum(t[2] for t in triples)


def _flows(found: Course, first: int) -> tuple[Flow, ...]:
    ahead = found.ahead
    columns = (ahead.reached(FIRST_AGE)[1], ahead.died(FIRST_AGE)[1], ahead.net_moves(FIRST_AGE)[1])
    return tuple(Flow(first + 1 + year, *(round(float(column[year])) for column in columns)) for year in range(YEARS))


def _life(found: Course) -> tuple[float, float]:
    return life_expectancy(found.death[1, 0]), life_expectancy(found.death[1, 1])


def _sources(prospect: Prospect) -> tuple[tuple[str, Sourced], ...]:
    return (
        ("各年龄人口（用来推算陆续满60周岁的人）", prospect.cohorts.sourced),
        ("各年龄死亡率", prospect.deaths.sourced),
        ("各年龄能力等级的比例", prospect.ability.sourced),
        ("各等级住机构的比例", prospect.institution_use.sourced),
        ("一名护理员照护几位老人", prospect.carers.sourced),
        *((f"资金：{line.title}", line.sourced) for line in prospect.money.values()),
    )
