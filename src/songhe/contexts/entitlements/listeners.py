"""Reactions to events; each may run twice. Whole-city work is asked for by the wiring, as a job, not here."""

from __future__ import annotations

from songhe.contexts.entitlements.actions.determine_households import determine_households
from songhe.contexts.people.events import HouseholdsChanged
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import SYSTEM


def on_households_changed(event: HouseholdsChanged) -> None:
    """The households are decided again from their facts as they are now."""
    if policy.is_pack_loaded():
        determine_households(SYSTEM, household_ids=event.household_ids, cause=event.cause)
