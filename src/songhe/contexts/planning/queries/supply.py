"""What there is today of what the projection asks for, where the pack names the indicator that measures it and the indicator has data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from songhe.contexts.statistics import queries as statistics
from songhe.engines.policy.prospect import Prospect
from songhe.foundation.access import Actor


@dataclass(frozen=True, slots=True)
class Supply:
    """A measured supply; `value` is None where the indicator has no data yet, and `needs` says why."""

    indicator: str
    title: str
    value: Decimal | None
    cut_off: dt.datetime | None
    needs: str


def supply_of(actor: Actor, prospect: Prospect, area_path: str) -> Mapping[str, Supply]:
    """By kind of need (beds, nursing_beds, carers)."""
    if not prospect.present:
        return {}
    figures = {figure.id: figure for figure in statistics.figures(actor, area_path=area_path)}
    found = {}
    for need, indicator in prospect.present.items():
        figure = figures.get(indicator)
        if figure is not None:
            found[need] = Supply(indicator, figure.title, figure.value, figure.cut_off, figure.needs)
    return found
