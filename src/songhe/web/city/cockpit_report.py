"""The printed report of the plan's targets: plain Chinese on A4, PDF/A, made by typst from the same words as the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.plan_tracking.queries import Cockpit, State
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock
from songhe.web.areas import town_names
from songhe.web.city.cockpit_shown import Shown


def report_data(found: Cockpit, lines: Sequence[Shown]) -> dict[str, object]:
    """Everything that is printed, as text: nothing is put together inside the sheet."""
    place = town_names().get(found.area_path)
    silent = [line for line in lines if line.state == State.NO_DATA]
    return {
        "title": f"{policy.pack_in_use().pack.place.name}规划目标完成情况",
        "plan": found.title,
        "place": f"{place.name}的数，和全市的目标比" if place else "",
        "made": _day(found.today),
        "cut_off": _day(found.cut_off.astimezone(clock.CITY_ZONE).date()) if found.cut_off else "还没有统计过",
        "counts": [[label, str(found.counts[state])] for state, label in tracking.STATE_LABELS.items()],
        "told": f"共{found.total}项目标，{found.with_data}项有数据；{found.milestones}项没有数值，要看佐证材料。",
        "tolerance": f"写“左右”的目标，相差不超过{int(tracking.ABOUT * 100)}%算达到。",
        "groups": [
            {"state": label, "lines": [_line(line) for line in lines if line.state == state.value]}
            for state, label in tracking.STATE_LABELS.items()
            if state is not State.NO_DATA and any(line.state == state.value for line in lines)
        ],
        "silent": [
            [
                line.id,
                line.title,
                line.goal or "—",
                line.due,
                line.lead or "—",
                f"{line.why}{'；' if line.before else ''}{line.before}",
            ]
            for line in silent
        ],
        "definitions": _definitions(lines),
    }


def _line(line: Shown) -> dict[str, object]:
    entry = line.standing.target
    return {
        "id": line.id, "title": line.title, "attribute": entry.attribute or "", "now": line.now, "goal": line.goal, "missing": line.missing,
        "trend": line.trend, "ahead": line.ahead, "due": line.due, "due_note": line.due_note, "lead": line.lead or "—", "why": line.why,
        "notes": "；".join(line.notes), "cite": entry.cited.cite.clause,
    }  # fmt: skip


def _definitions(lines: Sequence[Shown]) -> list[list[str]]:
    known = {line.standing.figure.id: line.standing.figure for line in lines if line.standing.figure is not None and line.now}
    return [[figure.title, figure.scope, figure.definition] for figure in known.values()]


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
