"""Somebody opens the rows behind a figure: what they see is the query's, and that they looked, for which use, stands in the audit chain."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from songhe.contexts.people import actions as people
from songhe.contexts.statistics.access import counted_areas
from songhe.contexts.statistics.queries.figure_rows import MOST, FigureRow, RowsOf, figure_rows
from songhe.contexts.statistics.queries.figures import indicator_entry
from songhe.contexts.statistics.words import SIDE_LABELS, Side
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput

USE = "figures"  # the id in data_uses.yaml of what rows are usually opened for
MOST_AT_ONCE = 50_000


@transaction.atomic
def open_rows(
    actor: Actor, *, indicator: str, side: Side, use: str = USE, area_path: str = "", after: str | None = None, limit: int = 50,
    period: dt.date | None = None, revision: int | None = None,
) -> RowsOf:  # fmt: skip
    """A page of `queries.figure_rows`, and each page is one look in the audit chain. Raises as the query does, and InvalidInput for the use."""
    found = figure_rows(
        actor, indicator=indicator, side=side, area_path=area_path, after=after, limit=limit, period=period, revision=revision
    )
    _note(actor, indicator, side, use, area_path, found.page.items, period, whole=False)
    return found


@transaction.atomic
def open_every_row(
    actor: Actor, *, indicator: str, side: Side, use: str = USE, area_path: str = "", period: dt.date | None = None,
    revision: int | None = None,
) -> tuple[FigureRow, ...]:  # fmt: skip
    """All rows of a side, as for a file: one look in the audit chain. InvalidInput where there are more than 50,000."""
    found: list[FigureRow] = []
    after: str | None = None
    while True:
        rows = figure_rows(
            actor, indicator=indicator, side=side, area_path=area_path, after=after, limit=MOST, period=period, revision=revision
        )
        if rows.rows > MOST_AT_ONCE:
            raise InvalidInput(
                f"这份名单超过{MOST_AT_ONCE:,}行，一次导不出来。", next_step="请先按镇街或村（社区）缩小范围，再导出。"
            )
        found += rows.page.items
        after = rows.page.next
        if after is None:
            break
    _note(actor, indicator, side, use, area_path, tuple(found), period, whole=True)
    return tuple(found)


def _note(
    actor: Actor, indicator: str, side: Side, use: str, area_path: str, rows: tuple[FigureRow, ...], period: dt.date | None, *, whole: bool
) -> None:  # fmt: skip
    """One entry for each of the actor's areas that the rows are of: usually one."""
    label = f"指标的名单：{indicator_entry(indicator).title}（{SIDE_LABELS[side]}）"
    for path in counted_areas(actor, area_path):
        inside = [row for row in rows if row.area_path.startswith(path)]
        people.note_list(
            actor, use=use, label=label, subject=("indicator", indicator), right=Right.SEE_FIGURES, area_path=path,
            people=sum(row.person is not None for row in inside), rows=len(inside), side=side.value,
            period=period.isoformat() if period else "", whole=whole,
        )  # fmt: skip
