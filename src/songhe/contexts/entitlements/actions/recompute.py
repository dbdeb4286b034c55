"""A run of the whole city is decided again in the background, and whoever asked sees how far it is and what came out."""

from __future__ import annotations

import uuid

from django.db import IntegrityError, transaction

from songhe.contexts.entitlements.errors import NoDecisionYet
from songhe.contexts.entitlements.events import RecomputationAsked
from songhe.contexts.entitlements.models import Recomputation, Run
from songhe.contexts.entitlements.queries.recomputation import recompute_run
from songhe.contexts.entitlements.words import CITY, RecomputationState
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import audit, clock, outbox
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import AccessDenied, SongheError

_AT_WORK = (RecomputationState.WAITING, RecomputationState.WORKING)


@transaction.atomic
def ask_recomputation(actor: Actor, *, run_id: int) -> uuid.UUID:
    """The run will be decided again soon; the public id says where to look. Asked while one is at work, it is that one."""
    require(actor, Right.SEE_FIGURES, f"{policy.pack_in_use().pack.place.code}/")
    run = Run.objects.filter(id=run_id, kind=CITY, published_at__isnull=False).first()
    if run is None:
        raise NoDecisionYet("没有这一次全市核算。", next_step="请从核算记录里选择。", field="run_id")
    at_work = Recomputation.objects.filter(run=run, state__in=_AT_WORK)
    if (known := at_work.first()) is not None:
        return known.public_id
    try:
        with transaction.atomic():
            made = Recomputation.objects.create(
                run=run, state=RecomputationState.WAITING, asked_by=actor.id, asked_at=clock.now(), decisions=run.persons
            )
    except IntegrityError:
        return at_work.get().public_id
    audit.record(actor, "run.recompute", subject_type="run", subject_id=run.id)
    outbox.publish(RecomputationAsked(recomputation_id=made.pk))
    return made.public_id


def recompute_asked(actor: Actor, *, recomputation_id: int) -> None:
    """What was asked for is done, by the job: progress is seen while it works; killed, it begins again. Done already, nothing happens."""
    if actor.kind != "system":
        raise AccessDenied("这件事由后台来做。", next_step="请等它完成。")
    row = Recomputation.objects.filter(pk=recomputation_id)
    if not row.filter(state__in=_AT_WORK).update(state=RecomputationState.WORKING, compared=0):
        return

    def told(compared: int) -> None:
        row.update(compared=compared)

    try:
        found = recompute_run(actor, run_id=row.get().run_id, told=told)
    except SongheError as refused:
        sentence = f"{refused.sentence}{refused.next_step}"
        row.update(state=RecomputationState.FAILED, failed=sentence, finished_at=clock.now())
        return
    row.update(
        state=RecomputationState.DONE, compared=found.decisions, decisions=found.decisions, different=found.different,
        rules_unchanged=found.rules_unchanged, snapshot_unchanged=found.snapshot_unchanged, finished_at=clock.now(),
    )  # fmt: skip
