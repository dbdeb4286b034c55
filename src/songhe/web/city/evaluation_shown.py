"""An evaluation's targets and tasks in words: frozen beside today."""

from __future__ import annotations

from dataclasses import dataclass

from songhe.contexts.plan_tracking.queries import EvaluationFile, TargetCompared, TargetThen
from songhe.contexts.plan_tracking.words import STATE_LABELS, TASK_STATE_LABELS, WHY_LABELS, State, TaskState
from songhe.web.city.cockpit_shown import MOST_PLACES, goal_of, now_of, places_for, with_unit
from songhe.web.city.indicators_shown import number
from songhe.web.exports import Cell

HEADER = (
    "编号", "目标", "目标值", "评估时的数", "评估时的状态", "评估时的到期预测", "现在的数", "现在的状态", "变化", "指标的月份", "指标的版次",
    "资料指纹", "出处",
)  # fmt: skip
RANK = {state: place for place, state in enumerate((State.MISSED, State.AT_RISK, State.NO_DATA, State.ON_TRACK, State.MET))}


@dataclass(frozen=True, slots=True)
class Compared:
    """A target in words. `now` and `now_word` say 规划已不再列 where the plan in use has it no more."""

    one: TargetCompared
    id: str
    title: str
    goal: str
    clause: str
    then: str
    then_word: str
    ahead: str
    now: str
    now_state: str
    now_word: str
    change: str
    moved: bool
    gone: bool


def compared(one: TargetCompared) -> Compared:
    """The target in words."""
    then, now = one.then, one.now
    entry = then.target
    return Compared(
        one, entry.id, entry.indicator, goal_of(entry), entry.cited.cite.clause, _value(then), STATE_LABELS[then.state], _ahead(then),
        now_of(now) if now else "", now.state.value if now else "", STATE_LABELS[now.state] if now else "规划已不再列", _change(one),
        one.moved, now is None,
    )  # fmt: skip


def _value(then: TargetThen) -> str:
    if then.value is None:
        return ""
    unit = then.target.unit or (then.figure.unit if then.figure else "")
    return with_unit(number(then.value, places_for(then.target, then.places, then.value)), unit)


def _ahead(then: TargetThen) -> str:
    seen = then.forecast
    if seen is None:
        return ""
    low, middle, high = (number(value, then.places) for value in (seen.low, seen.value, seen.high))
    return f"{with_unit(middle, then.target.unit)}（{low}—{with_unit(high, then.target.unit)}）"


def _change(one: TargetCompared) -> str:
    if one.change is None:
        return ""
    unit = "个百分点" if one.then.target.unit == "%" else one.then.target.unit or ""
    text = number(abs(one.change), min(one.then.places, MOST_PLACES))
    if text == "0":
        return "没有变化" if one.change == 0 else "几乎没有变化"
    return f"{'增加' if one.change > 0 else '减少'}{with_unit(text, unit)}"


def moved_words(line: Compared) -> set[str]:
    """Which choices of the filter the line belongs to."""
    found = {"moved"} if line.moved else set()
    if line.one.now is not None and line.one.now.state is not line.one.then.state:
        found.add("better" if RANK[line.one.now.state] > RANK[line.one.then.state] else "worse")
    return found


def counts_of(found: EvaluationFile) -> list[tuple[str, str, int, int]]:
    """(state, word, how many then, how many today) of the targets."""
    return [
        (
            state.value, label, sum(one.then.state is state for one in found.targets),
            sum(one.now is not None and one.now.state is state for one in found.targets),
        )
        for state, label in STATE_LABELS.items()
    ]  # fmt: skip


def task_lines(found: EvaluationFile) -> list[tuple[str, str, str, str, str, str, bool]]:
    """(id, title, lead, then in words, today in words, today's state, moved) of the tasks, those that moved first."""
    rows = []
    for one in found.tasks:
        then, now = one.then, one.now
        before = f"{TASK_STATE_LABELS[then.state]}{f'，{then.percent}%' if then.percent is not None else ''}"
        state: TaskState | None = now.state if now else None
        after = (
            f"{TASK_STATE_LABELS[state]}{f'，{now.percent}%' if now and now.percent is not None else ''}"
            if state
            else "规划已不再列"
        )
        rows.append((then.id, then.title, then.lead, before, after, state.value if state else "", one.moved))
    return sorted(rows, key=lambda row: not row[6])


def cells(line: Compared) -> tuple[Cell, ...]:
    """One target as a row of a file."""
    figure = line.one.then.figure
    return (
        line.id, line.title, line.goal, line.then, f"{line.then_word}：{WHY_LABELS[line.one.then.why]}", line.ahead, line.now, line.now_word, line.change,
        f"{figure.period:%Y-%m}" if figure and figure.period else "", figure.revision if figure else None, figure.snapshot if figure else "", line.clause,
    )  # fmt: skip
