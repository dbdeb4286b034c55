"""A table at the end of a plan that says who does which task and by when: its rows, one cell a line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from songhe.engines.plan_reading.deadlines import find_dates
from songhe.engines.plan_reading.model import Deadline, Outline, Span
from songhe.engines.plan_reading.roles import roles_of
from songhe.engines.plan_reading.tags import split_units

_WHAT = re.compile(r"(重点|主要|工作|目标)?(任务|事项|举措|措施|工作内容|工作|内容|项目)(名称|内容)?$")
_WHO = re.compile(r"(责任|牵头|主责|主办|负责)(单位|部门)(及责任人)?$")
_HELPS = re.compile(r"(配合|参与|参加|协办|协同|协助|责任)(单位|部门)$")
_WHEN = re.compile(r"(完成|办结|落实)?(时限|时间|期限|时间节点|进度安排)$")
_OTHER = re.compile(r"(序号|编号|备注|类别|领域|条款)$")
_ALIKE = 0.75
_LONGEST_HEAD = 10


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """One row: what, who leads, who helps, by when."""

    title: str
    responsible: tuple[str, ...]
    participating: tuple[str, ...]
    deadlines: tuple[Deadline, ...]
    span: Span


def read_annex(text: str, outline: Outline) -> list[AnnexRow]:
    """The rows of the first such table; nothing where there is none, or where its rows have no numbers."""
    first = outline.clauses[0].span.start if outline.clauses else 0
    cells = _cells(text, first)
    for place in range(len(cells)):
        head = _head(text, cells[place : place + 8])
        if head:
            return _rows(text, cells[place + len(head) :], tuple(head))
    return []


def is_about(row: AnnexRow, title: str) -> bool:
    """Whether the row is about the task of that title: the same words, the title in front of more words, or most of them."""
    one, other = _plain(row.title), _plain(title)
    return bool(other) and (one.startswith(other) or other.startswith(one) or SequenceMatcher(None, one, other).ratio() >= _ALIKE)


def _plain(title: str) -> str:
    return re.sub(r"^[\d.、()一二三四五六七八九十]+(?=[^\d一二三四五六七八九十])|[\s“”《》,。、]", "", title)


def _cells(text: str, start: int) -> list[Span]:
    found = []
    for match in re.finditer(r"[^\n|\t]+", text[start:]):
        if inner := match[0].strip():
            lead = start + match.start() + len(match[0]) - len(match[0].lstrip())
            found.append(Span(lead, lead + len(inner)))
    return found


def _head(text: str, cells: Sequence[Span]) -> list[str]:
    """The columns of a head that begins here: number, what, who, helps, when, other; empty where none does."""
    found: list[str] = []
    for cell in cells:
        words = re.sub(r"\s", "", text[cell.start : cell.end])
        kinds = (("number", r"序号|编号"), ("what", _WHAT), ("who", _WHO), ("helps", _HELPS), ("when", _WHEN), ("other", _OTHER))
        kind = next(
            (name for name, pattern in kinds if re.fullmatch(pattern, words) and (name != "who" or "who" not in found)), None
        )
        if kind is None or len(words) > _LONGEST_HEAD:
            break
        found.append(kind)
    return found if found[:1] == ["number"] and "what" in found and "who" in found else []


def _rows(text: str, cells: Sequence[Span], head: Sequence[str]) -> list[AnnexRow]:
    begins: list[int] = []
    for place, cell in enumerate(cells):
        if text[cell.start : cell.end].strip(".、") == str(len(begins) + 1):
            begins.append(place)
    ends = [*begins[1:], len(cells)]
    return [row for one, other in zip(begins, ends, strict=True) if (row := _row(text, cells[one + 1 : other], head)) is not None]


def _row(text: str, cells: Sequence[Span], head: Sequence[str]) -> AnnexRow | None:
    """The first cell that is neither units nor a day is what; cells of units stand in the order of the head."""
    title = ""
    days: list[Deadline] = []
    who: list[list[str]] = []
    for cell in cells:
        words = text[cell.start : cell.end]
        units = split_units(words)
        dates = find_dates(text, cell.start, cell.end)
        if title and units and all(roles_of(unit) for unit in units):
            who.append(units)
        elif title and dates and len(words) <= 20:
            days += [Deadline(date.text, date.date, title, date.span) for date in dates]
        elif not title:
            title = words
    if not title or not who:
        return None
    order = [kind for kind in head if kind in ("who", "helps")]
    first = 1 if "helps" in order else len(who)
    lead, helping = (tuple(unit for units in part for unit in units) for part in (who[:first], who[first:]))
    return AnnexRow(title, lead, helping, tuple(days), Span(cells[0].start, cells[-1].end))
