"""Everything that a published run means for grants, in order: what is open follows, applications are answered, new ones are proposed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.entitlements.actions.apply_for import answer_open_applications
from songhe.contexts.entitlements.actions.follow_decisions import follow_decisions
from songhe.contexts.entitlements.actions.grant_results import Followed, Proposed
from songhe.contexts.entitlements.actions.move_grants import lock_following
from songhe.contexts.entitlements.actions.propose_grants import propose_grants
from songhe.foundation.access import Actor


@dataclass(frozen=True, slots=True)
class RunFollowed:
    """What a run led to."""

    followed: Followed
    answered: int
    proposed: Proposed


def follow_run(actor: Actor, *, run_id: int) -> RunFollowed:
    """Grants are as the run says; each step stands by itself, so killed in between the next call does what is left."""
    followed = follow_decisions(actor, run_id=run_id)
    with transaction.atomic():
        lock_following()
        answered = answer_open_applications(actor, run_id=run_id)
    return RunFollowed(followed, answered, propose_grants(actor, run_id=run_id))
