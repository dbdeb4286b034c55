"""How every target and task stands on a day, as one canonical text; and read back from it. No rights are asked here."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from songhe.contexts.plan_tracking.access import city_path, reach_of
from songhe.contexts.plan_tracking.queries.cockpit import TargetStanding, cockpit
from songhe.contexts.plan_tracking.queries.ledger import TaskLine, lines_of
from songhe.contexts.plan_tracking.words import State, TaskState, Why
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.findings import Place
from songhe.engines.policy.pack import Cited, Target
from songhe.engines.policy.rulebook import Citation
from songhe.engines.projection.trend import Forecast
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM

FORMAT = 1


@dataclass(frozen=True, slots=True)
class TargetThen:
    """A target as it stood: `figure` names what the value was counted from (month, revision, snapshot's hash), None without an indicator."""

    target: Target
    value: Decimal | None
    places: int
    state: State
    why: Why
    due: dt.date | None
    forecast: Forecast | None
    figure: FigureThen | None


@dataclass(frozen=True, slots=True)
class FigureThen:
    """Where a frozen value comes from."""

    indicator: str
    unit: str
    version: str
    period: dt.date | None
    revision: int | None
    snapshot: str
    numerator: Decimal | None
    denominator: Decimal | None
    unknown: int | None


@dataclass(frozen=True, slots=True)
class TaskThen:
    """A task as it stood; `reported` is the month of its lead's newest report."""

    id: str
    title: str
    lead: str
    state: TaskState
    percent: int | None
    reported: dt.date | None
    steps_done: int
    steps: int
    evidence: int


@dataclass(frozen=True, slots=True)
class PlanThen:
    """The whole plan as it stood on `as_of`."""

    plan: str
    as_of: dt.date
    cut_off: dt.datetime | None
    pack: str
    targets: tuple[TargetThen, ...]
    tasks: tuple[TaskThen, ...]


def plan_now() -> str:
    """The plan of the whole city as it stands at this moment, as canonical text."""
    found, current = cockpit(SYSTEM, area_path=city_path()), policy.pack_in_use()
    lines = lines_of(SYSTEM, current.pack.tasks, reach_of(SYSTEM))
    content = {
        "format": FORMAT, "plan": found.title, "as_of": clock.today().isoformat(), "cut_off": found.cut_off.isoformat() if found.cut_off else None,
        "pack": current.content_hash, "targets": [_target(one) for one in found.targets], "tasks": [_task(line) for line in lines],
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _target(one: TargetStanding) -> dict[str, object]:
    entry, figure, ahead = one.target, one.figure, one.outlook.ahead
    return {
        "id": entry.id, "indicator": entry.indicator, "value": entry.value, "value_max": entry.value_max, "unit": entry.unit,
        "comparator": entry.comparator, "hedge": entry.hedge, "direction": entry.direction, "deadline": entry.deadline, "scope": entry.scope,
        "attribute": entry.attribute, "kind": entry.kind, "responsible": list(entry.responsible), "participating": list(entry.participating),
        "document": entry.cited.cite.document, "clause": entry.cited.cite.clause,
        "measured": _text(one.value), "places": figure.places if figure else 2, "state": one.state.value, "why": one.why.value, "due": _day(one.due),
        "forecast": [ahead.on.isoformat(), ahead.value, ahead.low, ahead.high] if isinstance(ahead, Forecast) else None,
        "figure": None if figure is None else {
            "indicator": figure.id, "unit": figure.unit, "version": figure.version, "period": _day(figure.period), "revision": figure.revision,
            "snapshot": figure.snapshot, "numerator": _text(figure.numerator), "denominator": _text(figure.denominator), "unknown": figure.unknown,
        },
    }  # fmt: skip


def _task(line: TaskLine) -> dict[str, object]:
    return {
        "id": line.task.id, "title": line.task.title, "lead": line.lead, "state": line.state.value, "percent": line.percent,
        "reported": _day(line.reported_on), "steps_done": line.steps_done, "steps": line.steps_live, "evidence": line.evidence,
    }  # fmt: skip


def plan_then(content: str) -> PlanThen:
    """The frozen text as values."""
    data: Mapping[str, Any] = json.loads(content)
    return PlanThen(
        data["plan"], dt.date.fromisoformat(data["as_of"]), dt.datetime.fromisoformat(data["cut_off"]) if data["cut_off"] else None,
        data["pack"], tuple(_target_then(one) for one in data["targets"]), tuple(_task_then(one) for one in data["tasks"]),
    )  # fmt: skip


def _target_then(one: Mapping[str, Any]) -> TargetThen:
    cited = Cited(Citation(one["document"], one["clause"], "stated"), "", Place("", 1))
    target = Target(
        one["id"], one["indicator"], one["value"], one["value_max"], one["unit"], one["comparator"], one["hedge"], one["direction"],
        one["deadline"], False, one["scope"], one["attribute"], one["kind"], tuple(one["responsible"]), tuple(one["participating"]), None, (),
        one["figure"]["indicator"] if one["figure"] else None, cited,
    )  # fmt: skip
    ahead = one["forecast"]
    forecast = Forecast(dt.date.fromisoformat(ahead[0]), ahead[1], ahead[2], ahead[3]) if ahead else None
    return TargetThen(
        target, _number(one["measured"]), one["places"], State(one["state"]), Why(one["why"]), _date(one["due"]), forecast,
        _figure_then(one["figure"]),
    )  # fmt: skip


def _figure_then(one: Mapping[str, Any] | None) -> FigureThen | None:
    if one is None:
        return None
    return FigureThen(
        one["indicator"], one["unit"], one["version"], _date(one["period"]), one["revision"], one["snapshot"], _number(one["numerator"]),
        _number(one["denominator"]), one["unknown"],
    )  # fmt: skip


def _task_then(one: Mapping[str, Any]) -> TaskThen:
    return TaskThen(
        one["id"], one["title"], one["lead"], TaskState(one["state"]), one["percent"], _date(one["reported"]), one["steps_done"],
        one["steps"], one["evidence"],
    )  # fmt: skip


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _date(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)
