"""规划评估 without a browser: freezing, comparing, findings by forms, paper and files, who may."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking.models import Evaluation, EvaluationFinding
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Role
from tests.contexts.plan_tracking.test_evaluations import count
from tests.web.city import SmallCity

SignIn = Callable[[Role], Client]
PAGE = "/city/plan/evaluations/"
START = {"kind": "mid_term", "title": "中期评估", "evaluator": "区养老研究院"}


@pytest.fixture(autouse=True)
def on_a_day() -> Iterator[None]:
    with clock.frozen(dt.date(2025, 6, 30)):
        yield


def begun(client: Client) -> str:
    count(425)
    assert client.post(f"{PAGE}start/", START).status_code == 302
    return f"{PAGE}{Evaluation.objects.get().pk}/"


def test_an_evaluation_is_started_and_compared(client_for: SignIn) -> None:
    client = client_for(Role.CITY_OFFICER)
    assert "还没有做过评估" in client.get(PAGE).content.decode()
    refused = client.post(f"{PAGE}start/", {**START, "title": " "})
    assert (refused.status_code, Evaluation.objects.count()) == (422, 0)
    page = begun(client)
    assert "中期评估" in client.get(PAGE).content.decode()
    with clock.frozen(dt.date(2026, 2, 3)):
        count(615)
        answer = client.get(page)
        text = answer.content.decode()
        assert all(word in text for word in ("42.5%", "61.5%", "增加19个百分点", "核对无误", "数据冻结在2025年6月30日"))
        better = client.get(page, {"show": "better"}).context["lines"]
        assert "T000-09" in {line.id for line in better}
        assert len(better) < len(answer.context["lines"])
        assert len(client.get(page, {"show": "moved"}).context["lines"]) >= len(better)


def test_findings_follow_up_and_conclusion_by_their_forms(client_for: SignIn) -> None:
    client = client_for(Role.CITY_OFFICER)
    page = begun(client)
    wrong = client.post(f"{page}findings/", {"found": "进度慢", "unit": "民政局"})
    assert wrong.status_code == 422
    assert "跟进单位和期限要一起写" in wrong.content.decode()
    assert client.post(f"{page}findings/", {"found": "进度慢", "unit": "民政局", "due_on": "昨天"}).status_code == 422
    given = {"found": "护理型床位进度慢", "about": "T000-09", "unit": "民政局", "due_on": "2025-07-31"}
    assert client.post(f"{page}findings/", given).status_code == 302
    one = EvaluationFinding.objects.get()
    assert client.post(f"{page}findings/{one.pk}/", {"to": "doing", "note": ""}).status_code == 422
    assert client.post(f"{page}findings/{one.pk}/", {"to": "doing", "note": "已开工30张"}).status_code == 302
    text = client.get(page).content.decode()
    assert all(word in text for word in ("护理型床位进度慢", "已开工30张", "从“还没开始”改为“正在办”", "由民政局跟进"))
    assert client.post(f"{page}conclusion/", {"conclusion": "总体按期"}).status_code == 302
    assert "登记一条意见" not in client.get(page).content.decode()
    assert client.post(f"{page}findings/", {"found": "再来一条"}).status_code == 409
    assert EvaluationFinding.objects.count() == 1


def test_files_and_paper(client_for: SignIn) -> None:
    client = client_for(Role.CITY_OFFICER)
    page = begun(client)
    client.post(f"{page}findings/", {"found": "台账报得不全", "advice": "按季报告"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{page}export/", {"format": "xlsx"}).content))
    rows = book.get_sheet_by_index(0).to_python()
    beds = next(row for row in rows if row[0] == "T000-09")
    assert beds[3:5] == ["42.5%", "有风险：还没有达到，数据太少，说不准能不能按期"]
    assert (beds[9], beds[10], beds[11]) == ("2025-06", 0, "a" * 64)
    text = "".join(each.extract_text() for each in PdfReader(io.BytesIO(client.get(f"{page}report/").content)).pages)
    assert all(word in text for word in ("台账报得不全", "按季报告", "不用跟进", Evaluation.objects.get().content_sha256[:8]))
    assert client.get(f"{PAGE}export/").status_code == 200


def test_a_unit_reads_and_follows_but_does_not_evaluate(client_for: SignIn, city: SmallCity) -> None:
    page = begun(client_for(Role.CITY_OFFICER))
    actions.seat_unit(SYSTEM, kind="user", actor_id=city.users[Role.CITY_OFFICER], unit="卫生健康局")
    client = client_for(Role.CITY_OFFICER)
    text = client.get(page).content.decode()
    assert "登记一条意见" not in text and "写下结论" not in text
    assert client.post(f"{page}findings/", {"found": "自评"}).status_code == 403
    assert client.post(f"{PAGE}start/", {**START, "title": "另一次"}).status_code == 403
    assert client_for(Role.STREET_CLERK).get(page).status_code == 404
    assert (Evaluation.objects.count(), EvaluationFinding.objects.count()) == (1, 0)
