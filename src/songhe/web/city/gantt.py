"""Tasks as bars over the years of the plan: plain geometry that a template draws as SVG."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from songhe.contexts.plan_tracking.queries import StepState, StepView, TaskLine, TaskState
from songhe.web.city.tasks_shown import ShownTask, shown

WIDTH = 480.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the line with what it means: a year's beginning, or a step."""

    x: str
    label: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A task: from `x` on so wide; `open_end` where no day is printed. `words` say it in a sentence."""

    one: ShownTask
    x: str
    width: str
    kind: str
    open_end: bool
    steps: tuple[Mark, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Gantt:
    """All bars on one scale; `today` is the place of today's line."""

    bars: tuple[Bar, ...]
    years: tuple[Mark, ...]
    today: str
    first: dt.date
    last: dt.date


def gantt_of(lines: Sequence[TaskLine], start: dt.date | None, end: dt.date | None, today: dt.date) -> Gantt:
    """Bars from the plan's first day to each deadline; the scale reaches from that year's beginning to beyond today and every day shown."""
    days = [day for line in lines for day in (*line.days, *(step.due_on for step in line.steps))]
    begin = start or min([today, *days])
    first = dt.date(begin.year, 1, 1)
    last = dt.date(max([today, end or today, *days]).year, 12, 31)
    span = (last - first).days

    def x(day: dt.date) -> float:
        return WIDTH * (day - first).days / span

    years = tuple(Mark(f"{x(dt.date(year, 1, 1)):.1f}", str(year)) for year in range(first.year, last.year + 1))
    bars = tuple(_bar(line, x(begin), x(line.due or end or last), line.due is None, x) for line in lines)
    return Gantt(bars, years, f"{x(today):.1f}", first, last)


def _bar(line: TaskLine, left: float, right: float, open_end: bool, x: Callable[[dt.date], float]) -> Bar:
    one = shown(line)
    steps = tuple(
        Mark(f"{x(step.due_on):.1f}", step.title, _kind(step)) for step in line.steps if step.state is not StepState.DROPPED
    )
    kind = {TaskState.LATE: "late", TaskState.DONE: "done", TaskState.AT_RISK: "risk"}.get(line.state, "plain")
    told = "文件没有写期限" if open_end else f"期限{one.due}"
    return Bar(one, f"{left:.1f}", f"{max(right - left, 3):.1f}", kind, open_end, steps, f"{told}，{one.word}")


def _kind(step: StepView) -> str:
    return "late" if step.late else "done" if step.state is StepState.DONE else "open"
