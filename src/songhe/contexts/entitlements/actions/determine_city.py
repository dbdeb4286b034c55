"""Decide everybody: snapshot → evaluation → decisions, visible all at once or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from songhe.contexts.entitlements.actions.count_figures import count_figures
from songhe.contexts.entitlements.actions.open_missing_facts import open_missing_facts
from songhe.contexts.entitlements.actions.take_snapshot import take_snapshot
from songhe.contexts.entitlements.actions.update_roster import update_roster
from songhe.contexts.entitlements.actions.write_decisions import write_decisions
from songhe.contexts.entitlements.errors import RunInProgress
from songhe.contexts.entitlements.events import RunPublished
from songhe.contexts.entitlements.models import Run
from songhe.contexts.entitlements.queries.snapshot import decided_arrays, read_population, snapshot_path
from songhe.contexts.entitlements.words import CITY
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.bitset import evaluate
from songhe.engines.policy.rulebook import Rulebook
from songhe.foundation import audit, clock, outbox
from songhe.foundation.access import Actor, Right, require

LOCK = 7_201_001  # the advisory lock of city runs
STEPS = ("取数据快照", "逐人核算", "保存核算结果", "汇总与待办", "更新名录")
Progress = Callable[[int, int, str], None]


def _silent(done: int, total: int, step: str) -> None:
    """Progress nobody watches."""


@contextmanager
def _city_lock() -> Iterator[None]:
    """Held by the session, so that it is free again as soon as a killed process's connection is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise RunInProgress("正在进行另一次全市核算。", next_step="请等它完成后再试。")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _begin(actor: Actor, rules: Rulebook, version_id: int, as_of: dt.date, cause: str) -> Run:
    """The run has its number before the snapshot is read: any household decided after this has a higher one."""
    return Run.objects.create(
        kind=CITY, snapshot=None, pack_version_id=version_id, rulebook_hash=rules.hash, as_of=as_of,
        benefits=[benefit.id for benefit in rules.benefits], started_at=clock.now(), started_by=actor.id, cause=cause,
    )  # fmt: skip


def _carry_out(actor: Actor, run: Run, rules: Rulebook, progress: Progress) -> None:
    """All of the run's rows and its publication, in the caller's transaction."""
    progress(0, len(STEPS), STEPS[0])
    run.snapshot = take_snapshot(rules.variables)
    facts = read_population(snapshot_path(run.snapshot.path), rules.variables)
    progress(1, len(STEPS), STEPS[1])
    outcome = decided_arrays(evaluate(rules, facts.population))
    progress(2, len(STEPS), STEPS[2])
    run.persons = write_decisions(run.id, facts, outcome)
    progress(3, len(STEPS), STEPS[3])
    count_figures(run.id, tuple(run.benefits), facts, outcome)
    open_missing_facts(rules, facts, outcome)
    progress(4, len(STEPS), STEPS[4])
    update_roster(run, rules, facts, outcome)
    run.published_at = clock.now()
    run.save(update_fields=["snapshot", "persons", "published_at"])
    detail = {
        "persons": run.persons,
        "as_of": run.as_of.isoformat(),
        "rulebook": rules.hash,
        "snapshot": run.snapshot.sha256,
        "cause": run.cause,
    }
    audit.record(actor, "run.published", subject_type="run", subject_id=str(run.id), detail=detail)
    outbox.publish(RunPublished(run_id=run.id, kind=CITY, cause=run.cause))
    progress(5, len(STEPS), "完成")


def determine_city(actor: Actor, *, cause: str, as_of: dt.date | None = None, progress: Progress = _silent) -> int:
    """Everybody the pack speaks of has a decision as of the day, published together; the run's id.

    Killed before the end, nothing of it is visible; `recover_interrupted` then says what has to be started again.
    Raises RunInProgress when another city run is under way.
    """
    day = as_of or clock.today()
    version_id, rules = policy.rulebook(day)
    require(actor, Right.DETERMINE, f"{policy.pack_in_use().pack.place.code}/")
    with _city_lock():
        run = _begin(actor, rules, version_id, day, cause)
        try:
            with transaction.atomic():
                _carry_out(actor, run, rules, progress)
        except Exception as failure:
            Run.objects.filter(id=run.id).update(failed=type(failure).__name__)
            raise
    return run.id


def recover_interrupted() -> tuple[str, ...]:
    """Runs that a killed process left without an end are marked as failed; their causes, so that the caller starts them again."""
    with _city_lock(), transaction.atomic():
        left = list(Run.objects.select_for_update().filter(kind=CITY, published_at=None, failed=""))
        Run.objects.filter(id__in=[run.id for run in left]).update(failed="interrupted")
    return tuple(run.cause for run in left)
