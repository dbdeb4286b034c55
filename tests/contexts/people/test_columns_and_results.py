"""Columns that a clerk explains and the system remembers; the result file in the sent layout; rows corrected on the page."""

from __future__ import annotations

import csv
import io

import pytest

from songhe.contexts.people import actions, queries
from songhe.contexts.people.actions import ResultFile
from songhe.contexts.people.errors import BatchNotFound, BatchNotReady, KeyUsedOtherwise, ReasonMissing, RowNotFound
from songhe.contexts.people.models import ImportBatch, ImportRow, Person, SenderMapping
from songhe.contexts.people.queries import Taken
from songhe.foundation.access import Actor
from songhe.foundation.errors import InvalidInput
from songhe.foundation.models import WorkItem
from tests.contexts.people import city
from tests.contexts.people.city import (
    CLERK_B,
    DAY,
    LI,
    OFFICER,
    WANG,
    ZHANG,
    bring_in,
    check,
    codes,
    footprint,
    person_of,
    resident,
    rows_of,
    table,
)
from tests.contexts.people.workbooks import cells_of, sheet_of, workbook

pytestmark = pytest.mark.django_db
ODD = ["证件", "老人", "户籍编号", "社区编码", "健康状况备注"]


@pytest.fixture(autouse=True)
def _city(db: None) -> None:
    city.load_city()


def odd_file(*lines: list[object]) -> bytes:
    return sheet_of(ODD, *lines)


def result(batch: int, *, actor: Actor = OFFICER, rows: str = "all", kind: str = "") -> tuple[ResultFile, bytes]:
    out = io.BytesIO()
    found = actions.export_results(actor, batch_id=batch, into=out, rows=rows, kind=kind)
    return found, out.getvalue()


def test_unknown_columns_are_asked_about_with_likely_answers_and_masked_cells() -> None:
    found = check("公安", odd_file([ZHANG, "张桂兰", "H1", "990101001", "好"]), name="f.xlsx")
    assert found.status == "needs_columns"
    assert found.problem.startswith("缺少必需的列：公民身份号码、姓名、户号。")
    assert ImportRow.objects.count() == 0
    view = queries.columns(OFFICER, batch_id=found.batch_id)
    assert view.open
    headings = {heading.label: heading for heading in view.sheets[0].headings}
    assert (headings["证件"].suggested, headings["证件"].sure) == ("id_number", True)
    assert headings["社区编码"].suggested == "area_code"
    assert headings["证件"].samples == (f"{ZHANG[:3]}{'*' * 13}{ZHANG[-2:]}",)
    assert all(heading.taken is Taken.UNKNOWN for heading in headings.values())


def test_what_is_said_of_columns_is_remembered_when_the_file_is_let_in_and_for_this_sender_only() -> None:
    said = {"证件": "id_number", "老人": "name", "户籍编号": "household_no", "社区编码": "area_code", "健康状况备注": ""}
    first = check("公安", odd_file([ZHANG, "张桂兰", "H1", "990101001", "好"]), name="f.xlsx").batch_id
    actions.say_columns(OFFICER, batch_id=first, columns=said)
    assert ImportBatch.objects.get(id=first).status == "uploaded"
    assert actions.check_batch(OFFICER, batch_id=first).counts["new"] == 1
    assert SenderMapping.objects.count() == 0
    actions.accept_batch(OFFICER, batch_id=first)
    assert SenderMapping.objects.get().columns == said
    second = check("公安", odd_file([LI, "李建国", "H1", "990101001", "一般"]), name="g.xlsx")
    assert second.counts["new"] == 1
    shown = {h.label: h.taken for h in queries.columns(OFFICER, batch_id=second.batch_id).sheets[0].headings}
    assert shown["证件"] is Taken.REMEMBERED and shown["健康状况备注"] is Taken.LEFT_OUT
    assert (
        check("公安", odd_file([WANG, "王秀英", "H2", "990102001", ""]), actor=CLERK_B, name="h.xlsx").status == "needs_columns"
    )
    changed = said | {"老人": ""}
    actions.say_columns(OFFICER, batch_id=second.batch_id, columns=changed)
    assert actions.check_batch(OFFICER, batch_id=second.batch_id).status == "needs_columns"


def test_what_cannot_be_said_of_columns_changes_nothing() -> None:
    batch = check("公安", odd_file([ZHANG, "张桂兰", "H1", "990101001", "好"]), name="f.xlsx").batch_id
    for columns in ({"证件": "diagnosis"}, {"证件": "name", "老人": "name"}):
        with pytest.raises(InvalidInput):
            actions.say_columns(OFFICER, batch_id=batch, columns=columns)
    with pytest.raises(BatchNotFound):
        actions.say_columns(CLERK_B, batch_id=batch, columns={"证件": "id_number"})
    assert ImportBatch.objects.get(id=batch).columns == {}
    done = check("公安", table([resident(ZHANG, "张桂兰", "H1")])).batch_id
    actions.accept_batch(OFFICER, batch_id=done)
    with pytest.raises(BatchNotReady):
        actions.say_columns(OFFICER, batch_id=done, columns={})


def two_sheets() -> bytes:
    def fill(book):  # type: ignore[no-untyped-def]
        first, second = book.add_worksheet("甲"), book.add_worksheet("附注")
        first.write(0, 0, "2026年登记表")
        first.write_row(1, 0, ["户号", "公民身份号码", "姓名", "备注", "村(社区)代码"])
        first.write_row(2, 0, ["0001", ZHANG, "张桂兰", "", "990101001"])
        first.write_string(2, 3, "=1+1 试")
        first.write_row(3, 0, ["0002", "123", "李建国", "-", "990101001"])
        second.write_row(0, 0, ["填表人", "赵"])

    return workbook(fill)


def test_the_result_file_has_the_sent_layout_and_comes_back_corrected() -> None:
    batch = check("公安", two_sheets(), name="登记表.xlsx").batch_id
    found, content = result(batch)
    assert (found.name, found.kind, found.rows, found.masked) == ("公安-常住人口登记表-检查结果", "xlsx", 2, False)
    sheets = cells_of(content)
    assert list(sheets) == ["甲", "附注"] and sheets["附注"] == [["填表人", "赵"]]
    assert sheets["甲"][0][0] == "2026年登记表"
    assert sheets["甲"][1] == ["户号", "公民身份号码", "姓名", "备注", "村(社区)代码", "处理结果", "问题", "怎么改"]
    assert sheets["甲"][2][:6] == ["0001", ZHANG, "张桂兰", "=1+1 试", "990101001", "新增"]
    assert sheets["甲"][3][5] == "不能入库" and "公民身份号码：证件号应为18位" in str(sheets["甲"][3][6])
    _, problems = result(batch, rows="problems")
    kept = cells_of(problems)["甲"]
    assert [row[0] for row in kept] == ["2026年登记表", "户号", "0002"]
    kept[2][1] = LI
    again = check("公安", sheet_of(*kept), name="改好.xlsx")
    assert (again.status, again.counts["new"], again.total) == ("checked", 1, 1)
    assert queries.batch(OFFICER, batch_id=again.batch_id).brief.ignored_columns == ("备注",)
    second = cells_of(result(again.batch_id)[1])["表"]
    assert second[1] == ["户号", "公民身份号码", "姓名", "备注", "村(社区)代码", "处理结果", "问题", "怎么改"]


def test_a_csv_comes_back_as_csv_with_formulas_disarmed_and_readable_again() -> None:
    batch = check("公安", table([resident("123", "=cmd|x", "H1", 备注="+1")])).batch_id
    found, content = result(batch, rows="problems")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert (found.kind, lines[1][1], lines[1][-4]) == ("csv", "'=cmd|x", "'+1")
    assert codes(rows_of(check("公安", content))[0])[1] == "formula"


def test_a_corrected_row_is_judged_anew_alone_and_goes_in_as_corrected() -> None:
    sent = check(
        "公安", table([resident(ZHANG, "张桂兰", "H1"), resident("123", "李建国", "H2"), resident("456", "王秀英", "H3")])
    )
    good, bad, other = rows_of(sent)
    before = footprint()
    view = actions.correct_row(OFFICER, batch_id=sent.batch_id, row_id=bad.id, cells={"id_number": LI})
    assert (view.verdict, view.problems, view.corrected) == ("new", (), ("身份证号",))
    assert footprint() == before
    assert [(row.id, row.verdict) for row in rows_of(sent)] == [(good.id, "new"), (bad.id, "new"), (other.id, "rejected")]
    assert queries.batch(OFFICER, batch_id=sent.batch_id).brief.counts == {
        "new": 2, "update": 0, "unchanged": 0, "conflict": 0, "rejected": 1,
    }  # fmt: skip
    same = actions.correct_row(OFFICER, batch_id=sent.batch_id, row_id=other.id, cells={"id_number": ZHANG})
    assert (same.verdict, same.problems[-1].code, same.problems[-1].reason) == (
        "conflict",
        "row_contradicts",
        "第2行已经是这个人。",
    )
    actions.accept_batch(OFFICER, batch_id=sent.batch_id)
    assert person_of(LI).name == "李建国" and Person.objects.count() == 2
    assert LI not in str(ImportRow.objects.get(id=bad.id).__dict__)
    with pytest.raises(BatchNotReady):
        actions.correct_row(OFFICER, batch_id=sent.batch_id, row_id=other.id, cells={"id_number": WANG})


def test_a_correction_survives_that_the_staged_rows_are_lost() -> None:
    sent = check("公安", table([resident("123", "李建国", "H2")]))
    actions.correct_row(OFFICER, batch_id=sent.batch_id, row_id=rows_of(sent)[0].id, cells={"id_number": LI})
    from songhe.contexts.people.models import StagedRow

    StagedRow.objects.all().delete()
    actions.accept_batch(OFFICER, batch_id=sent.batch_id)
    assert person_of(LI).name == "李建国"


def test_a_row_is_put_aside_with_a_reason_and_nobody_is_asked_to_look() -> None:
    bring_in("公安", [resident(ZHANG, "张桂兰", "H1")])
    sent = check(
        "民政",
        table(
            [{"身份证号": ZHANG, "姓名": "赵大勇", "救助类别": "低保"}, {"身份证号": LI, "姓名": "李建国", "救助类别": "低保"}]
        ),
    )
    row = rows_of(sent)[0]
    assert row.verdict == "conflict"
    with pytest.raises(ReasonMissing):
        actions.set_row_aside(OFFICER, batch_id=sent.batch_id, row_id=row.id, reason=" ")
    view = actions.set_row_aside(OFFICER, batch_id=sent.batch_id, row_id=row.id, reason="查无此人，已退回")
    assert (view.verdict, view.set_aside) == ("conflict", "查无此人，已退回")
    actions.accept_batch(OFFICER, batch_id=sent.batch_id)
    assert WorkItem.objects.filter(kind="import_conflict", closed_at=None).count() == 0
    assert person_of(ZHANG).facts.get("assistance") is None
    with pytest.raises(RowNotFound):
        actions.set_row_aside(OFFICER, batch_id=sent.batch_id, row_id=0, reason="没有")


def test_the_same_request_makes_one_batch_and_the_same_file_says_that_it_came_before() -> None:
    content = table([resident(ZHANG, "张桂兰", "H1")])

    def send(key: str | None, body: bytes = content) -> int:
        return actions.upload_file(OFFICER, department="公安", name="f.csv", content=body, stated_on=DAY, key=key)

    first = send("a")
    assert send("a") == first and ImportBatch.objects.count() == 1
    with pytest.raises(KeyUsedOtherwise):
        send("a", table([resident(LI, "李建国", "H1")]))
    actions.check_batch(OFFICER, batch_id=first)
    actions.accept_batch(OFFICER, batch_id=first)
    before = footprint()
    again = actions.check_batch(OFFICER, batch_id=send("b"))
    assert again.counts == {"new": 0, "update": 0, "unchanged": 1, "conflict": 0, "rejected": 0}
    assert queries.batch(OFFICER, batch_id=again.batch_id).brief.same_as == first
    actions.accept_batch(OFFICER, batch_id=again.batch_id)
    assert footprint() == before
