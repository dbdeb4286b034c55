"""Two at once, a kill in between, and what the database itself refuses."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, connections, transaction

from songhe.contexts.entitlements import actions
from songhe.contexts.entitlements.errors import MoveNotAllowed
from songhe.contexts.entitlements.models import Due, Grant, GrantStep, Notice
from songhe.contexts.entitlements.words import ALLOWED_MOVES
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from songhe.foundation.errors import SongheError
from tests.contexts.entitlements.conftest import DAY, Town

pytestmark = pytest.mark.django_db(transaction=True)
CHILD = """
import sys, time, datetime, django
django.setup()
from songhe.contexts.entitlements import actions
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM

follow_run = sys.modules["songhe.contexts.entitlements.actions.follow_run"]
propose_grants = sys.modules["songhe.contexts.entitlements.actions.propose_grants"]

def stop(*args, **named):
    print("here", flush=True)
    time.sleep(60)

setattr({"follow_run": follow_run, "propose_grants": propose_grants}[sys.argv[1]], sys.argv[2], stop)
with clock.frozen(datetime.date.fromisoformat(sys.argv[4])):
    actions.follow_run(SYSTEM, run_id=int(sys.argv[3]))
print("not stopped", flush=True)
"""


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """Each deed in a thread of its own, begun together; what became of each: "" or the code of its refusal."""
    said = [""] * len(deeds)
    gate = threading.Barrier(len(deeds))

    def run(place: int, deed: Callable[[], object]) -> None:
        gate.wait()
        try:
            deed()
        except SongheError as refused:
            said[place] = refused.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, deed)) for place, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def everything() -> tuple[int, int, int]:
    return Grant.objects.count(), GrantStep.objects.count(), Notice.objects.count()


def test_two_who_follow_one_run_propose_once(town: Town) -> None:
    run = actions.determine_city(SYSTEM, cause="试验")
    assert at_once(*[lambda: actions.follow_run(SYSTEM, run_id=run)] * 2) == ["", ""]
    assert everything() == (2, 2, 2)  # the wife of 85 and the stranger of 86
    actions.follow_run(SYSTEM, run_id=run)
    assert everything() == (2, 2, 2)


def test_confirmed_and_ended_at_once_are_one_after_the_other(town: Town) -> None:
    actions.follow_run(SYSTEM, run_id=actions.determine_city(SYSTEM, cause="试验"))
    grant = Grant.objects.get(person=town.wife)
    said = at_once(
        lambda: actions.confirm_grant(SYSTEM, grant_id=grant.id),
        lambda: actions.end_grant(SYSTEM, grant_id=grant.id, reason="已搬走"),
    )
    moves = list(GrantStep.objects.filter(grant=grant).order_by("id").values_list("before", "after"))
    assert said[1] == ""
    expected = [("proposed", "active"), ("active", "ended")] if said[0] == "" else [("proposed", "ended")]
    assert moves == [("", "proposed"), *expected]
    assert Grant.objects.get(id=grant.id).state == "ended"


def test_a_month_opened_twice_at_once_is_due_once(town: Town) -> None:
    actions.follow_run(SYSTEM, run_id=actions.determine_city(SYSTEM, cause="试验"))
    for grant in Grant.objects.all():
        actions.confirm_grant(SYSTEM, grant_id=grant.id)
    assert at_once(*[lambda: actions.open_month(SYSTEM, month=DAY)] * 2) == ["", ""]
    assert sorted(Due.objects.values_list("amount", "revision")) == [(10_000, 1), (10_000, 1)]


@pytest.mark.parametrize(
    ("module", "name", "left"),
    [
        ("follow_run", "answer_open_applications", (0, 0, 0)),
        ("propose_grants", "make_notices_for", (0, 0, 0)),
        ("propose_grants", "tell", (0, 0, 0)),
    ],
)
def test_killed_while_it_follows_a_city_run_nothing_is_half_done(
    town: Town, module: str, name: str, left: tuple[int, int, int]
) -> None:
    run = actions.determine_city(SYSTEM, cause="试验")
    db = connection.settings_dict
    url = f"postgresql://{db['USER']}@/{db['NAME']}?host={quote(str(db['HOST']), safe='')}&port={db['PORT']}"
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "songhe.project.settings",
        "DATABASE_URL": url,
        "SONGHE_VAR": str(settings.VAR),
    }
    command = [sys.executable, "-c", CHILD, module, name, str(run), clock.today().isoformat()]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = child.stdout.readline().strip()
        child.send_signal(signal.SIGKILL)
    assert said == "here"
    assert everything() == left
    actions.follow_run(SYSTEM, run_id=run)
    assert everything() == (2, 2, 2)


def refused_by_the_database(statement: str, *values: object) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    except IntegrityError:
        return True
    return False


def test_the_database_refuses_moves_that_are_not_allowed(town: Town) -> None:
    actions.follow_run(SYSTEM, run_id=actions.determine_city(SYSTEM, cause="试验"))
    grant = Grant.objects.get(person=town.wife)
    with connection.cursor() as cursor:
        cursor.execute("SELECT before, after FROM grant_move")
        assert set(cursor.fetchall()) == {(str(before), after.value) for before, after in ALLOWED_MOVES}
    change = "UPDATE grant_given SET state = %s, suspended_since = '2026-11-21', until_on = '2026-11-30' WHERE id = %s"
    assert refused_by_the_database(change, "suspended", grant.id)
    assert refused_by_the_database(change, "active", grant.id)  # allowed, but without a step
    assert refused_by_the_database("UPDATE grant_given SET benefit = 'other' WHERE id = %s", grant.id)
    assert refused_by_the_database("DELETE FROM grant_given WHERE id = %s", grant.id)
    assert refused_by_the_database("UPDATE grant_step SET reason = 'x' WHERE grant_id = %s", grant.id)
    assert refused_by_the_database("DELETE FROM grant_step WHERE grant_id = %s", grant.id)
    actions.confirm_grant(SYSTEM, grant_id=grant.id)
    actions.open_month(SYSTEM, month=DAY)
    due = Due.objects.get(grant=grant)
    assert refused_by_the_database("UPDATE grant_due SET amount = 1 WHERE id = %s", due.id)
    assert refused_by_the_database("DELETE FROM grant_due WHERE id = %s", due.id)
    again = "INSERT INTO grant_due (grant_id, period, revision, amount, days, of_days, run_id, reason, made_at, replaces_id) SELECT grant_id, period, %s, 1, days, of_days, run_id, 'x', made_at, %s FROM grant_due WHERE id = %s"  # noqa: E501
    assert refused_by_the_database(again, 3, due.id, due.id)  # revision 2 is missing
    assert refused_by_the_database(again, 1, None, due.id)
    with pytest.raises(MoveNotAllowed):
        actions.resume_grant(SYSTEM, grant_id=grant.id, reason="恢复")
