"""Indicator tables that came as lines: a name, a value, an attribute, one or several units, one cell a line.

Group labels, even cut across lines, stand between rows; what follows a table's last row is text again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from songhe.engines.plan_reading.columns import read_columns, spread
from songhe.engines.plan_reading.deadlines import find_dates
from songhe.engines.plan_reading.model import BaselineRead, Outline, Span, TargetRead
from songhe.engines.plan_reading.roles import roles_of
from songhe.engines.plan_reading.wording import scope_of

_TITLE = re.compile(r"^\s*(?P<label>(?:表|专栏)\s*\d*)[\s:、]*(?P<title>\S.{0,60})?$")
_VALUE = re.compile(
    r"^(?P<sign>[≥≤>＞<=]|不低于|不少于|达到|超过|不超过)?\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<scale>万)?(?P<unit>%|‰|[\u4e00-\u9fff/]{1,8})?\s*(?P<more>以上|以下|左右)?$"
)
_ATTRIBUTE = re.compile(r"^(预期性|约束性|指导性)$")
_SIGNS = {
    "≥": ">=",
    ">=": ">=",
    "不低于": ">=",
    "不少于": ">=",
    "达到": ">=",
    "≤": "<=",
    "不超过": "<=",
    ">": ">",
    "＞": ">",
    "超过": ">",
    "<": "<",
    "=": "=",
}
_SEVERAL = re.compile(r"[、,;\s]+")
_FEWEST_ROWS = 3


@dataclass(frozen=True, slots=True)
class Table:
    """The rows read of one table, and the stretch of text it takes up."""

    label: str
    span: Span
    rows: tuple[TargetRead, ...]
    figures: tuple[BaselineRead, ...] = ()


@dataclass(slots=True)
class _Row:
    name: Span
    value: Span
    attribute: str | None
    units: list[str]
    end: int


def read_tables(text: str, outline: Outline) -> list[Table]:
    """Every table of the document with its rows as targets."""
    first = outline.clauses[0].span.start if outline.clauses else 0
    found: list[Table] = []
    at = first
    cells = [cell for cell in _cells(text, first, len(text))]
    for place, cell in enumerate(cells):
        title = _TITLE.match(text[cell.start : cell.end])
        if title is None or cell.start < at:
            continue
        wide = read_columns(text, spread(text, cells[place + 1 :]), title["label"].replace(" ", ""))
        if wide is not None:
            found.append(Table(title["label"].replace(" ", ""), Span(cell.start, wide.end), wide.targets, wide.figures))
            at = wide.end
            continue
        rows, end = _rows(text, cells[place + 1 :])
        if len(rows) >= _FEWEST_ROWS:
            label = title["label"].replace(" ", "")
            head = text[cell.start : rows[0].name.start]
            found.append(Table(label, Span(cell.start, end), tuple(_target(text, label, head, cell, row) for row in rows)))
            at = end
    return found


def _cells(text: str, start: int, end: int) -> list[Span]:
    found: list[Span] = []
    for match in re.finditer(r"[^\n|\t]+", text[start:end]):
        inner = match[0].strip()
        if inner:
            lead = len(match[0]) - len(match[0].lstrip())
            found.append(Span(start + match.start() + lead, start + match.start() + lead + len(inner)))
    return found


def _rows(text: str, cells: list[Span]) -> tuple[list[_Row], int]:
    """Rows from the cells after a table's title, until a cell that no table has: a sentence or a clause number."""
    rows: list[_Row] = []
    end = cells[0].start if cells else 0
    for place, cell in enumerate(cells):
        words = text[cell.start : cell.end]
        if "。" in words or re.match(r"[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)", words):
            break
        if (
            place
            and _VALUE.match(words)
            and not find_dates(text, cell.start, cell.end)
            and not _VALUE.match(_words(text, cells[place - 1]))
        ):
            rows.append(_Row(cells[place - 1], cell, None, [], cell.end))
        elif rows and rows[-1].attribute is None and _ATTRIBUTE.match(words):
            rows[-1].attribute, rows[-1].end = words, cell.end
        elif rows and _is_unit(words) and not _is_name_of_next(text, cells, place):
            rows[-1].units += [unit for unit in _SEVERAL.split(words) if unit]
            rows[-1].end = cell.end
        end = rows[-1].end if rows else end
    return rows, end


def _words(text: str, cell: Span) -> str:
    return text[cell.start : cell.end]


def _is_unit(words: str) -> bool:
    """One unit, or several in one cell."""
    return all(_is_one_unit(unit) for unit in _SEVERAL.split(words) if unit)


def _is_one_unit(words: str) -> bool:
    return (
        len(words) <= 20
        and bool(re.search(r"(局|委|办|部|会|联|院|镇|街道|中心|政府)$", words))
        and (bool(roles_of(words)) or words in ("街道", "各镇"))
    )


def _is_name_of_next(text: str, cells: list[Span], place: int) -> bool:
    return place + 1 < len(cells) and _VALUE.match(_words(text, cells[place + 1])) is not None


def _target(text: str, label: str, head: str, title: Span, row: _Row) -> TargetRead:
    match = _VALUE.match(_words(text, row.value))
    assert match is not None
    number = float(match["number"]) * (10_000 if match["scale"] else 1)
    value = int(number) if number.is_integer() else number
    name = _words(text, row.name)
    comparator = {"以上": ">=", "以下": "<=", "左右": "≈"}.get(match["more"] or "") or _SIGNS.get(match["sign"] or "", "=")
    if value == 100 and match["unit"] == "%":
        comparator = "="
    dates = find_dates(head, 0, len(head))
    date = dates[-1] if dates else None
    return TargetRead(
        label, "target", name, value, None, match["unit"], comparator, match["sign"] or match["more"] or "", "", "down" if "空置" in name else "up",
        date.date if date else None, date.text if date else "", False, False, scope_of(name), row.attribute, "literal", tuple(row.units), (),
        Span(row.name.start, row.end), row.value,
    )  # fmt: skip
