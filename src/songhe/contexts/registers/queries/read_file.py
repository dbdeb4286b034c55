"""From a stored file to rows of cells by column: csv in two encodings, xlsx, the header found under titles."""

from __future__ import annotations

import csv
import io
import itertools
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from songhe.basics.cell_text import Cell, plain_text
from songhe.contexts.registers.errors import FileRefused
from songhe.contexts.registers.queries.file_layout import FileColumn, FileLayout
from songhe.foundation import files

MOST_ROWS = 20_000
_HEADER_WITHIN = 10
_STATUS = ("检查结果", "存在的问题")  # what a result file adds; read over when it comes back


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row with something in it; `cells` has the text of every column that the layout knows."""

    sheet: str
    row: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FileRead:
    """All rows of a file and the headers that the layout does not know."""

    rows: tuple[FileRow, ...]
    ignored: tuple[str, ...]


def read_file(file_id: int, layout: FileLayout) -> FileRead:
    """The rows of every visible sheet that fits the layout; raises FileRefused where none does or there are too many rows."""
    content = files.read(file_id)
    sheets = _workbook(content) if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) else [("", _csv(content))]
    rows: list[FileRow] = []
    ignored: dict[str, None] = {}
    refusals: list[FileRefused] = []
    for name, lines in sheets:
        try:
            columns, unknown, body = _header(layout, lines)
        except FileRefused as refused:
            refusals.append(refused)
            continue
        ignored |= dict.fromkeys(unknown)
        for number, cells in body:
            read = {column.is_: plain_text(cells[place]) if place < len(cells) else "" for place, column in columns}
            if any(read.values()):
                rows.append(FileRow(name, number, read))
            if len(rows) > MOST_ROWS:
                raise FileRefused(f"文件超过{MOST_ROWS:,}行。", next_step="请分成几个文件上传。", field="content")
    if refusals and len(refusals) == len(sheets):
        raise refusals[0]
    if not rows:
        raise FileRefused("文件里没有要登记的行。", next_step="请从表头下面一行开始填写。", field="content")
    return FileRead(tuple(rows), tuple(ignored)[:50])


def _workbook(content: bytes) -> list[tuple[str, Iterator[tuple[int, Sequence[Cell]]]]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
        sheets = [(name, book.get_sheet_by_name(name)) for name in visible]
    except CalamineError:
        raise FileRefused(
            "表格打不开，文件可能损坏或设了密码。", next_step="请去掉密码或重新导出后再上传。", field="content"
        ) from None
    return [(name, enumerate(sheet.iter_rows(), start=(sheet.start or (0, 0))[0] + 1)) for name, sheet in sheets]


def _csv(content: bytes) -> Iterator[tuple[int, Sequence[Cell]]]:
    text = _decoded(content)
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",\t;", key=first.count))
    try:
        lines: list[tuple[int, Sequence[Cell]]] = [(reader.line_num, row) for row in reader]
    except csv.Error:
        raise FileRefused(
            "文件里有读不了的行（引号没有成对，或一格太长）。", next_step="请用表格软件打开，另存后再上传。", field="content"
        ) from None
    return iter(lines)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise FileRefused("文件的文字编码认不出来。", next_step="请另存为 UTF-8 编码的 csv，或存成 xlsx 后再上传。", field="content")


def _header(
    layout: FileLayout, lines: Iterator[tuple[int, Sequence[Cell]]]
) -> tuple[tuple[tuple[int, FileColumn], ...], tuple[str, ...], Iterator[tuple[int, Sequence[Cell]]]]:
    """The best fitting of the first rows, what it does not know, and the rows below it."""
    head = list(itertools.islice(lines, _HEADER_WITHIN))
    fits = [_match(cells, layout) for _, cells in head]
    at = max(range(len(fits)), key=lambda place: len(fits[place][0]), default=0)
    if not fits or len(fits[at][0]) < 2:
        wanted = "、".join(column.header for column in layout.columns[1:6])
        raise FileRefused(
            f"没有找到表头。《{layout.title}》的文件应有这些列：{wanted}等。",
            next_step="请下载空表，照它的表头填写。",
            field="content",
        )
    columns, unknown = fits[at]
    named = {column.is_ for _, column in columns}
    lacking = [c.header for c in layout.columns if c.required and c.is_ not in named]
    if lacking and not ({"entry_number"} <= named):
        raise FileRefused(f"缺少必需的列：{'、'.join(lacking)}。", next_step="请补上这些列后重新上传。", field="content")
    return columns, unknown, itertools.chain(head[at + 1 :], lines)


def _match(cells: Sequence[Cell], layout: FileLayout) -> tuple[tuple[tuple[int, FileColumn], ...], tuple[str, ...]]:
    known = {_folded(name): column for column in layout.columns for name in (column.header, *column.aliases)}
    found: dict[str, tuple[int, FileColumn]] = {}
    unknown = []
    for place, cell in enumerate(cells):
        text = _folded(cell)
        column = known.get(text)
        if column is not None and column.is_ not in found:
            found[column.is_] = (place, column)
        elif text and text not in _STATUS:
            unknown.append(text[:40])
    return tuple(found.values()), tuple(unknown)


def _folded(cell: Cell) -> str:
    return "".join(unicodedata.normalize("NFKC", str(cell or "")).split()).strip("*")
