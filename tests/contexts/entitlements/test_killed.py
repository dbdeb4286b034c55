"""Killed at any step of a city run, nothing of it can be seen, and starting again finishes it; two at once are one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection, connections

from songhe.contexts.entitlements import actions
from songhe.contexts.entitlements.actions.determine_city import STEPS
from songhe.contexts.entitlements.errors import RunInProgress
from songhe.contexts.entitlements.models import Decision, RosterCount, RosterEntry, Run, RunFigure, Snapshot
from songhe.foundation.access import SYSTEM
from songhe.foundation.models import AuditEntry, OutboxEvent, WorkItem
from tests.contexts.entitlements.conftest import Town

pytestmark = pytest.mark.django_db(transaction=True)
CHILD = """
import sys, time, django
django.setup()
from songhe.contexts.entitlements import actions
from songhe.foundation.access import SYSTEM

def stop(done, total, step):
    if step == sys.argv[1]:
        print("here", flush=True)
        time.sleep(60)

actions.determine_city(SYSTEM, cause="会被中断", progress=stop)
print("not stopped", flush=True)
"""


def killed_at(step: str) -> None:
    at = connection.settings_dict
    url = f"postgresql://{at['USER']}@/{at['NAME']}?host={quote(str(at['HOST']), safe='')}&port={at['PORT']}"
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "songhe.project.settings",
        "DATABASE_URL": url,
        "SONGHE_VAR": str(settings.VAR),
    }
    with subprocess.Popen([sys.executable, "-c", CHILD, step], env=env, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = child.stdout.readline().strip()
        child.send_signal(signal.SIGKILL)
    assert said == "here"


@pytest.mark.parametrize("step", [STEPS[0], STEPS[2], STEPS[4], "完成"])
def test_killed_at_any_step_nothing_is_visible_and_again_finishes(town: Town, step: str) -> None:
    before = AuditEntry.objects.count(), OutboxEvent.objects.count()
    killed_at(step)
    assert (Decision.objects.count(), RunFigure.objects.count(), Snapshot.objects.count(), WorkItem.objects.count()) == (
        0,
        0,
        0,
        0,
    )
    assert (RosterEntry.objects.count(), RosterCount.objects.count()) == (0, 0)
    assert (AuditEntry.objects.count(), OutboxEvent.objects.count()) == before
    assert Run.objects.get().published_at is None
    assert actions.recover_interrupted() == ("会被中断",)
    run = actions.determine_city(SYSTEM, cause="再来一次")
    assert Decision.objects.filter(run_id=run).count() == 4
    assert Run.objects.exclude(id=run).get().failed == "interrupted"
    assert actions.recover_interrupted() == ()


def test_two_runs_at_once_are_one(town: Town) -> None:
    gate, results = threading.Barrier(2), list[object]()

    def run() -> None:
        gate.wait()
        try:
            results.append(actions.determine_city(SYSTEM, cause="同时", progress=lambda done, total, step: None))
        except RunInProgress as refused:
            results.append(refused)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    done = [result for result in results if isinstance(result, int)]
    assert len(results) == 2
    assert Decision.objects.count() == 4 * len(done)
    assert Run.objects.filter(published_at__isnull=False).count() == len(done) >= 1
