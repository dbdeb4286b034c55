"""From a stored file to tables: each sheet that fits with its columns and its rows, merged cells filled, examples passed over."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from songhe.contexts.people.actions.find_header import SAMPLED_ROWS, FoundHeader, Meanings, find_header
from songhe.contexts.people.actions.read_sheets import Cell, Row, Sheet, opened_file
from songhe.contexts.people.errors import ColumnsUnclear, UnreadableFile
from songhe.contexts.people.queries.headings import SheetHeadings
from songhe.contexts.people.queries.layouts import EXAMPLE, EXPLANATION, Column, Layout

__all__ = ["Cell", "HeadingsUnclear", "Reading", "Row", "Table", "reading"]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet whose header fits. `columns` pairs a cell's place with what it means; `rows` gives (row number in the file, cells), once.

    `hidden` are numbers of rows that the sheet does not show; `filled` says of a row already given which places a merge had left empty.
    """

    sheet: str
    columns: tuple[tuple[int, Column], ...]
    ignored: tuple[str, ...]
    rows: Iterator[Row]
    hidden: frozenset[int] = frozenset()
    filled: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


class HeadingsUnclear(ColumnsUnclear):
    """With the headers found, so that somebody can be asked about them."""

    def __init__(self, sentence: str, *, next_step: str, headings: tuple[SheetHeadings, ...]) -> None:
        super().__init__(sentence, next_step=next_step)
        self.headings = headings


@dataclass(slots=True)
class Reading:
    """A file that is open: its tables one after the other, the headers found, what is to be said of the whole file."""

    kind: str
    tables: tuple[Table, ...]
    headings: tuple[SheetHeadings, ...]
    notes: list[str]


@contextmanager
def reading(file_id: int, layout: Layout, meanings: Meanings) -> Iterator[Reading]:
    """The file as tables. Raises UnreadableFile where no sheet fits, HeadingsUnclear where a human has to say what columns mean."""
    with opened_file(file_id) as opened:
        tables: list[Table] = []
        headings: list[SheetHeadings] = []
        refusals: list[UnreadableFile | None] = []
        others: list[str] = []
        for sheet in opened.sheets:
            if sheet.name == EXPLANATION:
                continue
            head = list(itertools.islice(sheet.rows, SAMPLED_ROWS))
            found = find_header(sheet.name, head, layout, meanings)
            if found is None:
                continue
            if found.refusal is not None or (tables and len(found.columns) < 2):
                refusals.append(found.refusal)
                others.append(sheet.name)
                continue
            headings.append(found.headings)
            if not found.headings.unclear:
                tables.append(_table(sheet, head, found))
        _check(tuple(headings), refusals, bool(tables))
        if others:
            opened.notes.append(f"这些工作表里没有找到合适的表头，没有读：{'、'.join(others[:20])}。")
        yield Reading(opened.kind, tuple(tables), tuple(headings), opened.notes)


def _check(headings: tuple[SheetHeadings, ...], refusals: Sequence[UnreadableFile | None], fitting: bool) -> None:
    """Refuses where a human has to say what columns mean, or where nothing fits."""
    unclear = [sheet for sheet in headings if sheet.unclear]
    if fitting:  # a sheet with hardly a known column is a remark, not a question, beside one that fits
        unclear = [sheet for sheet in unclear if sum(bool(h.field) for h in sheet.headings) >= 2]
    if unclear:
        several = len({sheet.sheet for sheet in headings}) > 1
        sentence = "".join(f"工作表“{sheet.sheet}”：{sheet.unclear}" if several else sheet.unclear for sheet in unclear)
        raise HeadingsUnclear(sentence, next_step="请告诉系统这些列是什么意思。", headings=headings)
    if not fitting:
        given = [refusal for refusal in refusals if refusal is not None]
        raise given[0] if given else UnreadableFile("文件里没有内容。", next_step="请核对文件后重新上传。")


def _table(sheet: Sheet, head: Sequence[Row], found: FoundHeader) -> Table:
    filled: dict[int, tuple[int, ...]] = {}
    rows = itertools.chain(head[found.at + 1 :], sheet.rows)
    merged = _downward(sheet, head[found.at][0], {place for place, _ in found.columns})
    body = _with_merges(rows, merged, filled) if merged else rows
    name = next((place for place, column in found.columns if column.field == "name"), -1)
    return Table(sheet.name, found.columns, found.ignored, _real(body, name), sheet.hidden.rows, filled)


def _real(rows: Iterator[Row], name: int) -> Iterator[Row]:
    """Rows with something in them, without the example of our own template."""
    for number, cells in rows:
        if any(cell is not None and cell != "" for cell in cells):
            named = cells[name] if 0 <= name < len(cells) else ""
            if not (isinstance(named, str) and named.startswith(EXAMPLE)):
                yield number, cells


def _downward(sheet: Sheet, header: int, places: set[int]) -> dict[int, dict[int, int]]:
    """Row number -> {place: row number whose cell counts}, for merges that reach down from below the header in columns that are read."""
    found: dict[int, dict[int, int]] = {}
    for (top, left), (bottom, _) in sheet.merged:
        if bottom > top and top + 1 > header and left in places:
            for row in range(top + 2, bottom + 2):
                found.setdefault(row, {})[left] = top + 1
    return found


def _with_merges(
    rows: Iterator[Row], merged: Mapping[int, Mapping[int, int]], filled: dict[int, tuple[int, ...]]
) -> Iterator[Row]:
    kept: dict[tuple[int, int], Cell] = {}
    tops: dict[int, set[int]] = {}
    for below in merged.values():
        for place, source in below.items():
            tops.setdefault(source, set()).add(place)
    for number, cells in rows:
        kept |= {(number, place): cells[place] for place in tops.get(number, ()) if place < len(cells)}
        below = merged.get(number, {})
        if below:
            whole = [*cells, *[None] * (max(below) + 1 - len(cells))]
            for place, source in below.items():
                whole[place] = kept.get((source, place))
            filled[number] = tuple(below)
            cells = whole
        yield number, cells
