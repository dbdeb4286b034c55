"""People and money by town, benefit and status, counted from a run's own decisions while they are still in memory."""

from __future__ import annotations

import numpy as np

from songhe.contexts.entitlements.models import RunFigure
from songhe.contexts.entitlements.queries.snapshot import CityFacts, Decided
from songhe.contexts.entitlements.words import town_of
from songhe.engines.policy.rulebook import Status


def count_figures(run_id: int, benefits: tuple[str, ...], facts: CityFacts, outcome: Decided) -> None:
    """The run's figures are stored; statuses that nobody has in a town are left out."""
    towns = sorted({town_of(path) for path in facts.areas})
    index = {town: i for i, town in enumerate(towns)}
    town = np.array([index[town_of(path)] for path in facts.areas], np.int64)[facts.area][outcome.applies]
    rows: list[RunFigure] = []
    statuses = len(Status)
    for k, benefit in enumerate(benefits):
        cell = town * statuses + outcome.status[outcome.applies, k]
        persons = np.bincount(cell, minlength=len(towns) * statuses)
        paid = np.zeros(len(towns) * statuses, np.int64)
        np.add.at(paid, cell, outcome.amount[outcome.applies, k])
        rows += [
            RunFigure(
                run_id=run_id,
                area_path=towns[c // statuses],
                benefit=benefit,
                status=int(c % statuses),
                persons=int(persons[c]),
                amount=int(paid[c]),
            )
            for c in np.flatnonzero(persons)
        ]
    RunFigure.objects.bulk_create(rows, batch_size=2000)
