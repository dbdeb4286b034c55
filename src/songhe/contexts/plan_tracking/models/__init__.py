"""The tables of this context."""

from songhe.contexts.plan_tracking.models.document import FindingKept, PlanDocument, ReadItem
from songhe.contexts.plan_tracking.models.frozen import Evaluation, EvaluationFinding, FindingStep, FrozenAssessment
from songhe.contexts.plan_tracking.models.ledger import (
    EntryFile,
    Evidence,
    LedgerTask,
    ProgressReport,
    StepMove,
    TaskStep,
    UnitSeat,
)

__all__ = [
    "EntryFile",
    "Evaluation",
    "EvaluationFinding",
    "Evidence",
    "FindingKept",
    "FindingStep",
    "FrozenAssessment",
    "LedgerTask",
    "PlanDocument",
    "ProgressReport",
    "ReadItem",
    "StepMove",
    "TaskStep",
    "UnitSeat",
]
