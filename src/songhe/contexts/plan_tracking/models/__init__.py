"""The tables of this context."""

from songhe.contexts.plan_tracking.models.document import FindingKept, PlanDocument, ReadItem
from songhe.contexts.plan_tracking.models.ledger import (
    Evidence,
    LedgerTask,
    ProgressReport,
    TaskStep,
    UnitSeat,
)

__all__ = [
    "Evidence",
    "FindingKept",
    "LedgerTask",
    "PlanDocument",
    "ProgressReport",
    "ReadItem",
    "TaskStep",
    "UnitSeat",
]
