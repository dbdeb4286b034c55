"""Every write to the policy library: load the first files, draft a version, check, simulate, approve, put in force."""

from songhe.contexts.policy_library.actions.approve_draft import approve_draft, send_back
from songhe.contexts.policy_library.actions.check_draft import check_draft
from songhe.contexts.policy_library.actions.draft_change import draft_files, draft_parameter, draft_reading, draft_rollback
from songhe.contexts.policy_library.actions.edit_draft import drop_change, edit_draft, examine_again, rebase_draft, withdraw_draft
from songhe.contexts.policy_library.actions.load_folder import load_folder
from songhe.contexts.policy_library.actions.put_in_force import put_due_in_force
from songhe.contexts.policy_library.actions.record_simulation import record_simulation
from songhe.contexts.policy_library.queries.simulation import (
    SimulatedBenefit,
    SimulatedCell,
    SimulatedTown,
    SimulatedYear,
    SimulationResult,
)

__all__ = [
    "SimulatedBenefit",
    "SimulatedCell",
    "SimulatedTown",
    "SimulatedYear",
    "SimulationResult",
    "approve_draft",
    "check_draft",
    "draft_files",
    "draft_parameter",
    "draft_reading",
    "draft_rollback",
    "drop_change",
    "edit_draft",
    "examine_again",
    "load_folder",
    "put_due_in_force",
    "rebase_draft",
    "record_simulation",
    "send_back",
    "withdraw_draft",
]
