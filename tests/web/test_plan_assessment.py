"""考核 without a browser: scores open to rows, what is frozen stays, papers and files, who may freeze."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking.models import FrozenAssessment
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Role
from songhe.foundation.models import AuditEntry
from tests.web.city import SmallCity

SignIn = Callable[[Role], Client]
PAGE = "/city/plan/assessment/"
YEAR = {"period": "2025-01"}


@pytest.fixture(autouse=True)
def on_a_day() -> Iterator[None]:
    with clock.frozen(dt.date(2026, 2, 3)):
        yield


def test_scores_open_to_their_rows_and_say_what_is_assumed(client_for: SignIn) -> None:
    client = client_for(Role.CITY_OFFICER)
    answer = client.get(PAGE, YEAR)
    page = answer.content.decode()
    assert all(
        word in page for word in ("养老工作考核：2025年", "公布的权重和分数线", "演示取值", "没有可数的，不计分", "民政局")
    )
    scores = {one.id: one.score for one, _ in answer.context["lines"]}
    assert scores["民政局"] is not None
    assert "市场监管局" in answer.context["without"]
    assert "市民政局" not in (*scores, *answer.context["without"])
    rows = client.get(f"{PAGE}units/民政局/tasks_on_time/", YEAR)
    part = rows.context["behind"].part
    assert (len(rows.context["rows"]), part.denominator) == (part.denominator, part.denominator)
    assert 'href="/city/plan/tasks/K000-01/"' in rows.content.decode()
    assert client.get(f"{PAGE}units/民政局/nothing/", YEAR).status_code == 404
    assert client.get(f"{PAGE}units/气象局/tasks_on_time/", YEAR).status_code == 404
    towns = client.get(PAGE, {**YEAR, "of": "towns"}).content.decode()
    assert "没有可数的事项、不计分：小坝镇、裕民街道。" in towns


def test_a_period_is_frozen_once_it_is_over(client_for: SignIn) -> None:
    client = client_for(Role.CITY_OFFICER)
    assert "冻结2025年的考核结果" in client.get(PAGE, YEAR).content.decode()
    assert "freeze/" not in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}freeze/?period=2026-01").status_code == 409
    assert FrozenAssessment.objects.count() == 0
    assert client.post(f"{PAGE}freeze/?period=2025-01").status_code == 302
    made = FrozenAssessment.objects.get()
    assert client.post(f"{PAGE}freeze/?period=2025-01").status_code == 409
    page = client.get(PAGE, YEAR).content.decode()
    assert made.content_sha256[:16] in page and "为什么重新考核" in page
    answer = client.post(f"{PAGE}{made.pk}/again/?period=2025-01", follow=True)
    assert "完全一样" in answer.content.decode()


def test_files_and_paper(client_for: SignIn) -> None:
    client = client_for(Role.CITY_OFFICER)
    found = client.get(PAGE, YEAR).context["found"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{PAGE}export/", {**YEAR, "format": "xlsx"}).content))
    rows = book.get_sheet_by_index(0).to_python()
    assert len(rows) == 1 + len(found.subjects) * len(found.rules)
    paper = client.get(f"{PAGE}report/", YEAR)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.content)).pages)
    assert "民政局" in text and "权重和分数线是演示取值" in text and "还没有冻结" in text
    assert client.get(f"{PAGE}units/民政局/tasks_on_time/export/", YEAR).content.startswith(b"\xef\xbb\xbf")
    titles = [entry.detail["title"] for entry in AuditEntry.objects.filter(action="list.export").order_by("seq")]
    assert titles == ["养老工作考核（2025年，单位）", "养老工作考核-2025年", "养老工作考核-民政局-牵头任务没有逾期"]


def test_a_unit_sees_its_own_score_and_freezes_nothing(client_for: SignIn, city: SmallCity) -> None:
    actions.seat_unit(SYSTEM, kind="user", actor_id=city.users[Role.CITY_OFFICER], unit="卫生健康局")
    client = client_for(Role.CITY_OFFICER)
    answer = client.get(PAGE, YEAR)
    assert [one.id for one in answer.context["found"].subjects] == ["卫生健康局"]
    assert "freeze/" not in answer.content.decode()
    assert client.post(f"{PAGE}freeze/?period=2025-01").status_code == 403
    assert FrozenAssessment.objects.count() == 0


def test_a_town_sees_itself(client_for: SignIn) -> None:
    client = client_for(Role.STREET_CLERK)
    assert "没有归您查看的考核结果" in client.get(PAGE, YEAR).content.decode()
    assert client.get(PAGE, {**YEAR, "of": "towns"}).context["without"] == ["小坝镇"]
