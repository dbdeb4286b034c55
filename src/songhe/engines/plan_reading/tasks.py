"""Which clauses charge somebody with something, and what they say of when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from songhe.engines.plan_reading.annexes import AnnexRow, is_about, read_annex
from songhe.engines.plan_reading.deadlines import read_deadlines
from songhe.engines.plan_reading.model import Clause, Outline, Tag, Task
from songhe.engines.plan_reading.source import Source
from songhe.engines.plan_reading.tags import find_tags, read_tags

_CHARGES = re.compile(r"任务|措施|保障|组织实施|工作要求|重点工作|举措|行动")
_DOES_NOT = re.compile(r"总体要求|背景|形势|目标|原则|基础|现状|趋势|指导思想")


def read_tasks(source: Source, outline: Outline) -> tuple[Task, ...]:
    """The leaves of every section that charges somebody: because one of them names who, or because its title says so."""
    tags = read_tags(find_tags(source.text, source.breaks))
    annex = read_annex(source.text, outline)
    tasks: list[Task] = []
    for section in outline.clauses:
        if _stands_alone(section):
            tasks += [_named_by(annex, _task(source, section, tags))]
            continue
        inside = [tag for tag in tags if section.span.start <= tag.span.start < section.span.end]
        named = bool(inside) or (_CHARGES.search(section.title) and not _DOES_NOT.search(section.title))
        if section.part or not named:
            continue
        leaves = _leaves(section)
        tasks += [_named_by(annex, _task(source, leaf, inside)) for leaf in leaves if leaf is not section]
    return tuple(tasks)


def _stands_alone(clause: Clause) -> bool:
    """A clause at the top that is a task itself, in a document that numbers its clauses (一) or 1. only."""
    lowest = clause.level == 1 and not clause.children and re.match(r"\(|\d", clause.number)
    return bool(lowest) and not clause.part and not _DOES_NOT.search(clause.title)


def _named_by(annex: Sequence[AnnexRow], task: Task) -> Task:
    """The task with the units and the day that a table at the end of the document has for it, where the task itself names nobody."""
    row = next((one for one in annex if is_about(one, task.title)), None)
    if row is None or task.responsible:
        return task
    days = tuple(day for day in row.deadlines if all(day.date != own.date for own in task.deadlines))
    tag = Tag("annex", row.responsible, row.participating, False, row.span)
    return replace(
        task, responsible=row.responsible, participating=row.participating, deadlines=(*task.deadlines, *days), tag=tag
    )


def _leaves(clause: Clause) -> list[Clause]:
    return [leaf for child in clause.children for leaf in _leaves(child)] if clause.children else [clause]


def _task(source: Source, leaf: Clause, tags: list[Tag]) -> Task:
    tag = next((t for t in reversed(tags) if leaf.span.start <= t.span.start < leaf.span.end), None)
    every = read_deadlines(source.text, leaf.body.start, leaf.span.end)
    deadlines = tuple(day for day in every if day.what or all(other is day or other.date != day.date for other in every))
    responsible, participating = (tag.responsible, tag.participating) if tag else ((), ())
    return Task(leaf.number, leaf.title, responsible, participating, deadlines, tag, leaf.span)
