"""Confirming a batch, letting it in by a job, and the result file."""

from __future__ import annotations

import csv
import io

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from songhe.contexts.people import actions, queries
from songhe.contexts.people.errors import BatchNotFound, BatchNotReady
from songhe.contexts.people.models import ImportBatch, Person
from songhe.contexts.people.words import BatchStatus
from songhe.foundation.access import SYSTEM, Actor, Grant, Role
from songhe.foundation.errors import AccessDenied
from songhe.foundation.models import AuditEntry, OutboxEvent
from tests.contexts.people.city import CITY, CLERK_A, LI, OFFICER, STRANGER, TOWN_A, ZHANG, check, load_city, resident, table

pytestmark = pytest.mark.django_db

SYSTEM_ADMIN = Actor(9, "系统", "user", (Grant(Role.SYSTEM_ADMIN, CITY),))


@pytest.fixture
def batch() -> int:
    """A checked file of one good and one bad row, sent by the officer."""
    load_city()
    rows = [resident(ZHANG, "张桂兰", "H1", 联系电话="13800138000"), resident("123", "=李建国", "H1")]
    return check("police", table(rows)).batch_id


def _status(batch: int) -> tuple[str, str]:
    row = ImportBatch.objects.get(pk=batch)
    return row.status, row.problem


def test_confirming_writes_no_person_and_publishes_once(batch: int) -> None:
    for _ in range(2):
        assert actions.request_accept(OFFICER, batch_id=batch).status is BatchStatus.ACCEPTING
    assert Person.objects.count() == 0
    assert [event.payload for event in OutboxEvent.objects.filter(name="people.accept_requested")] == [
        {"batch_id": batch, "user_id": OFFICER.id}
    ]
    assert AuditEntry.objects.filter(action="people.request_accept", subject_id=str(batch)).count() == 1
    assert not queries.batch(OFFICER, batch_id=batch).may_accept


def test_who_may_not_accept_may_not_confirm(batch: int) -> None:
    for actor, refusal in ((SYSTEM_ADMIN, AccessDenied), (CLERK_A, BatchNotFound), (STRANGER, BatchNotFound)):
        with pytest.raises(refusal):
            actions.request_accept(actor, batch_id=batch)
    assert _status(batch) == ("checked", "")
    assert OutboxEvent.objects.filter(name="people.accept_requested").count() == 0


def test_an_unchecked_batch_is_not_confirmed_and_a_confirmed_one_not_checked(batch: int) -> None:
    ImportBatch.objects.filter(pk=batch).update(status="uploaded")
    with pytest.raises(BatchNotReady):
        actions.request_accept(OFFICER, batch_id=batch)
    assert _status(batch) == ("uploaded", "")
    ImportBatch.objects.filter(pk=batch).update(status="accepting")
    with pytest.raises(BatchNotReady):
        actions.check_batch(OFFICER, batch_id=batch)
    assert _status(batch) == ("accepting", "")


def test_a_confirmed_batch_is_accepted(batch: int) -> None:
    actions.request_accept(OFFICER, batch_id=batch)
    result = actions.accept_batch(OFFICER, batch_id=batch)
    assert (result.batch.status, result.batch.counts["new"], result.batch.counts["rejected"]) == (BatchStatus.ACCEPTED, 1, 1)
    assert queries.list_batches(OFFICER).items[0].accepted_by == OFFICER.id


def test_giving_up_leaves_it_to_be_confirmed_again(batch: int) -> None:
    actions.request_accept(OFFICER, batch_id=batch)
    assert actions.give_up_accepting(SYSTEM, batch_id=batch, problem="没有完成。").problem == "没有完成。"
    assert _status(batch) == ("checked", "没有完成。")
    actions.give_up_accepting(SYSTEM, batch_id=batch, problem="又一次。")
    assert _status(batch) == ("checked", "没有完成。")
    assert queries.batch(OFFICER, batch_id=batch).may_accept
    actions.accept_batch(OFFICER, batch_id=batch)
    assert _status(batch) == ("accepted", "")


def taken(batch: int, actor: Actor = OFFICER, rows: str = "all") -> tuple[actions.ResultFile, list[list[str]]]:
    """The result file as csv."""
    out = io.BytesIO()
    found = actions.export_results(actor, batch_id=batch, into=out, rows=rows)
    return found, list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"))))


def test_the_result_file_is_the_file_with_its_verdicts(batch: int) -> None:
    found, lines = taken(batch)
    assert (found.name, found.kind, found.rows, found.masked) == ("公安-常住人口登记表-检查结果", "csv", 2, False)
    assert lines[0] == ["公民身份号码", "姓名", "户号", "村(社区)代码", "人员状态", "联系电话", "处理结果", "问题", "怎么改"]
    assert lines[1] == [ZHANG, "张桂兰", "H1", "990101001", "正常", "13800138000", "新增", "", ""]
    bad = lines[2]
    assert (bad[0], bad[1], bad[6]) == ("123", "'=李建国", "不能入库")
    assert "公民身份号码：" in bad[7] and "姓名：姓名像是公式" in bad[7] and "请改成老人的姓名" in bad[8]
    assert [row[0] for row in taken(batch, rows="problems")[1]] == ["公民身份号码", "123"]
    details = AuditEntry.objects.filter(action="people.export_results").order_by("seq").values_list("detail", flat=True)
    assert list(details) == [
        {"verdict": "all", "rows": 2, "masked": False, "format": "csv"},
        {"verdict": "problems", "rows": 1, "masked": False, "format": "csv"},
    ]


def test_who_may_not_see_identifiers_gets_them_masked(batch: int) -> None:
    found, lines = taken(batch, SYSTEM_ADMIN)
    assert found.masked
    assert lines[1][0] == "000***********" + ZHANG[-4:]
    assert LI not in str(lines) and "13800138000" not in str(lines)


def test_the_result_file_is_for_who_may_see_the_batch(batch: int) -> None:
    for actor in (CLERK_A, STRANGER, Actor(8, "丙", "user", (Grant(Role.STREET_CLERK, TOWN_A),))):
        with pytest.raises((BatchNotFound, AccessDenied)):
            actions.export_results(actor, batch_id=batch, into=io.BytesIO())
    ImportBatch.objects.filter(pk=batch).update(status="checking")
    with pytest.raises(BatchNotReady):
        actions.export_results(OFFICER, batch_id=batch, into=io.BytesIO())
    assert AuditEntry.objects.filter(action="people.export_results").count() == 0
    assert ProcrastinateJob.objects.filter(task_name="accept_batch").count() == 0
