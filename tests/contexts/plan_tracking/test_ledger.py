"""The ledger: who sees and does what, how a task stands, files that are kept and files that are not, reminders."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.plan_tracking.actions.attach_evidence import LARGEST, clean_name, kind_of
from songhe.contexts.plan_tracking.errors import EvidenceRefused, NotYourTask, StepRefused, TaskNotFound
from songhe.contexts.plan_tracking.models import Evidence, LedgerTask, ProgressReport, TaskStep, UnitSeat
from songhe.contexts.plan_tracking.queries.task_state import task_state
from songhe.contexts.plan_tracking.words import ReportState, StepState, TaskState
from songhe.foundation import clock, work_items
from songhe.foundation.access import SYSTEM, Actor, Grant, Right, Role
from songhe.foundation.errors import AccessDenied, InvalidInput
from songhe.foundation.models import AuditEntry, StoredFile, WorkItem
from tests.web.city import CITY, TOWN, build_city

DAY = dt.date(2025, 11, 10)
OFFICER = Actor(1, "李文静", "user", (Grant(Role.CITY_OFFICER, CITY),))
CIVIL = Actor(2, "民政局经办", "user", (Grant(Role.CITY_OFFICER, CITY),))
HEALTH = Actor(3, "卫健局经办", "user", (Grant(Role.CITY_OFFICER, CITY),))
TOWN_CLERK = Actor(4, "镇里经办", "user", (Grant(Role.STREET_CLERK, TOWN),))
SECURITY = Actor(5, "安全管理员", "user", (Grant(Role.SECURITY_ADMIN, CITY),))
CARE = "K000-13"  # 民政局 leads, 卫生健康局 takes part; due 2025-12
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"


@pytest.fixture
def plan(db: None) -> Iterator[None]:
    with clock.frozen(DAY):
        build_city()
        actions.seat_unit(SECURITY, kind="user", actor_id=CIVIL.id, unit="民政局")
        actions.seat_unit(SECURITY, kind="user", actor_id=HEALTH.id, unit="卫生健康局")
        yield


def office(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        for name in names:
            book.writestr(name, "x")
    return out.getvalue()


def test_a_unit_sees_its_own_tasks_and_those_it_takes_part_in(plan: None) -> None:
    whole, civil, health = (tracking.ledger(actor) for actor in (OFFICER, CIVIL, HEALTH))
    assert (whole.total, whole.unit, whole.whole) == (50, "", True)
    assert (civil.unit, civil.whole) == ("民政局", False)
    assert "K000-20" in {line.task.id for line in civil.tasks}  # printed as 市民政局
    assert health.total < civil.total < 50
    assert all("卫生健康局" in (*line.task.responsible, *line.task.participating) for line in health.tasks)
    care = next(line for line in health.tasks if line.task.id == CARE)
    assert (care.lead, care.may_lead, care.may_report) == ("民政局", False, True)
    assert next(line for line in civil.tasks if line.task.id == CARE).may_lead is True


def test_who_has_no_unit_and_not_the_whole_city_sees_nothing(plan: None) -> None:
    found = tracking.ledger(TOWN_CLERK)
    assert (found.total, found.whole, found.unit) == (0, False, "")
    with pytest.raises(TaskNotFound):
        tracking.task(TOWN_CLERK, task_id=CARE)
    with pytest.raises(AccessDenied):
        tracking.ledger(SECURITY)
    with pytest.raises(TaskNotFound):
        tracking.task(HEALTH, task_id="K000-29")  # land: the health bureau has no part in it


def test_seats_are_given_by_who_manages_accounts_and_only_for_units_of_the_plan(plan: None) -> None:
    with pytest.raises(AccessDenied):
        actions.seat_unit(OFFICER, kind="user", actor_id=9, unit="民政局")
    with pytest.raises(InvalidInput):
        actions.seat_unit(SECURITY, kind="user", actor_id=9, unit="气象局")
    assert UnitSeat.objects.count() == 2
    actions.seat_unit(SECURITY, kind="user", actor_id=HEALTH.id, unit="")
    assert [seat.unit for seat in tracking.seats(SECURITY)] == ["民政局"]
    assert tracking.ledger(HEALTH).whole is True


def test_the_lead_makes_steps_and_a_participant_moves_its_own(plan: None) -> None:
    made = actions.add_step(CIVIL, task_id=CARE, title="签约名单", unit="卫生健康局", due_on=dt.date(2025, 11, 1), person="马丽")
    with pytest.raises(NotYourTask):
        actions.add_step(HEALTH, task_id=CARE, title="别的", unit="卫生健康局", due_on=DAY)
    with pytest.raises(StepRefused):
        actions.add_step(CIVIL, task_id=CARE, title="签约名单", unit="民政局", due_on=DAY)
    with pytest.raises(InvalidInput):
        actions.add_step(CIVIL, task_id=CARE, title="别的", unit="气象局", due_on=DAY)
    own = actions.add_step(CIVIL, task_id=CARE, title="汇总", unit="民政局", due_on=dt.date(2025, 12, 1))
    with pytest.raises(NotYourTask):
        actions.move_step(HEALTH, step_id=own.id, to="done")
    assert TaskStep.objects.count() == 2
    (step, _) = tracking.task(HEALTH, task_id=CARE).line.steps
    assert (step.late, step.person, step.moves) == (True, "马丽", (StepState.DOING, StepState.DONE, StepState.DROPPED))
    assert tracking.task(HEALTH, task_id=CARE).line.state is TaskState.LATE
    assert actions.move_step(HEALTH, step_id=made.id, to="done").state is StepState.DONE
    assert TaskStep.objects.get(pk=made.id).done_on == DAY
    with pytest.raises(StepRefused):
        actions.move_step(HEALTH, step_id=made.id, to="dropped")
    assert tracking.task(HEALTH, task_id=CARE).line.state is TaskState.SILENT


def test_reports_are_added_and_only_the_leads_say_how_the_task_stands(plan: None) -> None:
    month = dt.date(2025, 10, 7)
    assert actions.report_progress(HEALTH, task_id=CARE, month=month, state="done", done="签了3家").unit == "卫生健康局"
    assert tracking.task(CIVIL, task_id=CARE).line.state is TaskState.SILENT
    actions.report_progress(CIVIL, task_id=CARE, month=month, state="at_risk", done="进度偏慢", percent=40)
    line = tracking.task(CIVIL, task_id=CARE).line
    assert (line.state, line.percent, line.reported_on) == (TaskState.AT_RISK, 40, dt.date(2025, 10, 1))
    actions.report_progress(OFFICER, task_id=CARE, month=dt.date(2025, 11, 1), state="done", done="全部完成", percent=100)
    found = tracking.task(CIVIL, task_id=CARE)
    assert found.line.state is TaskState.DONE
    assert [(report.unit, report.by) for report in found.reports] == [
        ("民政局", "李文静"), ("民政局", "民政局经办"), ("卫生健康局", "卫健局经办"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"state": "fine"}, "state"), ({"done": " "}, "done"), ({"percent": 101}, "percent"), ({"month": dt.date(2025, 12, 1)}, "month"),
     ({"state": "done", "percent": 90}, "percent")],
)  # fmt: skip
def test_a_report_that_cannot_be_writes_nothing(plan: None, changed: dict[str, object], field: str) -> None:
    given = {"task_id": CARE, "month": DAY, "state": "on_track", "done": "做了", **changed}
    with pytest.raises(InvalidInput) as refused:
        actions.report_progress(CIVIL, **given)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert (ProgressReport.objects.count(), LedgerTask.objects.count()) == (0, 0)


TODAY = dt.date(2025, 11, 10)
PAST, AHEAD = dt.date(2024, 12, 31), dt.date(2026, 12, 31)


@pytest.mark.parametrize(
    ("days", "reported", "until", "late_steps", "state"),
    [
        ((), None, None, 0, TaskState.SILENT),
        ((AHEAD,), None, None, 0, TaskState.SILENT),
        ((PAST,), None, None, 0, TaskState.LATE),
        ((PAST,), ReportState.DONE, PAST, 0, TaskState.DONE),
        ((PAST,), ReportState.ON_TRACK, TODAY, 0, TaskState.LATE),
        ((PAST, AHEAD), None, None, 0, TaskState.LATE),
        ((PAST, AHEAD), ReportState.ON_TRACK, PAST, 0, TaskState.LATE),
        ((PAST, AHEAD), ReportState.ON_TRACK, dt.date(2025, 1, 31), 0, TaskState.ON_TRACK),
        ((AHEAD,), ReportState.AT_RISK, TODAY, 0, TaskState.AT_RISK),
        ((AHEAD,), ReportState.LATE, TODAY, 0, TaskState.LATE),
        ((AHEAD,), ReportState.ON_TRACK, TODAY, 1, TaskState.LATE),
        ((TODAY,), ReportState.ON_TRACK, None, 0, TaskState.ON_TRACK),  # the day itself is not late
    ],
)
def test_how_a_task_stands(
    days: tuple[dt.date, ...], reported: ReportState | None, until: dt.date | None, late_steps: int, state: TaskState
) -> None:
    assert task_state(days, reported, until, late_steps, TODAY) is state


def test_evidence_is_kept_once_under_a_clean_name(plan: None) -> None:
    first = actions.attach_evidence(HEALTH, task_id=CARE, name="C:\\桌面\\签约\u202e表.exe", content=PDF)
    assert (first.name, first.known) == ("签约表.pdf", False)
    again = actions.attach_evidence(CIVIL, task_id=CARE, name="另一个名.pdf", content=PDF)
    assert (again.id, again.known) == (first.id, True)
    other = actions.attach_evidence(CIVIL, task_id="K000-14", name="x.pdf", content=PDF)
    assert other.known is False
    assert (Evidence.objects.count(), StoredFile.objects.count()) == (2, 1)
    view, stored = tracking.evidence_of(HEALTH, task_id=CARE, evidence_id=first.id)
    assert (view.unit, stored.sha256, stored.size) == ("卫生健康局", view.sha256, len(PDF))
    with pytest.raises(TaskNotFound):
        tracking.evidence_of(HEALTH, task_id="K000-14", evidence_id=first.id)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00\x03",
        b"<html><script>1</script></html>",
        b"#!/bin/sh\nrm",
        b"PK\x03\x04 torn",
        office("readme.txt"),
        office("word/document.xml", "word/vbaProject.bin"),
        office("xl/workbook.xml", "xl/embeddings/oleObject1.bin"),
        b"%PDF-1.7 /OpenAction << /JavaScript 1 >>",
        b"\xd0\xcf\x11\xe0 old office",
        b"x" * (LARGEST + 1),
    ],
    ids=["empty", "program", "html", "script", "torn", "archive", "macro", "embedded", "pdf-script", "old-office", "large"],
)
def test_a_refused_file_writes_nothing(plan: None, content: bytes) -> None:
    before = AuditEntry.objects.count()
    with pytest.raises(EvidenceRefused):
        actions.attach_evidence(CIVIL, task_id=CARE, name="好文件.pdf", content=content)
    assert (Evidence.objects.count(), StoredFile.objects.count(), AuditEntry.objects.count()) == (0, 0, before)


def test_what_a_file_is_follows_from_its_content() -> None:
    assert kind_of(office("[Content_Types].xml", "word/document.xml")) == "docx"
    assert kind_of(office("xl/workbook.xml")) == "xlsx"
    assert kind_of(b"\x89PNG\r\n\x1a\n....") == "png"
    assert kind_of(b"\xff\xd8\xff\xe0...") == "jpg"
    assert kind_of("会议记录".encode()) == "txt"
    assert clean_name("../../etc/passwd", "txt") == "passwd.txt"
    assert clean_name("..", "pdf") == "佐证材料.pdf"
    assert clean_name("长" * 200 + ".docx", "docx") == "长" * 80 + ".docx"


def test_reminders_are_opened_once_and_closed_when_done(plan: None) -> None:
    soon = actions.add_step(CIVIL, task_id=CARE, title="快到期", unit="卫生健康局", due_on=DAY + dt.timedelta(days=14))
    actions.add_step(CIVIL, task_id=CARE, title="还早", unit="卫生健康局", due_on=DAY + dt.timedelta(days=15))
    late = actions.add_step(CIVIL, task_id=CARE, title="晚了", unit="民政局", due_on=DAY - dt.timedelta(days=1))
    first = actions.remind_units(SYSTEM)
    assert actions.remind_units(SYSTEM) == type(first)(0, 0)
    steps = WorkItem.objects.filter(subject_type="plan_step", closed_at=None).order_by("subject_id")
    assert [(item.kind, item.subject_id, item.owner, item.due_on, item.area_path) for item in steps] == [
        ("plan_due", soon.id, "卫生健康局", DAY + dt.timedelta(days=14), CITY),
        ("plan_late", late.id, "民政局", DAY - dt.timedelta(days=1), CITY),
    ]
    tasks = {item.detail["task"]: item.kind for item in WorkItem.objects.filter(subject_type="plan_task")}
    assert tasks["K000-01"] == "plan_late"  # due 2024-12
    assert CARE not in tasks  # due at the end of December
    assert first.opened == len(tasks) + 2
    actions.move_step(CIVIL, step_id=late.id, to="done")
    assert WorkItem.objects.get(subject_type="plan_step", subject_id=late.id).closed_at is not None
    actions.report_progress(CIVIL, task_id="K000-01", month=DAY, state="done", done="建成了")
    assert actions.remind_units(SYSTEM) == type(first)(0, 1)
    with clock.frozen(DAY + dt.timedelta(days=20)):
        actions.remind_units(SYSTEM)
        kinds = WorkItem.objects.filter(subject_id=soon.id, subject_type="plan_step", closed_at=None)
        assert [item.kind for item in kinds] == ["plan_late"]
    assert {item.kind for item in work_items.list_items(OFFICER, kind="plan_late").items} == {"plan_late"}
    with pytest.raises(AccessDenied):
        actions.remind_units(SECURITY)


def test_a_consumer_of_the_api_has_its_seat_too(plan: None) -> None:
    machine = Actor(CIVIL.id, "财政系统", "consumer", (Grant(Role.CITY_OFFICER, CITY),), frozenset({Right.SEE_FIGURES}))
    assert tracking.ledger(machine).whole is True  # user 2's seat is not consumer 2's
    actions.seat_unit(SECURITY, kind="consumer", actor_id=machine.id, unit="财政局")
    found = tracking.ledger(machine)
    assert found.unit == "财政局"
    assert not any(line.may_report for line in found.tasks)
    with pytest.raises(AccessDenied):
        actions.report_progress(machine, task_id=found.tasks[0].task.id, month=DAY, state="done", done="做了")


@pytest.mark.django_db(transaction=True)
def test_the_same_file_at_once_hangs_on_the_task_once() -> None:
    build_city()
    start = Barrier(4)

    def attach(_: int) -> bool:
        start.wait()
        try:
            return actions.attach_evidence(OFFICER, task_id=CARE, name="a.pdf", content=PDF).known
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attach, range(4))) == [False, True, True, True]
    assert (Evidence.objects.count(), LedgerTask.objects.count()) == (1, 1)
