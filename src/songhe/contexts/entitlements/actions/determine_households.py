"""Decide some households again, at once: one of their facts has changed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence

from django.db import transaction

from songhe.contexts.entitlements.actions.open_missing_facts import settle_missing_facts
from songhe.contexts.entitlements.actions.update_roster_of_households import update_roster_of_households
from songhe.contexts.entitlements.events import RunPublished
from songhe.contexts.entitlements.models import Decision, Run, Snapshot
from songhe.contexts.entitlements.words import HOUSEHOLD
from songhe.contexts.people import facts
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.closure import compile_household
from songhe.engines.policy.household import HouseholdInput, MemberDecision
from songhe.engines.policy.rulebook import Rulebook
from songhe.foundation import audit, clock, outbox
from songhe.foundation.access import Actor, Right, require

HouseholdFacts = facts.HouseholdFacts


def _inline(households: Sequence[HouseholdFacts]) -> dict[str, object]:
    return {
        str(h.household_id): {
            "person_ids": list(h.person_ids),
            "persons": [dict(p) for p in h.persons],
            "household": dict(h.household),
        }
        for h in households
    }


def _snapshot(households: Sequence[HouseholdFacts]) -> Snapshot:
    content = _inline(households)
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Snapshot.objects.create(
        kind=HOUSEHOLD,
        taken_at=clock.now(),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        inline=content,
        persons=sum(len(h.person_ids) for h in households),
        households=len(households),
    )


def decision_row(run_id: int, person_id: int, area_path: str, decided: MemberDecision, rules: Rulebook) -> Decision:
    """A member's decision in stored form."""
    width = (rules.condition_count + 7) // 8
    return Decision(
        run_id=run_id,
        person_id=person_id,
        area_path=area_path,
        statuses=bytes(decided.statuses),
        amounts=list(decided.amounts),
        true_mask=decided.true.to_bytes(width, "little"),
        unknown_mask=decided.unknown.to_bytes(width, "little"),
    )


def _decided_before(person_ids: Sequence[int]) -> set[int]:
    return set(Decision.objects.filter(person_id__in=person_ids).values_list("person_id", flat=True).distinct())


@transaction.atomic
def determine_households(actor: Actor, *, household_ids: Sequence[int], cause: str, as_of: dt.date | None = None) -> int | None:
    """The households' members have new decisions from their facts as they are now; the run's id (None if no household exists).

    Whom the rules no longer speak of (who died or moved away) has a last decision that says so.
    The caller has already been allowed to change the fact that led here; this follows from it and asks for no right of its own.
    """
    day = as_of or clock.today()
    version_id, rules = policy.rulebook(day)
    run = Run.objects.create(
        kind=HOUSEHOLD,
        snapshot=None,
        pack_version_id=version_id,
        rulebook_hash=rules.hash,
        as_of=day,
        started_at=clock.now(),
        benefits=[benefit.id for benefit in rules.benefits],
        started_by=actor.id,
        cause=cause,
    )
    households = facts.household_inputs(household_ids)
    if not households:
        run.delete()
        return None
    decide = compile_household(rules)
    known = _decided_before([i for h in households for i in h.person_ids])
    rows: list[Decision] = []
    speaks_of = 0
    for h in households:
        decided = decide(HouseholdInput(h.persons, h.household, h.person_ids, h.names))
        members = [(i, d) for i, d in zip(h.person_ids, decided, strict=True) if d.applies or i in known]
        rows += [decision_row(run.id, i, h.area_path, d, rules) for i, d in members]
        speaks_of += sum(d.applies for _, d in members)
    Decision.objects.bulk_create(rows, batch_size=500)
    settle_missing_facts(rules, households)
    run.snapshot, run.persons, run.published_at = _snapshot(households), speaks_of, clock.now()
    run.save(update_fields=["snapshot", "persons", "published_at"])
    update_roster_of_households(run, rules, households)
    detail = {"households": list(household_ids)[:50], "persons": speaks_of, "cause": cause, "rulebook": rules.hash}
    audit.record(actor, "run.published", subject_type="run", subject_id=str(run.id), detail=detail)
    outbox.publish(RunPublished(run_id=run.id, kind=HOUSEHOLD, cause=cause))
    return run.id


def determine_person(actor: Actor, *, person_id: int) -> int | None:
    """The person's household has new decisions; asked for by somebody who may determine there."""
    found = people.person_place(actor, person_id=person_id)
    require(actor, Right.DETERMINE, found.area_path)
    return determine_households(actor, household_ids=(found.household_id,), cause="按要求重新核算")
