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
    """The latest city runs, for who reads figures or looks after the background work."""
    if not actor.may(Right.SEE_JOBS):
        require(actor, Right.SEE_FIGURES)
    rows = Run.objects.filter(kind=CITY).select_related("snapshot").order_by("-id")[:limit]
    return tuple(
        RunBrief(
            r.id,
            r.as_of,
            r.cause,
            r.started_at,
            r.published_at,
            r.failed,
            r.persons,
            r.rulebook_hash,
            r.snapshot.sha256 if r.snapshot else "",
        )
        for r in rows
    )


def latest_city_run() -> Run | None:
    """The newest published run of the whole city."""
    return Run.objects.filter(kind=CITY, published_at__isnull=False).select_related("snapshot").order_by("-id").first()
