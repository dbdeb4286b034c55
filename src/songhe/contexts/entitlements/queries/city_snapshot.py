"""The newest published snapshot of the whole city, for those who count over it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.contexts.entitlements.models import Run
from songhe.contexts.entitlements.words import CITY


@dataclass(frozen=True, slots=True)
class CitySnapshot:
    """A city snapshot that a published run has decided from: its file, its cut-off, and the day that ages were counted on."""

    run_id: int
    sha256: str
    path: str
    taken_at: dt.datetime
    as_of: dt.date
    persons: int
    households: int


def city_snapshot(*, before: dt.datetime | None = None) -> CitySnapshot | None:
    """The newest one (taken before the moment, where one is given); None where there is none."""
    runs = Run.objects.filter(kind=CITY, published_at__isnull=False).select_related("snapshot")
    if before is not None:
        runs = runs.filter(snapshot__taken_at__lt=before)
    run = runs.order_by("-id").first()
    if run is None or run.snapshot is None:
        return None
    found = run.snapshot
    return CitySnapshot(run.id, found.sha256, found.path, found.taken_at, run.as_of, found.persons, found.households)
