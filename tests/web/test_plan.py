"""The plan's first screen and the projection without a browser: counts, directions, filters, files, the printed report."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from urllib.parse import unquote

import pytest
from django.test import Client
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.planning.models import Scenario
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics.models import Figure, FigureSet
from songhe.foundation import clock
from songhe.foundation.access import Role
from songhe.foundation.models import AuditEntry
from tests.web.city import CITY, OTHER_TOWN, TOWN, SmallCity
from tests.web.town import Town, build_town

SignIn = Callable[[Role], Client]
XLSX = "xlsx"


@pytest.fixture
def town(city: SmallCity) -> Town:
    return build_town()


@pytest.fixture
def measured(town: Town) -> Town:
    """Figures of this month: 1,120 beds of which 700 nursing, 773 empty; half of each in the first town."""
    snapshot = entitlements.city_snapshot()
    assert snapshot is not None
    made = FigureSet.objects.create(
        period=clock.today().replace(day=1), revision=0, cut_off=snapshot.taken_at, as_of=snapshot.as_of, snapshot_sha256=snapshot.sha256,
        snapshot_path=snapshot.path, pack_version_id=policy.pack_in_use().version_id, counted_at=clock.now(), counted_by=0,
    )  # fmt: skip
    for indicator, part, whole in (("nursing_bed_share", 700, 1120), ("vacancy_rate", 773, 1120)):
        for path, share in ((CITY, 2), (TOWN, 1)):
            Figure.objects.create(
                figures=made, indicator=indicator, version="1", area_path=path, numerator=Decimal(part * share) / 2,
                denominator=Decimal(whole * share) / 2, unknown=0, rows=9,
            )  # fmt: skip
    return town


def line(answer, name: str):  # type: ignore[no-untyped-def]
    return next(line for line in answer.context["lines"] if line.id == name)


def sheet(content: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_the_first_screen_of_the_city_desk_is_the_plan(client_for: SignIn, measured: Town) -> None:
    answer = client_for(Role.CITY_OFFICER).get("/city/")
    page = answer.content.decode()
    assert len(answer.context["lines"]) == 65
    assert "共65项目标，2项有数据" in page.replace("\n", "")
    assert dict((word, count) for _, word, count in answer.context["counts"]) == {
        "未达成": 1, "有风险": 0, "按期": 0, "达成": 1, "暂无数据": 63,
    }  # fmt: skip
    assert [shown.id for shown in answer.context["lines"]][:2] == [
        "T000-11",
        "T000-27",
    ]  # worst first, with the place that restates it


def test_a_vacancy_of_69_against_40_is_a_failure_and_60_of_nursing_beds_a_success(client_for: SignIn, measured: Town) -> None:
    answer = client_for(Role.CITY_OFFICER).get("/city/")
    vacancy, nursing = line(answer, "T000-11"), line(answer, "T000-09")
    assert (vacancy.state, vacancy.now, vacancy.goal, vacancy.missing) == ("missed", "69.02%", "降到40%", "高出29.02个百分点")
    assert (nursing.state, nursing.now, nursing.goal, nursing.missing) == ("met", "62.5%", "60%", "好于目标2.5个百分点")
    assert vacancy.trend.startswith("数据太少")
    assert vacancy.ahead == "期限已过"
    assert [point.kind for point in vacancy.standing.points] == ["printed", "measured"]
    assert vacancy.standing.points[0].value == 69


def test_contradictory_targets_stand_together_with_both_values(client_for: SignIn, measured: Town) -> None:
    answer = client_for(Role.CITY_OFFICER).get("/city/")
    ids = [shown.id for shown in answer.context["lines"]]
    assert ids.index("T000-60") == ids.index("T000-24") + 1
    assert line(answer, "T000-24").notes == ("与它矛盾的写法：不少于85%，2025（五(一)2）",)


def test_milestones_and_targets_without_data_say_why(client_for: SignIn, measured: Town) -> None:
    answer = client_for(Role.CITY_OFFICER).get("/city/")
    milestone = line(answer, "T000-25")
    assert (milestone.state, milestone.why, milestone.goal, milestone.now) == ("no_data", "没有数值，要看佐证材料", "", "")
    assert (line(answer, "T000-32").due, line(answer, "T000-32").due_note) == ("2025年底", "文件没有写期限，按方案期末")


def test_filters_stand_in_the_address(client_for: SignIn, measured: Town) -> None:
    client = client_for(Role.CITY_OFFICER)
    by_unit = client.get("/city/", {"unit": "教育局"})
    assert {
        "教育局" in (*one.standing.target.responsible, *one.standing.target.participating) for one in by_unit.context["lines"]
    } == {True}
    assert {one.standing.due.year for one in client.get("/city/", {"due": "2024"}).context["lines"]} == {2024}
    assert [one.id for one in client.get("/city/", {"state": "missed"}).context["lines"]] == ["T000-11"]
    town = client.get("/city/", {"area": TOWN})
    assert line(town, "T000-09").now == "62.5%"
    assert [point.kind for point in line(town, "T000-09").standing.points] == [
        "measured"
    ]  # printed figures are of the whole city
    assert client.get("/city/", {"unit": "没有这个单位"}).context["lines"] == ()


def test_a_clerk_sees_the_own_town_and_no_other(client_for: SignIn, measured: Town) -> None:
    client = client_for(Role.STREET_CLERK)
    assert line(client.get("/city/"), "T000-09").standing.figure.denominator == 560
    assert client.get("/city/", {"area": OTHER_TOWN}).status_code == 403
    assert client_for(Role.COMMUNITY_WORKER).get("/city/").status_code == 403


def test_a_target_opens_to_definition_tasks_and_the_other_places(client_for: SignIn, measured: Town) -> None:
    client = client_for(Role.CITY_OFFICER)
    page = client.get("/city/plan/targets/T000-09/").content.decode()
    for words in ("护理型床位", "1,120", "700", "改造公办敬老院", "任务写明了这个目标", "表1", "文件印出"):
        assert words in page, words
    other = client.get("/city/plan/targets/T000-13/").content.decode()
    assert "同一目标的另一处写法" in other
    assert "/city/plan/targets/T000-44/" in other
    assert client.get("/city/plan/targets/T999-99/").status_code == 404


def test_the_targets_as_a_workbook(client_for: SignIn, measured: Town) -> None:
    answer = client_for(Role.CITY_OFFICER).get("/city/plan/export/", {"format": XLSX, "state": "missed"})
    rows = sheet(answer.content)
    assert rows[0][:7] == ["编号", "目标", "状态", "原因", "现在", "目标值", "差距"]
    assert rows[1][:7] == [
        "T000-11",
        "机构养老床位空置率",
        "未达成",
        "期限已过，最近的数没有达到",
        "69.02%",
        "降到40%",
        "高出29.02个百分点",
    ]
    assert [row[0] for row in rows[1:]] == ["T000-11"]
    assert AuditEntry.objects.get(action="list.export").detail["rows"] == 1


def test_the_report_is_a_pdf_for_archives_with_the_same_numbers(client_for: SignIn, measured: Town) -> None:
    answer = client_for(Role.CITY_OFFICER).get("/city/plan/report/")
    assert answer["Content-Type"] == "application/pdf"
    assert "规划目标-" in unquote(answer["Content-Disposition"])
    reader = PdfReader(io.BytesIO(answer.content))
    meta = reader.xmp_metadata
    assert meta is not None
    raw = reader.trailer["/Root"]["/Metadata"].get_data().decode()  # type: ignore[index]
    assert "<pdfaid:part>2</pdfaid:part>" in raw
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in raw
    text = "".join(page.extract_text() for page in reader.pages).replace("\n", "").replace(" ", "")
    for words in (
        "青铜峡市规划目标完成情况",
        "69.02%",
        "降到40%",
        "高出29.02个百分点",
        "62.5%",
        "共65项目标，2项有数据",
        "没有数值，要看佐证材料",
        "演示数据",
    ):
        assert words in text, words
    fonts = {str(font.get_object()["/BaseFont"]) for page in reader.pages for font in page["/Resources"]["/Font"].values()}  # type: ignore[index]
    assert fonts
    assert all("CJK" in font or "SimSun" in font or "Song" in font for font in fonts), fonts
    assert AuditEntry.objects.get(action="list.export").detail["format"] == "pdf"


def test_before_anything_is_counted_no_number_is_made_up(client_for: SignIn, city: SmallCity) -> None:
    answer = client_for(Role.CITY_OFFICER).get("/city/")
    assert "还没有统计过指标" in answer.content.decode()
    assert {one.state for one in answer.context["lines"]} == {"no_data"}
    assert "还没有可以推算的资料" in client_for(Role.CITY_OFFICER).get("/city/projection/").content.decode()


def test_the_projection_says_where_it_begins_and_what_follows(client_for: SignIn, measured: Town) -> None:
    answer = client_for(Role.CITY_OFFICER).get("/city/projection/")
    page = answer.content.decode()
    found = answer.context["found"]
    assert found.start.elders == found.line("elders").values[0][1]
    assert str(found.years[-1]) in page
    for words in ("怎样算，依据是什么", "低到高", "演示取值", "未核对原文" if "未核对原文" in page else "尚未与原文核对"):
        assert words in page, words
    rows = sheet(client_for(Role.CITY_OFFICER).get("/city/projection/export/", {"format": XLSX}).content)
    assert rows[0] == ["年份", "项目", "低", "中", "高", "单位"]
    assert rows[1] == [float(found.years[0]), "60周岁及以上", *(float(value) for value in found.line("elders").values[0]), "人"]
    assert len(rows) == 1 + len(found.lines) * 16


def test_an_assumption_is_changed_in_the_address_and_a_mistake_is_said(client_for: SignIn, measured: Town) -> None:
    client = client_for(Role.CITY_OFFICER)
    moved = client.get("/city/projection/", {"a.occupancy": "50"})
    assert [used.entry.id for used in moved.context["changed"]] == ["occupancy"]
    wrong = client.get("/city/projection/", {"a.occupancy": "500"})
    assert wrong.status_code == 200
    assert "床位可以住到要在30到100%之间" in wrong.content.decode()
    assert 'value="500"' in wrong.content.decode()
    assert "“很多”不是一个数" in client.get("/city/projection/", {"a.occupancy": "很多"}).content.decode()
    assert "没有这个方案" in client.get("/city/projection/", {"scenario": "99"}).content.decode()


def test_a_scenario_is_kept_shown_and_withdrawn(client_for: SignIn, measured: Town) -> None:
    client = client_for(Role.CITY_OFFICER)
    answer = client.post("/city/projection/scenarios/", {"title": "床位紧张", "a.occupancy": "95"})
    made = Scenario.objects.get()
    assert answer["Location"] == f"/city/projection/?scenario={made.id}"
    assert "方案“床位紧张”" in client.get(answer["Location"]).content.decode()
    assert client_for(Role.STREET_CLERK).post(f"/city/projection/scenarios/{made.id}/withdraw/").status_code == 403
    client.post(f"/city/projection/scenarios/{made.id}/withdraw/")
    made.refresh_from_db()
    assert made.withdrawn_at is not None
    assert made.changes == {"occupancy": "95"}


def test_the_first_screen_asks_few_questions_of_the_database(
    client_for: SignIn, measured: Town, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    client = client_for(Role.CITY_OFFICER)
    client.get("/city/")
    with django_assert_max_num_queries(40):
        client.get("/city/")


def test_charts_begin_at_zero_and_hold_every_value() -> None:
    from songhe.web.city import drawing

    values = [drawing.Value(dt.date(2020 + year, 1, 1), 40.0 + year, str(40 + year)) for year in range(3)]
    chart = drawing.history(values, 60.0, "目标60%", drawing.Ahead(dt.date(2024, 1, 1), 50, 45, 70, "50"), "走势")
    assert chart.ticks[0].label == "0"
    assert chart.ticks[-1].label == "80"
    assert len(chart.line.split()) == 3
    assert len(chart.band.split()) == 3
    heights = [float(place.split(",")[1]) for place in chart.line.split()]
    assert heights == sorted(heights, reverse=True)
    assert drawing.steps(0) == (0.0, 1.0)
    assert drawing.steps(69) == (0.0, 20.0, 40.0, 60.0, 80.0)
    now = drawing.prospect([2026, 2027], [(1, 2, 3), (2, 3, 4)], "3", "预测", 5).now
    assert now is not None
    assert 0 < float(now.at) < float(chart.ticks[0].at)
