"""Indicator tables with several columns of numbers, or a column for the unit: 序号 | 指标 | 单位 | 2025年现状 | 2030年目标 | 属性.

The cells come one a line; the head says which columns there are. The last year (or 目标) is promised, an earlier one (or 现状) is what is there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from songhe.engines.plan_reading.model import BaselineRead, Span, TargetRead
from songhe.engines.plan_reading.roles import roles_of
from songhe.engines.plan_reading.tags import split_units
from songhe.engines.plan_reading.wording import scope_of

_KINDS = (
    ("name", re.compile(r"(?:主要|核心|具体|二级)?指标(?:名称|内容)?|项目|内容|名称")),
    ("group", re.compile(r"类别|类型|领域|分类|维度|一级指标|序号|编号")),
    ("measure", re.compile(r"(?:计量|指标)?单位")),
    ("growth", re.compile(r".*(?:年均|累计|增长|增速|增幅).*")),
    ("value", re.compile(r"(?:.*20\d\d年?.*|(?:现状|基期|基准|当前|目标|规划|完成)值?)")),
    ("attribute", re.compile(r"(?:指标)?(?:属性|性质)")),
    ("units", re.compile(r"(?:责任|牵头|负责|主责)(?:单位|部门)")),
    ("note", re.compile(r"备注|说明|数据来源")),
)
_LONGEST_HEAD = 16
_NUMBER = re.compile(
    r"[\[〔(]?(?P<sign>[≥≤><=]|>=|<=|不低于|不少于|达到|超过|不超过|约)?\s*(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)\s*(?P<scale>万)?(?P<unit>%|‰|[\u4e00-\u9fff/]{1,6})?\s*"
    r"(?P<more>以上|以下|以内|左右)?[\]〕)]?"
)
_NOTHING = re.compile(r"[—–\-/～~]+|/|无|暂无")
_MEASURE = re.compile(r"%|‰|[\u4e00-\u9fff㎡]{1,4}(?:/[\u4e00-\u9fff]{1,6})?|%[\u4e00-\u9fff()]*")
_ATTRIBUTE = re.compile(r"(预期性|约束性|指导性)(?:指标)?")
_ENDS = re.compile(r"[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)|第[一二三四五六七八九十]+[章节]|注:")
_IN_BRACKETS = re.compile(r"\s*\(([^()]{1,10})\)$")
_SIGNS = {
    "≥": ">=",
    ">=": ">=",
    "不低于": ">=",
    "不少于": ">=",
    "达到": ">=",
    "≤": "<=",
    "<=": "<=",
    "不超过": "<=",
    ">": ">",
    "超过": ">",
    "<": "<",
    "约": "≈",
}
_MORE = {"以上": ">=", "以下": "<=", "以内": "<=", "左右": "≈"}
_FEWEST_ROWS = 2


@dataclass(frozen=True, slots=True)
class WideTable:
    """What a table of several columns promises and says is there, and where it ends."""

    targets: tuple[TargetRead, ...]
    figures: tuple[BaselineRead, ...]
    end: int


@dataclass(frozen=True, slots=True)
class _Column:
    kind: str
    head: str

    @property
    def year(self) -> str:
        found = re.search(r"20\d\d", self.head)
        return found[0] if found else ""


def spread(text: str, cells: Sequence[Span]) -> Sequence[Span]:
    """The cells of a table whose rows came as lines with blanks between; the same cells where the first is no such head."""
    if not cells or len(_head(text, _pieces(text, cells[0]))) < 3:
        return cells
    return [piece for cell in cells for piece in _pieces(text, cell)]


def _pieces(text: str, cell: Span) -> list[Span]:
    return [Span(match.start(), match.end()) for match in re.compile(r"\S+").finditer(text, cell.start, cell.end)]


def read_columns(text: str, cells: Sequence[Span], label: str) -> WideTable | None:
    """The table whose head begins with the first of the cells; None where it has one column of numbers only and no unit of measure."""
    head = _head(text, cells)
    values = [column for column in head if column.kind in ("value", "growth")]
    stated = [column for column in values if column.kind == "value"]
    measured = any(column.kind == "measure" for column in head)
    if not stated or not any(column.kind == "name" for column in head) or (len(values) < 2 and not measured):
        return None
    promised = next((v for v in stated if "目标" in v.head), None) or max(stated, key=lambda column: column.year)
    targets: list[TargetRead] = []
    figures: list[BaselineRead] = []
    rest, end = cells[len(head) :], cells[len(head) - 1].end
    rows = _row_places(text, rest, len(values), measured)
    for place, (at, name_at) in enumerate(rows):
        stop = rows[place + 1][1] if place + 1 < len(rows) else len(rest)
        name, unit = _named(text, rest[name_at], text[rest[at - 1].start : rest[at - 1].end] if measured else "")
        attribute, units, last = _after(text, rest, at + len(values), stop)
        for column, cell in zip(values, rest[at : at + len(values)], strict=True):
            number = _NUMBER.fullmatch(text[cell.start : cell.end])
            if number is None or column.kind == "growth":
                continue
            if column is promised:
                targets.append(
                    _target(label, name, unit, number, column, attribute, units, Span(rest[name_at].start, last), cell)
                )
            else:
                figures.append(
                    BaselineRead(
                        label, name, _value(number), number["unit"] or unit, column.year, number["sign"] == "约", cell, cell
                    )
                )
        end = last
    return WideTable(tuple(targets), tuple(figures), end) if len(targets) >= _FEWEST_ROWS else None


def _head(text: str, cells: Sequence[Span]) -> list[_Column]:
    found: list[_Column] = []
    for cell in cells:
        words = re.sub(r"\s", "", text[cell.start : cell.end])
        kind = next((name for name, pattern in _KINDS if pattern.fullmatch(_IN_BRACKETS.sub("", words) or words)), None)
        if kind is None or len(words) > _LONGEST_HEAD:
            break
        found.append(_Column(kind, words))
    return found


def _row_places(text: str, cells: Sequence[Span], width: int, measured: bool) -> list[tuple[int, int]]:
    """(place of the first number, place of the name) of each row, until a sentence or a clause number."""
    found: list[tuple[int, int]] = []
    place = 0
    while place < len(cells):
        words = text[cells[place].start : cells[place].end]
        if "。" in words or _ENDS.match(words):
            break
        name_at = place - 2 if measured else place - 1
        run = [text[cell.start : cell.end] for cell in cells[place : place + width]]
        fits = len(run) == width and all(_NUMBER.fullmatch(cell) or _NOTHING.fullmatch(cell) for cell in run)
        fits = fits and any(_NUMBER.fullmatch(cell) for cell in run) and name_at >= 0 and _is_name(text, cells[name_at])
        if fits and (not measured or _MEASURE.fullmatch(text[cells[place - 1].start : cells[place - 1].end])):
            found.append((place, name_at))
            place += width
            continue
        place += 1
    return found


def _is_name(text: str, cell: Span) -> bool:
    words = text[cell.start : cell.end]
    return (
        len(words) >= 3
        and not _ATTRIBUTE.fullmatch(words)
        and not _NUMBER.fullmatch(words)
        and bool(re.search(r"[\u4e00-\u9fff]", words))
    )


def _named(text: str, cell: Span, measure: str) -> tuple[str, str]:
    """The name and its unit, which may stand in brackets at the name's end: 托位数(个)."""
    words = text[cell.start : cell.end]
    bracket = _IN_BRACKETS.search(words)
    if bracket is not None and _MEASURE.fullmatch(bracket[1]):
        words = words[: bracket.start()]
        measure = measure or bracket[1]
    return words, measure


def _after(text: str, cells: Sequence[Span], first: int, stop: int) -> tuple[str | None, tuple[str, ...], int]:
    """Attribute and units in the cells after a row's numbers, and where the row ends."""
    attribute, units, last = None, [], cells[first - 1].end
    for cell in cells[first:stop]:
        words = text[cell.start : cell.end]
        if (match := _ATTRIBUTE.fullmatch(words)) and attribute is None:
            attribute, last = match[1], cell.end
        elif (
            (listed := split_units(words))
            and all(roles_of(unit) for unit in listed)
            and re.search(r"[局委办部会联院镇道心府]$", words)
        ):
            units += listed
            last = cell.end
        else:
            break
    return attribute, tuple(units), last


def _value(number: re.Match[str]) -> float | int:
    value = float(number["number"].replace(",", "")) * (10_000 if number["scale"] else 1)
    return int(value) if value.is_integer() else value


def _target(
    label: str,
    name: str,
    unit: str,
    number: re.Match[str],
    column: _Column,
    attribute: str | None,
    units: tuple[str, ...],
    span: Span,
    at: Span,
) -> TargetRead:
    value, printed = _value(number), number["unit"] or unit or None
    if (
        printed is not None
        and re.fullmatch(r"[万亿][\u4e00-\u9fff]{1,3}", printed)
        and not number["unit"]
        and printed[1:] != "元"
    ):
        value = round(value * {"万": 10_000, "亿": 100_000_000}[printed[0]], 6)
        value, printed = int(value) if float(value).is_integer() else value, printed[1:]
    comparator = _MORE.get(number["more"] or "") or _SIGNS.get(number["sign"] or "", "=")
    if value == 100 and printed == "%":
        comparator = "="
    return TargetRead(
        label, "target", name, value, None, printed, comparator, number["sign"] or number["more"] or "", "", "down" if "空置" in name else "up",
        column.year or None, column.head if column.year else "", False, False, scope_of(name), attribute, "literal", units, (), span, at,
    )  # fmt: skip
