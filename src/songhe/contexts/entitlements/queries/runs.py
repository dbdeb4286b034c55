"""City runs, newest first: what was decided when, from which snapshot and rules, and what failed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.contexts.entitlements.models import Run
from songhe.contexts.entitlements.words import CITY
from songhe.foundation.access import Actor, Right, require


@dataclass(frozen=True, slots=True)
class RunBrief:
    """One run; `published_at` is None while it works or when it failed (`failed` says why)."""

    id: int
    as_of: dt.date
    cause: str
    started_at: dt.datetime
    published_at: dt.datetime | None
    failed: str
    persons: int
    rulebook_hash: str
    snapshot_sha256: str


def runs(actor: Actor, *, limit: int = 30) -> tuple[RunBrief, ...]:
    """The latest city runs."""
    require(actor, Right.SEE_FIGURES)
    fields = ("id", "as_of", "cause", "started_at", "published_at", "failed", "persons", "rulebook_hash", "snapshot__sha256")
    rows = Run.objects.filter(kind=CITY).order_by("-id").values_list(*fields)[:limit]
    return tuple(RunBrief(*row[:-1], row[-1] or "") for row in rows)


def latest_city_run() -> Run | None:
    """The newest published run of the whole city."""
    return Run.objects.filter(kind=CITY, published_at__isnull=False).select_related("snapshot").order_by("-id").first()
