"""A stored file as sheets of raw cells, nothing understood yet: csv in three encodings, xlsx, old xls; what is hidden or merged is told."""

from __future__ import annotations

import csv
import io
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import IO

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from songhe.contexts.people.actions.recognise_file import OLD_WORKBOOK, TEXT, WORKBOOK, encoding_of, recognise
from songhe.contexts.people.errors import UnreadableFile
from songhe.foundation import files

Cell = str | float | int | bool | date | time | timedelta | None
Row = tuple[int, Sequence[Cell]]
Corner = tuple[int, int]
OLD_MOST_ROWS = 65_536
_LONGEST_CELL = 1 << 20
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*\bhidden=\"(?:1|true)\"[^>]*)>")
_NUMBER_OF_ROW = re.compile(rb"\br=\"(\d+)\"")
_HIDDEN_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*\bhidden=\"(?:1|true)\"[^>]*>")
_SHEET = re.compile(r"<(?:\w+:)?sheet\b([^>]*)/?>")
_RELATION = re.compile(r"<Relationship\b([^>]*)/?>")
_ATTRIBUTE = re.compile(r"([\w:]+)=\"([^\"]*)\"")


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a sheet does not show: rows by their number in the file, and whether there are such columns."""

    rows: frozenset[int] = frozenset()
    columns: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One visible sheet. `rows` can be read once; `merged` are ranges of (row, column) counted from 0, both ends belonging to them."""

    name: str
    rows: Iterator[Row]
    hidden: Hidden = Hidden()
    merged: tuple[tuple[Corner, Corner], ...] = ()


@dataclass(slots=True)
class OpenedFile:
    """A file's visible sheets, one after the other, and what is to be said of the whole. `kind` is xlsx, xls or csv."""

    kind: str
    sheets: Iterator[Sheet] = field(default_factory=lambda: iter(()))
    notes: list[str] = field(default_factory=list)


@contextmanager
def opened_file(file_id: int) -> Iterator[OpenedFile]:
    """The file, open as long as the block lasts; raises UnreadableFile."""
    with tempfile.TemporaryFile() as held:  # has no name on disk; gone with the handle
        for block in files.stream(file_id):
            held.write(block)
        held.seek(0)
        kind = recognise(_start_of(held))
        if kind == TEXT:
            encoding = encoding_of(held)
            csv.field_size_limit(_LONGEST_CELL)
            with io.TextIOWrapper(held, encoding=encoding, newline="") as text:
                yield OpenedFile(TEXT, iter([Sheet("", _csv_rows(text))]))
        else:
            yield _workbook(held, kind)


def _start_of(held: IO[bytes]) -> bytes:
    """Enough to tell what the file is; a zip needs its end, an old container all of it."""
    start = held.read(8)
    held.seek(0)
    whole = held.read() if start.startswith((b"PK", b"\xd0\xcf")) else held.read(1 << 16)
    held.seek(0)
    return whole


def _csv_rows(text: IO[str]) -> Iterator[Row]:
    first = text.readline()
    text.seek(0)
    reader = csv.reader(text, delimiter=max(",\t;", key=first.count))
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error:
        sentence = "文件里有读不了的行（引号没有成对，或一格太长）。"
        raise UnreadableFile(sentence, next_step="请用表格软件打开，另存后再上传。") from None


def _workbook(held: IO[bytes], kind: str) -> OpenedFile:
    try:
        book = CalamineWorkbook.from_filelike(held)
    except PasswordError:
        sentence, remedy = "表格设了打开密码，读不了。", "请去掉密码另存后再上传（文件在系统里是加密保存的）。"
        raise UnreadableFile(sentence, next_step=remedy) from None
    except CalamineError:
        raise UnreadableFile("表格打不开，文件可能已损坏。", next_step="请重新导出后再上传。") from None
    opened = OpenedFile(kind)
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet]
    hidden = [sheet.name for sheet in sheets if sheet.visible is not SheetVisibleEnum.Visible]
    if hidden:
        opened.notes.append(f"隐藏的工作表没有读：{'、'.join(hidden[:20])}。要读的话，请取消隐藏后重新上传。")
    visible = [sheet.name for sheet in sheets if sheet.visible is SheetVisibleEnum.Visible]
    if not visible:
        raise UnreadableFile("表格里没有可见的工作表。", next_step="请取消隐藏后重新上传。")
    parts = _parts(held) if kind == WORKBOOK else {}
    opened.sheets = (_sheet(book, name, opened, held, parts.get(name)) for name in visible)
    return opened


def _sheet(book: CalamineWorkbook, name: str, opened: OpenedFile, held: IO[bytes], part: str | None) -> Sheet:
    try:
        sheet = book.get_sheet_by_name(name)
    except CalamineError:
        raise UnreadableFile(f"工作表“{name}”打不开，文件可能已损坏。", next_step="请重新导出后再上传。") from None
    hidden = _hidden(held, part) if part else Hidden()
    if hidden.rows:
        opened.notes.append(f"工作表“{name}”有{len(hidden.rows):,}行是隐藏的（可能开着筛选），也读了，每行都有提醒。")
    if hidden.columns:
        opened.notes.append(f"工作表“{name}”有隐藏的列，也读了。")
    if opened.kind == OLD_WORKBOOK and sheet.total_height >= OLD_MOST_ROWS:
        opened.notes.append(f"工作表“{name}”写满了旧版表格的65,536行，后面的行可能被截掉了。请用 xlsx 重新导出。")
    across = (sheet.start or (0, 0))[1]
    rows: Iterator[Row] = enumerate(sheet.iter_rows(), start=1)
    merged = tuple(sheet.merged_cell_ranges or ())
    return Sheet(name, ((number, [None] * across + [*cells]) for number, cells in rows) if across else rows, hidden, merged)


def _parts(held: IO[bytes]) -> Mapping[str, str]:
    """Sheet name -> its part in the archive; empty where the archive is written in another way than usual."""
    held.seek(0)
    try:
        with zipfile.ZipFile(held) as archive:
            book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
            relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    except (KeyError, zipfile.BadZipFile):
        return {}
    targets = {found.get("Id", ""): found.get("Target", "") for found in map(_attributes, _RELATION.findall(relations))}
    sheets = [(_unescaped(found.get("name", "")), found.get("r:id", "")) for found in map(_attributes, _SHEET.findall(book))]
    return {
        name: target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        for name, key in sheets
        if (target := targets.get(key))
    }


def _attributes(text: str) -> dict[str, str]:
    return dict(_ATTRIBUTE.findall(text))


def _unescaped(text: str) -> str:
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text


def _hidden(held: IO[bytes], part: str) -> Hidden:
    """Read from the sheet's own text, in blocks: no library tells it."""
    held.seek(0)
    rows: set[int] = set()
    columns = False
    with zipfile.ZipFile(held) as archive:
        if part not in archive.namelist():
            return Hidden()
        with archive.open(part) as source:
            rest = b""
            while block := source.read(1 << 20):
                text = rest + block
                columns = columns or _HIDDEN_COLUMN.search(text) is not None
                cut = text.rfind(b"<")
                if b"hidden=" in text:
                    for found in _HIDDEN_ROW.finditer(text, 0, cut):
                        number = _NUMBER_OF_ROW.search(found[1])
                        if number:
                            rows.add(int(number[1]))
                rest = text[cut:] if cut >= 0 else b""
            for found in _HIDDEN_ROW.finditer(rest):
                number = _NUMBER_OF_ROW.search(found[1])
                if number:
                    rows.add(int(number[1]))
    return Hidden(frozenset(rows), columns)
