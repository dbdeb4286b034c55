"""The whole road from a pack to a folder of department files and a list of areas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from songhe.demo_city.areas import Node, build_areas
from songhe.demo_city.circumstances import build_facts
from songhe.demo_city.dirt import OUTDATED_IN, REPEATED, hit, outdated
from songhe.demo_city.files import MOST_ROWS, DepartmentFile, Layout, dirty, words, write_file
from songhe.demo_city.identities import addresses, corrected_numbers, id_numbers, names, phones
from songhe.demo_city.plan import CityPlan
from songhe.demo_city.residents import RELATIONS, Residents, build_residents
from songhe.engines.policy.rulebook import Variable

Text = NDArray[np.str_]
Progress = Callable[[int, int, str], None]
ENCODINGS: Mapping[str, str] = {"health": "gb18030", "community": "utf-8-sig"}
RENUMBERED_PER_MILLE = 0.3  # elders whose ID number the police corrects after everybody has sent their files
CHANGES_TITLE = "常住人口变更登记表"
DEAD_PER_MILLE = 1  # elders whom the police lists as dead and the other departments do not: few, so that the printed counts hold
NUMBERED: Mapping[str, frozenset[str]] = dict.fromkeys(
    ("police", "human_resources", "medical_insurance", "veterans"), frozenset({"id_number"})
)  # whose rows always bear a number
DIAGNOSES = ("高血压", "糖尿病", "冠心病", "脑梗塞后遗症", "慢性阻塞性肺疾病", "骨质疏松", "白内障")


@dataclass(frozen=True, slots=True)
class DemoCity:
    """What was built: the tree of areas and the department files, police first."""

    city: Node
    files: tuple[DepartmentFile, ...]
    elders: int
    residents: int


@dataclass(frozen=True, slots=True)
class Table:
    """A department's file before it is written: `columns` as in its layout, and for each row the place in `people` of whom it means."""

    layout: Layout
    persons: NDArray[np.int64]
    columns: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class DemoTables:
    """A city in memory: who lives there, what is true of them (`columns`), and what the departments write."""

    city: Node
    people: Residents
    columns: Mapping[str, Text]
    tables: Iterator[Table]
    changes: Table  # what the police sends last: corrected ID numbers, each with the one before


@dataclass(frozen=True, slots=True)
class _Ground:
    """Communities in order, and what each row of the files needs of them."""

    nodes: tuple[Node, ...]
    towns: Text

    def column(self, of: Callable[[Node], str]) -> Text:
        return np.array([of(node) for node in self.nodes])

    @property
    def rural(self) -> NDArray[np.bool_]:
        return np.array([bool(node.rural) for node in self.nodes])


def _ground(city: Node) -> _Ground:
    towns = {node.code: node.name for node in city.walk() if node.level == "town"}
    nodes = tuple(node for node in city.walk() if node.level == "community")
    return _Ground(nodes, np.array([towns[node.parent] for node in nodes]))


def _identity_columns(rng: np.random.Generator, people: Residents, ground: _Ground) -> dict[str, Text]:
    days = np.datetime64("1970-01-01", "D") + people.birth.astype("timedelta64[D]")
    n = len(people)
    return {
        "id_number": id_numbers(people),
        "name": names(rng, people),
        "sex": np.where(people.sex == 0, "男", "女"),
        "birth_date": days.astype("U10"),
        "household_no": np.char.add("H", np.char.zfill((people.household + 1).astype("U9"), 8)),
        "relation": np.array(RELATIONS)[people.relation],
        "town_name": ground.towns[people.community],
        "area_code": ground.column(lambda node: node.code)[people.community],
        "area_name": ground.column(lambda node: node.name)[people.community],
        "address": addresses(rng, people, ground.column(lambda node: node.name), ground.rural),
        "phone": phones(rng, n),
        "bank_account": np.char.add("000000", np.char.zfill(rng.integers(0, 10**13, n).astype("U13"), 13)),
        "death_date": np.full(n, ""),
        "former_id_number": np.full(n, ""),
        "number_changed_on": np.full(n, ""),
    }


def _fact_columns(
    rng: np.random.Generator,
    plan: CityPlan,
    people: Residents,
    ground: _Ground,
    variables: Mapping[str, Variable],
    as_of: dt.date,
) -> dict[str, Text]:
    """Every variable of a layout as cell text; an elder never assessed has no grade."""
    facts = build_facts(rng, plan, people, ground.rural, ground.column(lambda node: node.county))
    columns = {name: words(variables[name], values) for name, values in facts.items() if name in variables}
    assessed = facts["assessed"].astype(bool)
    for name in ("ability_grade", "unable_self_care", "ltc_grade"):
        columns[name] = np.where(assessed, columns[name], "").astype("U8")
    checked = np.datetime64(as_of, "D") - facts["health_check"].astype("timedelta64[D]")
    columns["health_check_date"] = checked.astype("U10")
    columns["income_per_head"], columns["savings"] = (
        words(variables[v], facts[f]) for v, f in (("income_per_head", "income"), ("savings", "savings"))
    )
    columns["rural"] = np.where(facts["rural"].astype(bool), "农村", "城镇")
    dead = rng.random(len(people)) < DEAD_PER_MILLE / 1000
    counted = np.isin(facts["ability_grade"], [grade for each in plan.ability_counts for grade in each.grades]) & assessed
    columns["alive"] = np.where(dead & people.elder & ~counted, "死亡", "正常")  # of whom a printed number tells, nobody is
    sick = facts["chronic_disease"].astype(bool)
    columns["diagnosis"] = np.where(sick, rng.choice(np.array(DIAGNOSES), len(people)), "")
    columns.setdefault("carer", np.full(len(people), "否"))
    first = np.searchsorted(people.household, people.household)
    shared = {
        name: column[first] for name, column in columns.items() if name in variables and variables[name].entity == "household"
    }
    return columns | shared


def _filled(
    rng: np.random.Generator, layout: Layout, columns: Mapping[str, Text], rows: NDArray[np.int64], required: frozenset[str]
) -> Table:
    """The department's rows with its mistakes, some of them written twice."""
    rows = np.sort(np.r_[rows, rows[hit(rng, len(rows), REPEATED)]]) if layout.code != "police" else rows
    filled = []
    for _, kind in layout.columns:
        column = columns.get(kind)
        clean = column[rows] if column is not None else np.full(len(rows), "")
        if kind in OUTDATED_IN.get(layout.code, ()):
            clean = outdated(clean, kind)
        filled.append(dirty(rng, kind, clean, layout.code, kind in required) if column is not None else clean)
    return Table(layout, rows, tuple(filled))


def _changes(seed: int, layout: Layout, people: Residents, columns: Mapping[str, Text], as_of: dt.date) -> Table:
    """Some elders' rows with a corrected number. Its own random numbers, so that everything else of the city stays as it was."""
    rng = np.random.default_rng([seed, *layout.code.encode()])
    living = np.flatnonzero(people.elder & (columns["alive"] == "正常"))
    wanted = rng.choice(living, min(len(living), max(2, round(len(living) * RENUMBERED_PER_MILLE / 1000))), replace=False)
    rows, numbers = corrected_numbers(people, np.sort(wanted))
    days = np.datetime64(as_of, "D") - rng.integers(1, 60, len(rows)).astype("timedelta64[D]")
    changed = {"id_number": numbers, "former_id_number": columns["id_number"][rows], "number_changed_on": days.astype("U10")}
    cells = [changed.get(kind, columns[kind][rows] if kind in columns else np.full(len(rows), "")) for _, kind in layout.columns]
    return Table(replace(layout, title=CHANGES_TITLE), rows, tuple(cells))


def _write(folder: Path, table: Table) -> list[DepartmentFile]:
    parts = max(1, -(-len(table.persons) // MOST_ROWS))
    pieces = np.array_split(np.arange(len(table.persons)), parts)
    encoding = ENCODINGS.get(table.layout.code, "utf-8")
    return [
        write_file(folder, table.layout, [column[piece] for column in table.columns], part, parts, encoding)
        for part, piece in enumerate(pieces)
    ]


def build_tables(
    plan: CityPlan,
    layouts: tuple[Layout, ...],
    variables: Mapping[str, Variable],
    *,
    code: str,
    name: str,
    as_of: dt.date,
    scale: float = 1.0,
    seed: int = 20_260_101,
) -> DemoTables:
    """The city and what every department's file says of whom, in memory; `tables` are made one by one, police first."""
    rng = np.random.default_rng(seed)
    city = build_areas(plan, code=code, name=name, elders=max(round(plan.elders * scale), 1))
    ground = _ground(city)
    people = build_residents(rng, plan, np.array([node.elders for node in ground.nodes]), as_of)
    columns = _identity_columns(rng, people, ground) | _fact_columns(rng, plan, people, ground, variables, as_of)
    elders_only = np.flatnonzero(people.elder)
    rows = {"police": np.arange(len(people)), "human_resources": np.flatnonzero(people.age >= 16)}
    rows["institutions"] = np.flatnonzero(people.elder & (columns["in_institution"] == "是"))
    tables = (
        _filled(rng, layout, columns, rows.get(layout.code, elders_only), NUMBERED.get(layout.code, frozenset()))
        for layout in layouts
    )
    police = next((layout for layout in layouts if layout.code == "police"), Layout("police", "", ()))
    return DemoTables(city, people, columns, tables, _changes(seed, police, people, columns, as_of))


def build_city(
    plan: CityPlan,
    layouts: tuple[Layout, ...],
    variables: Mapping[str, Variable],
    folder: Path,
    *,
    code: str,
    name: str,
    as_of: dt.date,
    scale: float = 1.0,
    seed: int = 20_260_101,
    progress: Progress = lambda done, total, step: None,
    also: Callable[[DemoTables], None] = lambda made: None,
) -> DemoCity:
    """Department files of a city of `plan.elders * scale` elders stand in `folder`; the same arguments give the same bytes of csv.

    `also` is handed the city in memory once the files are written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    total = len(layouts) + 2
    progress(1, total, "户与人")
    made = build_tables(plan, layouts, variables, code=code, name=name, as_of=as_of, scale=scale, seed=seed)
    progress(2, total, "各部门文件")
    files: list[DepartmentFile] = []
    for done, table in enumerate(made.tables, start=3):
        files += _write(folder, table)
        progress(done, total, table.layout.title)
    if made.changes.columns:
        files += _write(folder, made.changes)
    also(made)
    return DemoCity(made.city, tuple(files), int(made.people.elder.sum()), len(made.people))
