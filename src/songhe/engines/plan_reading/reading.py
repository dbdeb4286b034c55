"""One plan document, read: its clauses, tasks, targets and present figures, each with its place; and the same as plain data."""

from __future__ import annotations

from songhe.engines.plan_reading.baselines import read_baselines
from songhe.engines.plan_reading.documents import DocumentProblem
from songhe.engines.plan_reading.model import BaselineRead, PlanReading, Span, TargetRead, Task
from songhe.engines.plan_reading.outline import read_outline
from songhe.engines.plan_reading.relations import relate
from songhe.engines.plan_reading.roles import role_labels, roles_of
from songhe.engines.plan_reading.source import Source, read_source
from songhe.engines.plan_reading.tables import read_tables
from songhe.engines.plan_reading.targets import read_targets
from songhe.engines.plan_reading.tasks import read_tasks
from songhe.engines.plan_reading.zones import zones

LONGEST_QUOTE = 60


def read_plan(raw: str) -> PlanReading:
    """What the text says; offsets are into `raw` as it came in."""
    return read_from(read_source(raw))


def read_from(source: Source) -> PlanReading:
    """As `read_plan`, for a source already made comparable."""
    outline = read_outline(source)
    tasks = read_tasks(source, outline)
    tables = read_tables(source.text, outline)
    where = zones(outline, tasks, [table.span for table in tables], source.text)
    rows = [row for table in tables for row in table.rows]
    targets = tuple(sorted([*read_targets(source.text, where), *rows], key=lambda target: (target.span.start, target.at.start)))
    figures = [figure for table in tables for figure in table.figures]
    baselines = tuple(sorted([*read_baselines(source.text, where), *figures], key=lambda figure: figure.span.start))
    return PlanReading(outline, tasks, targets, baselines, relate(targets), source.noise)


def require_plan(reading: PlanReading) -> PlanReading:
    """The reading itself; raises DocumentProblem where nothing in the document is a plan's."""
    if not reading.tasks and not reading.targets:
        sentence = "这份文件里没有读到任务，也没有读到目标，看起来不是规划或实施方案。"
        raise DocumentProblem("unrelated", sentence, "请确认选的是方案正文；只有附件或新闻稿时，请找到正文再上传。")
    return reading


def as_data(reading: PlanReading, raw: str, doc: str) -> dict[str, object]:
    """The reading as plain data (JSON): `tasks`, `targets`, `baselines`, each row with clause, quote and offset into `raw`."""
    restated = {r.later: r.earlier for r in reading.relations if r.kind == "restates"}
    against = {r.later: r.earlier for r in reading.relations if r.kind == "conflicts"}
    return {
        "doc": doc,
        "title": reading.outline.title,
        "noise": list(reading.noise),
        "tasks": [_task(task, raw, doc, number) for number, task in enumerate(reading.tasks, start=1)],
        "targets": [
            _target(target, raw, doc, place + 1)
            | {
                "restates": _id("T", doc, restated[place] + 1) if place in restated else None,
                "conflicts_with": [_id("T", doc, against[place] + 1)] if place in against else [],
            }
            for place, target in enumerate(reading.targets)
        ],
        "baselines": [_baseline(figure, raw, doc, number) for number, figure in enumerate(reading.baselines, start=1)],
    }


def _id(letter: str, doc: str, number: int) -> str:
    return f"{letter}{doc}-{number:02d}"


def _task(task: Task, raw: str, doc: str, number: int) -> dict[str, object]:
    start = task.span.start + len(raw[task.span.start : task.span.end]) - len(raw[task.span.start : task.span.end].lstrip())
    tag = task.tag
    return {
        "id": _id("K", doc, number), "doc": doc, "clause": task.clause, "title": task.title, "responsible": list(task.responsible),
        "participating": list(task.participating), "deadlines": [{"text": d.text, "date": d.date, "what": d.what} for d in task.deadlines],
        "roles": {unit: [role_labels()[role] for role in sorted(roles_of(unit))] for unit in (*task.responsible, *task.participating)},
        "resp_style": tag.style if tag else "none", "responsible_raw": raw[tag.span.start : tag.span.end] if tag else "",
        "offset": start, "chars": len(raw[start : task.span.end].rstrip()), "quote": raw[start : min(start + 30, task.span.end)].split("\n")[0],
    }  # fmt: skip


def _target(target: TargetRead, raw: str, doc: str, number: int) -> dict[str, object]:
    offset, quote = quoted(raw, target.span, target.at)
    return {
        "id": _id("T", doc, number), "doc": doc, "clause": target.clause, "kind": target.kind, "indicator": target.indicator, "value": target.value,
        "value_max": target.value_max, "unit": target.unit, "comparator": target.comparator, "cmp_word": target.hedge + target.word or None,
        "direction": target.direction, "deadline": target.deadline, "deadline_text": target.deadline_text or None,
        "deadline_inferred": target.inherited, "deadline_exclusive": target.exclusive, "scope": target.scope, "attribute": target.attribute,
        "responsible": list(target.responsible), "participating": list(target.participating), "value_basis": target.basis, "quote": quote,
        "offset": offset,
    }  # fmt: skip


def _baseline(figure: BaselineRead, raw: str, doc: str, number: int) -> dict[str, object]:
    offset, quote = quoted(raw, figure.span, figure.at)
    return {
        "id": _id("B", doc, number), "doc": doc, "clause": figure.clause, "indicator": figure.indicator, "value": figure.value, "unit": figure.unit,
        "date": figure.date or None, "approx": figure.approx, "quote": quote, "offset": offset,
    }  # fmt: skip


def quoted(raw: str, span: Span, at: Span) -> tuple[int, str]:
    """(offset, quote) of at most sixty characters of the span, with the number in it."""
    end = span.end if span.end - span.start <= LONGEST_QUOTE else min(span.end, max(at.end + 12, span.start + LONGEST_QUOTE))
    start = max(span.start, end - LONGEST_QUOTE)
    quote = raw[start:end]
    lead = len(quote) - len(quote.lstrip())
    return start + lead, quote.strip()
