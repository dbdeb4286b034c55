"""All decisions ever made of a person, newest first, for the timeline."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.contexts.entitlements.access import visible_to
from songhe.engines.policy.rulebook import Status
from songhe.foundation.access import Actor


@dataclass(frozen=True, slots=True)
class DecisionBrief:
    """One decision: when, why, and for which benefits the person was eligible or nothing could be told."""

    run_id: int
    published_at: dt.datetime
    as_of: dt.date
    cause: str
    eligible: tuple[str, ...]
    cannot_tell: tuple[str, ...]


def _with_status(statuses: bytes, benefits: list[str], wanted: tuple[Status, ...]) -> tuple[str, ...]:
    return tuple(benefit for benefit, status in zip(benefits, statuses, strict=True) if status in wanted)


def decision_history(actor: Actor, *, person_id: int, limit: int = 50) -> tuple[DecisionBrief, ...]:
    """The person's decisions that the actor may see."""
    rows = visible_to(actor).filter(person_id=person_id).select_related("run").order_by("-run_id")[:limit]
    return tuple(
        DecisionBrief(
            row.run_id, row.run.published_at or row.run.started_at, row.run.as_of, row.run.cause,
            _with_status(bytes(row.statuses), row.run.benefits, (Status.ELIGIBLE, Status.PROVISIONAL)),
            _with_status(bytes(row.statuses), row.run.benefits, (Status.CANNOT_TELL,)),
        )
        for row in rows
    )  # fmt: skip
