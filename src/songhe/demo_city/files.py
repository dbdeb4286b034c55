"""One department's file: the columns of its layout (`packs/national/departments.yaml`), filled from the city, dirtied, written as csv or xlsx."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xlsxwriter
from numpy.typing import NDArray

from songhe.demo_city import dirt
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type

Text = NDArray[np.str_]
MOST_ROWS = 100_000
UNKNOWN_RATES: Mapping[str, float] = {
    "assistance": 12,
    "income_per_head": 80,
    "savings": 250,
    "dementia": 60,
    "disability_grade": 20,
    "unable_self_care": 60,
}
USUAL_UNKNOWN = 15.0
ALWAYS_CLEAN = frozenset(
    [
        "household_no",
        "relation",
        "sex",
        "area_code",
        "area_name",
        "town_name",
        "alive",
        "registered_here",
        "rural",
        "death_date",
        "former_id_number",
        "number_changed_on",
        "diagnosis",
        "ability_grade",
    ]
)


@dataclass(frozen=True, slots=True)
class Layout:
    """A department's code, name and columns as (header, what it is, cell words for values)."""

    code: str
    title: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DepartmentFile:
    """A written file. `rows` counts data rows."""

    department: str
    path: Path
    rows: int


def read_layouts(departments: Mapping[str, object]) -> tuple[Layout, ...]:
    """The layouts in the file's order."""
    layouts = []
    for code, entry in departments.items():
        assert isinstance(entry, Mapping)
        layouts.append(Layout(code, str(entry["file"]), tuple((str(c["header"]), str(c["is"])) for c in entry["columns"])))
    return tuple(layouts)


def words(variable: Variable, values: NDArray[np.generic]) -> Text:
    """Cell text for a variable's values, as a department would write them."""
    if variable.type is Type.BOOL:
        return np.where(values.astype(bool), "是", "否")
    if variable.type is Type.CODE:
        table = dict(variable.values)
        keys, at = np.unique(values.astype(str), return_inverse=True)
        return np.array([table.get(key, key) for key in keys])[at]
    if variable.type is Type.MONEY:
        return np.array([f"{fen / 100:.2f}" for fen in values.astype(np.int64)])
    return values.astype("U32")


def dirty(rng: np.random.Generator, kind: str, column: Text, department: str, required: bool) -> Text:
    """The column with the mistakes that such a column has in this department."""
    if department == "police" and kind in ("id_number", "name", "birth_date"):
        return column
    if kind == "id_number":
        return dirt.damaged_numbers(rng, column, not required)
    if kind == "name":
        return dirt.misheard(rng, column)
    if kind in ("birth_date", "health_check_date"):
        return dirt.impossible_dates(rng, column)
    if kind in ALWAYS_CLEAN:
        return column
    if kind == "phone":
        return dirt.left_out(rng, column, 300)
    return dirt.left_out(rng, column, UNKNOWN_RATES.get(kind, USUAL_UNKNOWN))


def write_file(folder: Path, layout: Layout, columns: Sequence[Text], part: int, parts: int, encoding: str) -> DepartmentFile:
    """The rows in the layout's order; up to 60,000 rows of civil affairs go into a workbook, everything else is csv."""
    stem = f"{layout.title}{f'_{part + 1}' if parts > 1 else ''}"
    headers = [header for header, _ in layout.columns]
    rows = len(columns[0])
    if layout.code == "civil_affairs" and rows <= 60_000:
        path = folder / f"{stem}.xlsx"
        _write_workbook(path, layout.title, headers, columns)
    else:
        path = folder / f"{stem}.csv"
        with path.open("w", encoding=encoding, newline="") as out:
            writer = csv.writer(out)
            writer.writerow(headers)
            writer.writerows(zip(*(column.tolist() for column in columns), strict=True))
    return DepartmentFile(layout.code, path, rows)


def _write_workbook(path: Path, title: str, headers: Sequence[str], columns: Sequence[Text]) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet(title[:31])
    text = book.add_format({"num_format": "@"})
    sheet.set_column(0, len(headers) - 1, 18, text)
    for at, header in enumerate(headers):
        sheet.write_string(0, at, header)
    for number, row in enumerate(zip(*(column.tolist() for column in columns), strict=True), start=1):
        for at, cell in enumerate(row):
            if cell:
                sheet.write_string(number, at, cell, text)
    book.close()
