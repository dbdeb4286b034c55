"""Letters, files of entries, the history of steps, work rows that lead to their task, the unit of a system."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader

from songhe.contexts.accounts import actions as accounts
from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking.models import EntryFile, StepMove, UnitSeat
from songhe.contexts.registers import actions as registers
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Right, Role
from songhe.foundation.models import StoredFile
from tests.web.city import CITY

SignIn = Callable[[Role], Client]
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"


@pytest.fixture(autouse=True)
def on_a_day() -> Iterator[None]:
    with clock.frozen(dt.date(2025, 11, 10)):
        yield


def entry(register: str, **values: object) -> int:
    return registers.add_entry(SYSTEM, register=register, area_path=CITY, values=values).id


def text_of(content: bytes) -> str:
    """The printed words without blanks and line ends."""
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_a_notice_says_what_is_asked_of_whom_by_when(client_for: SignIn) -> None:
    client = client_for(Role.CITY_OFFICER)
    made = entry(
        "supervision_notices", number="督〔2025〕3号", task="K000-13", matter="签约进度慢", unit="卫生健康局", issued_on="2025-11-01", due_on="2025-11-20"
    )  # fmt: skip
    assert f"/city/plan/letters/{made}/" in client.get(f"/city/registers/entries/{made}/").content.decode()
    page = client.get(f"/city/plan/letters/{made}/").content.decode()
    assert all(word in page for word in ("卫生健康局：", "签约进度慢", "2025年11月20日"))
    printed = text_of(client.get(f"/city/plan/letters/{made}/paper/").content)
    assert all(word in printed for word in ("督办单", "督〔2025〕3号", "签约进度慢", "K000-13", "演示数据"))


def test_minutes_list_what_was_decided_and_wait_until_they_are_written(client_for: SignIn) -> None:
    client = client_for(Role.CITY_OFFICER)
    made = entry("joint_meetings", title="第一次联席会议", held_on="2025-10-01", agenda="床位改造", units="民政局、财政局")
    entry("meeting_decisions", meeting="第一次联席会议", decision="先改三家", unit="民政局", due_on="2025-12-01")
    entry("meeting_decisions", meeting="第一次联席会议之后", decision="不相干", unit="民政局", due_on="2025-12-01")
    refused = client.get(f"/city/plan/letters/{made}/paper/")
    assert refused.status_code == 409
    assert "还没有写纪要" in client.get(f"/city/plan/letters/{made}/").content.decode()
    registers.change_entry(SYSTEM, entry_id=made, values={"minutes": "会议同意先改三家机构。"})
    printed = text_of(client.get(f"/city/plan/letters/{made}/paper/").content)
    assert all(word in printed for word in ("第一次联席会议纪要", "会议同意先改三家机构", "先改三家", "民政局、财政局"))
    assert "不相干" not in printed


def test_a_reply_never_prints_who_wrote(client_for: SignIn) -> None:
    client = client_for(Role.CITY_OFFICER)
    made = entry(
        "public_comments", draft="十五五养老规划", number="7", received_on="2025-11-01", channel="letter", from_whom="赵大爷", contact="13900000000",
        comment="多建助餐点", adopted="whole", reply="明年新建5个。", replied_on="2025-11-09",
    )  # fmt: skip
    printed = text_of(client.get(f"/city/plan/letters/{made}/paper/").content)
    assert all(word in printed for word in ("对您所提意见的答复", "多建助餐点", "我们采纳了您的意见", "明年新建5个", "12345"))
    assert "赵大爷" not in printed and "13900000000" not in printed
    assert client_for(Role.STREET_CLERK).get(f"/city/plan/letters/{made}/").status_code == 404
    other = entry("care_projects", code="1", name="改造", unit="民政局")
    assert client.get(f"/city/plan/letters/{other}/").status_code == 404


def test_files_of_an_entry_are_looked_at_and_kept_once(client_for: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_for(Role.CITY_OFFICER)
    made = entry("public_comments", draft="规划", number="1", received_on="2025-11-01", channel="letter", comment="意见")
    address = f"/city/plan/letters/{made}/files/"
    for _ in range(2):
        assert client.post(address, {"file": SimpleUploadedFile("来信.exe", PDF)}).status_code == 302
    one = EntryFile.objects.get()
    assert (one.name, one.kind, one.scanned_by) == ("来信.pdf", "pdf", "")
    assert "未经病毒扫描" in client.get(f"/city/plan/letters/{made}/").content.decode()
    download = client.get(f"{address}{one.pk}/")
    assert (download.content, download["Content-Type"]) == (PDF, "application/octet-stream")
    monkeypatch.setattr(settings, "SONGHE_VIRUS_SCANNER", "false")
    stored = StoredFile.objects.count()
    refused = client.post(address, {"file": SimpleUploadedFile("另一封.pdf", PDF + b"\n")})
    assert (refused.status_code, EntryFile.objects.count(), StoredFile.objects.count()) == (422, 1, stored)
    assert "病毒扫描发现这个文件有问题" in refused.content.decode()
    monkeypatch.setattr(settings, "SONGHE_VIRUS_SCANNER", "true")
    assert client.post(address, {"file": SimpleUploadedFile("另一封.pdf", PDF + b"\n")}).status_code == 302
    assert "true扫描过" in client.get(f"/city/plan/letters/{made}/").content.decode()


def test_the_history_of_a_task_says_who_moved_which_step(client_for: SignIn) -> None:
    client = client_for(Role.CITY_OFFICER)
    client.post("/city/plan/tasks/K000-13/steps/", {"title": "签约", "unit": "卫生健康局", "due_on": "2025-11-20"})
    step = StepMove.objects.get().step_id
    client.post(f"/city/plan/tasks/K000-13/steps/{step}/", {"to": "doing"})
    client.post(f"/city/plan/tasks/K000-13/steps/{step}/", {"to": "done"})
    page = client.get("/city/plan/tasks/K000-13/").content.decode()
    assert all(
        word in page
        for word in ("加了步骤“签约”", "步骤“签约”从“还没开始”改为“正在办”", "从“正在办”改为“已完成”", "李文静，民政局")
    )
    assert [(move.from_state, move.to_state) for move in StepMove.objects.order_by("id")] == [
        ("", "not_begun"), ("not_begun", "doing"), ("doing", "done"),
    ]  # fmt: skip


def test_a_reminder_leads_to_its_task_or_evaluation(client_for: SignIn) -> None:
    actions.remind_units(SYSTEM)
    made = actions.freeze_evaluation(SYSTEM, kind="yearly", title="年度监测", evaluator="统计局")
    actions.add_finding(SYSTEM, evaluation_id=made.id, found="慢", unit="民政局", due_on=dt.date(2025, 11, 12))
    actions.remind_units(SYSTEM)
    page = client_for(Role.CITY_OFFICER).get("/street/").content.decode()
    assert f'href="/city/plan/evaluations/{made.id}/#findings"' in page
    assert 'href="/city/plan/tasks/K000-' in page


def test_a_system_acts_for_a_unit(client_for: SignIn) -> None:
    made = accounts.create_consumer(SYSTEM, name="卫健平台", scopes=[Right.SEE_FIGURES], area_path=CITY)
    client = client_for(Role.SECURITY_ADMIN)
    number = made.consumer.id
    assert client.post(f"/ops/consumers/{number}/seat/", {"unit": "卫生健康局"}).status_code == 302
    assert UnitSeat.objects.get().actor_id == -number
    assert "卫生健康局" in client.get("/ops/consumers/").content.decode()
    assert client.post(f"/ops/consumers/{number}/seat/", {"unit": "气象局"}).status_code == 422
    assert client.post("/ops/consumers/999/seat/", {"unit": "卫生健康局"}).status_code == 404
    assert client_for(Role.CITY_OFFICER).post(f"/ops/consumers/{number}/seat/", {"unit": ""}).status_code == 403
    assert UnitSeat.objects.get().unit == "卫生健康局"
