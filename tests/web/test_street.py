"""The street desk without a browser: the work list and acting in it, finding people, a person's page, corrections; each area sees its own."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client

from songhe.contexts.people.models import Person
from songhe.foundation.access import Role
from songhe.foundation.models import AuditEntry, WorkItem
from tests.web.city import OTHER_TOWN, SmallCity
from tests.web.town import ID_NUMBER, PHONE, Town, build_town

SignIn = Callable[[Role], Client]
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def town(city: SmallCity) -> Town:
    return build_town()


def item_of(person: Person, variable: str) -> WorkItem:
    return WorkItem.objects.get(key=f"missing:{person.id}:{variable}", closed_at=None)


def test_the_work_list_shows_what_is_missing_of_whom_in_the_own_area(client_for: SignIn, town: Town) -> None:
    page = client_for(Role.STREET_CLERK).get("/street/").content.decode()
    assert "张建明：补“能力等级”" in page
    assert "小坝镇 · 永丰村" in page
    assert "应由民政提供" in page
    assert "王玉珍" not in page


def test_filters_stand_in_the_address(client_for: SignIn, town: Town) -> None:
    client = client_for(Role.STREET_CLERK)
    mine = client.get("/street/", {"owner": "民政", "kind": "missing_fact"}).content.decode()
    assert "补“能力等级”" in mine
    assert '<option value="民政" selected>' in mine
    others = client.get("/street/", {"kind": "import_conflict"}).content.decode()
    assert "没有要办的事" in others
    elsewhere = client.get("/street/", {"area": OTHER_TOWN}).content.decode()
    assert "没有要办的事" in elsewhere
    assert "王玉珍" not in elsewhere


def test_the_bell_counts_open_work_of_the_own_area_and_stops_at_a_thousand(client_for: SignIn, town: Town) -> None:
    WorkItem.objects.all().delete()
    items = [
        WorkItem(
            kind="missing_fact", key=f"k{number}", owner="社区", area_path=town.stranger.area_path if number == 0 else town.wife.area_path,
            subject_type="person", subject_id=town.wife.id, title="事", opened_at=town.wife.changed_at,
        )
        for number in range(1003)
    ]  # fmt: skip
    WorkItem.objects.bulk_create(items[:4])
    assert '<span class="count">3</span>' in client_for(Role.STREET_CLERK).get("/street/people/").content.decode()
    WorkItem.objects.bulk_create(items[4:])
    assert '<span class="count">999+</span>' in client_for(Role.STREET_CLERK).get("/street/people/").content.decode()


def test_the_list_pages_by_cursor(client_for: SignIn, town: Town) -> None:
    client = client_for(Role.CITY_OFFICER)
    WorkItem.objects.all().delete()
    for number in range(60):
        WorkItem.objects.create(
            kind="missing_fact", key=f"missing:{town.wife.id}:extra{number}", owner="社区", area_path=town.wife.area_path,
            subject_type="person", subject_id=town.wife.id, title=f"补齐“事{number}”", opened_at=town.wife.changed_at,
        )  # fmt: skip
    first = client.get("/street/")
    assert len(first.context["rows"]) == 50
    second = client.get("/street/", {"after": first.context["page"].next})
    assert len(second.context["rows"]) == 10
    shown = [row.id for row in (*first.context["rows"], *second.context["rows"])]
    assert len(shown) == len(set(shown)) == 60


def test_a_fact_entered_in_the_row_decides_the_household_at_once(client_for: SignIn, town: Town) -> None:
    client, item = client_for(Role.STREET_CLERK), item_of(town.poor, "ability_grade")
    form = client.get(f"/street/work/{item.id}/", **HTMX).content.decode()
    assert "<html" not in form
    assert "能力等级（级(0完好—4完全丧失)）" in form
    done = client.post(f"/street/work/{item.id}/fact/", {"value": "3", "reason": "看过评估报告"}, **HTMX)
    assert done["HX-Retarget"] == f"#work-{item.id}"
    assert "“能力等级”已记为3级" in done.content.decode()
    town.poor.refresh_from_db()
    assert town.poor.facts["ability_grade"] == 3


def test_without_scripts_the_same_form_is_a_page_and_leads_back_to_the_list(client_for: SignIn, town: Town) -> None:
    client, item = client_for(Role.STREET_CLERK), item_of(town.poor, "ability_grade")
    assert "<html" in client.get(f"/street/work/{item.id}/").content.decode()
    done = client.post(f"/street/work/{item.id}/fact/", {"value": "3", "reason": "看过评估报告"})
    assert (done.status_code, done["Location"]) == (302, "/street/")
    assert client.session["street_reason"] == "看过评估报告"


@pytest.mark.parametrize(
    ("value", "reason", "sentence"),
    [("", "看过报告", "请填写“能力等级”。"), ("三", "看过报告", "“能力等级”填得不对。"), ("3", "", "请写明更正的理由")],
)
def test_a_mistake_is_said_beside_its_field_and_nothing_is_written(
    client_for: SignIn, town: Town, value: str, reason: str, sentence: str
) -> None:
    client, item = client_for(Role.STREET_CLERK), item_of(town.poor, "ability_grade")
    answer = client.post(f"/street/work/{item.id}/fact/", {"value": value, "reason": reason})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    town.poor.refresh_from_db()
    assert "ability_grade" not in town.poor.facts
    assert WorkItem.objects.get(pk=item.id).closed_at is None


def test_an_item_of_another_town_is_not_found_and_cannot_be_done(client_for: SignIn, town: Town) -> None:
    client = client_for(Role.STREET_CLERK)
    item = WorkItem.objects.create(
        kind="missing_fact", key=f"missing:{town.stranger.id}:veteran", owner="退役军人", area_path=town.stranger.area_path,
        subject_type="person", subject_id=town.stranger.id, title="补齐“退役军人”", detail={"variable": "veteran"},
        opened_at=town.stranger.changed_at,
    )  # fmt: skip
    assert client.get(f"/street/work/{item.id}/").status_code == 404
    assert client.post(f"/street/work/{item.id}/fact/", {"value": "yes", "reason": "问过"}).status_code == 404
    assert client.post(f"/street/work/{item.id}/outcome/", {"outcome": "问过"}).status_code == 404
    town.stranger.refresh_from_db()
    assert "veteran" not in town.stranger.facts
    assert WorkItem.objects.get(pk=item.id).closed_at is None


def test_an_item_without_a_fact_is_closed_with_a_sentence(client_for: SignIn, town: Town) -> None:
    client = client_for(Role.STREET_CLERK)
    item = WorkItem.objects.create(
        kind="import_conflict", key="import_conflict:1:a:7", owner="民政", area_path=town.wife.area_path, subject_type="import_row",
        subject_id=1, title="民政报送的第7行需要核实：证件号对上的是另一个姓名。", detail={"row": 7, "person_id": town.wife.id},
        opened_at=town.wife.changed_at,
    )  # fmt: skip
    assert "吴秀兰：核实：证件号对上的是另一个姓名" in client.get("/street/").content.decode()
    assert client.post(f"/street/work/{item.id}/outcome/", {"outcome": " "}).status_code == 422
    assert client.post(f"/street/work/{item.id}/outcome/", {"outcome": "姓名登记有误"}).status_code == 302
    item.refresh_from_db()
    assert item.outcome == "姓名登记有误"


def test_the_exported_list_is_the_shown_one_and_is_recorded(client_for: SignIn, town: Town) -> None:
    answer = client_for(Role.STREET_CLERK).get("/street/work/export/", {"owner": "民政"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["姓名", "住在", "要办的事", "部门", "等了多久"]
    assert ["张建明", "小坝镇 · 永丰村", "补“能力等级”", "应由民政提供", "今天新增"] in rows
    assert {row[0] for row in rows[1:]} <= {"张建明", "吴秀兰", "李国华", "王桂兰"}
    entry = AuditEntry.objects.get(action="list.export")
    assert entry.detail["rows"] == len(rows) - 1
    assert entry.detail["filters"] == {"owner": "民政"}


@pytest.mark.parametrize("text", [ID_NUMBER, PHONE])
def test_a_number_is_looked_up_without_standing_in_an_address(client_for: SignIn, town: Town, text: str) -> None:
    client = client_for(Role.STREET_CLERK)
    assert client.post("/street/people/find/", {"q": text})["Location"] == f"/street/people/{town.wife.public_id}/"
    assert client.get("/street/people/", {"q": text}).context["text"] == ""
    missing = client.post("/street/people/find/", {"q": "11010519491231002X"})
    assert missing.status_code == 200
    assert "没有找到这个人" in missing.content.decode()


@pytest.mark.parametrize("text", ["吴秀", "wuxiu"])
def test_a_person_is_found_by_name_and_pinyin(client_for: SignIn, town: Town, text: str) -> None:
    client = client_for(Role.STREET_CLERK)
    found = client.post("/street/people/find/", {"q": text})
    page = client.get(found["Location"]).content.decode()
    assert f'href="/street/people/{town.wife.public_id}/"' in page
    rows = page.split("<tbody>")[1].split("</tbody>")[0]
    assert "000***********002X" in rows
    assert ID_NUMBER not in rows


def test_people_of_another_town_are_not_found(client_for: SignIn, town: Town) -> None:
    client = client_for(Role.STREET_CLERK)
    page = client.get("/street/people/", {"q": "王玉珍"}).content.decode()
    assert "没有找到这个人" in page
    assert str(town.stranger.public_id) not in page
    everybody = client.get("/street/people/export/", {"area": OTHER_TOWN, "format": "csv"}).content.decode("utf-8-sig")
    header = ["姓名", "性别", "年龄（周岁）", "住在", "身份证号", "电话", "备注"]
    assert list(csv.reader(io.StringIO(everybody))) == [header]


def test_a_persons_page_has_decisions_facts_household_and_timeline(client_for: SignIn, town: Town) -> None:
    answer = client_for(Role.STREET_CLERK).get(f"/street/people/{town.wife.public_id}/")
    page = answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert "高龄老年人生活津贴" in page
    assert "李国华" in page
    assert "第一次核算" in page
    assert "觉得不对怎么办" in page
    assert ID_NUMBER not in page
    groups = {group.id: {decision.benefit for decision in group.decisions} for group in answer.context["groups"]}
    assert "age_allowance" in groups["can"]
    assert answer.context["decided"].reproduced is True


@pytest.mark.parametrize("path", ["", "facts/veteran/", "runs/1/"], ids=["page", "correction", "earlier run"])
def test_a_person_of_another_town_is_not_found(client_for: SignIn, town: Town, path: str) -> None:
    answer = client_for(Role.STREET_CLERK).get(f"/street/people/{town.stranger.public_id}/{path}")
    assert answer.status_code == 404
    assert "王玉珍" not in answer.content.decode()


def test_a_field_is_shown_in_clear_once_with_a_reason_that_is_kept(client_for: SignIn, town: Town) -> None:
    client, url = client_for(Role.STREET_CLERK), f"/street/people/{town.wife.public_id}/reveal/"
    asked = {"field": "id_number", "reason": "核对补贴账号", "use": "benefit"}
    assert ID_NUMBER in client.post(url, asked).content.decode()
    assert AuditEntry.objects.get(action="people.reveal").detail["reason"] == "核对补贴账号"
    assert ID_NUMBER not in client.get(f"/street/people/{town.wife.public_id}/").content.decode()
    for wrong in ({"reason": " "}, {"use": ""}, {"use": "curiosity"}, {"use": "referral"}):
        refused = client.post(url, asked | wrong)
        assert refused.status_code == 422
        assert ID_NUMBER not in refused.content.decode()
    elsewhere = client.post(f"/street/people/{town.stranger.public_id}/reveal/", asked)
    assert elsewhere.status_code == 404
    assert AuditEntry.objects.filter(action="people.reveal").count() == 1


def test_a_correction_counts_and_says_what_was_there_before(client_for: SignIn, town: Town) -> None:
    client, url = client_for(Role.STREET_CLERK), f"/street/people/{town.wife.public_id}/facts/assistance/"
    assert "公安" in client.get(url).content.decode()
    wrong = client.post(url, {"value": "rich", "reason": "问过"})
    assert wrong.status_code == 422
    assert 'value="问过"' in wrong.content.decode()
    done = client.post(url, {"value": "dibao", "reason": "看过低保证"})
    assert (done.status_code, done["Location"]) == (302, f"/street/people/{town.wife.public_id}/#facts")
    town.wife.refresh_from_db()
    assert town.wife.facts["assistance"] == "dibao"
    page = client.get(f"/street/people/{town.wife.public_id}/").content.decode()
    assert "看过低保证" in page
    assert "说法不一" in page


def test_an_earlier_run_can_be_opened_with_what_it_was_decided_from(client_for: SignIn, town: Town) -> None:
    answer = client_for(Role.STREET_CLERK).get(f"/street/people/{town.wife.public_id}/runs/{town.run}/")
    assert answer.context["current"] is True
    assert answer.context["decided"].snapshot_sha256 in answer.content.decode()
    assert client_for(Role.STREET_CLERK).get(f"/street/people/{town.wife.public_id}/runs/999999/").status_code == 404


@pytest.mark.parametrize("role", [Role.ASSESSOR, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN])
def test_who_may_not_see_people_gets_no_page_of_this_desk(client_for: SignIn, town: Town, role: Role) -> None:
    client = client_for(role)
    for path in ("/street/", "/street/people/", f"/street/people/{town.wife.public_id}/", "/street/work/export/"):
        assert client.get(path).status_code == 403


def test_files_with_odd_rows_are_listed_where_they_were_sent(client_for: SignIn, town: Town) -> None:
    assert "没有要核实的行" in client_for(Role.STREET_CLERK).get("/street/conflicts/").content.decode()
    assert client_for(Role.STREET_CLERK).get("/street/conflicts/1/").status_code == 404
