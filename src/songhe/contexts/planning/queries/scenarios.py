"""The scenarios that somebody kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from songhe.contexts.planning.access import visible_to
from songhe.contexts.planning.errors import ScenarioNotFound
from songhe.contexts.planning.models import Scenario
from songhe.foundation.access import Actor


@dataclass(frozen=True, slots=True)
class ScenarioView:
    """Changed assumptions under a title: new middles by assumption id."""

    id: int
    title: str
    changes: Mapping[str, Decimal]
    made_at: dt.datetime
    made_by: str


def scenarios(actor: Actor) -> tuple[ScenarioView, ...]:
    """All that are offered, newest first."""
    return tuple(_view(row) for row in visible_to(actor).order_by("-id"))


def scenario_of(actor: Actor, scenario_id: int) -> ScenarioView:
    """One scenario; raises ScenarioNotFound."""
    row = visible_to(actor).filter(id=scenario_id).first()
    if row is None:
        raise ScenarioNotFound("没有这个方案，或者已经撤下。", next_step="请回到供需预测重新选择。", field="scenario")
    return _view(row)


def _view(row: Scenario) -> ScenarioView:
    changes = {name: Decimal(value) for name, value in row.changes.items()}
    return ScenarioView(row.id, row.title, changes, row.made_at, row.made_by_name)
