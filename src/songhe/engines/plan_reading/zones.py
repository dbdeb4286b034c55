"""Which parts of a document promise, and which describe: the zones in which targets and figures of the present are looked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from songhe.engines.plan_reading.model import Clause, Outline, Span, Task

_GOALS = re.compile(r"目标")
_PRESENT = re.compile(r"背景|形势|现状|基础|条件|状况|情况|回顾|成效|趋势|环境")
_WHOLE = re.compile(r"总体要求|总体思路|工作思路")  # where it is not cut into parts, the goals stand in it
_EMPTY = re.compile(r"指导思想|基本原则|原则|总体思路|决策建议")


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of one clause. `kind`: goals | task | note | present; in goals a date holds until the next one."""

    clause: str
    kind: str
    span: Span
    responsible: tuple[str, ...] = ()
    participating: tuple[str, ...] = ()


def zones(outline: Outline, tasks: tuple[Task, ...], tables: Sequence[Span] = (), text: str = "") -> list[Zone]:
    """The zones in reading order, without the tables; they do not overlap. A notice before the plan is one where it asks for comments."""
    head = text[outline.head.start : outline.head.end]
    found: list[Zone] = [Zone("公告", "notice", outline.head)] if re.search(r"征求意见|意见建议|意见和建议", head) else []
    if found_preamble := _preamble(outline, text):
        found = [*(_cut(found[0], found_preamble) if found else []), Zone("前言", "goals", found_preamble)]
    by_clause = {task.clause: task for task in tasks}
    for clause in outline.clauses:
        found += _zones(clause, "", by_clause, text)
    return [piece for zone in found for piece in _without(zone, tables)]


def _preamble(outline: Outline, text: str) -> Span | None:
    """What a plan whose clauses are numbered (一) or 1. only says in front of them, below its title: its goals stand there, if anywhere."""
    if not outline.clauses or not re.match(r"\(|\d", outline.clauses[0].number):
        return None
    at = text.rfind(outline.title, outline.head.start, outline.head.end) if outline.title else -1
    start = text.find("\n", at, outline.head.end) if at >= 0 else -1
    return Span(start, outline.head.end) if start >= 0 and re.search(r"到20\d\d年", text[start : outline.head.end]) else None


def _without(zone: Zone, tables: Sequence[Span]) -> list[Zone]:
    pieces = [zone]
    for table in tables:
        pieces = [part for piece in pieces for part in _cut(piece, table)]
    return pieces


def _cut(zone: Zone, table: Span) -> list[Zone]:
    if table.end <= zone.span.start or table.start >= zone.span.end:
        return [zone]
    sides = (Span(zone.span.start, table.start), Span(table.end, zone.span.end))
    return [replace(zone, span=side) for side in sides if side.end > side.start]


def _zones(clause: Clause, above: str, tasks: dict[str, Task], text: str) -> list[Zone]:
    task = tasks.get(clause.number)
    if task is not None:
        tag = min(task.tag.span.start, clause.span.end) if task.tag else clause.span.end
        return [
            Zone(
                clause.number, "task", Span(clause.body.start, max(tag, clause.body.start)), task.responsible, task.participating
            )
        ]
    kind = _kind(clause, above)
    if (
        kind == "empty"
        and not clause.children
        and _WHOLE.search(clause.title)
        and re.search(r"到20\d\d年", text[clause.span.start : clause.span.end])
    ):
        kind = "goals"
    own = [Zone(clause.number, kind, clause.body)] if clause.body.end > clause.body.start else []
    return own + [zone for child in clause.children for zone in _zones(child, kind, tasks, text)]


def _kind(clause: Clause, above: str) -> str:
    if clause.part:
        return "note" if re.search(r"内容|措施|创新|任务|目标", clause.title) else "present"
    if _EMPTY.search(clause.title):
        return "empty"
    if _GOALS.search(clause.title):
        return "goals"
    if _PRESENT.search(clause.title):
        return "present"
    return above or "empty"
