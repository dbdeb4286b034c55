"""Pages of the census and of the roster: who may open them, what they say, what a form does."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.people import actions as people
from songhe.contexts.people.models import CensusAnswer, CensusRound, Record
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Role
from songhe.foundation.models import AuditEntry
from tests.web.city import CITY, COMMUNITY, OTHER_TOWN, TOWN, SmallCity
from tests.web.town import OTHER_COMMUNITY, Town, build_town

ClientFor = Callable[[Role], Client]
ASKED = ("lives_alone", "assistance", "housing")


@pytest.fixture
def town(city: SmallCity) -> Town:
    return build_town()


@pytest.fixture
def round_id(town: Town) -> int:
    today = clock.today()
    return people.open_round(SYSTEM, title="试验普查", area_path=CITY, variables=ASKED, starts_on=today, ends_on=today)


def sheet_of(content: bytes) -> list[list[object]]:
    """The rows of a workbook's only sheet."""
    return list(CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python())


def test_the_roster_counts_lists_and_exports(client_for: ClientFor, town: Town) -> None:
    officer = client_for(Role.CITY_OFFICER)
    text = officer.get("/city/roster/").content.decode()
    assert "高龄老年人生活津贴" in text
    assert "特殊困难老年人" in text
    listed = officer.get("/city/roster/list/", {"rule": "special_difficulty"}).content.decode()
    assert "张建明" in listed
    assert "吴秀兰" not in listed
    rows = sheet_of(officer.get("/city/roster/export/", {"rule": "age_allowance", "format": "xlsx"}).content)
    assert [row[0] for row in rows] == ["姓名", "吴秀兰", "王玉珍"]
    assert rows[1][5:9] == ["高龄老年人生活津贴", "服务清单", "高龄津贴", "在册"]
    assert AuditEntry.objects.filter(action="list.export").count() == 1


def test_a_clerk_sees_the_roster_of_the_own_town_at_the_own_desk(client_for: ClientFor, town: Town) -> None:
    clerk = client_for(Role.STREET_CLERK)
    text = clerk.get("/street/roster/list/").content.decode()
    assert "吴秀兰" in text
    assert "王玉珍" not in text
    assert "王玉珍" not in clerk.get("/street/roster/list/", {"area": OTHER_TOWN}).content.decode()
    assert client_for(Role.SECURITY_ADMIN).get("/city/roster/").status_code == 403


def test_who_left_is_listed_with_the_reason_and_stands_on_the_persons_page(client_for: ClientFor, town: Town) -> None:
    clerk = client_for(Role.STREET_CLERK)
    assert "在名录里的原因" in clerk.get(f"/street/people/{town.wife.public_id}/").content.decode()
    town.wife.facts["birth_date"] = "1950-01-01"
    town.wife.save()
    entitlements.determine_households(SYSTEM, household_ids=(town.wife.household_id,), cause="更正了出生日期")
    for address in ("/street/roster/list/?state=left", f"/street/people/{town.wife.public_id}/"):
        text = clerk.get(address).content.decode()
        assert "年龄不合" in text
        assert "还没有满80周岁" in text


def test_a_round_is_opened_by_a_form_that_keeps_what_was_typed(client_for: ClientFor, town: Town) -> None:
    clerk = client_for(Role.STREET_CLERK)
    assert "还没有开始过普查" in clerk.get("/street/census/").content.decode()
    today = clock.today().isoformat()
    form = {
        "title": "小坝普查",
        "area": TOWN,
        "starts_on": today,
        "ends_on": today,
        "from_age": "60",
        "refresh_days": "很多",
        "variables": ["housing"],
    }
    wrong = clerk.post("/street/census/new/", form)
    assert wrong.status_code == 422
    assert "小坝普查" in wrong.content.decode()
    assert CensusRound.objects.count() == 0
    done = clerk.post("/street/census/new/", form | {"refresh_days": "180"})
    made = CensusRound.objects.get()
    assert (done.status_code, done["Location"]) == (302, f"/street/census/{made.id}/")
    assert (made.title, made.area_path, made.variables, made.refresh_days) == ("小坝普查", TOWN, ["housing"], 180)
    assert client_for(Role.COMMUNITY_WORKER).get("/street/census/new/").status_code == 403


def test_the_round_shows_each_community_and_leads_to_its_people(client_for: ClientFor, town: Town, round_id: int) -> None:
    clerk = client_for(Role.STREET_CLERK)
    text = clerk.get(f"/street/census/{round_id}/").content.decode()
    assert "试验普查" in text
    assert "怡园社区" not in text
    listed = clerk.get(f"/street/census/{round_id}/people/", {"area": COMMUNITY, "asked": "to_ask"}).content.decode()
    assert [name in listed for name in ("吴秀兰", "李国华", "张建明", "王玉珍")] == [True, True, True, False]
    assert "缺：住房" in listed
    paper = clerk.get(f"/street/census/{round_id}/paper/", {"area": COMMUNITY}).content.decode()
    assert "共3人" in paper
    rows = sheet_of(clerk.get(f"/street/census/{round_id}/people/export/", {"format": "xlsx"}).content)
    assert len(rows) == 4
    assert OTHER_COMMUNITY not in str(rows)


def test_asking_records_each_answer_and_goes_on_to_the_next(client_for: ClientFor, town: Town, round_id: int) -> None:
    clerk = client_for(Role.STREET_CLERK)
    address = f"/street/census/{round_id}/people/{town.poor.public_id}/"
    assert "老人一个人住吗" in clerk.get(address).content.decode()
    nothing = clerk.post(address, {"outcome": "answered"})
    assert (nothing.status_code, "还没有记下任何一项" in nothing.content.decode()) == (422, True)
    empty = clerk.post(address, {"outcome": "answered", "do-housing": "other", "value-housing": ""})
    assert (empty.status_code, "请填写“住房”" in empty.content.decode()) == (422, True)
    assert CensusAnswer.objects.count() == 0
    given = {
        "outcome": "answered",
        "do-lives_alone": "same",
        "do-assistance": "",
        "do-housing": "other",
        "value-housing": "rent",
        "next": "1",
    }
    done = clerk.post(address, given)
    assert done.status_code == 302
    assert done["Location"].startswith(f"/street/census/{round_id}/people/")
    said = {name: value for record in Record.objects.filter(department="社区") for name, value in record.values.items()}
    assert said == {"lives_alone": True, "housing": "rent"}
    assert "已问到" in clerk.get(f"/street/census/{round_id}/people/").content.decode()
    assert clerk.get(f"/street/census/{round_id}/people/{town.stranger.public_id}/").status_code == 404


def test_closing_freezes_a_table_that_can_be_taken_away(client_for: ClientFor, town: Town, round_id: int) -> None:
    officer = client_for(Role.CITY_OFFICER)
    assert client_for(Role.STREET_CLERK).post(f"/street/census/{round_id}/close/").status_code == 403
    assert officer.post(f"/street/census/{round_id}/close/")["Location"] == f"/street/census/{round_id}/table/"
    assert "普查结束时的数" in officer.get(f"/street/census/{round_id}/table/").content.decode()
    rows = sheet_of(officer.get(f"/street/census/{round_id}/table/export/", {"format": "xlsx"}).content)
    assert rows[0][:4] == ["村（社区）", "人数：老年人（人）", "人数：男（人）", "人数：女（人）"]
    assert rows[-1][:4] == ["合计", 4, 2, 2]
    at = rows[0].index("年龄：80—89岁（人）")
    assert [row[at] for row in rows[1:]] == [1, 1, 2]
