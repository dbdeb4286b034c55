"""Decide again what was decided on a past day: from the kept snapshot, under the kept version of the pack, byte by byte."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from songhe.contexts.entitlements.access import visible_to
from songhe.contexts.entitlements.errors import NoDecisionYet
from songhe.contexts.entitlements.models import Decision, Recomputation, Run, Snapshot
from songhe.contexts.entitlements.queries.snapshot import (
    Decided,
    decided_arrays,
    household_around,
    read_population,
    snapshot_path,
)
from songhe.contexts.entitlements.words import CITY, RecomputationState
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.bitset import evaluate
from songhe.engines.policy.closure import compile_household
from songhe.engines.policy.rulebook import Rulebook
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require

_BLOCK = 5000


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A decision as stored and as decided again. `stored` and `again` are SHA-256 of statuses, amounts and condition masks.

    `same` holds only if both are equal, the rules still have the hash that the run noted, and the snapshot that of its own content;
    from an altered snapshot nothing is decided again (`again` is empty).
    """

    run_id: int
    as_of: dt.date
    published_at: dt.datetime
    pack_version_id: int
    rulebook_hash: str
    snapshot_sha256: str
    stored: str
    again: str
    rules_unchanged: bool
    snapshot_unchanged: bool
    same: bool


@dataclass(frozen=True, slots=True)
class RunRecomputed:
    """All decisions of a city run decided again: how many there are, and the people for whom another one comes out (the first hundred)."""

    run_id: int
    decisions: int
    different: int
    people: tuple[int, ...]
    rules_unchanged: bool
    snapshot_unchanged: bool

    @property
    def same(self) -> bool:
        """Whether everything is as it was."""
        return self.different == 0 and self.rules_unchanged and self.snapshot_unchanged


@dataclass(frozen=True, slots=True)
class RecomputationView:
    """A run decided again in the background: `compared` of `decisions` so far; what came out is None until it is done."""

    public_id: uuid.UUID
    run_id: int
    state: RecomputationState
    asked_at: dt.datetime
    compared: int
    decisions: int
    different: int | None
    rules_unchanged: bool | None
    snapshot_unchanged: bool | None
    failed: str
    finished_at: dt.datetime | None

    @property
    def same(self) -> bool | None:
        """Whether everything is as it was; None while nobody knows."""
        if self.state is not RecomputationState.DONE:
            return None
        return self.different == 0 and bool(self.rules_unchanged) and bool(self.snapshot_unchanged)


def recomputation(actor: Actor, *, public_id: uuid.UUID) -> RecomputationView:
    """How far it is and what came out. Raises AccessDenied, NoDecisionYet."""
    require(actor, Right.SEE_FIGURES, f"{policy.pack_in_use().pack.place.code}/")
    row = Recomputation.objects.filter(public_id=public_id).first()
    if row is None:
        raise NoDecisionYet("没有这一次重算。", next_step="请核对编号，或者重新申请。")
    return RecomputationView(
        row.public_id, row.run_id, RecomputationState(row.state), row.asked_at, row.compared, row.decisions, row.different,
        row.rules_unchanged, row.snapshot_unchanged, row.failed, row.finished_at,
    )  # fmt: skip


def recompute_decision(actor: Actor, *, person_id: int, run_id: int | None = None, on: dt.date | None = None) -> Recomputed:
    """The decision of a run, or the one that counted at the end of a day (today if neither is named), decided again.

    Raises NoDecisionYet where there is none that the actor may see, SnapshotMissing where the file it was decided from is gone.
    """
    row = _stored(actor, person_id, run_id, on)
    run = row.run
    assert run.snapshot is not None and run.published_at is not None
    rules = policy.rulebook_of(run.pack_version_id, run.as_of)
    stored = _digest(bytes(row.statuses), row.amounts, bytes(row.true_mask), bytes(row.unknown_mask))
    rules_same, facts_same = rules.hash == run.rulebook_hash, _unchanged(run.snapshot)
    again = _decided_again(rules, run.snapshot, person_id, len(row.true_mask)) if facts_same else ""
    return Recomputed(
        run.id, run.as_of, run.published_at, run.pack_version_id, run.rulebook_hash, run.snapshot.sha256, stored, again, rules_same, facts_same,
        stored == again and rules_same and facts_same,
    )  # fmt: skip


def _decided_again(rules: Rulebook, snapshot: Snapshot, person_id: int, width: int) -> str:
    household = household_around(snapshot, person_id)
    member = compile_household(rules)(household)[household.person_ids.index(person_id)]
    masks = [mask.to_bytes(width, "little") for mask in (member.true, member.unknown)]
    return _digest(bytes(member.statuses), member.amounts, *masks)


def _stored(actor: Actor, person_id: int, run_id: int | None, on: dt.date | None) -> Decision:
    rows = visible_to(actor).filter(person_id=person_id).select_related("run__snapshot").order_by("-run_id")
    if run_id is not None:
        rows = rows.filter(run_id=run_id)
    if on is not None:
        end = dt.datetime.combine(on + dt.timedelta(days=1), dt.time(), clock.CITY_ZONE)
        rows = rows.filter(run__published_at__lt=end)
    row = rows.first()
    if row is None:
        raise NoDecisionYet("这位老人在这一天还没有核算结果。", next_step="请换一天，或者看核算的历史。")
    return row


def _digest(statuses: bytes, amounts: Sequence[int], true: bytes, unknown: bytes) -> str:
    """Each part preceded by its length, so that no two different decisions look alike."""
    parts = (statuses, b"".join(int(fen).to_bytes(8, "big", signed=True) for fen in amounts), true, unknown)
    return hashlib.sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).hexdigest()


def _unchanged(snapshot: Snapshot) -> bool:
    """Whether the facts kept are those that the run noted the hash of."""
    if snapshot.inline is not None:
        text = json.dumps(snapshot.inline, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest() == snapshot.sha256
    with snapshot_path(snapshot.path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == snapshot.sha256


def recompute_run(actor: Actor, *, run_id: int, told: Callable[[int], None] | None = None) -> RunRecomputed:
    """Every decision of a published run of the whole city decided again; `told` hears how many are compared. Raises NoDecisionYet, SnapshotMissing."""
    require(actor, Right.SEE_FIGURES, "" if actor.kind == "system" else f"{policy.pack_in_use().pack.place.code}/")
    run = Run.objects.filter(id=run_id, kind=CITY, published_at__isnull=False).select_related("snapshot").first()
    if run is None or run.snapshot is None:
        raise NoDecisionYet("没有这一次全市核算。", next_step="请从核算记录里选择。")
    rules = policy.rulebook_of(run.pack_version_id, run.as_of)
    unchanged = _unchanged(run.snapshot)
    decisions, different = _compare(run, rules, told) if unchanged else (run.persons, [])
    return RunRecomputed(run.id, decisions, len(different), tuple(different[:100]), rules.hash == run.rulebook_hash, unchanged)


def _compare(run: Run, rules: Rulebook, told: Callable[[int], None] | None) -> tuple[int, list[int]]:
    assert run.snapshot is not None
    facts = read_population(snapshot_path(run.snapshot.path), rules.variables)
    outcome = decided_arrays(evaluate(rules, facts.population))
    place = {int(person): row for row, person in enumerate(facts.population.person_id)}
    different, decisions = [], 0
    for row in Decision.objects.filter(run=run).iterator(chunk_size=_BLOCK):
        decisions += 1
        if told is not None and decisions % _BLOCK == 0:
            told(decisions)
        at = place.get(row.person_id)
        if at is None or not outcome.applies[at] or not _equal(row, at, outcome):
            different.append(row.person_id)
    missing = int(outcome.applies.sum()) - decisions
    return decisions, different + [0] * max(missing, 0)


def _equal(row: Decision, at: int, decided: Decided) -> bool:
    again = (decided.status[at].tobytes(), decided.amount[at].tolist(), decided.true[at].tobytes(), decided.unknown[at].tobytes())
    return again == (bytes(row.statuses), row.amounts, bytes(row.true_mask), bytes(row.unknown_mask))
