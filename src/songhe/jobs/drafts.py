"""A draft of the pack is checked and simulated as soon as it has a new content, and put in force on its day."""

from __future__ import annotations

import logging
from contextlib import suppress

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.entitlements.errors import NoDecisionYet
from songhe.contexts.entitlements.events import RunPublished
from songhe.contexts.policy_library import actions, queries
from songhe.contexts.policy_library.errors import DraftChanged, DraftClosed, DraftNotReady
from songhe.contexts.policy_library.events import DraftSealed
from songhe.contexts.policy_library.queries import DraftState
from songhe.foundation.access import SYSTEM

log = logging.getLogger(__name__)


@app.task(name="examine_draft", queue="city", lock="examine_draft", retry=RetryStrategy(max_attempts=5, wait=30))
def examine_draft(draft_id: int, seal: str) -> None:
    """The draft's content with this seal is checked and, where nothing is wrong with it, simulated; an edited draft has a job of its own.

    Before the first run of the whole city there is nobody to simulate over: the draft waits as checked until such a run is published.
    """
    try:
        found = actions.check_draft(SYSTEM, draft_id=draft_id, seal=seal)
        if found.state is DraftState.CHECKED:
            entitlements.simulate_draft(SYSTEM, draft_id=draft_id, seal=seal)
    except (DraftChanged, DraftClosed, DraftNotReady) as moved_on:
        log.info("draft %s is not examined: %s", draft_id, moved_on.code)
    except NoDecisionYet:
        log.info("draft %s waits for a run of the whole city", draft_id)


@app.periodic(cron="*/5 * * * *")
@app.task(name="put_drafts_in_force", queue="quick", queueing_lock="put_drafts_in_force", lock="put_drafts_in_force")
def put_drafts_in_force(timestamp: int) -> None:
    """Approved drafts whose day has come decide from now on; may run twice, and after a kill goes on."""
    if queries.is_pack_loaded():
        actions.put_due_in_force(SYSTEM)


def _ask(draft_id: int, seal: str) -> None:
    with suppress(AlreadyEnqueued), transaction.atomic():
        examine_draft.configure(queueing_lock=f"examine_draft {seal}").defer(draft_id=draft_id, seal=seal)


def on_draft_sealed(event: DraftSealed) -> None:
    """A draft has a content that nobody has looked at: it is looked at soon."""
    _ask(event.draft_id, event.seal)


def on_run_published(event: RunPublished) -> None:
    """There are facts of the whole city again: drafts that waited for them are simulated."""
    if event.kind == "city":
        for brief in queries.drafts(SYSTEM, open_only=True):
            if brief.state is DraftState.CHECKED:
                _ask(brief.id, brief.seal)
