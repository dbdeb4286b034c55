"""What is read from a plan document. Every item keeps its place: `start` and `end` are offsets into the text as it came in."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the source: `text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """A numbered (or unnumbered) unit of the document.

    `number` is its full name as people cite it, such as 四(三)1; `level` is its depth in the tree, from 1. Where the document itself left a
    paragraph unnumbered, the ordinal is ours and `printed` is False. `part` is "" for the plan itself, else the name of the
    part that follows it, such as 说明. `title` is what stands before the text, `body` the span of everything after it in this clause
    itself, `span` the whole clause with all that is under it.
    """

    number: str
    level: int
    title: str
    part: str
    printed: bool
    span: Span
    body: Span
    children: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """`text` as printed, `date` as YYYY or YYYY-MM, `what` is due (the words after it, up to the next stop)."""

    text: str
    date: str
    what: str
    span: Span


@dataclass(frozen=True, slots=True)
class Tag:
    """Who is responsible, as printed: `style` is bracket | lead_and_partner | by_duty. `open_list`: the list ends in 等."""

    style: str
    responsible: tuple[str, ...]
    participating: tuple[str, ...]
    open_list: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Task:
    """What the document charges somebody with. `responsible` in printed order, the first of them leads; `participating` help."""

    clause: str
    title: str
    responsible: tuple[str, ...]
    participating: tuple[str, ...]
    deadlines: tuple[Deadline, ...]
    tag: Tag | None
    span: Span


@dataclass(frozen=True, slots=True)
class Outline:
    """The document as a tree. `title` is what it calls itself; `head` and `tail` are what stands before and after its clauses."""

    title: str
    clauses: tuple[Clause, ...]
    head: Span
    tail: Span = field(default=Span(0, 0))

    def walk(self) -> list[Clause]:
        """Every clause in reading order."""
        found: list[Clause] = []
        queue = list(reversed(self.clauses))
        while queue:
            clause = queue.pop()
            found.append(clause)
            queue.extend(reversed(clause.children))
        return found


@dataclass(frozen=True, slots=True)
class TargetRead:
    """A commitment, in the part of a sentence that is `span`, its number (or word) at `at`.

    `kind`: target | standard | milestone | universal | count_action | frequency | cap | named_list. `value` is None for a milestone without
    a number. `comparator`: = >= > <= ≈ range. `deadline`: YYYY, YYYY-MM or YYYY-MM-DD; `inherited` where it stands in an earlier sentence,
    `exclusive` where it means strictly before. `basis`: literal | word | counted.
    """

    clause: str
    kind: str
    indicator: str
    value: float | int | None
    value_max: float | int | None
    unit: str | None
    comparator: str | None
    word: str
    hedge: str
    direction: str | None
    deadline: str | None
    deadline_text: str
    inherited: bool
    exclusive: bool
    scope: str
    attribute: str | None
    basis: str
    responsible: tuple[str, ...]
    participating: tuple[str, ...]
    span: Span
    at: Span


@dataclass(frozen=True, slots=True)
class BaselineRead:
    """A figure of the present state: what is, not what shall be. `date` is YYYY, YYYY-MM or a word such as 截至目前."""

    clause: str
    indicator: str
    value: float | int
    unit: str
    date: str
    approx: bool
    span: Span
    at: Span


@dataclass(frozen=True, slots=True)
class Relation:
    """Two targets, by their places in the list, that say the same (restates) or promise one thing twice with other values (conflicts)."""

    kind: str
    earlier: int
    later: int


@dataclass(frozen=True, slots=True)
class PlanReading:
    """All that was read of one document."""

    outline: Outline
    tasks: tuple[Task, ...]
    targets: tuple[TargetRead, ...]
    baselines: tuple[BaselineRead, ...]
    relations: tuple[Relation, ...]
    noise: tuple[str, ...]
