"""Background work: asked once, done once, and done after all when something was killed in between."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.models import Count
from procrastinate.contrib.django.models import ProcrastinateJob

from songhe.contexts.accounts import actions as accounts
from songhe.contexts.accounts import queries as accounts_queries
from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.entitlements import queries as entitlements_queries
from songhe.contexts.entitlements.models import Decision, Run
from songhe.contexts.people import actions as people
from songhe.contexts.people import queries as people_queries
from songhe.contexts.policy_library import actions as policy_library
from songhe.contexts.policy_library import queries as policy_library_queries
from songhe.foundation import clock, outbox
from songhe.foundation.access import SYSTEM, Role
from songhe.foundation.models import OutboxEvent
from songhe.jobs import determination, upkeep, worker
from tests.contexts.people import city
from tests.contexts.policy_library.in_force import put_in_force

pytestmark = pytest.mark.django_db(transaction=True)


def work(*, until_idle: bool) -> None:
    """The worker in a thread of its own, as in life: another test of this process may have left an event loop in the main one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_work, until_idle).result()


def _work(until_idle: bool) -> None:
    try:
        worker.work(until_idle=until_idle)
    finally:
        connections.close_all()


@pytest.fixture
def ready() -> None:
    """A city of three people with rules, not yet decided, and an empty queue."""
    city.load_city()
    policy_library.load_folder(SYSTEM, root=settings.PACKS, city="weihai")
    rows = [city.resident(number, name, "1", 本市户籍="是") for number, name in ((city.ZHANG, "张桂兰"), (city.LI, "李建国"))]
    city.bring_in("police", rows)
    ProcrastinateJob.objects.all()._raw_delete("default")  # type: ignore[attr-defined]


def _jobs() -> dict[str, int]:
    rows = ProcrastinateJob.objects.filter(status="todo").values_list("task_name").annotate(number=Count("id"))
    return {name: number for name, number in rows if "timestamp" not in name}


def _published() -> list[Run]:
    return list(Run.objects.filter(kind="city", published_at__isnull=False).order_by("id"))


def test_a_city_is_asked_for_once_however_often_it_is_asked(ready: None) -> None:
    determination.request_determination("一")
    determination.request_determination("二")
    assert _jobs() == {"determine_city": 1}


def test_asking_twice_does_not_spoil_the_caller_s_transaction(ready: None) -> None:
    determination.request_determination("一")
    with transaction.atomic():
        determination.request_determination("二")
        policy_library_queries.pack_in_use()
    assert _jobs() == {"determine_city": 1}


def test_a_refused_request_leaves_no_job(ready: None) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        determination.request_determination("一")
        raise RuntimeError
    assert _jobs() == {}


def test_the_worker_decides_the_city(ready: None) -> None:
    determination.request_determination("导入")
    work(until_idle=True)
    assert [(run.cause, run.persons) for run in _published()] == [("导入", 2)]
    assert Decision.objects.filter(run=_published()[0]).count() == 2
    assert determination.is_current()


def test_a_city_that_is_current_is_not_decided_again(ready: None) -> None:
    determination.request_determination("一")
    run = entitlements.determine_city(SYSTEM, cause="先")
    work(until_idle=True)
    assert [found.id for found in _published()] == [run]


def test_changed_rules_make_a_run_old(ready: None) -> None:
    entitlements.determine_city(SYSTEM, cause="先")
    assert determination.is_current()
    name = "collective_care_moderate"  # an amount by which people are paid
    day = clock.today() - dt.timedelta(days=1)
    put_in_force({"parameters": {name: [{"from": day.isoformat(), "value": "123.00", "source": "assumed", "note": "测试"}]}})
    assert not determination.is_current()
    assert _jobs()["determine_city"] == 1


def test_a_large_import_has_the_city_decided(ready: None) -> None:
    entitlements.determine_city(SYSTEM, cause="先")
    batch = people_queries.list_batches(SYSTEM).items[0].id
    determination.on_city_facts_changed(determination.CityFactsChanged(batch_id=batch))
    work(until_idle=True)
    assert [run.cause for run in _published()] == ["先", determination.IMPORTED]


def test_an_interrupted_run_is_finished_after_a_restart(ready: None) -> None:
    """A killed process leaves a run without an end; nobody sees it, and the worker that starts next does it again."""
    version, rulebook = policy_library_queries.rulebook(clock.today())
    Run.objects.create(
        kind="city",
        pack_version_id=version,
        rulebook_hash=rulebook.hash,
        as_of=clock.today(),
        benefits=[],
        started_at=clock.now(),
        started_by=0,
        cause="被中断",
    )
    assert not determination.is_current()
    work(until_idle=True)
    assert [(run.cause, run.persons) for run in _published()] == [("被中断", 2)]
    assert Run.objects.filter(failed="interrupted").count() == 1
    assert entitlements_queries.runs(SYSTEM)[0].published_at is not None


def test_a_job_whose_worker_was_killed_is_started_again(ready: None) -> None:
    determination.request_determination("一")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 minutes') RETURNING id")
        worker = cursor.fetchone()[0]
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [worker])
    assert _jobs() == {}
    upkeep.restart_stalled_jobs.defer(timestamp=0)
    work(until_idle=True)
    work(until_idle=True)
    assert [run.cause for run in _published()] == ["一"]


def test_an_uploaded_file_is_checked(ready: None) -> None:
    content = city.table([city.resident(city.WANG, "王秀英", "2")])
    batch = people.upload_file(SYSTEM, department="police", name="新.csv", content=content, stated_on=city.DAY)
    upkeep.check_waiting_files.defer(timestamp=0)
    work(until_idle=True)
    found = people_queries.batch(SYSTEM, batch_id=batch).brief
    assert (found.status, found.counts["new"], found.total) == ("checked", 1, 1)


def test_a_check_that_was_cut_short_is_done_again(ready: None) -> None:
    content = city.table([city.resident(city.WANG, "王秀英", "2")])
    batch = people.upload_file(SYSTEM, department="police", name="新.csv", content=content, stated_on=city.DAY)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE import_batch SET status = 'checking' WHERE id = %s", [batch])
    upkeep.check_waiting_files(timestamp=0)
    assert people_queries.batch(SYSTEM, batch_id=batch).brief.status == "checked"


def test_a_confirmed_file_is_let_in_by_the_worker_in_the_name_of_who_confirmed(ready: None) -> None:
    user, batch = _officer(), _checked_file()
    people.request_accept(accounts_queries.actor_of_user(user), batch_id=batch)
    assert _jobs() == {"accept_batch": 1}
    work(until_idle=True)
    found = people_queries.list_batches(SYSTEM).items[0]
    assert (found.id, found.status.value, found.accepted_by, found.problem) == (batch, "accepted", user, "")


def test_a_file_that_cannot_be_let_in_can_be_confirmed_again_and_says_why(ready: None) -> None:
    user, batch = _officer(), _checked_file()
    people.request_accept(accounts_queries.actor_of_user(user), batch_id=batch)
    accounts.deactivate_user(SYSTEM, user_id=user, reason="调离")
    work(until_idle=True)
    found = people_queries.list_batches(SYSTEM).items[0]
    assert (found.status.value, found.accepted_by, found.problem) == ("checked", None, "账号不存在或已停用。请联系安全管理员。")
    assert ProcrastinateJob.objects.filter(task_name="accept_batch").values_list("status", flat=True).get() == "failed"


def _officer() -> int:
    user = accounts.create_user(SYSTEM, username="officer", display_name="王敏", area_path=city.CITY).user.id
    accounts.grant_role(SYSTEM, user_id=user, role=Role.CITY_OFFICER, area_path=city.CITY)
    return user


def _checked_file() -> int:
    return city.check("police", city.table([city.resident(city.WANG, "王秀英", "2", 本市户籍="是")])).batch_id


def test_events_that_everybody_had_a_week_ago_are_forgotten_and_no_others(ready: None) -> None:
    outbox.deliver_pending()
    OutboxEvent.objects.all()._raw_delete("default")  # type: ignore[attr-defined]
    now = clock.now()
    for days, delivered in ((8, True), (6, True), (30, False)):
        at = now - dt.timedelta(days=days)
        OutboxEvent.objects.create(
            name="people.households_changed",
            payload={},
            created_at=at,
            next_attempt_at=now,
            delivered_at=at if delivered else None,
        )
    upkeep.forget_delivered_events(0)
    left = OutboxEvent.objects.order_by("created_at").values_list("created_at", flat=True)
    assert [(now - at).days for at in left] == [30, 6]
