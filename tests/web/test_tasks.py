"""The ledger's pages without a browser: lists, one task, forms that refuse, evidence as a download, files."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking.models import Evidence, ProgressReport, TaskStep, UnitSeat
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Role
from songhe.foundation.models import AuditEntry
from tests.web.city import SmallCity

SignIn = Callable[[Role], Client]
DAY = dt.date(2025, 11, 10)
CARE = "/city/plan/tasks/K000-13/"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"


@pytest.fixture(autouse=True)
def on_a_day() -> Iterator[None]:
    with clock.frozen(DAY):
        yield


def seat(city: SmallCity, role: Role, unit: str) -> None:
    actions.seat_unit(SYSTEM, kind="user", actor_id=city.users[role], unit=unit)


def test_the_list_counts_and_filters(client_for: SignIn) -> None:
    client = client_for(Role.CITY_OFFICER)
    answer = client.get("/city/plan/tasks/")
    assert len(answer.context["lines"]) == 50
    counts = {word: count for _, word, count in answer.context["counts"]}
    assert sum(counts.values()) == 50
    late = client.get("/city/plan/tasks/", {"state": "late"}).context["lines"]
    assert len(late) == counts["逾期"] > 0
    assert all(one.late_by > 0 for one in late)
    finance = client.get("/city/plan/tasks/", {"unit": "老干部局"})
    assert {one.line.task.id for one in finance.context["lines"]} == {"K000-24", "K000-25", "K000-26"}
    assert client.get("/city/plan/tasks/", {"due": "2023"}).context["found"].total == 2
    assert "没有符合条件的任务" in client.get("/city/plan/tasks/", {"unit": "气象局"}).content.decode()


def test_a_unit_without_a_seat_or_with_one(client_for: SignIn, city: SmallCity) -> None:
    clerk = client_for(Role.STREET_CLERK)
    assert "还没有指定单位" in clerk.get("/city/plan/tasks/").content.decode()
    assert clerk.get(CARE).status_code == 404
    seat(city, Role.STREET_CLERK, "各镇(街道)")
    shown = clerk.get("/city/plan/tasks/").context["lines"]
    assert shown
    assert {one.role for one in shown} == {"参加"}
    assert clerk.get(CARE).status_code == 404
    assert clerk.post(f"{CARE}reports/", {"month": "2025-10", "state": "done", "done": "做了"}).status_code == 404
    assert ProgressReport.objects.count() == 0


def test_step_report_and_evidence_by_their_forms(client_for: SignIn) -> None:
    client = client_for(Role.CITY_OFFICER)
    assert (
        client.post(
            f"{CARE}steps/", {"title": "签约", "unit": "卫生健康局", "due_on": "2025-11-20", "person": "马丽"}
        ).status_code
        == 302
    )
    step = TaskStep.objects.get()
    assert client.post(f"{CARE}steps/{step.pk}/", {"to": "doing"}).status_code == 302
    report = {"month": "2025-10", "state": "at_risk", "done": "签了3家", "percent": "40"}
    assert client.post(f"{CARE}reports/", report).status_code == 302
    file = SimpleUploadedFile("签约表.exe", PDF)
    assert client.post(f"{CARE}evidence/", {"file": file, "step": str(step.pk)}).status_code == 302
    page = client.get(CARE).content.decode()
    assert all(word in page for word in ("签约表.pdf", "马丽", "签了3家", "正在办", "有风险"))
    answer = client.get(f"{CARE}evidence/{Evidence.objects.get().pk}/")
    assert answer.content == PDF
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    ("part", "given", "field"),
    [
        ("steps", {"title": "", "unit": "民政局", "due_on": "2025-12-01"}, "step-title"),
        ("steps", {"title": "签约", "unit": "民政局", "due_on": "明天"}, "step-due_on"),
        ("reports", {"month": "2025-10", "state": "done", "done": ""}, "report-done"),
        ("reports", {"month": "2025-10", "state": "done", "done": "做了", "percent": "多"}, "report-percent"),
        ("reports", {"month": "去年", "state": "done", "done": "做了"}, "report-month"),
        ("evidence", {}, "evidence-file"),
    ],
)
def test_what_is_typed_wrong_is_said_beside_the_field(client_for: SignIn, part: str, given: dict[str, str], field: str) -> None:
    answer = client_for(Role.CITY_OFFICER).post(f"{CARE}{part}/", given)
    assert answer.status_code == 422
    assert answer.context["problem"].field == field
    assert f'id="{field}-problem"' in answer.content.decode()
    assert (TaskStep.objects.count(), ProgressReport.objects.count(), Evidence.objects.count()) == (0, 0, 0)


def test_the_timeline_has_a_bar_for_each_task_and_today(client_for: SignIn) -> None:
    actions.add_step(SYSTEM, task_id="K000-13", title="签约", unit="民政局", due_on=dt.date(2025, 11, 1))
    gantt = client_for(Role.CITY_OFFICER).get("/city/plan/timeline/").context["gantt"]
    assert len(gantt.bars) == 50
    assert (gantt.first, gantt.last) == (dt.date(2023, 1, 1), dt.date(2025, 12, 31))
    assert gantt.today == f"{480 * (DAY - gantt.first).days / (gantt.last - gantt.first).days:.1f}"
    bar = next(bar for bar in gantt.bars if bar.one.line.task.id == "K000-13")
    assert (bar.kind, bar.open_end, [mark.kind for mark in bar.steps]) == ("late", False, ["late"])
    assert float(bar.x) + float(bar.width) == pytest.approx(480, abs=0.2)
    assert gantt.bars[-1].open_end is True


def test_the_list_as_a_workbook(client_for: SignIn) -> None:
    answer = client_for(Role.CITY_OFFICER).get("/city/plan/tasks/export/", {"format": "xlsx", "unit": "老干部局"})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[0][:2] == ["编号", "任务"]
    assert {row[0] for row in rows[1:]} == {"K000-24", "K000-25", "K000-26"}
    assert AuditEntry.objects.filter(action="list.export").count() == 1


def test_the_ledger_asks_the_database_the_same_few_questions(
    client_for: SignIn, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = client_for(Role.CITY_OFFICER)
    for number in range(5):
        actions.add_step(SYSTEM, task_id=f"K000-0{number + 1}", title="签约", unit="民政局", due_on=DAY)
    client.get("/city/plan/tasks/")
    with django_assert_max_num_queries(25):  # type: ignore[attr-defined]
        client.get("/city/plan/tasks/")


def test_the_security_admin_says_for_which_unit_an_account_acts(client_for: SignIn, city: SmallCity) -> None:
    admin, clerk = client_for(Role.SECURITY_ADMIN), city.users[Role.STREET_CLERK]
    assert admin.post(f"/ops/users/{clerk}/seat/", {"unit": "各镇(街道)"}).status_code == 302
    assert "<option selected>各镇(街道)</option>" in admin.get(f"/ops/users/{clerk}/").content.decode()
    assert client_for(Role.STREET_CLERK).get("/city/plan/tasks/").context["found"].unit == "各镇(街道)"
    assert admin.post(f"/ops/users/{clerk}/seat/", {"unit": "气象局"}).status_code == 422
    assert client_for(Role.CITY_OFFICER).post(f"/ops/users/{clerk}/seat/", {"unit": ""}).status_code == 403
    assert UnitSeat.objects.get().unit == "各镇(街道)"
