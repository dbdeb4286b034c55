"""Workbooks made by hand for the tests of reading and of result files."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

FILES = Path(__file__).parent / "files"


def workbook(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    """An xlsx file."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    fill(book)
    book.close()
    return out.getvalue()


def sheet_of(*lines: list[object]) -> bytes:
    """An xlsx file of one sheet with these lines."""

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("表")
        for place, line in enumerate(lines):
            sheet.write_row(place, 0, line)

    return workbook(fill)


def cells_of(content: bytes) -> dict[str, list[list[object]]]:
    """Every sheet of a workbook as rows of cells."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {
        name: [list(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)] for name in book.sheet_names
    }
