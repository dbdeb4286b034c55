"""What belongs to a target: the other places where the plan says the same or the contrary, and the tasks behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from songhe.engines.policy.pack import Deadline, Target, Task

GENERAL = ("机构", "社区", "居家", "监管")  # tags so wide that sharing them says nothing


@dataclass(frozen=True, slots=True)
class Related:
    """Another target of the same matter: `relation` is restates or conflicts."""

    target: Target
    relation: str


@dataclass(frozen=True, slots=True)
class TaskBehind:
    """A task of the plan; `link` says why it stands here: named (it names the target), clause, alike (same unit, same kind of matter)."""

    id: str
    title: str
    responsible: tuple[str, ...]
    participating: tuple[str, ...]
    deadlines: tuple[Deadline, ...]
    document: str
    clause: str
    link: str


def families(targets: Sequence[Target]) -> Mapping[str, tuple[Target, ...]]:
    """For each target all that restate or contradict it, itself included, in the order of the document."""
    head = {entry.id: entry.id for entry in targets}

    def top(name: str) -> str:
        while head[name] != name:
            name = head[name]
        return name

    for entry in targets:
        for other in (*entry.conflicts_with, *((entry.restates,) if entry.restates else ())):
            if other in head:
                head[top(entry.id)] = top(other)
    together: dict[str, list[Target]] = {}
    for entry in targets:
        together.setdefault(top(entry.id), []).append(entry)
    return {entry.id: tuple(together[top(entry.id)]) for entry in targets}


def measured_by(entry: Target, family: Sequence[Target]) -> str | None:
    """The indicator that the target names, else the one that another place of the same matter names, in the same unit."""
    if entry.measured_by is not None:
        return entry.measured_by
    return next((other.measured_by for other in family if other.measured_by is not None and other.unit == entry.unit), None)


def related_to(entry: Target, family: Sequence[Target]) -> tuple[Related, ...]:
    """The others of the family."""
    return tuple(
        Related(other, "conflicts" if other.id in entry.conflicts_with or entry.id in other.conflicts_with else "restates")
        for other in family
        if other.id != entry.id
    )


def tasks_behind(entry: Target, family: Sequence[Target], tasks: Sequence[Task]) -> tuple[TaskBehind, ...]:
    """Tasks that name the target or stand in its clause; where there are none, tasks of its lead unit about the same kind of matter."""
    names = {other.id for other in family}
    clauses = {(other.cited.cite.document, other.cited.cite.clause) for other in family}
    named = [_behind(task, "named") for task in tasks if names & set(task.targets)]
    inside = [_behind(task, "clause") for task in tasks if (task.cited.cite.document, task.cited.cite.clause) in clauses]
    seen = {task.id for task in named}
    found = named + [task for task in inside if task.id not in seen]
    if found or not entry.responsible:
        return tuple(found)
    return tuple(_behind(task, "alike") for task in tasks if entry.responsible[0] in task.responsible and _alike(entry, task))


def _alike(entry: Target, task: Task) -> bool:
    return any(tag[:2] in entry.indicator for tag in task.tags if tag not in GENERAL)


def _behind(task: Task, link: str) -> TaskBehind:
    cite = task.cited.cite
    return TaskBehind(
        task.id, task.title, task.responsible, task.participating, task.deadlines, cite.document, cite.clause, link
    )  # fmt: skip
