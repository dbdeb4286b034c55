"""Which clauses charge somebody with something, and what they say of when."""

from __future__ import annotations

import re

from songhe.engines.plan_reading.deadlines import read_deadlines
from songhe.engines.plan_reading.model import Clause, Outline, Tag, Task
from songhe.engines.plan_reading.source import Source
from songhe.engines.plan_reading.tags import find_tags, read_tags

_CHARGES = re.compile(r"任务|措施|保障|组织实施|工作要求|重点工作|举措|行动")
_DOES_NOT = re.compile(r"总体要求|背景|形势|目标|原则|基础|现状|趋势|指导思想")


def read_tasks(source: Source, outline: Outline) -> tuple[Task, ...]:
    """The leaves of every section that charges somebody: because one of them names who, or because its title says so."""
    tags = read_tags(find_tags(source.text))
    tasks: list[Task] = []
    for section in outline.clauses:
        inside = [tag for tag in tags if section.span.start <= tag.span.start < section.span.end]
        named = bool(inside) or (_CHARGES.search(section.title) and not _DOES_NOT.search(section.title))
        if section.part or not named:
            continue
        leaves = _leaves(section)
        tasks += [_task(source, leaf, inside) for leaf in leaves if leaf is not section]
    return tuple(tasks)


def _leaves(clause: Clause) -> list[Clause]:
    return [leaf for child in clause.children for leaf in _leaves(child)] if clause.children else [clause]


def _task(source: Source, leaf: Clause, tags: list[Tag]) -> Task:
    tag = next((t for t in reversed(tags) if leaf.span.start <= t.span.start < leaf.span.end), None)
    deadlines = read_deadlines(source.text, leaf.body.start, leaf.span.end)
    responsible, participating = (tag.responsible, tag.participating) if tag else ((), ())
    return Task(leaf.number, leaf.title, responsible, participating, deadlines, tag, leaf.span)
