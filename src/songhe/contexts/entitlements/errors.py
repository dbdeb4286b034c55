"""Refusals of determination."""

from __future__ import annotations

from songhe.foundation.errors import Conflict, InvalidInput, NotFound


class RunInProgress(Conflict):
    """Another city run holds the lock; two at once would only compete."""

    code = "run_in_progress"


class NoDecisionYet(NotFound):
    """The person has not been determined yet."""

    code = "no_decision_yet"


class SnapshotMissing(NotFound):
    """The snapshot's file is gone or altered; the decision stands, but cannot be recomputed."""

    code = "snapshot_missing"


class UnknownFact(InvalidInput):
    """A household that was sent in names a fact that the data dictionary does not have, or a value it cannot take."""

    code = "unknown_fact"
