"""Reactions to events; each may run twice. Whole-city work is asked for by the wiring, as a job, not here."""

from __future__ import annotations

from songhe.contexts.entitlements.actions.determine_households import determine_households
from songhe.contexts.entitlements.actions.follow_run import follow_run
from songhe.contexts.entitlements.actions.tell_by_message import note_message
from songhe.contexts.entitlements.events import RunPublished
from songhe.contexts.entitlements.queries.granting import has_granting
from songhe.contexts.entitlements.queries.runs import latest_city_run
from songhe.contexts.entitlements.words import HOUSEHOLD
from songhe.contexts.messaging.events import MessageSettled
from songhe.contexts.people.events import HouseholdsChanged
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import SYSTEM


def on_households_changed(event: HouseholdsChanged) -> None:
    """The households are decided again from their facts as they are now."""
    if policy.is_pack_loaded():
        determine_households(SYSTEM, household_ids=event.household_ids, cause=event.cause)


def on_run_published(event: RunPublished) -> None:
    """Grants follow a household's run at once; a run of the whole city is followed by a job.

    Until the whole city has been decided once nothing is proposed: whoever has been receiving is adopted first.
    """
    if event.kind == HOUSEHOLD and has_granting() and latest_city_run() is not None:
        follow_run(SYSTEM, run_id=event.run_id)


def on_message_settled(event: MessageSettled) -> None:
    """A notice that went by message was delivered, or is told another way."""
    note_message(event)
