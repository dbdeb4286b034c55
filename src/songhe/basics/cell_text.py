"""What people write into the cells of a spreadsheet, as plain text, dates, yes and no."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

Cell = str | float | int | bool | dt.date | dt.time | dt.timedelta | None
_EXACT = 2**53
_DATE = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|(\d{2})(\d{2})|年(\d{1,2})月(\d{1,2})日)(?:[ T]0?0:00(?::00)?)?")
_FORMULA = re.compile(r"[=@]|[+-](?![\d-]*$)")
_YES = frozenset(("是", "有", "1", "√", "Y", "YES", "TRUE", "真"))
_NO = frozenset(("否", "无", "0", "×", "N", "NO", "FALSE", "假", "没有"))


def plain_text(cell: Cell) -> str:
    """The cell as trimmed half-width text; a whole number without its point, a date as 2026-11-21, a number as written."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    text = "".join(c if c.isprintable() else " " for c in str(cell)).strip()
    return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def read_date(text: str) -> dt.date | None:
    """The date that the text writes in one of the usual ways; None where it writes none. ValueError for 2023-02-30."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, _, m1, d1, m2, d2, m3, d3 = found.groups()
    return dt.date(int(year), int(m1 or m2 or m3), int(d1 or d2 or d3))


def read_yes_or_no(text: str) -> bool | None:
    """True for 是, 有, 1, √ …, False for 否, 无, 0, × …, None for anything else."""
    folded = text.upper()
    return True if folded in _YES else False if folded in _NO else None


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet could run the text."""
    return bool(_FORMULA.match(text))
