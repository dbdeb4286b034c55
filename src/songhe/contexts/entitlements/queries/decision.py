"""A person's current decision with its reasons, decided again from the kept snapshot and compared with what was stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from songhe.contexts.entitlements.access import visible_to
from songhe.contexts.entitlements.errors import NoDecisionYet
from songhe.contexts.entitlements.models import Decision, Run
from songhe.contexts.entitlements.queries.runs import latest_city_run
from songhe.contexts.entitlements.queries.snapshot import household_around
from songhe.contexts.people import facts
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.closure import compile_household
from songhe.engines.policy.explaining import Explanation, FactSource, explain
from songhe.engines.policy.household import HouseholdInput, MemberDecision
from songhe.foundation.access import Actor


@dataclass(frozen=True, slots=True)
class PersonDecision:
    """What the rules say of a person, benefit by benefit, and from what. `reproduced` is False if deciding again gave another answer."""

    person_id: int
    run_id: int
    cause: str
    as_of: dt.date
    published_at: dt.datetime
    pack: str
    pack_version: str
    rulebook_hash: str
    snapshot_id: int
    snapshot_sha256: str
    taken_at: dt.datetime
    explanations: tuple[Explanation, ...]
    reproduced: bool


def _latest(actor: Actor, person_id: int, run_id: int | None) -> Decision:
    rows = visible_to(actor).filter(person_id=person_id).select_related("run__snapshot")
    row = (rows.filter(run_id=run_id) if run_id else rows).order_by("-run_id").first()
    if row is None:
        raise NoDecisionYet("这位老人还没有核算结果。", next_step="全市核算完成后再来看，或请市级工作人员发起核算。")
    return row


def _named(actor: Actor, household: HouseholdInput) -> HouseholdInput:
    """With the members' names for the explanation; a member outside the actor's areas stays nameless."""
    known = people.people_by_id(actor, person_ids=household.person_ids)
    return replace(household, names=tuple(known[i].name if i in known else "同户成员" for i in household.person_ids))


def _equals(row: Decision, decided: MemberDecision) -> bool:
    width = len(row.true_mask)
    again = (
        bytes(decided.statuses),
        list(decided.amounts),
        decided.true.to_bytes(width, "little"),
        decided.unknown.to_bytes(width, "little"),
    )
    return again == (bytes(row.statuses), row.amounts, bytes(row.true_mask), bytes(row.unknown_mask))


def decision(actor: Actor, *, person_id: int, run_id: int | None = None) -> PersonDecision:
    """The current decision of a person (or the one of a named run), every condition explained.

    Where the rules have not spoken of the person since a later run of the whole city, that run says so. Raises NoDecisionYet if there is
    none that the actor may see.
    """
    row = _latest(actor, person_id, run_id)
    since = latest_city_run() if run_id is None else None
    silent = since is not None and since.id > row.run_id
    run: Run = since if since is not None and silent else row.run
    assert run.snapshot is not None and run.published_at is not None
    rules = policy.rulebook_of(run.pack_version_id, run.as_of)
    household = _named(actor, household_around(run.snapshot, person_id))
    member = household.person_ids.index(person_id)
    again = compile_household(rules)(household)[member]
    same = not again.applies if silent else _equals(row, again)
    found = facts.sources_at(household.person_ids, run.snapshot.taken_at)
    sources = {i: {name: FactSource(s.department, s.stated_on) for name, s in counted.items()} for i, counted in found.items()}
    return PersonDecision(
        person_id=person_id, run_id=run.id, cause=run.cause, as_of=run.as_of, published_at=run.published_at, pack=rules.pack,
        pack_version=rules.version, rulebook_hash=run.rulebook_hash, snapshot_id=run.snapshot.id, snapshot_sha256=run.snapshot.sha256,
        taken_at=run.snapshot.taken_at, explanations=explain(rules, household, member, sources=sources), reproduced=same,
    )  # fmt: skip
