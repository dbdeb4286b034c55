"""The rows behind a figure, counted again from that figure's own snapshot: numerator, denominator, and those that cannot be told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import PersonBrief
from songhe.contexts.places import queries as places
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics.access import counted_areas
from songhe.contexts.statistics.errors import NoFigureYet
from songhe.contexts.statistics.models import FigureInput, FigureSet
from songhe.contexts.statistics.queries.figures import figure_set, indicator_entry, silent_indicators
from songhe.contexts.statistics.queries.sources import kept_table, snapshot_rows, table_rows
from songhe.contexts.statistics.words import Side
from songhe.engines.policy.counting import (
    AREA,
    HOUSEHOLD,
    PERSON,
    SIDES,
    Compiler,
    Judged,
    SourceRows,
    Sure,
    judge,
    judged_sides,
    scale_of,
)
from songhe.engines.policy.pack import CountEntry, IndicatorEntry, Pack
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput
from songhe.foundation.paging import Page, cursor_of, keys_of

MOST = 200


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row behind a figure. `kind` is person, household, area or entry; `id` its inner number then.

    `person` is set where the actor may see that person now, `title` otherwise names what can be named; `counts` is what the row adds.
    """

    kind: str
    id: int
    area_path: str
    place: str
    title: str
    person: PersonBrief | None
    counts: Decimal


@dataclass(frozen=True, slots=True)
class RowsOf:
    """A page of rows, how many there are in all and what they add up to: always what the figure says."""

    page: Page[FigureRow]
    rows: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of one side from one source in order of area and id, with what each counts."""

    of: str
    ids: NDArray[np.int64]
    paths: tuple[str, ...]
    area: NDArray[np.int32]
    counts: NDArray[np.int64] | None
    scale: int


def figure_rows(
    actor: Actor, *, indicator: str, side: Side, area_path: str = "", after: str | None = None, limit: int = 50,
    period: dt.date | None = None, revision: int | None = None,
) -> RowsOf:  # fmt: skip
    """A page of the rows in the actor's areas, in order of source, area and number; at most 200 a page.

    Raises UnknownIndicator, NoFigureYet, AccessDenied.
    """
    indicator_entry(indicator)
    paths, found = counted_areas(actor, area_path), figure_set(period, revision)
    if found is None or indicator in silent_indicators(found):
        raise NoFigureYet("这个指标还没有数据，没有名单可看。", next_step="请回到指标页面。")
    parts = [_within(part, paths) for part in _parts(found.id, indicator, side.value)]
    start, limit = _start(parts, after), min(limit, MOST)
    flat: list[tuple[int, int]] = []
    for place, part in enumerate(parts):
        first = start[1] if place == start[0] else 0
        if place >= start[0] and len(flat) <= limit:
            flat += [(place, row) for row in range(first, min(len(part.ids), first + limit + 1 - len(flat)))]
    rows = _rows(actor, parts, flat[:limit])
    following = flat[limit] if len(flat) > limit else None
    cursor = None if following is None else _cursor(parts, flat[limit - 1])
    total = sum((_sum(part) for part in parts), Decimal(0))
    return RowsOf(Page(rows, cursor), sum(len(part.ids) for part in parts), total)


def _cursor(parts: Sequence[_Part], at: tuple[int, int]) -> str:
    part, row = parts[at[0]], at[1]
    return cursor_of(at[0], part.paths[part.area[row]], int(part.ids[row]))


def _start(parts: Sequence[_Part], after: str | None) -> tuple[int, int]:
    """The place of the first row after a cursor."""
    if not after:
        return 0, 0
    place, path, number = keys_of(after, int, str, int)
    if not isinstance(place, int) or not 0 <= place < len(parts):
        raise InvalidInput("翻页标记不对。", next_step="请回到第一页重新查看。", field="after")
    part = parts[place]
    low, high = 0, len(part.ids)
    while low < high:
        middle = (low + high) // 2
        if (part.paths[part.area[middle]], int(part.ids[middle])) <= (path, number):
            low = middle + 1
        else:
            high = middle
    return place, low


@lru_cache(maxsize=24)
def _parts(set_id: int, indicator: str, side: str) -> tuple[_Part, ...]:
    """The rows of a side in the whole city. Figures of a set are written once, so this may be kept by its number."""
    found = FigureSet.objects.get(id=set_id)
    pack = policy.pack_of(found.pack_version_id)
    entry = pack.indicators[indicator]
    judged = _judged(found, pack, entry)
    if side != Side.UNKNOWN:
        return tuple(_part(pack, entry, rows, sure.true, sure.counts, name) for rows, name, sure in judged if name == side)
    masks: dict[str, tuple[SourceRows, str, NDArray[np.bool_]]] = {}
    for rows, name, sure in judged:
        of = getattr(entry, name).of
        seen = masks.get(of)
        masks[of] = (rows, name, sure.unknown if seen is None else seen[2] | sure.unknown)
    return tuple(_part(pack, entry, rows, mask, None, name) for rows, name, mask in masks.values())


def _judged(found: FigureSet, pack: Pack, entry: IndicatorEntry) -> list[tuple[SourceRows, str, Sure]]:
    """Numerator before denominator, each with its source's rows."""
    inputs: Mapping[str, str] = dict(FigureInput.objects.filter(figures=found).values_list("source", "path"))
    judged: list[Judged] = []
    for tests in Compiler(pack, found.as_of).tests([entry]):
        on_snapshot = tests.of in (PERSON, HOUSEHOLD)
        rows = snapshot_rows(found.snapshot_path, tests) if on_snapshot else table_rows(kept_table(inputs[tests.of]), tests)
        judged.append((tests, rows, judge(tests, rows)))
    sides = [
        (rows, test.side, sure)
        for tests, rows, sures in judged_sides(judged)
        for test, sure in zip(tests.tests, sures, strict=True)
    ]
    return sorted(sides, key=lambda part: SIDES.index(part[1]))


def _part(
    pack: Pack, entry: IndicatorEntry, rows: SourceRows, mask: NDArray[np.bool_], counts: NDArray[np.int64] | None, side: str
) -> _Part:
    count: CountEntry = getattr(entry, side)
    order = np.array(sorted(range(len(rows.areas)), key=lambda place: rows.areas[place]), np.int64)
    rank = np.empty(len(rows.areas), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    chosen = np.flatnonzero(mask)
    chosen = chosen[np.lexsort((rows.ids[chosen], rank[rows.area[chosen]]))]
    paths = tuple(rows.areas[place] for place in order)
    scale = scale_of(pack, count) if counts is not None else 1
    return _Part(count.of, rows.ids[chosen], paths, rank[rows.area[chosen]], None if counts is None else counts[chosen], scale)


def _within(part: _Part, inside: tuple[str, ...]) -> _Part:
    """The rows in these areas."""
    wanted = np.array([path.startswith(inside) for path in part.paths], np.bool_)
    if wanted.all():
        return part
    mask = wanted[part.area]
    return _Part(
        part.of, part.ids[mask], part.paths, part.area[mask], None if part.counts is None else part.counts[mask], part.scale
    )


def _sum(part: _Part) -> Decimal:
    return Decimal(len(part.ids)) if part.counts is None else Decimal(int(part.counts.sum())) / part.scale


def _rows(actor: Actor, parts: Sequence[_Part], flat: Sequence[tuple[int, int]]) -> tuple[FigureRow, ...]:
    names = {area.path: area for area in places.area_tree()} if flat else {}
    chosen = [(parts[place], row) for place, row in flat]
    ids = [int(part.ids[row]) for part, row in chosen if part.of == PERSON]
    known = people.people_by_id(actor, person_ids=ids) if ids and actor.may(Right.SEE_PEOPLE) else {}
    found: list[FigureRow] = []
    for part, row in chosen:
        path, number = part.paths[part.area[row]], int(part.ids[row])
        counts = Decimal(1) if part.counts is None else Decimal(int(part.counts[row])) / part.scale
        brief = known.get(number) if part.of == PERSON else None
        area = names.get(path)
        place = area.name if area else path
        found.append(
            FigureRow(_kind(part.of), number, path, place, "" if brief else _title(part.of, number, place), brief, counts)
        )
    return tuple(found)


def _kind(of: str) -> str:
    return of if of in (PERSON, HOUSEHOLD, AREA) else "entry"


def _title(of: str, number: int, place: str) -> str:
    if of == PERSON:
        return "不在您能查看的名单里"
    return {HOUSEHOLD: f"第{number}户", AREA: place}.get(of, f"第{number}条登记")
