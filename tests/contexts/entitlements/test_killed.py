"""Killed at every statement, before and after every commit: nothing of a step is left or all of it, and the next try comes to the same.

Nobody has a grant twice, nobody's grant is lost, every due names the old, at every one of these moments (see `tests.faults`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db.models import F

from songhe.contexts.entitlements import actions
from songhe.contexts.entitlements.actions.determine_city import STEPS
from songhe.contexts.entitlements.models import (
    Appeal,
    Application,
    Decision,
    Due,
    Grant,
    GrantStep,
    Notice,
    RosterCount,
    RosterEntry,
    Run,
    RunFigure,
    Snapshot,
)
from songhe.contexts.entitlements.words import OPEN_GRANTS
from songhe.foundation.access import SYSTEM, Actor, Role
from songhe.foundation.errors import SongheError
from songhe.foundation.models import WorkItem
from tests.contexts.entitlements.conftest import CITY, DAY, Town, actor
from tests.faults import COMMITTED, at_once, every_kill, kept, killed_for_real, living

pytestmark = pytest.mark.django_db(transaction=True)
OFFICER = actor(Role.CITY_OFFICER, CITY)
JUDGE = Actor(id=8, name="复核员", kind="user", grants=OFFICER.grants)


def told() -> list[object]:
    """Everything that a step leaves, without numbers that another try may give otherwise."""
    grant = ("grant__person__name", "grant__benefit")
    published = Run.objects.filter(published_at__isnull=False)
    return [
        sorted(Grant.objects.values_list("person__name", "benefit", "state", "amount", "from_on", "until_on", "ended_because"), key=str),
        list(GrantStep.objects.order_by(*grant, "grant_id", "id").values_list(*grant, "before", "after", "reason")),
        list(Due.objects.order_by(*grant, "grant_id", "period", "revision").values_list(*grant, "period", "revision", "amount", "reason")),
        sorted(Notice.objects.values_list(*grant, "kind", "channel", "delivered_on"), key=str),
        sorted(WorkItem.objects.values_list("kind", "title", "closed_at"), key=str),
        {
            name: bytes(statuses)
            for name, statuses in Decision.objects.filter(run__in=published).order_by("run_id").values_list("person__name", "statuses")
        },
        sorted(RosterEntry.objects.values_list("person__name", "rule__name", "entered_on", "left_on", "left_because"), key=str),
        sorted(Appeal.objects.values_list("person__name", "benefit", "state", "override_amount"), key=str),
        sorted(Application.objects.values_list("person__name", "benefit", "state")),
    ]  # fmt: skip


def holds() -> None:
    """Whatever is seen is whole: one open grant a person and benefit, each in the state of its last step, dues that name the old."""
    held = list(Grant.objects.filter(state__in=OPEN_GRANTS).values_list("person_id", "benefit"))
    assert len(held) == len(set(held))
    last = dict(GrantStep.objects.order_by("id").values_list("grant_id", "after"))
    assert last == dict(Grant.objects.values_list("id", "state"))
    revised = Due.objects.filter(revision__gt=1)
    assert (
        revised.count()
        == revised.filter(replaces__grant=F("grant"), replaces__period=F("period"), replaces__revision=F("revision") - 1).count()
    )
    assert not Due.objects.filter(run__published_at=None).exists()
    for run in Run.objects.filter(published_at=None):
        assert not Decision.objects.filter(run=run).exists()


def killed(
    step: Callable[[], object],
    *,
    stays: bool = True,
    least: int = 8,
    resumes: Callable[[], object] | None = None,
    at_commits: bool = False,
) -> list[str]:
    moments = every_kill(step, comes_to=told, holds=holds, stays=stays, resumes=resumes, at_commits=at_commits)
    assert len(moments) >= least
    return moments


def once(deed: Callable[[], object]) -> None:
    """Done a second time after it was committed, it may be refused, and the person sees what stands."""
    with suppress(SongheError):
        deed()


def decided(cause: str = "试验") -> int:
    """The city is decided, by whoever comes after a process that was killed."""
    actions.recover_interrupted()
    return actions.determine_city(SYSTEM, cause=cause)


def test_killed_at_every_statement_a_city_run_is_seen_whole_or_not_at_all(town: Town) -> None:
    moments = killed(lambda: actions.determine_city(SYSTEM, cause="试验"), least=40, resumes=decided)
    assert moments.count(COMMITTED) >= 2
    run = Run.objects.filter(published_at__isnull=False).latest("id")
    assert Decision.objects.filter(run=run).count() == 4
    killed(lambda: actions.adopt_grants(OFFICER, benefits=["age_allowance"], from_on=DAY, cause="接续发放"), stays=False)
    killed(lambda: actions.follow_run(SYSTEM, run_id=run.pk), least=20)
    assert (Grant.objects.count(), GrantStep.objects.count(), Notice.objects.count()) == (2, 2, 2)  # of 85, and of 86


PROGRAM = """
import datetime, sys, time
from django.db import connection
from songhe.contexts.entitlements import actions
from songhe.foundation import clock, outbox
from songhe.foundation.access import SYSTEM

def stop(done, total, step):
    if step == sys.argv[1]:
        print("here", connection.connection.info.backend_pid, flush=True)
        time.sleep(60)

with clock.frozen(datetime.date(2026, 11, 21)):
    actions.determine_city(SYSTEM, cause="会被中断", progress=stop)
"""


def test_a_process_that_is_really_killed_leaves_the_same(town: Town) -> None:
    def rows() -> list[int]:
        return [model.objects.count() for model in (Decision, RunFigure, Snapshot, WorkItem, RosterEntry, RosterCount)]

    with kept() as place:
        killed_for_real(PROGRAM, STEPS[4])
        touched = place.touched()
        assert rows() == [0] * 6
        assert Run.objects.get().published_at is None
        by_hand = {name: place.standing([name])[name][0] for name in touched}
        place.back(touched)
        with living() as life:
            actions.determine_city(SYSTEM, cause="会被中断")
        late = next(n for n, moment in enumerate(life.moments, 1) if "roster" in moment)
        place.back(place.touched())
        with living(late, seen_by=place.other) as life:
            actions.determine_city(SYSTEM, cause="会被中断")
        assert life.dead
        assert {name: place.standing([name])[name][0] for name in place.touched()} == by_hand
        assert actions.recover_interrupted() == ("会被中断",)
        run = actions.determine_city(SYSTEM, cause="再来一次")
        assert Decision.objects.filter(run_id=run).count() == 4
        assert Run.objects.exclude(id=run).get().failed == "interrupted"
        assert actions.recover_interrupted() == ()


def test_two_runs_at_once_are_one(town: Town) -> None:
    results = at_once(*[lambda: actions.determine_city(SYSTEM, cause="同时", progress=lambda done, total, step: None)] * 2)
    done = [result for result in results if isinstance(result, int)]
    assert [type(each).__name__ for each in results if each not in done] in ([], ["RunInProgress"])
    assert Decision.objects.count() == 4 * len(done)
    assert Run.objects.filter(published_at__isnull=False).count() == len(done) >= 1
