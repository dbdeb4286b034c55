"""The rows that an assessment counts, by unit and by town, as they stood on the last day of its period (or stand today, while it runs).

From the ledger, the targets, the registers of notices and decisions; the rest: `assessed_records`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from songhe.contexts.places import queries as places
from songhe.contexts.plan_tracking.access import reach_of, same_unit, takes_part
from songhe.contexts.plan_tracking.models import LedgerTask, ProgressReport, TaskStep
from songhe.contexts.plan_tracking.queries.assessed_records import data_due, findings_due, of_towns
from songhe.contexts.plan_tracking.queries.cockpit import standings_on
from songhe.contexts.plan_tracking.queries.ledger import TaskLine, lines_on
from songhe.contexts.plan_tracking.queries.linked import families, measured_by
from songhe.contexts.plan_tracking.queries.scoring import Row, period_end
from songhe.contexts.plan_tracking.queries.standing import SHARES, reaches
from songhe.contexts.plan_tracking.queries.steps_then import steps_on
from songhe.contexts.plan_tracking.words import ReportState, State, StepState, TaskState
from songhe.contexts.registers import facts as registers
from songhe.contexts.statistics import queries as statistics
from songhe.engines.policy.assessed import AssessmentPlan
from songhe.engines.policy.pack import Pack
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM

Gathered = dict[str, dict[str, list[Row]]]  # subject -> item -> rows


def names_of(pack: Pack) -> Mapping[str, str]:
    """Each unit that the plan prints → one name: 市民政局 is 民政局 where the plan also prints that; 市委办 stays as it is."""
    printed = {unit for task in pack.tasks for unit in (*task.responsible, *task.participating)}
    printed |= {unit for target in pack.targets for unit in (*target.responsible, *target.participating)}
    return {unit: short if (short := unit.removeprefix("市")) in printed else unit for unit in printed}


def unit_rows(pack: Pack, plan: AssessmentPlan, start: dt.date, end: dt.date, today: dt.date) -> Gathered:
    """Every unit of the plan with its rows of each item, as it stood on the period's last day; those without any stand there empty.

    Raises PastUnknown where the ledger of that day cannot be told any more.
    """
    names, stood = names_of(pack), min(end, today)
    leads = {unit for task in pack.tasks for unit in task.responsible[:1]} | {
        unit for target in pack.targets for unit in target.responsible[:1]
    }
    parts = {unit for task in pack.tasks for unit in (*task.responsible, *task.participating)}
    found: Gathered = {names[unit]: defaultdict(list) for unit in leads | parts}
    lines = lines_on(SYSTEM, pack.tasks, reach_of(SYSTEM), stood)
    asked: list[tuple[str, str, Row]] = [
        *_tasks(lines), *_targets(stood), *_reports(plan, lines, start, end, today), *_steps(pack, start, stood), *_entries(pack, start, stood),
        *findings_due(start, stood), *data_due(plan, _spans(start, end, plan.data_months), sorted(found), today),
    ]  # fmt: skip
    short = {name.removeprefix("市"): name for name in found}
    for unit, item, row in asked:
        name = names.get(unit) or short.get(unit.removeprefix("市"))  # a notice may name 市民政局 though the plan never does
        if name is not None:
            found[name][item].append(row)
    return found


def town_rows(pack: Pack, start: dt.date, end: dt.date, today: dt.date) -> tuple[Gathered, Mapping[str, str]]:
    """Every town by its path, and the towns' names; targets in per cent or per mille are held against the town's own figures of that time."""
    towns, stood = {area.path: area.name for area in places.areas_under("", "town")}, min(end, today)
    found: Gathered = {path: defaultdict(list) for path in towns}
    for path, row in _town_targets(pack, stood):
        if path in found:
            found[path]["targets_reached"].append(row)
    for path, item, row in of_towns(tuple(towns), start, stood, today):
        found[path][item].append(row)
    paths = {name: path for path, name in towns.items()}
    for unit, item, row in _entries(pack, start, stood):
        if unit in paths:
            found[paths[unit]][item].append(row)
    return found, towns


def _town_targets(pack: Pack, stood: dt.date) -> Iterator[tuple[str, Row]]:
    family, counted = families(pack.targets), statistics.newest_counting(SYSTEM, until=stood)
    asked = [
        (entry, indicator)
        for entry in pack.targets
        if entry.unit in SHARES and entry.value is not None and entry.restates is None
        for indicator in [measured_by(entry, family[entry.id])]
        if indicator is not None and indicator in pack.indicators and pack.indicators[indicator].unit == entry.unit
    ]
    if counted is None:
        return
    figures = statistics.by_areas(SYSTEM, indicators=sorted({name for _, name in asked}), period=counted.period)
    for entry, indicator in asked:
        for figure in figures[indicator]:
            there = reaches(entry, figure.value) if figure.value is not None else None
            if there is not None:
                yield figure.area_path, Row(entry.id, entry.indicator, state="reached" if there else "not_reached")


def _tasks(lines: Iterable[TaskLine]) -> Iterator[tuple[str, str, Row]]:
    """Tasks of which it can be told: somebody reported, there are steps, or a day is printed."""
    for line in lines:
        if line.lead and (line.state is not TaskState.SILENT or line.days):
            yield line.lead, "tasks_on_time", Row(line.task.id, line.task.title, due=line.due, state=line.state.value)


def _targets(stood: dt.date) -> Iterator[tuple[str, str, Row]]:
    """Targets with a figure, each once however often the plan says it."""
    every = standings_on(SYSTEM, day=stood)
    heads = {one.target.id: one.target.responsible[:1] for one in every}
    for one in every:
        again = one.target.restates is not None and heads.get(one.target.restates) == one.target.responsible[:1]
        if one.lead and one.state is not State.NO_DATA and not again:
            yield one.lead, "targets_reached", Row(one.target.id, one.target.indicator, due=one.due, state=one.state.value)


def _reports(
    plan: AssessmentPlan, lines: Iterable[TaskLine], start: dt.date, end: dt.date, today: dt.date
) -> Iterator[tuple[str, str, Row]]:
    """A report is due for every led task and span of months that is over, from when the ledger holds it until it was reported as done.

    What is reported after the due day changes nothing.
    """
    since = {task_id: at.astimezone(clock.CITY_ZONE).date() for task_id, at in LedgerTask.objects.values_list("task_id", "since")}
    made: dict[str, list[tuple[dt.date, dt.date, str]]] = defaultdict(list)
    rows = ProgressReport.objects.order_by("id").values_list("task__task_id", "unit", "month", "made_at", "state")
    leads = {line.task.id: line for line in lines if line.lead}
    for task_id, unit, month, at, state in rows:
        if task_id in leads and same_unit(unit, leads[task_id].lead):
            made[task_id].append((month, at.astimezone(clock.CITY_ZONE).date(), state))
    for first, last in _spans(start, end, plan.report_months):
        due = last + dt.timedelta(days=plan.report_days)
        for task_id, line in leads.items():
            if due >= today or since.get(task_id, dt.date.max) > last:
                continue
            if any(state == ReportState.DONE and month < first and at <= due for month, at, state in made[task_id]):
                continue
            days = [at for month, at, _ in made[task_id] if first <= month <= last and at <= due]
            row = Row(task_id, f"{line.task.title}（{first.month}—{last.month}月）", due, min(days, default=None))
            yield line.lead, "reports_on_time", row


def _spans(start: dt.date, end: dt.date, months: int) -> Iterator[tuple[dt.date, dt.date]]:
    first = start
    while first <= end:
        last = period_end(first, months)
        yield first, last
        first = last + dt.timedelta(days=1)


def _steps(pack: Pack, start: dt.date, stood: dt.date) -> Iterator[tuple[str, str, Row]]:
    known = {task.id: task for task in pack.tasks}
    for step in steps_on(TaskStep.objects.filter(due_on__range=(start, stood)), stood):
        task = known.get(step.task.task_id)
        if task is not None and step.state != StepState.DROPPED and takes_part(step.unit, task):
            yield step.unit, "steps_on_time", Row(task.id, step.title, step.due_on, step.done_on)


def _entries(pack: Pack, start: dt.date, stood: dt.date) -> Iterator[tuple[str, str, Row]]:
    """Notices and decisions that were due, by the unit that they name, as their registers stood; withdrawn and dropped ones do not count."""
    yield from _entries_of(pack, "supervision_notices", "notices_on_time", ("matter", "replied_on", "withdrawn"), start, stood)
    yield from _entries_of(pack, "meeting_decisions", "decisions_on_time", ("decision", "done_on", "dropped"), start, stood)


def _entries_of(
    pack: Pack, register: str, item: str, names: tuple[str, str, str], start: dt.date, stood: dt.date
) -> Iterator[tuple[str, str, Row]]:
    declared, (title, done, gone) = pack.registers.get(register), names
    if declared is None or not {title, done, "unit", "due_on"} <= {field.id for field in declared.fields}:
        return
    for entry in registers.entries_on(register, stood):
        due, finished = (_day(entry.values.get(name)) for name in ("due_on", done))
        if entry.state != gone and due is not None and start <= due <= stood:
            yield (
                str(entry.values.get("unit") or ""),
                item,
                Row(str(entry.entry_id), str(entry.values.get(title) or ""), due, finished),
            )


def _day(value: object) -> dt.date | None:
    return dt.date.fromisoformat(str(value)) if value else None
