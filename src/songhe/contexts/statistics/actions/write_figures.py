"""One set of figures counted and written: the common part of a running month, a frozen one and a revision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal

import pyarrow as pa
from django.db import connection

from songhe.contexts.entitlements.queries import CitySnapshot
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics.models import FigureInput, FigureSet
from songhe.contexts.statistics.queries.sources import keep, snapshot_rows, table_rows, tables_of
from songhe.engines.policy.counting import HOUSEHOLD, PERSON, Compiler, SourceTests, Tally, judge, scale_of, tally
from songhe.engines.policy.pack import IndicatorEntry, Pack
from songhe.foundation import clock
from songhe.foundation.access import Actor

LOCK = 7_201_011  # the advisory lock of whoever writes figures


def lock_figures() -> None:
    """Until the transaction ends nobody else writes figures."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def write_figures(
    actor: Actor, snapshot: CitySnapshot, *, period: dt.date, revision: int, as_of: dt.date, reason: str = ""
) -> FigureSet:
    """All indicators of the pack in use, by area, from this snapshot and from areas and registers as they are. The caller holds the transaction."""
    current = policy.pack_in_use()
    compiled = Compiler(current.pack, as_of).tests(current.pack.indicators.values())
    tables = tables_of({tests.of for tests in compiled})
    made = FigureSet.objects.create(
        period=period, revision=revision, cut_off=snapshot.taken_at, as_of=as_of, snapshot_sha256=snapshot.sha256, snapshot_path=snapshot.path,
        pack_version_id=current.version_id, reason=reason, counted_at=clock.now(), counted_by=actor.id,
    )  # fmt: skip
    _keep_inputs(made.id, tables)
    tallies = _count(compiled, snapshot.path, tables)
    _copy(made.id, _lines(made.id, current.pack, tallies))
    return made


def _count(compiled: Collection[SourceTests], path: str, tables: Mapping[str, pa.Table]) -> Mapping[str, Tally]:
    judged = []
    for tests in compiled:
        rows = snapshot_rows(path, tests) if tests.of in (PERSON, HOUSEHOLD) else table_rows(tables[tests.of], tests)
        judged.append((tests, rows, judge(tests, rows)))
    return tally(judged)


def _keep_inputs(set_id: int, tables: Mapping[str, pa.Table]) -> None:
    for source, table in tables.items():
        sha256, name = keep(table)
        FigureInput.objects.create(figures_id=set_id, source=source, sha256=sha256, path=name, rows=table.num_rows)


def _lines(set_id: int, pack: Pack, tallies: Mapping[str, Tally]) -> Iterator[tuple[object, ...]]:
    """Rows of `figure`; areas in which nothing was counted are left out, but the city always has its row."""
    root = f"{pack.place.code}/"
    for name, counted in tallies.items():
        indicator: IndicatorEntry = pack.indicators[name]
        above, below = scale_of(pack, indicator.numerator), scale_of(pack, indicator.denominator)
        over = counted.denominator
        for path in sorted({root, *counted.numerator, *(over or {}), *counted.unknown}):
            numerator = Decimal(counted.numerator.get(path, 0)) / above
            denominator = None if over is None else Decimal(over.get(path, 0)) / below
            yield (
                set_id,
                name,
                indicator.version,
                path,
                numerator,
                denominator,
                counted.rows.get(path, 0),
                counted.unknown.get(path, 0),
            )


def _copy(set_id: int, lines: Iterator[tuple[object, ...]]) -> None:
    statement = "COPY figure (figures_id, indicator, version, area_path, numerator, denominator, rows, unknown) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for line in lines:
            copy.write_row(line)
