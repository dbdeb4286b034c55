"""Drafts in the background: checked and simulated when they have a new content, in force on their day, whatever is killed or asked twice."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection, connections
from procrastinate.contrib.django.models import ProcrastinateJob

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.policy_library import actions, queries
from songhe.contexts.policy_library.models import DraftApproval, DraftCheck, PackDraft, PackVersion
from songhe.contexts.policy_library.queries import DraftBrief, DraftState
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from songhe.foundation.errors import SongheError
from songhe.foundation.models import AuditEntry, OutboxEvent
from songhe.jobs import drafts
from tests.contexts.entitlements.conftest import Town, town
from tests.contexts.policy_library.conftest import drafted, officer, simulated

__all__ = ["Town", "town"]
pytestmark = pytest.mark.django_db(transaction=True)
LATER = dt.date(2027, 1, 1)


@pytest.fixture(autouse=True)
def no_jobs_left() -> Iterator[None]:
    yield
    ProcrastinateJob.objects.all()._raw_delete("default")


def _jobs() -> list[dict[str, object]]:
    return [job.args for job in ProcrastinateJob.objects.filter(status="todo", task_name="examine_draft").order_by("id")]


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """All deeds together, each on a connection of its own; what each returned or raised."""
    ready, outcomes = threading.Barrier(len(deeds)), [object()] * len(deeds)

    def run(place: int, deed: Callable[[], object]) -> None:
        try:
            ready.wait()
            outcomes[place] = deed()
        except Exception as error:
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_new_content_is_examined_and_an_old_one_is_not(town: Town) -> None:
    entitlements.determine_city(SYSTEM, cause="测试")
    first = drafted(officer(11))
    assert _jobs() == [{"draft_id": first.id, "seal": first.seal}]
    second = actions.edit_draft(officer(11), draft_id=first.id, reason="另一个理由", in_force_on=LATER)
    assert [job["seal"] for job in _jobs()] == [first.seal, second.seal]
    drafts.examine_draft(draft_id=first.id, seal=first.seal)
    assert queries.draft(SYSTEM, draft_id=first.id).brief.state == DraftState.DRAFT
    for _ in range(2):
        drafts.examine_draft(draft_id=second.id, seal=second.seal)
        view = queries.draft(SYSTEM, draft_id=second.id)
        assert (view.brief.state, view.checked, view.simulation is not None) == (DraftState.SIMULATED, True, True)
    assert [step.step.value for step in view.steps] == ["made", "edited", "checked", "simulated"]


def test_before_a_city_run_it_waits_and_is_simulated_after_one(town: Town) -> None:
    draft = drafted(officer(11))
    ProcrastinateJob.objects.all()._raw_delete("default")
    drafts.examine_draft(draft_id=draft.id, seal=draft.seal)
    assert queries.draft(SYSTEM, draft_id=draft.id).brief.state == DraftState.CHECKED
    entitlements.determine_city(SYSTEM, cause="测试")
    assert _jobs() == [{"draft_id": draft.id, "seal": draft.seal}]
    drafts.examine_draft(draft_id=draft.id, seal=draft.seal)
    assert queries.draft(SYSTEM, draft_id=draft.id).brief.state == DraftState.SIMULATED


def _approved_for_later() -> DraftBrief:
    draft = simulated(drafted(officer(11), in_force_on=LATER))
    for number in (12, 13):
        actions.approve_draft(officer(number), draft_id=draft.id, seal=draft.seal)
    return draft


def test_two_approvals_at_once_make_one_version(town: Town) -> None:
    draft = simulated(drafted(officer(11)))
    outcomes = at_once(*(lambda n=n: actions.approve_draft(officer(n), draft_id=draft.id, seal=draft.seal) for n in (12, 13)))
    assert not [each for each in outcomes if isinstance(each, Exception)]
    assert DraftApproval.objects.count() == 2
    assert list(PackVersion.objects.filter(draft_id=draft.id).values_list("in_use", flat=True)) == [True]
    assert PackVersion.objects.count() == 2


def test_one_person_twice_at_once_is_one_approval(town: Town) -> None:
    draft = simulated(drafted(officer(11)))
    deed = lambda: actions.approve_draft(officer(12), draft_id=draft.id, seal=draft.seal)  # noqa: E731
    outcomes = at_once(deed, deed)
    assert sorted(getattr(each, "code", "done") for each in outcomes) == ["approved_already", "done"]
    assert (DraftApproval.objects.count(), PackVersion.objects.count()) == (1, 1)


def test_an_edit_and_the_second_approval_at_once_never_put_unread_content_in_force(town: Town) -> None:
    draft = simulated(drafted(officer(11)))
    actions.approve_draft(officer(12), draft_id=draft.id, seal=draft.seal)
    edit = lambda: actions.draft_parameter(  # noqa: E731
        officer(11), name="allowance_80", value="999.00", valid_from=dt.date(2026, 11, 1), note="再改", draft_id=draft.id
    )
    approve = lambda: actions.approve_draft(officer(13), draft_id=draft.id, seal=draft.seal)  # noqa: E731
    outcomes = at_once(edit, approve)
    refused = [each for each in outcomes if isinstance(each, Exception)]
    assert len(refused) == 1
    assert isinstance(refused[0], SongheError)
    values = [version.overlay for version in PackVersion.objects.exclude(draft=None)]
    if isinstance(outcomes[0], Exception):
        assert [overlay["parameters"]["allowance_80"][0]["value"] for overlay in values] == ["120.00"]
    else:
        assert values == []
        assert queries.draft(SYSTEM, draft_id=draft.id).brief.approvals == 0


def test_put_in_force_by_two_workers_at_once_it_is_one_version(town: Town) -> None:
    draft = _approved_for_later()
    with clock.frozen(LATER):
        outcomes = at_once(*(lambda: actions.put_due_in_force(SYSTEM) for _ in range(2)))
    version = PackVersion.objects.get(draft_id=draft.id)
    assert sorted(outcomes, key=str) == [(), (version.id,)]
    assert OutboxEvent.objects.filter(name="policy_library.pack_put_in_use").count() == 2


CHILD = """
import datetime as dt, sys, time, django
django.setup()
from songhe.contexts.policy_library import actions
from songhe.contexts.policy_library.actions import put_in_force
from songhe.foundation import audit, clock, outbox
from songhe.foundation.access import SYSTEM

def stopped(inner):
    def wait(*args, **kwargs):
        if sys.argv[2] == "before":
            print("here", flush=True)
            time.sleep(60)
        found = inner(*args, **kwargs)
        print("here", flush=True)
        time.sleep(60)
        return found
    return wait

target, name = {"version": (put_in_force.PackVersion.objects, "create"), "audit": (put_in_force.audit, "record"),
                "publish": (put_in_force.outbox, "publish")}[sys.argv[1]]
setattr(target, name, stopped(getattr(target, name)))
with clock.frozen(dt.date(2027, 1, 1)):
    actions.put_due_in_force(SYSTEM)
print("not stopped", flush=True)
"""


@pytest.mark.parametrize("where", ["version", "audit", "publish"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_while_putting_in_force_nothing_is_half_done_and_the_next_one_finishes(town: Town, where: str, when: str) -> None:
    draft = _approved_for_later()
    before = PackVersion.objects.get(in_use=True).id, AuditEntry.objects.count(), OutboxEvent.objects.count()
    at = connection.settings_dict
    url = f"postgresql://{at['USER']}@/{at['NAME']}?host={quote(str(at['HOST']), safe='')}&port={at['PORT']}"
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "songhe.project.settings", "DATABASE_URL": url, "SONGHE_VAR": str(settings.VAR)}
    with subprocess.Popen([sys.executable, "-c", CHILD, where, when], env=env, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "here"
        child.send_signal(signal.SIGKILL)
    assert (PackVersion.objects.get(in_use=True).id, AuditEntry.objects.count(), OutboxEvent.objects.count()) == before
    assert PackDraft.objects.get().state == DraftState.APPROVED
    with clock.frozen(LATER):
        drafts.put_drafts_in_force(timestamp=0)
        drafts.put_drafts_in_force(timestamp=0)
    assert PackVersion.objects.get(in_use=True).draft_id == draft.id
    assert PackVersion.objects.count() == 2
    assert DraftCheck.objects.count() == 1
