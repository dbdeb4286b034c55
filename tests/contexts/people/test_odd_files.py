"""Files as they really come: the wrong kind, hidden and merged parts, headers twice, damaged numbers and dates. Each is told in one sentence."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter

from songhe.contexts.people import actions, queries
from songhe.contexts.people.errors import UnreadableFile
from songhe.contexts.people.models import ImportBatch, ImportRow, Person
from tests.contexts.people import city
from tests.contexts.people.city import DAY, LI, OFFICER, WANG, ZHANG, bring_in, check, codes, resident, rows_of, table
from tests.contexts.people.workbooks import FILES, sheet_of, workbook

pytestmark = pytest.mark.django_db
HEADERS = ["公民身份号码", "姓名", "户号", "村(社区)代码", "人员状态"]
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504  # begins a container of the old kind
LINE = [ZHANG, "张桂兰", "H1", "990101001", "正常"]


@pytest.fixture(autouse=True)
def _city(db: None) -> None:
    city.load_city()


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b" \r\n\r\n", "空.csv", "文件里没有内容"),
        (b"%PDF-1.7 ...", "名册.xlsx", "这是PDF 文件"),
        (b"\x89PNG\r\n\x1a\n....", "名册.xlsx", "这是图片"),
        (b"PK\x03\x04 cut off", "名册.xlsx", "没有传完或已损坏"),
        (zipped("word/document.xml"), "名册.xlsx", "这是 Word 文件"),
        (zipped("content.xml"), "名册.xlsx", "这是 ods 表格"),
        (zipped("xl/workbook.bin"), "名册.xlsx", "二进制的 xlsb"),
        (zipped("名册.xlsx"), "名册.zip", "这是压缩包"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "名册.xls", "其实是网页"),
        (OLD + "EncryptedPackage".encode("utf-16-le") + b"\0" * 99, "名册.xlsx", "设了打开密码"),
        (OLD + b"\0" * 600, "名册.xls", "这不是表格文件"),
    ],
)
def test_what_is_no_table_is_named_and_refused_before_anything_is_written(content: bytes, name: str, words: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        actions.upload_file(OFFICER, department="公安", name=name, content=content, stated_on=DAY)
    assert words in refused.value.sentence and refused.value.next_step.startswith("请")
    assert ImportBatch.objects.count() == 0


def test_an_old_workbook_is_read() -> None:
    result = check("公安", (FILES / "old.xls").read_bytes(), name="名册.xls")
    assert result.counts["new"] == 2
    assert [(row.sheet, row.row) for row in rows_of(result)] == [("名册", 2), ("名册", 3)]


def test_a_workbook_of_another_office_program_with_hidden_and_merged_parts() -> None:
    result = check("公安", (FILES / "libreoffice.xlsx").read_bytes(), name="手工表.xlsx")
    found = {row.row: (row.verdict, codes(row)) for row in rows_of(result)}
    assert found == {
        6: ("new", []),
        7: ("new", ["row_hidden", "cell_merged"]),
        8: ("rejected", ["id_scientific_notation", "date_impossible"]),
    }
    notes = queries.batch(OFFICER, batch_id=result.batch_id).brief.notes
    assert notes == (
        "隐藏的工作表没有读：旧名册。要读的话，请取消隐藏后重新上传。",
        "工作表“手工名册”有1行是隐藏的（可能开着筛选），也读了，每行都有提醒。",
        "这些工作表里没有找到合适的表头，没有读：备注。",
    )
    actions.accept_batch(OFFICER, batch_id=result.batch_id)
    assert set(Person.objects.values_list("household__key", flat=True)) == {"H1"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_usual_encoding(encoding: str) -> None:
    result = check("公安", table([resident(ZHANG, "张桂兰", "H1")], encoding=encoding))
    assert result.counts["new"] == 1


def test_a_name_that_says_something_else_is_told() -> None:
    result = check("公安", sheet_of(HEADERS, LINE), name="名册.csv")
    assert result.counts["new"] == 1
    assert queries.batch(OFFICER, batch_id=result.batch_id).brief.notes == (
        "文件名写的是“csv”，内容其实是xlsx 表格，已按内容读。",
    )


def test_a_table_that_does_not_begin_in_the_first_cell() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(4, 2, HEADERS)
        sheet.write_row(5, 2, LINE)

    row = rows_of(check("公安", workbook(fill), name="f.xlsx"))[0]
    assert (row.row, row.verdict) == (6, "new")


def test_several_sheets_are_read_and_the_others_named() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        for name, line in (("甲镇", LINE), ("乙镇", [LI, "李建国", "H2", "990102001", "正常"])):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEADERS)
            sheet.write_row(1, 0, line)
        book.add_worksheet("统计").write_row(0, 0, ["合计", 2])
        book.add_worksheet("Sheet4")

    result = check("公安", workbook(fill), name="f.xlsx")
    assert [(row.sheet, row.verdict) for row in rows_of(result)] == [("甲镇", "new"), ("乙镇", "new")]
    assert queries.batch(OFFICER, batch_id=result.batch_id).brief.notes == ("这些工作表里没有找到合适的表头，没有读：统计。",)


def test_a_header_without_rows_is_told() -> None:
    result = check("公安", table([], headers=HEADERS))
    assert (result.status, result.total) == ("checked", 0)
    assert queries.batch(OFFICER, batch_id=result.batch_id).brief.notes == ("表头下面没有内容，一行也没有读到。",)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1.10105E+17", "id_scientific_notation"),
        (110105194512310021.0, "id_scientific_notation"),
        (ZHANG[:15] + "000", "id_digits_lost"),
        (ZHANG[:17], "id_wrong_length"),
        ("1101051945AB310021", "id_wrong_characters"),
        (ZHANG[:6] + "19450230" + ZHANG[14:], "id_impossible_birth_date"),
        ("110***********0021", "id_masked"),
    ],
)
def test_a_damaged_number_is_told_from_a_mistyped_one(written: object, code: str) -> None:
    row = rows_of(check("公安", sheet_of(HEADERS, [written, *LINE[1:]]), name="f.xlsx"))[0]
    assert (row.verdict, codes(row)[0]) == ("rejected", code)
    assert row.problems[0]["reason"] and row.problems[0]["remedy"]


@pytest.mark.parametrize(
    "written",
    [
        f" {ZHANG} ",
        f"'{ZHANG}",
        ZHANG.lower(),
        ZHANG.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        f"\u3000{ZHANG}\n",
    ],
)
def test_a_number_that_only_looks_different_is_taken(written: str) -> None:
    assert check("公安", sheet_of(HEADERS, [written, *LINE[1:]]), name="f.xlsx").counts["new"] == 1


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2023-02-30", "date_impossible"),
        ("1899-12-31", "date_implausible"),
        ("2999-01-01", "date_implausible"),
        ("45-03-01", "date_two_digit_year"),
        ("45年3月1日", "date_two_digit_year"),
        (16497, "date_serial"),
        (16497.5, "date_serial"),
        ("去年冬天", "date_unreadable"),
    ],
)
def test_an_impossible_date_says_what_it_is(written: object, code: str) -> None:
    row = rows_of(check("公安", sheet_of([*HEADERS, "死亡日期"], [*LINE, written]), name="f.xlsx"))[0]
    assert (row.verdict, codes(row)) == ("rejected", [code])


def test_a_header_that_stands_twice_is_asked_about_and_nothing_is_guessed() -> None:
    content = sheet_of([*HEADERS, "证件号码"], [*LINE, WANG])
    result = check("公安", content, name="f.xlsx")
    assert result.status == "needs_columns"
    assert result.problem == "“公民身份号码”有2列：“公民身份号码”、“证件号码”，不知道用哪一列。请告诉系统这些列是什么意思。"
    assert ImportRow.objects.count() == 0
    actions.say_columns(OFFICER, batch_id=result.batch_id, columns={"证件号码": ""})
    assert actions.check_batch(OFFICER, batch_id=result.batch_id).counts["new"] == 1


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(1)"])
def test_a_formula_in_a_text_is_refused(text: str) -> None:
    row = rows_of(check("公安", table([resident(ZHANG, "张桂兰", "H1", 住址=text)])))[0]
    assert (row.verdict, codes(row)) == ("rejected", ["formula"])
    assert Person.objects.count() == 0


def test_two_hundred_thousand_rows_are_read_and_told() -> None:
    bring_in("公安", [resident(ZHANG, "张桂兰", "H1")])
    lines = "\n".join(f"{ZHANG[:-1]}{i % 10},甲{i}" for i in range(200_000))
    result = check("人社", f"身份证号,姓名\n{lines}\n".encode())
    assert result.total == 200_000
    assert sum(result.counts.values()) == 200_000
