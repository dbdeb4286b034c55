"""A long plan document is read by the job that its upload asks for, and says so when that failed."""

from __future__ import annotations

import importlib

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from songhe.contexts.plan_tracking import actions, queries
from songhe.contexts.plan_tracking.models import ReadItem
from songhe.foundation import outbox
from songhe.jobs import plans
from tests.contexts.plan_tracking.documents import OFFICER, RAW

uploading = importlib.import_module("songhe.contexts.plan_tracking.actions.upload_plan")


@pytest.fixture
def waiting(db: None, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(uploading, "AT_ONCE", 100)
    return actions.upload_plan(OFFICER, name="方案.txt", content=RAW.encode()).id


def test_the_upload_asks_for_a_job_that_reads_it(waiting: int) -> None:
    outbox.deliver_pending()
    (job,) = ProcrastinateJob.objects.filter(task_name="read_plan_document")
    assert job.args == {"document_id": waiting}
    plans.read_plan_document(document_id=waiting)
    plans.read_plan_document(document_id=waiting)
    assert queries.plan_document(OFFICER, document_id=waiting).status == "read"
    assert ReadItem.objects.count() == 40


def test_a_reading_that_breaks_off_leaves_nothing_and_says_so(waiting: int, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = importlib.import_module("songhe.contexts.plan_tracking.actions.read_plan_document")

    def broken(*args: object) -> int:
        raise RuntimeError("power cut")

    monkeypatch.setattr(reading, "_sections", broken)
    with pytest.raises(RuntimeError):
        plans.read_plan_document(document_id=waiting)
    found = queries.plan_document(OFFICER, document_id=waiting)
    assert (found.status, found.characters, ReadItem.objects.count()) == ("failed", 0, 0)
    assert found.problem == "系统没有读完这份文件。请再上传一次；还是不行，请告诉系统管理员。"
