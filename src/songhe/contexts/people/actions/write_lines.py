"""Lines of cells into a csv or xlsx file as they come: nothing is held in memory, and no named file lies on disk in between.

Every text is written as a text: a spreadsheet runs none of it as a formula, and no number loses its last digits.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO
from xml.sax.saxutils import escape, quoteattr

Cell = str | int | float | None
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_AT_ONCE = 500
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="宋体"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0"/><xf numFmtId="49" fontId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" applyFont="1"/></cellXfs>'
    "</styleSheet>"
)


class CsvWriter:
    """One table as csv that Excel reads as Chinese (UTF-8 with its mark)."""

    def __init__(self, into: IO[bytes]) -> None:
        self._text = io.TextIOWrapper(into, encoding="utf-8-sig", newline="", write_through=False)
        self._writer = csv.writer(self._text)

    def sheet(self, name: str, lines: Iterable[Sequence[Cell]], *, bold: frozenset[int] = frozenset()) -> int:
        """The lines are written; returns how many. A csv has no name and nothing bold."""
        count = 0
        for line in lines:
            self._writer.writerow([_harmless(cell) for cell in line])
            count += 1
        return count

    def close(self) -> None:
        """The file is complete; it stays open for whoever gave it."""
        self._text.flush()
        self._text.detach()


class XlsxWriter:
    """Sheets, one after the other, each streamed into the archive."""

    def __init__(self, into: IO[bytes]) -> None:
        self._archive = zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._names: list[str] = []

    def sheet(self, name: str, lines: Iterable[Sequence[Cell]], *, bold: frozenset[int] = frozenset()) -> int:
        """The lines are written as a sheet; those whose place is in `bold` are headers. Returns how many."""
        self._names.append(name[:31] or "Sheet1")
        count, letters, held = 0, list[str](), list[str]()
        part = zipfile.ZipInfo(f"xl/worksheets/sheet{len(self._names)}.xml", dt.datetime(2000, 1, 1).timetuple()[:6])  # noqa: DTZ001
        part.compress_type = zipfile.ZIP_DEFLATED
        with self._archive.open(part, "w", force_zip64=True) as out:
            out.write(
                f'<worksheet xmlns="{_MAIN}"><sheetFormatPr defaultRowHeight="15" defaultColWidth="16"/><sheetData>'.encode()
            )
            for line in lines:
                while len(letters) < len(line):
                    letters.append(_letters(len(letters)))
                count += 1
                held.append(_row(count, line, letters, 2 if count - 1 in bold else 1))
                if len(held) >= _AT_ONCE:
                    out.write("".join(held).encode())
                    held.clear()
            out.write("".join([*held, "</sheetData></worksheet>"]).encode())
        return count

    def close(self) -> None:
        """The workbook is complete."""
        sheets = list(enumerate(self._names, start=1))
        parts = "".join(
            f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{_TYPES}.worksheet+xml"/>' for i, _ in sheets
        )
        self._write(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>{parts}'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/></Types>',
        )
        self._write("_rels/.rels", _relations([("rId1", "officeDocument", "xl/workbook.xml")]))
        listed = "".join(f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="rId{i}"/>' for i, name in sheets)
        self._write("xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>')
        links = [(f"rId{i}", "worksheet", f"worksheets/sheet{i}.xml") for i, _ in sheets]
        self._write("xl/_rels/workbook.xml.rels", _relations([*links, (f"rId{len(sheets) + 1}", "styles", "styles.xml")]))
        self._write("xl/styles.xml", _STYLES)
        self._archive.close()

    def _write(self, name: str, text: str) -> None:
        self._archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}')


Writer = CsvWriter | XlsxWriter


def _relations(links: Iterable[tuple[str, str, str]]) -> str:
    inside = "".join(f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for key, kind, target in links)
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'


def _row(number: int, line: Sequence[Cell], letters: Sequence[str], style: int) -> str:
    cells = []
    for letter, cell in zip(letters, line, strict=False):
        if cell is None or cell == "":
            continue
        if isinstance(cell, str):
            text = escape(_NOT_IN_XML.sub(" ", cell)) if not cell.isalnum() else cell
            cells.append(f'<c r="{letter}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>')
        else:
            cells.append(f'<c r="{letter}{number}"><v>{cell}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


def _letters(place: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    found, rest = "", place + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        found = chr(65 + letter) + found
    return found


def _harmless(cell: Cell) -> Cell:
    """Text that a spreadsheet would run as a formula gets its text mark, which reading takes off again."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_STARTS_FORMULA) else cell
