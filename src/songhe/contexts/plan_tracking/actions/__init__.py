"""Everything this context does."""

from songhe.contexts.plan_tracking.actions.attach_evidence import EvidenceAttached, attach_evidence, refuse_size
from songhe.contexts.plan_tracking.actions.attach_to_entry import attach_to_entry
from songhe.contexts.plan_tracking.actions.confirm_plan import confirm_plan
from songhe.contexts.plan_tracking.actions.decide_item import Decided, accept_all_unchanged, decide_item
from songhe.contexts.plan_tracking.actions.evaluate_plan import (
    EvaluationFrozen,
    FindingKeptOf,
    add_finding,
    conclude_evaluation,
    follow_finding,
    freeze_evaluation,
)
from songhe.contexts.plan_tracking.actions.freeze_assessment import AssessmentFrozen, freeze_assessment
from songhe.contexts.plan_tracking.actions.keep_steps import StepKept, add_step, move_step
from songhe.contexts.plan_tracking.actions.propose_pack import PackProposed, propose_pack
from songhe.contexts.plan_tracking.actions.read_plan_document import PlanRead, give_up_reading, read_plan_document
from songhe.contexts.plan_tracking.actions.remind_units import UnitsReminded, remind_units
from songhe.contexts.plan_tracking.actions.report_progress import ProgressReported, report_progress
from songhe.contexts.plan_tracking.actions.seat_unit import UnitSeated, seat_unit
from songhe.contexts.plan_tracking.actions.settle_finding import settle_finding
from songhe.contexts.plan_tracking.actions.upload_plan import PlanTakenIn, refuse_too_large, upload_plan

__all__ = [
    "AssessmentFrozen",
    "Decided",
    "EvaluationFrozen",
    "EvidenceAttached",
    "FindingKeptOf",
    "PackProposed",
    "PlanRead",
    "PlanTakenIn",
    "ProgressReported",
    "StepKept",
    "UnitSeated",
    "UnitsReminded",
    "accept_all_unchanged",
    "add_finding",
    "add_step",
    "attach_evidence",
    "attach_to_entry",
    "conclude_evaluation",
    "confirm_plan",
    "decide_item",
    "follow_finding",
    "freeze_assessment",
    "freeze_evaluation",
    "give_up_reading",
    "move_step",
    "propose_pack",
    "read_plan_document",
    "refuse_size",
    "refuse_too_large",
    "remind_units",
    "report_progress",
    "seat_unit",
    "settle_finding",
    "upload_plan",
]
