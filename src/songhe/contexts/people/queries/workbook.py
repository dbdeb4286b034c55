"""A workbook to fill in: text columns, choices to pick from, columns that are not to be touched, a sheet that explains it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from songhe.contexts.people.queries.layouts import EXPLANATION

_MOST_ROWS = 20_000
_LONGEST_LIST = 250  # characters that a spreadsheet allows in a list of choices
_MIST, _PAPER = "#E7EFEA", "#F0EFEA"


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column. `locked` columns are filled in already and say who is meant."""

    header: str
    choices: tuple[str, ...] = ()
    width: int = 14
    locked: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class _Looks:
    head: Format
    must: Format
    shut: Format
    open: Format
    example: Format


def form_workbook(
    title: str,
    columns: Sequence[FormColumn],
    rows: Sequence[Sequence[str]],
    *,
    explanation: Sequence[Sequence[str]],
    examples: int = 0,
) -> bytes:
    """The workbook; the first `examples` rows are shown as such. With a locked column the sheet is protected, without a password."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        text = {"num_format": "@"}
        looks = _Looks(
            book.add_format({"bold": True, "bg_color": _MIST} | text), book.add_format({"bold": True, "bg_color": _MIST, "font_color": "#B23A2B"} | text),
            book.add_format({"bg_color": _PAPER, "font_color": "#55605A"} | text), book.add_format({"locked": False} | text),
            book.add_format({"italic": True, "font_color": "#55605A", "bg_color": _PAPER} | text),
        )  # fmt: skip
        sheet = book.add_worksheet(_sheet_name(title))
        _head(sheet, columns, looks)
        for place, row in enumerate(rows, start=1):
            for across, (column, cell) in enumerate(zip(columns, row, strict=True)):
                look = looks.example if place <= examples else looks.shut if column.locked else looks.open
                sheet.write_string(place, across, cell, look)
        notes = book.add_worksheet(EXPLANATION)
        _explain(notes, explanation, looks)
        _offer(sheet, notes, columns, len(rows))
        if any(column.locked for column in columns):
            sheet.protect("", {"format_columns": True, "format_rows": True})
    return out.getvalue()


def _sheet_name(title: str) -> str:
    return "".join(character for character in title if character not in "[]:*?/\\")[:31]


def _head(sheet: Worksheet, columns: Sequence[FormColumn], looks: _Looks) -> None:
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width, looks.shut if column.locked else looks.open)
        sheet.write_string(0, place, column.header, looks.must if column.required else looks.head)
    sheet.freeze_panes(1, 0)


def _explain(notes: Worksheet, explanation: Sequence[Sequence[str]], looks: _Looks) -> None:
    for place, line in enumerate(explanation):
        for across, cell in enumerate(line):
            notes.write_string(place, across, cell, looks.head if place == 0 or line[0] == "列名" else None)
    notes.set_column(0, 1, 18)
    notes.set_column(2, 2, 60)
    notes.set_column(3, 4, 30)


def _offer(sheet: Worksheet, notes: Worksheet, columns: Sequence[FormColumn], rows: int) -> None:
    """Choices in each cell of a column that has any; a long list stands in the sheet of explanations and is pointed to."""
    beside = 6
    for place, column in enumerate(columns):
        if not column.choices:
            continue
        source: list[str] | str = list(column.choices)
        if sum(len(word) + 1 for word in column.choices) > _LONGEST_LIST:
            notes.write_column(1, beside, [column.header, *column.choices])
            letter = chr(65 + beside)
            source = f"='{EXPLANATION}'!${letter}$3:${letter}${len(column.choices) + 2}"
            beside += 1
        told = "请从选项里选；不知道的空着。"
        choice = {
            "validate": "list",
            "source": source,
            "error_type": "warning",
            "error_title": "不在选项里",
            "error_message": told,
        }
        sheet.data_validation(1, place, max(rows, _MOST_ROWS), place, choice)
