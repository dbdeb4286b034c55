"""Templates that import without a finding once filled in, and sheets that go to a community and come back."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from songhe.contexts.people import actions, queries
from songhe.contexts.people.errors import ReasonMissing, SheetNotFound, SheetNotOpen
from songhe.contexts.people.models import ImportBatch, SheetRequest
from songhe.foundation import clock
from songhe.foundation.access import Actor, Grant, Role
from songhe.foundation.errors import AccessDenied, InvalidInput
from songhe.foundation.models import AuditEntry, WorkItem
from tests.contexts.people import city
from tests.contexts.people.city import (
    CLERK_B,
    DAY,
    LI,
    OFFICER,
    ROSE,
    WANG,
    ZHANG,
    bring_in,
    check,
    codes,
    footprint,
    person_of,
    rows_of,
)
from tests.contexts.people.workbooks import cells_of

pytestmark = pytest.mark.django_db
WORKER = Actor(21, "红玫社区", "user", (Grant(Role.COMMUNITY_WORKER, ROSE),))
ELSEWHERE = Actor(22, "青松村", "user", (Grant(Role.COMMUNITY_WORKER, city.PINE),))
DEPARTMENTS = ("公安", "民政", "人社", "卫健", "医保", "残联", "退役军人", "社区", "养老机构")


@pytest.fixture(autouse=True)
def _city(db: None) -> None:
    city.load_city()


def test_there_is_a_layout_for_every_department() -> None:
    assert {layout.label for layout in queries.layouts()} == set(DEPARTMENTS)


@pytest.mark.parametrize("department", DEPARTMENTS)
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_filled_template_imports_without_a_finding(department: str, kind: str) -> None:
    city.three_residents()
    made = queries.template_file(department, kind=kind)
    assert made.kind == kind and made.name.endswith("空表")
    empty = check(department, made.content, name=f"空表.{kind}")
    assert (empty.status, empty.total) == ("checked", 0)  # the example row is not read
    mine = {
        "id_number": ZHANG,
        "name": "张桂兰",
        "household_no": "H1",
        "birth_date": "1945-03-01",
        "sex": "女",
        "area_code": "990101001",
        "area_name": "红玫社区",
        "town_name": "玫瑰镇",
    }
    columns = queries.template_columns(department)
    line = [
        mine.get(c.field) or (c.choices[-1] if c.choices and c.field != "alive" else "" if c.field == "death_date" else c.example)
        for c in columns
    ]
    if kind == "csv":
        content = made.content + ",".join(line).encode() + b"\r\n"
    else:
        book = CalamineWorkbook.from_filelike(io.BytesIO(made.content))
        assert book.sheet_names[1] == "填写说明"
        head = book.get_sheet_by_index(0).to_python()[:2]
        out = io.BytesIO()
        with xlsxwriter.Workbook(out) as again:
            sheet = again.add_worksheet(book.sheet_names[0])
            for place, row in enumerate([*head, line]):
                for across, cell in enumerate(row):
                    sheet.write_string(place, across, str(cell))
            again.add_worksheet("填写说明").write_column(0, 0, ["这张表怎么填", "列名"])
        content = out.getvalue()
    result = check(department, content, name=f"填好.{kind}")
    row = rows_of(result)[0]
    assert (row.verdict in ("update", "unchanged"), codes(row)) == (True, [])
    view = queries.batch(OFFICER, batch_id=result.batch_id).brief
    assert (view.notes, view.ignored_columns) == ((), ())


def test_the_workbook_marks_what_must_be_filled_keeps_codes_as_text_and_offers_choices() -> None:
    import zipfile

    archive = zipfile.ZipFile(io.BytesIO(queries.template_file("民政").content))
    sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert 'type="list"' in sheet and "低保,低保边缘" in sheet
    assert cells_of(queries.template_file("民政").content)["社会救助与养老服务对象台账"][0][:2] == ["身份证号", "姓名*"]
    notes = cells_of(queries.template_file("民政").content)["填写说明"]
    assert ["姓名", "必填", "与证件上一样", "王建国", "老人姓名"] in notes


def asked(**more: object) -> int:
    """A sheet for 红玫社区 about 张桂兰 and 李建国."""
    people = [person_of(ZHANG).id, person_of(LI).id]
    made = actions.request_sheet(OFFICER, person_ids=people, fields=["lives_alone", "empty_nest"], reason="核对独居", **more)  # type: ignore[arg-type]
    return made[0].request_id


def filled(content: bytes, answers: dict[str, tuple[str, str]], **change: str) -> bytes:
    """The sheet as a worker sends it back: 独居 and 空巢 by name."""
    lines = cells_of(content)["社区老年人走访登记表"]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("社区老年人走访登记表")
        for place, line in enumerate(lines):
            cells = [str(cell) for cell in line]
            if place and cells[1] in answers:
                cells[-2:] = answers[cells[1]]
                cells[1] = change.get(cells[1], cells[1])
            for across, cell in enumerate(cells):
                sheet.write_string(place, across, cell)
    return out.getvalue()


def test_a_sheet_goes_out_and_comes_back_and_closes_the_request() -> None:
    city.three_residents()
    due = clock.today() + dt.timedelta(days=7)
    request = asked(due_on=due)
    item = WorkItem.objects.get(kind="sheet_request")
    assert (item.area_path, item.due_on, item.title, item.owner) == (ROSE, due, "填报2位老人的资料：核对独居", "社区")
    assert [sheet.state for sheet in queries.sheets(WORKER).items] == ["open"]
    made = actions.download_sheet(WORKER, request_id=request)
    lines = cells_of(made.content)["社区老年人走访登记表"]
    assert lines[0] == ["填报编号", "姓名", "性别", "出生日期", "村(社区)", "身份证号", "独居", "空巢"]
    assert ZHANG not in str(lines) and LI not in str(lines)
    assert {line[1] for line in lines[1:]} == {"张桂兰", "李建国"}
    batch = actions.return_sheet(
        WORKER,
        request_id=request,
        name="填好.xlsx",
        content=filled(made.content, {"张桂兰": ("否", "是"), "李建国": ("否", "是")}),
    )
    assert ImportBatch.objects.get(id=batch).area_paths == [ROSE]
    checked = actions.check_batch(OFFICER, batch_id=batch)
    assert (checked.counts["update"], checked.total) == (2, 2)
    assert [sheet.state for sheet in queries.sheets(WORKER).items] == ["waiting"]
    with pytest.raises((AccessDenied, Exception)):
        actions.accept_batch(WORKER, batch_id=batch)
    actions.accept_batch(OFFICER, batch_id=batch)
    assert person_of(ZHANG).facts["empty_nest"] is True and person_of(LI).facts["lives_alone"] is False
    assert SheetRequest.objects.get().closed_at is not None
    assert WorkItem.objects.get(kind="sheet_request").outcome == "已收回2行，全部处理完。"
    assert queries.sheets(WORKER).items == () and queries.sheets(WORKER, closed=True).items[0].state == "closed"
    with pytest.raises(SheetNotOpen):
        actions.return_sheet(WORKER, request_id=request, name="又.xlsx", content=made.content)
    deeds = AuditEntry.objects.filter(action__startswith="people.", subject_type="sheet_request").order_by("seq")
    assert [entry.action for entry in deeds] == ["people.request_sheet", "people.download_sheet", "people.return_sheet"]


def test_a_sheet_sent_by_the_town_answers_the_request_too_and_stays_open_for_rows_left() -> None:
    city.three_residents()
    request = asked()
    made = actions.download_sheet(OFFICER, request_id=request)
    sent = filled(made.content, {"张桂兰": ("否", "是"), "李建国": ("不对", "是")})
    result = check("社区", sent, name="填好.xlsx", on=DAY)
    assert sorted(row.verdict for row in rows_of(result)) == ["rejected", "update"]
    actions.accept_batch(OFFICER, batch_id=result.batch_id)
    assert SheetRequest.objects.get().closed_at is None
    detail = queries.sheet(OFFICER, request_id=request)
    assert [problem.problems[0].code for problem in detail.problems] == ["not_in_list"]


def test_rows_out_of_step_with_their_numbers_are_refused() -> None:
    city.three_residents()
    made = actions.download_sheet(OFFICER, request_id=asked())
    mixed = filled(made.content, {"张桂兰": ("否", "是"), "李建国": ("否", "是")}, 张桂兰="李建国", 李建国="张桂兰")
    result = check("社区", mixed, name="错行.xlsx")
    assert [codes(row) for row in rows_of(result)] == [["token_differs"], ["token_differs"]]
    foreign = check("社区", mixed, name="错行.xlsx", actor=CLERK_B)
    assert all(codes(row)[0] == "token_unknown" for row in rows_of(foreign))


def test_who_may_ask_about_whom() -> None:
    city.three_residents()
    before = footprint()
    people = [person_of(ZHANG).id]
    for actor, error in ((WORKER, AccessDenied), (CLERK_B, InvalidInput)):
        with pytest.raises(error):
            actions.request_sheet(actor, person_ids=people, fields=["lives_alone"], reason="核对")
    with pytest.raises(ReasonMissing):
        actions.request_sheet(OFFICER, person_ids=people, fields=["lives_alone"], reason=" ")
    for fields in ([], ["id_number"], ["dementia"]):
        with pytest.raises(InvalidInput):
            actions.request_sheet(OFFICER, person_ids=people, fields=fields, reason="核对")
    with pytest.raises(InvalidInput):
        actions.request_sheet(OFFICER, person_ids=people, fields=["lives_alone"], reason="核对", due_on=dt.date(2020, 1, 1))
    assert (SheetRequest.objects.count(), WorkItem.objects.count()) == (0, 0)
    request = asked()
    for deed in (actions.download_sheet, queries.sheet):
        with pytest.raises(SheetNotFound):
            deed(ELSEWHERE, request_id=request)
    assert footprint() == before


def test_one_sheet_a_community_and_whom_nobody_has_spoken_of() -> None:
    city.three_residents()
    bring_in("社区", [{"身份证号": LI, "姓名": "李建国", "助餐需求": "否"}])
    lacking = queries.people_lacking(OFFICER, variable="needs_meals")
    assert set(lacking.person_ids) == {person_of(ZHANG).id, person_of(WANG).id} and not lacking.more
    made = actions.request_sheet(OFFICER, person_ids=lacking.person_ids, fields=["needs_meals"], reason="补助餐需求")
    assert [(sheet.area_path, sheet.people) for sheet in made] == [(ROSE, 1), (city.PINE, 1)]
    assert queries.people_lacking(OFFICER, variable="needs_meals", area_path=city.PINE).person_ids == (person_of(WANG).id,)


def test_a_person_without_a_number_is_met_by_the_row_s_own() -> None:
    city.three_residents()
    nameless = person_of(WANG)
    nameless.id_sealed = nameless.id_index = None
    nameless.save()
    made = actions.request_sheet(OFFICER, person_ids=[nameless.id], fields=["lives_alone"], reason="核对")
    content = actions.download_sheet(OFFICER, request_id=made[0].request_id).content
    lines = cells_of(content)["社区老年人走访登记表"]
    assert lines[1][5] == "没有"
    lines[1][-1] = "是"
    from tests.contexts.people.workbooks import sheet_of

    result = check("社区", sheet_of(*lines), name="f.xlsx")
    assert [(row.verdict, row.person_id) for row in rows_of(result)] == [("update", nameless.id)]
