"""From a stored file to rows of cells: csv in two encodings, xlsx, the header found under titles and merged cells."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import itertools
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from songhe.contexts.people.errors import UnreadableFile
from songhe.contexts.people.queries.layouts import Column, Layout
from songhe.foundation import files

Cell = str | float | int | bool | dt.date | dt.time | dt.timedelta | None
_HEADER_WITHIN = 10
_AGAIN = "请核对文件后重新上传。"


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet whose header fits. `columns` pairs a cell's place with what it means; `rows` gives (row number in the file, cells)."""

    sheet: str
    columns: tuple[tuple[int, Column], ...]
    ignored: tuple[str, ...]
    rows: Iterator[tuple[int, Sequence[Cell]]]


def read_tables(file_id: int, layout: Layout) -> Iterator[Table]:
    """Each visible sheet that fits the layout, to be read one after the other; raises UnreadableFile where none does."""
    with tempfile.TemporaryFile() as held:  # has no name on disk; gone with the handle
        for block in files.stream(file_id):
            held.write(block)
        held.seek(0)
        start = held.read(8)
        held.seek(0)
        if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            yield from _workbook_tables(held, layout)
        else:
            with io.TextIOWrapper(held, encoding=_encoding_of(held), newline="") as text:
                yield _csv_table(text, layout)


def _workbook_tables(held: IO[bytes], layout: Layout) -> Iterator[Table]:
    try:
        book = CalamineWorkbook.from_filelike(held)
        visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
    except CalamineError:
        raise UnreadableFile("表格打不开，文件可能损坏或设了密码。", next_step="请去掉密码或重新导出后再上传。") from None
    refusals: list[UnreadableFile] = []
    fitting = 0
    for name in visible:
        sheet = book.get_sheet_by_name(name)
        first = (sheet.start or (0, 0))[0]
        try:
            table = _table(name, layout, enumerate(sheet.iter_rows(), start=first + 1))
        except UnreadableFile as refusal:
            refusals.append(refusal)
            continue
        fitting += 1
        yield table
    if not fitting:
        raise refusals[0] if refusals else UnreadableFile("表格里没有可见的工作表。", next_step=_AGAIN)


def _csv_table(text: IO[str], layout: Layout) -> Table:
    first = text.readline()
    text.seek(0)
    delimiter = max(",\t;", key=first.count)
    reader = csv.reader(text, delimiter=delimiter)
    return _table("", layout, ((reader.line_num, row) for row in _csv_rows(reader)))


def _csv_rows(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error:
        raise UnreadableFile(
            "文件里有读不了的行(引号没有成对，或一格太长)。", next_step="请用表格软件打开，另存后再上传。"
        ) from None


def _encoding_of(held: IO[bytes]) -> str:
    """utf-8-sig or gb18030, whichever reads the whole file; the file stands at its beginning again."""
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        held.seek(0)
        try:
            while block := held.read(1 << 20):
                if "\0" in decoder.decode(block):
                    raise UnicodeDecodeError(encoding, b"", 0, 1, "binary")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        held.seek(0)
        return encoding
    raise UnreadableFile("文件的文字编码认不出来。", next_step="请另存为 UTF-8 编码的 csv,或存成 xlsx 后再上传。")


def _table(sheet: str, layout: Layout, rows: Iterator[tuple[int, Sequence[Cell]]]) -> Table:
    """The header is the best fitting of the first rows; what stands in the row above fills cells that a merge left empty."""
    head = list(itertools.islice(rows, _HEADER_WITHIN))
    best: tuple[int, tuple[tuple[int, Column], ...], tuple[str, ...]] | None = None
    place = 0
    for i, (_, cells) in enumerate(head):
        found, ignored = _match(_with_above(cells, head[i - 1][1] if i else ()), layout)
        if len(found) > (len(best[1]) if best else 0):
            best, place = (i, found, ignored), i
    if best is None or len(best[1]) < 2:
        wanted = "、".join(column.header for column in layout.columns[:6])
        raise UnreadableFile(
            f"没有找到表头。{layout.label}的文件应有这些列：{wanted}等。", next_step="请核对是否选错了部门或文件。"
        )
    lacking = [c.header for c in layout.columns if c.required and c.field not in {column.field for _, column in best[1]}]
    if lacking:
        raise UnreadableFile(f"缺少必需的列：{'、'.join(lacking)}。", next_step="请补上这些列后重新上传。")
    return Table(sheet, best[1], best[2], _filled(itertools.chain(head[place + 1 :], rows)))


def _filled(rows: Iterable[tuple[int, Sequence[Cell]]]) -> Iterator[tuple[int, Sequence[Cell]]]:
    """Rows with something in them."""
    for number, cells in rows:
        if any(cell is not None and cell != "" for cell in cells):
            yield number, cells


def _with_above(cells: Sequence[Cell], above: Sequence[Cell]) -> list[str]:
    width = max(len(cells), len(above))
    own = [_folded(cells[i]) if i < len(cells) else "" for i in range(width)]
    return [text or (_folded(above[i]) if i < len(above) else "") for i, text in enumerate(own)]


def _folded(cell: Cell) -> str:
    return "".join(unicodedata.normalize("NFKC", str(cell or "")).split()).strip("*")


def _match(header: Sequence[str], layout: Layout) -> tuple[tuple[tuple[int, Column], ...], tuple[str, ...]]:
    known = {_folded(name): column for column in layout.columns for name in (column.header, *column.aliases)}
    found: dict[str, tuple[int, Column]] = {}
    ignored = []
    for place, text in enumerate(header):
        column = known.get(text)
        if column is not None and column.field not in found:
            found[column.field] = (place, column)
        elif text:
            ignored.append(text[:40])
    return tuple(found.values()), tuple(ignored[:50])
