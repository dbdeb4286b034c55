"""Letters, papers and files of the plan over the API: list, read, make, print, attach, fetch."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfReader

from songhe.contexts.plan_tracking.models import EntryFile
from songhe.contexts.registers import actions as registers
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Right
from songhe.foundation.models import AuditEntry, StoredFile
from tests.api.conftest import Caller, caller
from tests.contexts.entitlements.conftest import CITY, TOWN, Town

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"
SCOPES = (Right.SEE_REGISTERS, Right.KEEP_REGISTERS, Right.SEE_FIGURES, Right.DO_WORK, Right.DETERMINE)


@pytest.fixture
def office(town: Town) -> Iterator[Caller]:
    with clock.frozen(dt.date(2025, 11, 10)):
        yield caller("联席会议办公室", SCOPES, CITY)


def send(who: Caller, path: str, content: bytes, **more: object):  # type: ignore[no-untyped-def]
    sent = {"content": SimpleUploadedFile("来信.exe", content), **more}
    return who.client.post(f"/api/v1{path}", sent, headers={"Authorization": f"Bearer {who.token}"})


def printed(answer) -> str:  # type: ignore[no-untyped-def]
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    content = b"".join(answer.streaming_content)
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_a_notice_is_made_listed_read_and_printed(office: Caller) -> None:
    given = {
        "number": "督〔2025〕3号", "task": "K000-13", "matter": "签约进度慢", "unit": "卫生健康局", "issued_on": "2025-11-01", "due_on": "2025-11-20",
    }  # fmt: skip
    made = office.post("/plan/letters", {"register_id": "supervision_notices", "values": given})
    assert (made.status_code, made.json()["kind"], made.json()["task"], made.json()["ready"]) == (201, "督办单", "K000-13", "")
    listed = office.get("/plan/letters", register_id="supervision_notices").json()
    assert [(line["id"], line["register_id"]) for line in listed["items"]] == [(made.json()["id"], "supervision_notices")]
    assert office.get("/plan/letters", register_id="care_projects").status_code == 422
    one = office.get(f"/plan/letters/{made.json()['id']}").json()
    assert (one["values"]["unit"], one["values"]["due_on"], one["files"]) == ("卫生健康局", "2025年11月20日", [])
    before = AuditEntry.objects.filter(action="list.export").count()
    assert "督〔2025〕3号" in printed(office.get(f"/plan/letters/{one['id']}/paper"))
    assert AuditEntry.objects.filter(action="list.export").count() == before + 1
    assert office.get(f"/plan/letters/{uuid.uuid4()}").status_code == 404
    town = caller("甲镇", SCOPES, TOWN)
    assert town.get(f"/plan/letters/{one['id']}/paper").status_code == 404
    assert town.post("/plan/letters", {"register_id": "supervision_notices", "values": given}).status_code == 403


def test_minutes_wait_and_a_reply_hides_who_wrote(office: Caller) -> None:
    held = {"title": "第一次联席会议", "held_on": "2025-10-01", "agenda": "床位改造", "units": "民政局、财政局"}
    meeting = office.post("/plan/letters", {"register_id": "joint_meetings", "values": held}).json()
    decided = {"meeting": "第一次联席会议", "decision": "先改三家", "unit": "民政局", "due_on": "2025-12-01"}
    registers.add_entry(SYSTEM, register="meeting_decisions", area_path=CITY, values=decided)
    assert office.get(f"/plan/letters/{meeting['id']}/paper").json()["detail"].startswith("这次会议还没有写纪要")
    assert office.get(f"/plan/letters/{meeting['id']}").json()["decisions"][0]["decision"] == "先改三家"
    comment = {
        "draft": "十五五养老规划", "number": "7", "received_on": "2025-11-01", "channel": "letter", "from_whom": "赵大爷", "contact": "13900000000",
        "comment": "多建助餐点", "adopted": "whole", "reply": "明年新建5个。", "replied_on": "2025-11-09",
    }  # fmt: skip
    made = office.post("/plan/letters", {"register_id": "public_comments", "values": comment}).json()
    assert not {"from_whom", "contact"} & set(made["values"])
    paper = printed(office.get(f"/plan/letters/{made['id']}/paper"))
    assert "明年新建5个" in paper and "赵大爷" not in paper


def test_files_of_letters_and_tasks_come_back_as_they_went(office: Caller) -> None:
    given = {"draft": "规划", "number": "1", "received_on": "2025-11-01", "channel": "letter", "comment": "意见"}
    letter = office.post("/plan/letters", {"register_id": "public_comments", "values": given}).json()["id"]
    first = send(office, f"/plan/letters/{letter}/files", PDF)
    assert (first.status_code, first.json()["name"], first.json()["known"]) == (201, "来信.pdf", False)
    assert send(office, f"/plan/letters/{letter}/files", PDF).json()["known"] is True
    assert send(office, f"/plan/letters/{letter}/files", b"MZ\x90\x00").status_code == 422
    assert (EntryFile.objects.count(), StoredFile.objects.filter(name="来信.pdf").count()) == (1, 1)
    got = office.get(f"/plan/letters/{letter}/files/{first.json()['id']}")
    assert (b"".join(got.streaming_content), got["Cache-Control"]) == (PDF, "no-store")
    step = office.post("/plan/tasks/K000-13/steps", {"title": "签约", "unit": "卫生健康局", "due_on": "2025-12-01"}).json()["id"]
    proof = send(office, "/plan/tasks/K000-13/evidence", PDF, step=str(step)).json()
    assert office.get("/plan/tasks/K000-13").json()["evidence"][0]["step"] == step
    assert b"".join(office.get(f"/plan/tasks/K000-13/evidence/{proof['id']}").streaming_content) == PDF
    assert office.get("/plan/tasks/K000-13/evidence/999").status_code == 404


def test_targets_assessment_and_evaluation_are_printed(office: Caller) -> None:
    assert "规划目标完成情况" in printed(office.get("/plan/targets/report"))
    assert "考核" in printed(office.get("/plan/assessment/report", start="2025-01-01"))
    number = office.post("/plan/evaluations", {"kind": "yearly", "title": "年度监测", "evaluator": "统计局"}).json()["id"]
    assert "年度监测" in printed(office.get(f"/plan/evaluations/{number}/report"))
    assert office.get("/plan/evaluations/999/report").status_code == 404
    target = office.get("/plan/targets").json()["targets"][0]
    assert office.get(f"/plan/targets/{target['id']}").json() == target
    periods = office.get("/plan/assessments").json()
    assert (periods["unit"], periods["frozen"], periods["periods"][0]["title"]) == ("", [], "2025年")
