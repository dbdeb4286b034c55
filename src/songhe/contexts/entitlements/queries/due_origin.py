"""Where an amount that is due comes from: grant, revision, run, rules, snapshot, decision. For a context that has passed its own scope."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.contexts.entitlements.models import Decision, Due


@dataclass(frozen=True, slots=True)
class DueOrigin:
    """A due revision and the decision behind it. `amount` in fen; `decision_id` is None where the run decided nothing of the person."""

    due_id: int
    grant_id: int
    grant_public_id: str
    period: dt.date
    revision: int
    amount: int
    reason: str
    replaces: int | None
    run_id: int
    as_of: dt.date
    cause: str
    pack_version_id: int
    rulebook_hash: str
    snapshot_sha256: str
    decision_id: int | None


def due_origin(*, due_id: int) -> DueOrigin | None:
    """The revision with what it was decided by; None where there is none of this number."""
    due = Due.objects.filter(id=due_id).select_related("grant", "run__snapshot").first()
    if due is None:
        return None
    run = due.run
    decision = Decision.objects.filter(run_id=run.pk, person_id=due.grant.person_id).values_list("id", flat=True).first()
    return DueOrigin(
        due.pk, due.grant_id, str(due.grant.public_id), due.period, due.revision, due.amount, due.reason, due.replaces_id, run.pk, run.as_of, run.cause,
        run.pack_version_id, run.rulebook_hash, run.snapshot.sha256 if run.snapshot else "", decision,
    )  # fmt: skip
