"""The import pages: what is listed, sent, shown row by row, confirmed and taken away as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.people import actions as people
from songhe.contexts.people.models import ImportBatch, Person
from songhe.foundation.access import SYSTEM, Role
from songhe.foundation.models import AuditEntry, OutboxEvent
from tests.contexts.people.city import DAY, LI, WANG, ZHANG, resident, table
from tests.web.city import SmallCity

RoleClient = Callable[[Role], Client]
COMMUNITY_CODE = "640381100001"


def _rows() -> list[dict[str, str]]:
    place = {"村(社区)代码": COMMUNITY_CODE}
    return [
        resident(ZHANG, "张桂兰", "H7", 联系电话="13800138000") | place,
        resident("123", "=cmd|x", "H7") | place,
        resident(LI, "李建国", "H7", 联系电话="1380") | place,
    ]


def _sent(city: SmallCity, role: Role = Role.CITY_OFFICER, *, checked: bool = True) -> int:
    batch = people.upload_file(
        accounts.actor_of_user(city.users[role]), department="police", name="公安.csv", content=table(_rows()), stated_on=DAY
    )
    if checked:
        people.check_batch(SYSTEM, batch_id=batch)
    return batch


def _text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def test_without_files_the_list_says_what_to_do(client_for: RoleClient) -> None:
    page = _text(client_for(Role.CITY_OFFICER), "/ops/imports/")
    assert "还没有导入过文件" in page and "/ops/imports/new/" in page


@pytest.mark.parametrize("role", [Role.COMMUNITY_WORKER, Role.PROVIDER_MANAGER, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_who_may_not_import_sees_no_import_page(client_for: RoleClient, city: SmallCity, role: Role) -> None:
    batch, client = _sent(city), client_for(role)
    addresses = (
        "",
        "export/",
        "new/",
        "templates/police/",
        f"{batch}/",
        f"{batch}/progress/",
        f"{batch}/accept/",
        f"{batch}/result/",
        f"{batch}/columns/",
        f"{batch}/rows/1/",
    )
    assert {client.get(f"/ops/imports/{address}").status_code for address in addresses} == {403}


def test_a_clerk_of_a_town_does_not_see_the_city_s_files(client_for: RoleClient, city: SmallCity) -> None:
    batch, clerk = _sent(city), client_for(Role.STREET_CLERK)
    assert "还没有导入过文件" in _text(clerk, "/ops/imports/")
    assert {clerk.get(f"/ops/imports/{batch}/{address}").status_code for address in ("", "progress/", "result/")} == {404}
    own = _sent(city, Role.STREET_CLERK)
    page = _text(clerk, "/ops/imports/")
    assert f"/ops/imports/{own}/" in page and f"/ops/imports/{batch}/" not in page


def test_the_list_shows_counts_that_add_up(client_for: RoleClient, city: SmallCity) -> None:
    _sent(city)
    response = client_for(Role.CITY_OFFICER).get("/ops/imports/")
    line = response.context["lines"][0]
    assert (line.brief.total, line.counts, sum(line.counts)) == (3, (2, 0, 0, 0, 1), 3)
    assert (line.word, line.who, line.brief.department) == ("等待确认", "李文静", "公安")


def test_a_file_is_taken_in_and_waits(client_for: RoleClient) -> None:
    client = client_for(Role.STREET_CLERK)
    sent = {"department": "police", "stated_on": "2026-06-30", "content": SimpleUploadedFile("公安.csv", table(_rows()))}
    response = client.post("/ops/imports/new/", sent)
    batch = ImportBatch.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/ops/imports/{batch.id}/")
    assert (batch.department, batch.file_name, batch.status) == ("公安", "公安.csv", "uploaded")
    page = _text(client, f"/ops/imports/{batch.id}/")
    assert "几秒钟后开始检查" in page and 'http-equiv="refresh"' in page and f'hx-get="/ops/imports/{batch.id}/progress/"' in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"stated_on": ""}, "请填写数据统计到哪一天"),
        ({"stated_on": "2999-01-01"}, "数据日期不能晚于今天"),
        ({"content": None}, "请选择文件"),
        ({"content": SimpleUploadedFile("空.csv", b"")}, "文件是空的"),
        ({"department": "nobody"}, "没有“nobody”的文件格式"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_and_nothing_is_written(
    client_for: RoleClient, change: dict[str, object], sentence: str
) -> None:
    sent = {"department": "police", "stated_on": "2026-06-30", "content": SimpleUploadedFile("公安.csv", table(_rows()))} | change
    response = client_for(Role.CITY_OFFICER).post(
        "/ops/imports/new/", {key: value for key, value in sent.items() if value is not None}
    )
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert ImportBatch.objects.count() == 0


def test_the_columns_of_a_department_are_explained(client_for: RoleClient) -> None:
    response = client_for(Role.CITY_OFFICER).get("/ops/imports/new/?department=civil_affairs")
    columns = {column.header: column for column in response.context["columns"]}
    assert response.context["layout"].label == "民政"
    assert {"低保", "最低生活保障"} <= set(columns["救助类别"].words)
    assert columns["身份证号"].code and "身份证号码" in columns["身份证号"].aliases
    assert columns["姓名"].required and not columns["身份证号"].required


def test_the_empty_file_keeps_codes_as_text_and_is_no_table_itself(client_for: RoleClient, city: SmallCity) -> None:
    client = client_for(Role.CITY_OFFICER)
    plain = client.get("/ops/imports/templates/police/?format=csv").content.decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(plain)))[:3] == ["公民身份号码*", "姓名*", "性别"]
    content = client.get("/ops/imports/templates/police/").content
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["常住人口登记表", "填写说明"]
    assert book.get_sheet_by_name("常住人口登记表").to_python()[0][:3] == ["公民身份号码*", "姓名*", "性别"]
    actor = accounts.actor_of_user(city.users[Role.CITY_OFFICER])
    batch = people.upload_file(actor, department="police", name="空表.xlsx", content=content, stated_on=DAY)
    result = people.check_batch(SYSTEM, batch_id=batch)
    assert (result.status.value, result.total) == ("checked", 0)


def test_every_row_s_verdict_with_reason_and_remedy_and_no_number_in_clear(client_for: RoleClient, city: SmallCity) -> None:
    batch = _sent(city)
    response = client_for(Role.CITY_OFFICER).get(f"/ops/imports/{batch}/")
    page = response.content.decode()
    assert [(tab.word, tab.rows) for tab in response.context["tabs"]] == [
        ("全部", 3), ("新增", 2), ("更新", 0), ("没有变化", 0), ("需要核实", 0), ("不能入库", 1),
    ]  # fmt: skip
    assert "姓名像是公式" in page and "请改成老人的姓名" in page
    assert ZHANG not in page and "13800138000" not in page and LI not in page
    assert 'http-equiv="refresh"' not in page


def test_verdicts_are_filters_in_the_address(client_for: RoleClient, city: SmallCity) -> None:
    batch, client = _sent(city), client_for(Role.CITY_OFFICER)
    refused = client.get(f"/ops/imports/{batch}/?verdict=rejected")
    assert [(row.row, word) for row, _, word in refused.context["rows"]] == [(3, "不能入库")]
    assert "没有这一类的行" in _text(client, f"/ops/imports/{batch}/?verdict=conflict")
    assert len(client.get(f"/ops/imports/{batch}/?verdict=nonsense").context["rows"]) == 3


def test_progress_is_told_and_then_the_page_is_asked_for_again(client_for: RoleClient, city: SmallCity) -> None:
    batch, client = _sent(city, checked=False), client_for(Role.CITY_OFFICER)
    ImportBatch.objects.filter(pk=batch).update(status="checking", progress=20_000)
    response = client.get(f"/ops/imports/{batch}/progress/")
    assert "正在检查，已读 20,000 行" in response.content.decode() and "HX-Refresh" not in response
    ImportBatch.objects.filter(pk=batch).update(status="checked")
    assert client.get(f"/ops/imports/{batch}/progress/")["HX-Refresh"] == "true"


def test_only_who_may_accept_confirms_and_only_after_seeing_the_numbers(client_for: RoleClient, city: SmallCity) -> None:
    batch = _sent(city)
    address, seen = (
        f"/ops/imports/{batch}/accept/",
        {"new": "2", "update": "0", "unchanged": "0", "conflict": "0", "rejected": "1"},
    )
    for role in (Role.SYSTEM_ADMIN, Role.STREET_CLERK):
        assert client_for(role).post(address, seen).status_code == 403
    officer, people_before = client_for(Role.CITY_OFFICER), Person.objects.count()
    stale = officer.post(address, seen | {"new": "1"})
    assert stale.status_code == 409 and "数字变了" in stale.content.decode()
    assert officer.post(address, {}).status_code == 409
    assert (
        ImportBatch.objects.get().status == "checked" and not OutboxEvent.objects.filter(name="people.accept_requested").exists()
    )
    assert "合计" in _text(officer, address)
    response = officer.post(address, seen)
    assert (response.status_code, response["Location"]) == (302, f"/ops/imports/{batch}/")
    assert ImportBatch.objects.get().status == "accepting"
    assert Person.objects.count() == people_before
    assert "正在入库" in _text(officer, f"/ops/imports/{batch}/")
    assert officer.get(address).status_code == 302


def test_the_system_administrator_is_told_who_confirms(client_for: RoleClient, city: SmallCity) -> None:
    batch = _sent(city)
    page = _text(client_for(Role.SYSTEM_ADMIN), f"/ops/imports/{batch}/")
    assert "请市级工作人员看过下面的数字后确认入库" in page and "去确认入库" not in page


def test_a_file_that_cannot_be_read_says_why(client_for: RoleClient, city: SmallCity) -> None:
    actor = accounts.actor_of_user(city.users[Role.CITY_OFFICER])
    batch = people.upload_file(actor, department="police", name="乱.csv", content="甲,乙\n1,2\n".encode(), stated_on=DAY)
    people.check_batch(SYSTEM, batch_id=batch)
    page = _text(client_for(Role.CITY_OFFICER), f"/ops/imports/{batch}/")
    assert "没有找到表头" in page and "改好后重新上传" in page


def _taken(client: Client, address: str) -> list[list[str]]:
    """A csv that the client downloads."""
    response = client.get(address)
    assert response.status_code == 200 and "attachment" in response["Content-Disposition"]
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def test_the_result_file_holds_what_is_asked_for_harmless_and_logged(client_for: RoleClient, city: SmallCity) -> None:
    batch, officer = _sent(city), client_for(Role.CITY_OFFICER)
    rows = _taken(officer, f"/ops/imports/{batch}/result/?rows=problems")
    assert rows[0][-3:] == ["处理结果", "问题", "怎么改"]
    assert (rows[1][1], rows[1][-3]) == ("'=cmd|x", "不能入库")
    assert len(rows) == 2
    masked = str(_taken(client_for(Role.SYSTEM_ADMIN), f"/ops/imports/{batch}/result/?rows=all"))
    assert ZHANG not in masked and "13800138000" not in masked and ZHANG[-4:] in masked
    taken = AuditEntry.objects.filter(action="people.export_results").order_by("seq").values_list("detail", flat=True)
    assert [(found["masked"], found["rows"], found["verdict"]) for found in taken] == [(False, 1, "problems"), (True, 3, "all")]


def test_columns_are_explained_on_the_page_and_the_file_is_checked_again(client_for: RoleClient, city: SmallCity) -> None:
    content = table([{"证件": LI, "老人": "李建国", "户籍": "H7", "村(社区)代码": COMMUNITY_CODE}])
    actor = accounts.actor_of_user(city.users[Role.CITY_OFFICER])
    batch = people.upload_file(actor, department="police", name="甲.csv", content=content, stated_on=DAY)
    people.check_batch(SYSTEM, batch_id=batch)
    officer = client_for(Role.CITY_OFFICER)
    assert f"/ops/imports/{batch}/columns/" in _text(officer, f"/ops/imports/{batch}/")
    page = officer.get(f"/ops/imports/{batch}/columns/")
    rows = {row.heading.label: row for row in page.context["sheets"][0].rows}
    assert (rows["证件"].chosen, rows["证件"].guess) == ("id_number", True)
    assert LI not in page.content.decode()
    said = {rows["证件"].name: "id_number", rows["老人"].name: "name", rows["户籍"].name: "name"}
    assert officer.post(f"/ops/imports/{batch}/columns/", said).status_code == 422
    assert ImportBatch.objects.get(pk=batch).status == "needs_columns"
    said[rows["户籍"].name] = "household_no"
    assert officer.post(f"/ops/imports/{batch}/columns/", said)["Location"] == f"/ops/imports/{batch}/"
    assert people.check_batch(SYSTEM, batch_id=batch).counts["new"] == 1


def test_a_row_is_corrected_or_put_aside_on_its_page(client_for: RoleClient, city: SmallCity) -> None:
    batch, officer = _sent(city), client_for(Role.CITY_OFFICER)
    row = officer.get(f"/ops/imports/{batch}/?verdict=rejected").context["rows"][0][0]
    address = f"/ops/imports/{batch}/rows/{row.id}/"
    assert "只填要改的格子" in _text(officer, address)
    assert officer.post(address, {}).status_code == 422
    wrong = officer.post(address, {"cell-id_number": "456", "cell-name": "王秀英"})
    assert wrong["Location"] == address and "证件号应为18位" in _text(officer, address)
    assert officer.post(f"{address}aside/", {"reason": ""}).status_code == 422
    assert officer.post(f"{address}aside/", {"reason": "退回"})["Location"] == f"/ops/imports/{batch}/"
    assert "已搁置：退回" in _text(officer, f"/ops/imports/{batch}/?verdict=rejected")
    right = officer.post(address, {"cell-id_number": WANG})
    assert right["Location"] == f"/ops/imports/{batch}/"
    assert ImportBatch.objects.get(pk=batch).counts["new"] == 3
    assert client_for(Role.STREET_CLERK).get(address).status_code == 404


def test_the_list_as_a_file(client_for: RoleClient, city: SmallCity) -> None:
    _sent(city)
    content = client_for(Role.CITY_OFFICER).get("/ops/imports/export/").content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content))) == [
        ["文件", "部门", "统计到", "状态", "共（行）", "新增", "更新", "没有变化", "需要核实", "不能入库", "上传人"],
        ["公安.csv", "公安", "2026-06-30", "等待确认", "3", "2", "0", "0", "0", "1", "李文静"],
    ]
    assert AuditEntry.objects.filter(action="list.export").count() == 1


def test_a_file_is_said_to_be_a_whole_list_and_confirmed_with_whom_it_does_not_name(
    client_for: RoleClient, city: SmallCity
) -> None:
    officer = accounts.actor_of_user(city.users[Role.CITY_OFFICER])
    sent = _sent(city)
    people.accept_batch(officer, batch_id=sent)
    aid = table([{"身份证号": WANG, "姓名": "王秀英", "村(社区)代码": COMMUNITY_CODE, "救助类别": "低保"}])
    batch = people.upload_file(officer, department="civil_affairs", name="民政.csv", content=aid, stated_on=DAY)
    people.check_batch(SYSTEM, batch_id=batch)
    client = client_for(Role.CITY_OFFICER)
    assert f"/ops/imports/{batch}/whole/" in _text(client, f"/ops/imports/{batch}/")
    assert "全部社会救助对象" in _text(client, f"/ops/imports/{batch}/whole/")
    assert client.post(f"/ops/imports/{batch}/whole/", {"list": "assistance"}).status_code == 302
    page = _text(client, f"/ops/imports/{batch}/whole/")
    absent = ImportBatch.objects.get(id=batch).complete_counts["absent"]
    assert absent > 0 and "张桂兰" in page and "名单以外的" in page
    exported = client.get(f"/ops/imports/{batch}/whole/export/").content.decode("utf-8-sig")
    assert len(exported.strip().splitlines()) == absent + 1
    confirm = _text(client, f"/ops/imports/{batch}/accept/")
    assert f'name="whole" value="assistance:{absent}"' in confirm
    counts = {str(verdict): str(rows) for verdict, rows in ImportBatch.objects.get(id=batch).counts.items()}
    assert client.post(f"/ops/imports/{batch}/accept/", counts).status_code == 409
    assert ImportBatch.objects.get(id=batch).status == "checked"
    assert client.post(f"/ops/imports/{batch}/accept/", counts | {"whole": f"assistance:{absent}"}).status_code == 302
    assert ImportBatch.objects.get(id=batch).status == "accepting"


def test_who_may_not_let_files_in_cannot_say_that_one_is_whole(client_for: RoleClient, city: SmallCity) -> None:
    batch = _sent(city)
    for address in ("whole/", "whole/export/"):
        assert client_for(Role.COMMUNITY_WORKER).get(f"/ops/imports/{batch}/{address}").status_code in (403, 404)
