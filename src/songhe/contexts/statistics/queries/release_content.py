"""A release counted from a snapshot: all that may be shown, as one canonical text. The same snapshot, pack and places give the same bytes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songhe.contexts.places import queries as places
from songhe.contexts.statistics.errors import TooFewToPublish
from songhe.contexts.statistics.queries.sources import snapshot_rows
from songhe.contexts.statistics.words import CANNOT_TELL, OTHERS
from songhe.engines.policy.counting import PERSON, Compiler, SourceRows, Sure, judge
from songhe.engines.policy.pack import CountEntry, Expression, IndicatorEntry, Pack
from songhe.engines.policy.release import AREA, ReleaseDimension, ReleasePlan
from songhe.engines.suppression.protecting import Axis, CannotProtect, Hidden, Table, protect

FORMAT = 1
UNPLACED, UNPLACED_TITLE = "unplaced", "没有登记到村（社区）"
Place = tuple[str, str, str]  # path, name, level


@dataclass(frozen=True, slots=True)
class _Divided:
    """An axis with the Chinese name of each node, and the leaf of each counted person."""

    axis: Axis
    ids: tuple[str, ...]
    titles: tuple[str, ...]
    levels: tuple[str, ...]
    leaf: NDArray[np.int64]


def places_now(root: str) -> tuple[Place, ...]:
    """Every area below the city as it is now, in order of path."""
    found = [
        (area.path, area.name, area.level) for area in places.area_tree() if area.path.startswith(root) and area.path != root
    ]
    return tuple(sorted(found))


def release_content(
    pack: Pack, plan: ReleasePlan, *, snapshot_path: str, year: int, as_of: dt.date, cut_off: dt.datetime, areas: Sequence[Place]
) -> str:
    """The canonical JSON text; a number that is not shown is null. Raises TooFewToPublish."""
    rows, sures = _judged(pack, plan, snapshot_path, as_of)
    population = sures["population"]
    divided = {name: _dimension(dimension, sures, population.true) for name, dimension in plan.dimensions.items()}
    divided[AREA] = _areas(pack, areas, rows, population.true)
    total, tables = int(population.true.sum()), _tables(plan, divided)
    used = {name for table in plan.tables.values() for name in (table.rows, table.columns)}
    own = {name: _own(part) for name, part in divided.items() if name in used}
    axes = [divided[name].axis for name in own]
    try:
        hidden = protect(axes, own, tables, total=total, threshold=plan.threshold)
    except CannotProtect as few:
        raise TooFewToPublish(
            "人数太少，公布出来就能看出个别老人的情况，不能发布。", next_step="请等资料更完整后再做，或者在政策包里合并分类。"
        ) from few
    unknown = int(population.unknown.sum())
    found = {
        "format": FORMAT, "year": year, "title": plan.title, "as_of": as_of.isoformat(), "cut_off": cut_off.astimezone(dt.UTC).isoformat(),
        "place": pack.place.name, "population": {"title": plan.population, "definition": plan.definition, "total": total},
        "not_told": None if 0 < unknown < plan.threshold else unknown,
        "threshold": {"value": plan.threshold, "source": plan.threshold_cited.cite.status, "note": plan.threshold_cited.note},
        "areas": [list(place) for place in areas],
        "dimensions": [_dimension_part(plan, name, part, own[name], hidden) for name, part in divided.items() if name in own],
        "tables": [_table_part(plan, table, hidden) for table in tables],
    }  # fmt: skip
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _judged(pack: Pack, plan: ReleasePlan, path: str, as_of: dt.date) -> tuple[SourceRows, Mapping[str, Sure]]:
    """Every condition over every person: "population", and `dimension.band`."""
    wheres = {"population": plan.where}
    wheres |= {f"{d.id}.{band.id}": band.where for d in plan.dimensions.values() for band in d.bands}
    (tests,) = Compiler(pack, as_of).tests([_entry(name, where, plan) for name, where in wheres.items()])
    rows = snapshot_rows(path, tests)
    return rows, {test.indicator: sure for test, sure in zip(tests.tests, judge(tests, rows), strict=True)}


def _entry(name: str, where: Expression, plan: ReleasePlan) -> IndicatorEntry:
    count = CountEntry(PERSON, where, None, None, where.at)
    return IndicatorEntry(name, "", "", "", "", 1, 1, 0, "none", "", "", count, None, "", plan.threshold_cited)


def _dimension(dimension: ReleaseDimension, sures: Mapping[str, Sure], counted: NDArray[np.bool_]) -> _Divided:
    """First band that is true; an earlier one that cannot be told leads to 不能判断."""
    size = len(dimension.bands)
    leaf = np.full(int(counted.sum()), size, np.int64)
    is_open = np.ones(len(leaf), np.bool_)
    for place, band in enumerate(dimension.bands):
        sure = sures[f"{dimension.id}.{band.id}"]
        true, unknown = sure.true[counted] & is_open, sure.unknown[counted] & is_open
        leaf[true], leaf[unknown] = place, size + 1
        is_open &= ~(true | unknown)
    titles = [band.title for band in dimension.bands]
    ids = [band.id for band in dimension.bands]
    if dimension.other or bool(is_open.any()):
        titles, ids = [*titles, dimension.other or OTHERS], [*ids, "other"]
    else:
        leaf[leaf == size + 1] = size
    titles, ids = [*titles, CANNOT_TELL], [*ids, "cannot_tell"]
    return _Divided(Axis(dimension.id, (-1,) * len(ids)), tuple(ids), tuple(titles), ("",) * len(ids), leaf)


def _areas(pack: Pack, areas: Sequence[Place], rows: SourceRows, counted: NDArray[np.bool_]) -> _Divided:
    """The tree of places; who is registered no further than a town has a leaf of their own beneath it."""
    root = f"{pack.place.code}/"
    known = {path for path, _, _ in areas} | {root}
    inner = {parent_of(path) for path, _, _ in areas}
    here = np.unique(rows.area[counted])
    homes = {int(place): _home(rows.areas[place], known, inner) for place in here}
    nodes = sorted({*areas, *((home, UNPLACED_TITLE, UNPLACED) for home in homes.values() if home not in known)})
    index = {path: place for place, (path, _, _) in enumerate(nodes)}
    axis = Axis(AREA, tuple(index.get(parent_of(path), -1) for path, _, _ in nodes))
    lookup = np.zeros(len(rows.areas), np.int64)
    for place, home in homes.items():
        lookup[place] = index[home]
    ids, titles, levels = zip(*nodes, strict=True) if nodes else ((), (), ())
    return _Divided(axis, tuple(ids), tuple(titles), tuple(levels), lookup[rows.area[counted]])


def _home(path: str, known: set[str], inner: set[str]) -> str:
    while path and path not in known:
        path = parent_of(path)
    return f"{path}-/" if path in inner or not path else path


def parent_of(path: str) -> str:
    """The path one step up."""
    return "/".join(path.split("/")[:-2]) + "/" if path.count("/") > 1 else ""


def _tables(plan: ReleasePlan, divided: Mapping[str, _Divided]) -> list[Table]:
    return [
        Table(table.id, table.rows, table.columns, _crossed(divided[table.rows], divided[table.columns]))
        for table in plan.tables.values()
    ]


def _crossed(rows: _Divided, columns: _Divided) -> NDArray[np.int64]:
    width = len(columns.ids)
    flat = np.bincount(rows.leaf * width + columns.leaf, minlength=len(rows.ids) * width)
    return _added_up(rows.axis, flat.reshape(len(rows.ids), width).astype(np.int64))


def _own(part: _Divided) -> NDArray[np.int64]:
    return _added_up(part.axis, np.bincount(part.leaf, minlength=len(part.ids)).astype(np.int64))


def _added_up(axis: Axis, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Inner nodes hold the sum of what is below: parents stand before their children."""
    for node in range(len(axis.parents) - 1, -1, -1):
        if axis.parents[node] >= 0:
            counts[axis.parents[node]] += counts[node]
    return counts


def _dimension_part(plan: ReleasePlan, name: str, part: _Divided, own: NDArray[np.int64], hidden: Hidden) -> Mapping[str, object]:
    declared = plan.dimensions.get(name)
    return {
        "id": name, "title": declared.title if declared else "区域", "definition": declared.definition if declared else "登记的居住地",
        "ids": part.ids, "titles": part.titles, "levels": part.levels, "parents": part.axis.parents,
        "counts": _shown(own, hidden.axes[name]),
    }  # fmt: skip


def _table_part(plan: ReleasePlan, table: Table, hidden: Hidden) -> Mapping[str, object]:
    entry, mask = plan.tables[table.id], hidden.tables[table.id]
    cells = [_shown(line, hide) for line, hide in zip(table.counts, mask, strict=True)]
    return {
        "id": entry.id,
        "title": entry.title,
        "rows": entry.rows,
        "columns": entry.columns,
        "chart": entry.chart,
        "cells": cells,
    }


def _shown(counts: NDArray[np.int64], hide: NDArray[np.bool_]) -> list[int | None]:
    return [None if secret else count for count, secret in zip(counts.tolist(), hide.tolist(), strict=True)]
