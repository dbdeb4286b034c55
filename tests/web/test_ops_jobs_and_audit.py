"""Background work and the audit chain on the operations desk."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import pytest
from django.db import connection
from django.test import Client
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

import songhe.jobs.tasks  # noqa: F401 - every task is known by this
from songhe.contexts.people import actions as people
from songhe.contexts.people.models import Person
from songhe.foundation import audit, background, outbox
from songhe.foundation.access import SYSTEM, Actor, Grant, Role
from songhe.foundation.background import JobNotRetriable, JobState
from songhe.foundation.models import AuditEntry, OutboxEvent
from songhe.project.wiring import LISTENERS, OUTWARD
from songhe.web.desks import DESKS
from songhe.web.ops.words import EVENT_LABELS, JOB_LABELS, ROUTINE_JOBS
from tests.web.city import CITY, COMMUNITY, SmallCity

RoleClient = Callable[[Role], Client]
ADMIN = Actor(1, "系统", "user", (Grant(Role.SYSTEM_ADMIN, CITY),))


def _job(status: str, task: str = "determine_city", **args: object) -> int:
    job = ProcrastinateJob.objects.filter(pk=app.configure_task(task, allow_unknown=False).defer(**args))
    with connection.cursor() as cursor:
        for step in () if status == "todo" else ("doing", status):
            sql = "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status WHERE id = %s"
            cursor.execute(sql, [step, job.get().id])
    return int(job.get().id)


@pytest.fixture
def quiet(city: SmallCity) -> None:
    """No job but those of the test."""
    ProcrastinateJob.objects.all()._raw_delete("default")  # type: ignore[attr-defined]


def test_every_task_and_every_event_has_plain_words() -> None:
    own = {name for name in app.tasks if not name.startswith(("builtin:", "procrastinate."))}
    assert own == set(JOB_LABELS)
    assert set(JOB_LABELS) > ROUTINE_JOBS
    assert {event.NAME for event in (*LISTENERS, *OUTWARD)} == set(EVENT_LABELS)  # type: ignore[attr-defined]


def test_work_is_for_the_system_administrator(client_for: RoleClient, quiet: None) -> None:
    job = _job("failed", cause="导入", asked_at="x")
    for role in set(Role) - {Role.SYSTEM_ADMIN}:
        client = client_for(role)
        assert {client.get(f"/ops/jobs/{address}").status_code for address in ("", "export/")} == {403}, role
        assert client.post(f"/ops/jobs/{job}/retry/").status_code == 403
        assert client.post("/ops/jobs/events/1/retry/").status_code == 403
    assert ProcrastinateJob.objects.get(pk=job).status == "failed"


def test_jobs_by_state_with_what_needs_somebody_first(client_for: RoleClient, quiet: None) -> None:
    failed, lost = _job("failed", cause="导入了新的资料", asked_at="x"), _job("doing", task="accept_batch", batch_id=7, user_id=1)
    _job("succeeded", task="determine_city", cause="二", asked_at="x")
    _job("todo", task="deliver_events", timestamp=1)
    response = client_for(Role.SYSTEM_ADMIN).get("/ops/jobs/")
    trouble = {line.job.id: (line.title, line.about, line.word) for line in response.context["trouble"]}
    assert trouble == {failed: ("全市核算", "导入了新的资料", "没有完成"), lost: ("导入文件入库", "第7号导入文件", "中途断开")}
    assert {state.value: number for state, number in response.context["counts"].items()} == {
        "waiting": 1, "running": 0, "stalled": 1, "done": 1, "failed": 1,
    }  # fmt: skip
    assert [line.title for line in response.context["lines"]] == ["全市核算", "导入文件入库", "全市核算"]
    assert "后台没有在工作" in response.content.decode()
    assert response.context["undone"] == 2
    exported = client_for(Role.SYSTEM_ADMIN).get("/ops/jobs/export/?state=failed").content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[:3] for line in exported[1:]] == [["全市核算", "导入了新的资料", "没有完成"]]
    only = client_for(Role.SYSTEM_ADMIN).get("/ops/jobs/?state=waiting&task=deliver_events").context["lines"]
    assert [line.title for line in only] == ["转告变动"]


def test_a_failed_job_waits_again_and_a_finished_one_is_left_alone(client_for: RoleClient, quiet: None) -> None:
    client, failed, done = (
        client_for(Role.SYSTEM_ADMIN),
        _job("failed", cause="一", asked_at="x"),
        _job("succeeded", cause="二", asked_at="x"),
    )
    assert client.post(f"/ops/jobs/{failed}/retry/").status_code == 302
    assert ProcrastinateJob.objects.get(pk=failed).status == "todo"
    assert client.post(f"/ops/jobs/{done}/retry/").status_code == 409
    assert client.post("/ops/jobs/999999/retry/").status_code == 404
    assert ProcrastinateJob.objects.get(pk=done).status == "succeeded"
    assert list(AuditEntry.objects.filter(action="job.retry").values_list("subject_id", "detail")) == [
        (str(failed), {"task": "determine_city"})
    ]


def test_a_job_that_waits_already_is_not_started_twice(quiet: None) -> None:
    failed = _job("failed", cause="一", asked_at="x")
    _job("todo", cause="二", asked_at="x")
    with pytest.raises(JobNotRetriable):
        background.retry_job(ADMIN, job_id=failed)
    assert ProcrastinateJob.objects.get(pk=failed).status == "failed"


def test_pages_of_jobs_join_without_gap(quiet: None) -> None:
    ids = [_job("succeeded", task="accept_batch", batch_id=n, user_id=1) for n in range(5)]
    first = background.list_jobs(ADMIN, state=JobState.DONE, limit=3)
    second = background.list_jobs(ADMIN, state=JobState.DONE, limit=3, after=first.next)
    assert [job.id for job in (*first.items, *second.items)] == ids[::-1] and second.next is None
    assert all(job.asked_at is not None and job.ended_at is not None for job in first.items)


@dataclass(frozen=True, slots=True)
class Told:
    """An event of this test."""

    NAME: ClassVar[str] = "test.told"


@pytest.fixture
def stuck(city: SmallCity, django_capture_on_commit_callbacks: Callable[..., object]) -> Iterator[list[bool]]:
    """An event that its listener refuses while the list says True."""
    refuses = [True]

    def listener(event: Told) -> None:
        if refuses[0]:
            raise RuntimeError("王桂兰")

    outbox.register(Told, listener)
    outbox.publish(Told())
    outbox.deliver_pending()
    yield refuses
    outbox.unregister(Told, listener)


def test_a_stuck_event_is_shown_without_personal_data_and_offered_again(client_for: RoleClient, stuck: list[bool]) -> None:
    client, event = client_for(Role.SYSTEM_ADMIN), OutboxEvent.objects.get(name="test.told").id
    page = client.get("/ops/jobs/").content.decode()
    assert "给维护人员看的记录" in page and "RuntimeError" in page and "王桂兰" not in page
    assert "还是没有成功" in client.post(f"/ops/jobs/events/{event}/retry/", follow=True).content.decode()
    assert OutboxEvent.objects.get(pk=event).delivered_at is None
    stuck[0] = False
    assert "这件事办妥了" in client.post(f"/ops/jobs/events/{event}/retry/", follow=True).content.decode()
    assert OutboxEvent.objects.get(pk=event).delivered_at is not None
    assert list(AuditEntry.objects.filter(action="event.retry").order_by("seq").values_list("detail", flat=True)) == [
        {"done": False}, {"done": True},
    ]  # fmt: skip


def _reveal(city: SmallCity) -> None:
    from songhe.contexts.accounts import queries as accounts

    person = Person.objects.get()
    worker = accounts.actor_of_user(city.users[Role.COMMUNITY_WORKER])
    people.reveal(worker, person_id=person.id, field="phone", reason="上门前先打电话")


def test_the_chain_is_for_the_audit_administrator(client_for: RoleClient) -> None:
    for role in set(Role) - {Role.AUDIT_ADMIN}:
        client = client_for(role)
        assert {client.get(f"/ops/audit/{address}").status_code for address in ("", "export/")} == {403}, role
        assert client.post("/ops/audit/verify/").status_code == 403
    assert not AuditEntry.objects.filter(action__in=["audit.verify", "list.export"]).exists()


def test_each_reveal_stands_there_with_its_reason(client_for: RoleClient, city: SmallCity) -> None:
    _reveal(city)
    lines = client_for(Role.AUDIT_ADMIN).get("/ops/audit/?what=people.reveal").context["lines"]
    assert [(line.deed, line.entry.actor_name, line.reason, line.place, line.details) for line in lines] == [
        (
            "查看完整的敏感信息",
            "李文静",
            "上门前先打电话",
            "永丰村",
            (("项目", "联系电话"), ("用途", "—"), ("角色", "社区工作人员")),
        ),
    ]


def test_filters_by_who_what_subject_area_and_day(client_for: RoleClient, city: SmallCity) -> None:
    _reveal(city)
    client, person = client_for(Role.AUDIT_ADMIN), Person.objects.get().id

    def found(query: str) -> list[str]:
        return [line.entry.action for line in client.get(f"/ops/audit/?{query}").context["lines"]]

    assert found(f"who=李文静&kind=person&number={person}") == ["people.reveal"]
    assert found("who=nobody") == []
    assert set(found("what=account.")) == {"account.create_user", "account.grant_role"}
    assert found(f"area={COMMUNITY}") == ["people.reveal", "account.grant_role", "account.create_user"]
    assert found("until=2000-01-01") == [] and found("since=2999-01-01") == []
    assert "没有符合条件的记录" in client.get("/ops/audit/?who=nobody").content.decode()
    assert client.get("/ops/audit/?since=someday").status_code == 422


def test_the_chain_is_verified_by_hand_and_says_so(client_for: RoleClient, city: SmallCity) -> None:
    client = client_for(Role.AUDIT_ADMIN)
    assert "还没有校验过" in client.get("/ops/audit/").content.decode()
    held = AuditEntry.objects.count()
    page = client.post("/ops/audit/verify/", follow=True).content.decode()
    assert f"校验完毕：{held} 条记录都完好" in page and "上次校验" in page
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_entry SET actor_name = '别人' WHERE seq = 3")
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")
    page = client.post("/ops/audit/verify/", follow=True).content.decode()
    assert "第3条审计记录被改动过" in page and "从第 3 条起对不上" in page
    assert not audit.verify().ok


def test_the_list_as_a_file_is_logged(client_for: RoleClient, city: SmallCity) -> None:
    _reveal(city)
    content = client_for(Role.AUDIT_ADMIN).get("/ops/audit/export/?what=people.reveal").content.decode("utf-8-sig")
    header, row = csv.reader(io.StringIO(content))
    assert header == ["序号", "时间", "谁", "做了什么", "对什么做的", "在哪里", "原因", "详情"]
    assert row[2:4] == ["李文静", "查看完整的敏感信息"] and row[5:] == [
        "永丰村",
        "上门前先打电话",
        "项目：联系电话；用途：—；角色：社区工作人员",
    ]
    entry = AuditEntry.objects.get(action="list.export")
    assert (entry.detail["title"], entry.detail["rows"], entry.detail["filters"]) == ("审计记录", 1, {"what": "people.reveal"})


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        (Role.CITY_OFFICER, ["导入", "短信"]),
        (Role.STREET_CLERK, ["导入"]),
        (Role.SYSTEM_ADMIN, ["导入", "后台作业", "短信", "页面样式"]),
        (Role.SECURITY_ADMIN, ["账号和角色", "接口"]),
        (Role.AUDIT_ADMIN, ["审计", "数据使用"]),
    ],
)
def test_each_role_sees_its_own_part_of_the_desk(client_for: RoleClient, city: SmallCity, role: Role, pages: list[str]) -> None:
    from songhe.contexts.accounts import queries as accounts

    desk = next(desk for desk in DESKS if desk.id == "ops")
    assert [entry.label for entry in desk.entries_for(accounts.actor_of_user(city.users[role]))] == pages
    client = client_for(role)
    assert client.get(client.get("/ops/")["Location"]).status_code == 200


def test_the_desk_is_closed_to_who_has_no_page_there(client_for: RoleClient) -> None:
    assert client_for(Role.COMMUNITY_WORKER).get("/ops/").status_code == 403
    assert SYSTEM.kind == "system"
