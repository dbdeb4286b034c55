"""What real files look like: damaged numbers, odd dates, encodings, merged headers. Every problem is told, in one pass, and nothing is written."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable

import pytest
import xlsxwriter

from songhe.contexts.people import actions, queries
from songhe.contexts.people.errors import UnknownDepartment
from songhe.contexts.people.models import ImportBatch, Person
from songhe.foundation.errors import InvalidInput
from tests.contexts.people import city
from tests.contexts.people.city import DAY, LI, OFFICER, WANG, ZHANG, check, codes, person_of, resident, rows_of, table

pytestmark = pytest.mark.django_db
HEADERS = ("公民身份号码", "姓名", "户号", "村(社区)代码", "人员状态")


@pytest.fixture(autouse=True)
def _city(db: None) -> None:
    city.load_city()


def workbook(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    """An xlsx file."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    fill(book)
    book.close()
    return out.getvalue()


def test_all_problems_of_a_row_are_told_at_once() -> None:
    bad = resident(
        "1.10105E+17", "=HYPERLINK(1)", "", 性别="雌", 联系电话="12", **{"村(社区)代码": "1", "死亡日期": "2026-02-30"}
    )
    row = rows_of(check("公安", table([bad])))[0]
    assert row.verdict == "rejected"
    assert codes(row) == [
        "id_scientific_notation", "formula", "missing", "not_in_list", "phone_wrong_length", "date_impossible", "area_unknown",
    ]  # fmt: skip
    said = {problem["code"]: problem for problem in row.problems}
    assert said["date_impossible"]["column"] == "死亡日期" and said["date_impossible"]["value"] == "2026-02-30"
    assert said["not_in_list"]["remedy"] == "请填：男、女。"
    assert said["phone_wrong_length"]["level"] == "notice"
    assert all(problem["reason"] and problem["remedy"] for problem in row.problems)
    assert Person.objects.count() == 0


def test_a_masked_value_stands_in_the_problem_and_no_sensitive_one() -> None:
    wrong = ZHANG[:-1] + ("1" if ZHANG[-1] != "1" else "2")
    result = check("公安", table([resident(wrong, "张桂兰", "H1", 联系电话="1380013")]))
    row = rows_of(result)[0]
    assert codes(row)[0] == "id_wrong_check_digit"
    assert wrong not in str(row.problems) and "1380013" not in str(row.problems)
    shown = queries.batch(OFFICER, batch_id=result.batch_id, verdict="rejected").rows.items[0]
    assert dict(shown.content)["公民身份号码"] == f"000***********{wrong[-4:]}" and dict(shown.content)["姓名"] == "张桂兰"


def test_fifteen_digits_are_extended_with_a_notice() -> None:
    old = ZHANG[:6] + ZHANG[8:17]
    result = check("公安", table([resident(old, "张桂兰", "H1")]))
    row = rows_of(result)[0]
    assert (row.verdict, codes(row)) == ("new", ["id_extended"])
    actions.accept_batch(OFFICER, batch_id=result.batch_id)
    assert person_of(ZHANG).name == "张桂兰"


def test_gb18030_and_semicolons() -> None:
    content = table([resident(ZHANG, "张桂兰", "H1", 住址="𠮷祥街1号")], encoding="gb18030").replace(b",", b";")
    result = check("公安", content)
    assert result.counts["new"] == 1
    actions.accept_batch(OFFICER, batch_id=result.batch_id)
    assert actions.reveal(OFFICER, person_id=person_of(ZHANG).id, field="address", reason="核对") == "𠮷祥街1号"


def test_a_workbook_with_title_merged_header_hidden_sheet_and_numbers() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("花名册")
        sheet.merge_range(0, 0, 0, 4, "2026年常住人口登记表")
        sheet.merge_range(1, 0, 2, 0, "公民身份号码")
        sheet.merge_range(1, 1, 2, 1, "姓名")
        sheet.merge_range(1, 2, 1, 4, "登记情况")
        sheet.write_row(2, 2, ["户号", "村(社区)代码", "人员状态"])
        sheet.write_row(3, 0, [ZHANG, "张 桂兰", 7, 990101001, "正常"])
        sheet.write_number(4, 0, 110105194304150011)
        sheet.write_row(4, 1, ["李建国", "H1", "990101001", "正常"])
        hidden = book.add_worksheet("旧表")
        hidden.write_row(0, 0, HEADERS)
        hidden.write_row(1, 0, [WANG, "王秀英", "H2", "990101001", "正常"])
        hidden.hide()

    result = check("公安", workbook(fill), name="表.xlsx")
    first, second = rows_of(result)
    assert (first.sheet, first.row, first.verdict) == ("花名册", 4, "new")
    assert (second.row, second.verdict) == (5, "rejected") and codes(second)[0] == "id_scientific_notation"
    actions.accept_batch(OFFICER, batch_id=result.batch_id)
    assert person_of(ZHANG).name == "张桂兰" and person_of(ZHANG).household.key == "7"


def test_dates_in_every_way_of_writing_them() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [*HEADERS, "出生日期"])
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for i, text in enumerate(["1945-03-01", "1945/3/1", "1945.03.01", "19450301", "1945年3月1日", 19450301]):
            sheet.write_row(i + 1, 0, [city.id_number("19450301", i + 1), "张三", f"H{i}", "990101001", "正常", text])
        sheet.write_row(7, 0, [city.id_number("19450301", 7), "张三", "H7", "990101001", "正常"])
        sheet.write_datetime(7, 5, dt.datetime(1945, 3, 1), day)  # noqa: DTZ001 - a workbook knows no zone
        sheet.write_row(8, 0, [city.id_number("19450301", 8), "张三", "H8", "990101001", "正常", "1945-03-02"])

    rows = rows_of(check("公安", workbook(fill), name="f.xlsx"))
    assert [row.verdict for row in rows] == ["new"] * 7 + ["rejected"]
    assert codes(rows[7]) == ["birth_differs_from_id"]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"\x00\x01\x02\xff\xfe" * 50, "f.csv", "编码认不出来"),
        ("甲,乙\n1,2\n".encode(), "f.csv", "没有找到表头"),
        ("姓名,户号\n张三,H1\n".encode(), "f.csv", "缺少必需的列：公民身份号码"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, name: str, words: str) -> None:
    batch_id = actions.upload_file(OFFICER, department="公安", name=name, content=content, stated_on=DAY)
    result = actions.check_batch(OFFICER, batch_id=batch_id)
    assert result.status == "failed" and words in result.problem
    assert queries.list_batches(OFFICER).items[0].problem == result.problem
    assert Person.objects.count() == 0


def test_refused_uploads_leave_no_batch() -> None:
    with pytest.raises(UnknownDepartment):
        actions.upload_file(OFFICER, department="海关", name="f.csv", content=b"x", stated_on=DAY)
    with pytest.raises(InvalidInput):
        actions.upload_file(OFFICER, department="公安", name="f.csv", content=b"", stated_on=DAY)
    with pytest.raises(InvalidInput):
        actions.upload_file(OFFICER, department="公安", name="f.csv", content=b"x", stated_on=dt.date(2200, 1, 1))
    assert ImportBatch.objects.count() == 0


def test_unknown_columns_are_named_and_empty_rows_passed_over() -> None:
    content = table([resident(ZHANG, "张桂兰", "H1", 备注="甲"), {"姓名": ""}, resident(LI, "李建国", "H1")])
    result = check("公安", content)
    assert result.total == 2
    assert queries.batch(OFFICER, batch_id=result.batch_id).brief.ignored_columns == ("备注",)
    assert [row.row for row in rows_of(result)] == [2, 4]


def test_a_village_of_an_ambiguous_or_unknown_name_is_told() -> None:
    rows = [
        resident(ZHANG, "张桂兰", "H1", **{"村(社区)代码": "", "村(社区)": "青松", "所属镇街": "松树镇"}),
        resident(LI, "李建国", "H1", **{"村(社区)代码": "", "村(社区)": "青松", "所属镇街": "玫瑰镇"}),
        resident(WANG, "王秀英", "H2", **{"村(社区)代码": ""}),
    ]
    found = rows_of(check("公安", table(rows)))
    assert [(row.verdict, codes(row)) for row in found] == [
        ("new", []),
        ("rejected", ["area_unknown"]),
        ("rejected", ["area_missing"]),
    ]


def test_a_cell_that_says_nothing_leaves_the_fact_unknown_and_the_row_good() -> None:
    result = check("公安", table([resident(ZHANG, "张桂兰", "H1", 本市户籍="不详", 常住本市="是")]))
    row = rows_of(result)[0]
    assert row.verdict == "new"
    assert codes(row) == ["says_nothing"]
    actions.accept_batch(OFFICER, batch_id=result.batch_id)
    facts = person_of(ZHANG).facts
    assert "registered_here" not in facts
    assert facts["resident_here"] is True
