"""People and money by town and benefit, from the latest run of the whole city. Each figure's rows are `decided_people`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.contexts.entitlements.models import RunFigure
from songhe.contexts.entitlements.queries.runs import latest_city_run
from songhe.engines.policy.rulebook import Status
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.scope import rows_within


@dataclass(frozen=True, slots=True)
class TownFigure:
    """People with one status of one benefit in one town, and fen for one period of that benefit."""

    area_path: str
    benefit: str
    status: Status
    persons: int
    amount: int


@dataclass(frozen=True, slots=True)
class CityFigures:
    """The cut-off of the figures and the figures; `run_id` is None before the first run."""

    run_id: int | None
    as_of: dt.date | None
    taken_at: dt.datetime | None
    persons: int
    figures: tuple[TownFigure, ...]


def figures(actor: Actor, *, area_path: str = "") -> CityFigures:
    """The figures of the actor's areas, narrowed to `area_path` where one is asked for."""
    require(actor, Right.SEE_FIGURES)
    run = latest_city_run()
    if run is None or run.snapshot is None:
        return CityFigures(None, None, None, 0, ())
    scope = rows_within(actor, Right.SEE_FIGURES, area_path=area_path)
    rows = RunFigure.objects.filter(scope, run=run).order_by("area_path", "benefit", "status")
    found = tuple(TownFigure(r.area_path, r.benefit, Status(r.status), r.persons, r.amount) for r in rows)
    first = found[0].benefit if found else ""
    people = sum(f.persons for f in found if f.benefit == first)
    return CityFigures(run.id, run.as_of, run.snapshot.taken_at, people, found)
