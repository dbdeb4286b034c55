"""More rows that an assessment counts: findings followed up, data sent, the work, registers and census rounds of towns."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from songhe.contexts.people import queries as people
from songhe.contexts.plan_tracking.models import EvaluationFinding, FindingStep
from songhe.contexts.plan_tracking.queries.scoring import Row
from songhe.contexts.plan_tracking.words import StepState
from songhe.engines.policy.assessed import AssessmentPlan
from songhe.foundation import clock, work_items
from songhe.foundation.access import SYSTEM

REGISTER_CLOCK = "register_clock"  # kind of the work items that registers open when an entry is due


def findings_due(start: dt.date, stood: dt.date) -> Iterator[tuple[str, str, Row]]:
    """Findings of evaluations that a unit was to follow up, due in the period, as they stood; those given up do not count."""
    over = clock.end_of_day(stood)
    steps = FindingStep.objects.filter(finding__due_on__range=(start, stood), made_at__lt=over).order_by("id")
    last = {finding: (state, at) for finding, state, at in steps.values_list("finding_id", "to_state", "made_at")}
    rows = (
        EvaluationFinding.objects.filter(due_on__range=(start, stood), made_at__lt=over).exclude(unit="").order_by("due_on", "id")
    )
    for row in rows:
        state, at = last.get(row.pk, (StepState.NOT_BEGUN, None))
        if state != StepState.DROPPED:
            done = at.astimezone(clock.CITY_ZONE).date() if state == StepState.DONE and at is not None else None
            yield (
                row.unit,
                "findings_on_time",
                Row(str(row.evaluation_id), f"第{row.number}条意见：{row.found[:60]}", row.due_on, done),
            )


def data_due(
    plan: AssessmentPlan, spans: Iterable[tuple[dt.date, dt.date]], units: Sequence[str], today: dt.date
) -> Iterator[tuple[str, str, Row]]:
    """A file of each department that sends any, once a span of months, from the span after its first; by the unit whose name holds its word."""
    layouts, sent = {layout.label: layout for layout in people.layouts()}, defaultdict[str, list[dt.date]](list)
    for file in people.files_sent(SYSTEM):
        sent[file.department].append(file.sent_on)
    for first, last in spans:
        due = last + dt.timedelta(days=plan.data_days)
        for department, word in plan.senders.items():
            unit = min((name for name in units if word in name), key=lambda name: (len(name), name), default=None)
            days = sent[layouts[department].code] if department in layouts else []
            if unit is None or due >= today or min(days, default=first) >= first:
                continue
            done = min((day for day in days if first <= day <= due), default=None)
            yield unit, "data_on_time", Row(layouts[department].code, f"{department}的{layouts[department].title}", due, done)


def of_towns(towns: Sequence[str], start: dt.date, stood: dt.date, today: dt.date) -> Iterator[tuple[str, str, Row]]:
    """Work and register entries that were due in a town, by kind, and census rounds that ended; a day counts once it is over."""
    over = min(stood, today - dt.timedelta(days=1))
    if over < start:
        return
    work: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for part in work_items.kept_in_time(SYSTEM, since=start, until=over):
        if (town := _town(towns, part.area_path)) is not None:
            work[town, part.kind][0] += part.in_time
            work[town, part.kind][1] += part.all
    for (town, kind), (good, every) in sorted(work.items()):
        yield (
            town,
            "registers_on_time" if kind == REGISTER_CLOCK else "work_on_time",
            Row(kind, kind, state="many", good=good, all=every),
        )
    for done in people.rounds_kept(SYSTEM, since=start, until=over):
        asked: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for path, (every, good) in done.places.items():
            if (town := _town(towns, path)) is not None:
                asked[town][0] += min(good, every)
                asked[town][1] += every
        for town, (good, every) in sorted(asked.items()):
            if every:
                yield town, "rounds_asked", Row(str(done.id), done.title, done.ends_on, state="many", good=good, all=every)


def _town(towns: Sequence[str], path: str) -> str | None:
    return next((town for town in towns if path.startswith(town)), None)
