"""Files of a register: every row answers, the same file twice changes nothing, and what comes out can go in again."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
import xlsxwriter

from songhe.contexts.people.models import Person
from songhe.contexts.registers import actions, facts, queries
from songhe.contexts.registers.errors import FileNotReady, FileRefused, RegisterUnknown
from songhe.contexts.registers.models import Entry, EntryChange
from songhe.contexts.registers.words import Verdict
from songhe.foundation.errors import AccessDenied
from tests.contexts.registers.trial_city import (
    CLERK_A,
    CLERK_B,
    DAY,
    OFFICER,
    PINE,
    ROSE,
    STRANGER,
    TOWN_A,
    WORKER_A,
    elder,
    number_of,
    table,
)


def _row(order: int, name: str, **cells: str) -> dict[str, str]:
    return {"姓名": name, "身份证号": number_of(order), **cells}


def _counts(new: int = 0, update: int = 0, unchanged: int = 0, rejected: int = 0) -> dict[Verdict, int]:
    return dict(zip(Verdict, (new, update, unchanged, rejected), strict=True))


def _import(rows: list[dict[str, str]], register: str = "visits") -> dict[Verdict, int]:
    return dict(actions.import_entries(OFFICER, register=register, name="f.csv", content=table(rows)).counts)


def test_a_check_touches_nothing_and_acceptance_lets_the_good_rows_in(zhang: Person) -> None:
    rows = [
        _row(1, "张桂兰", 上门间隔="每周", 结对人电话="13900001234", 慰问金="1,280.5", 完成比例="75.5", 急需="√", 上次上门="2026年11月1日"),
        _row(9, "查无此人"),
    ]  # fmt: skip
    checked = actions.check_file(CLERK_A, register="visits", name="台账.csv", content=table(rows))
    assert checked.counts == _counts(new=1, rejected=1)
    assert Entry.objects.count() == 0
    accepted = actions.accept_file(CLERK_A, file_id=checked.file_id)
    assert accepted.counts == checked.counts
    row = Entry.objects.get()
    assert row.values == {"every": "week", "gift": 128050, "share": "75.5", "urgent": True, "last": "2026-11-01"}
    assert (row.person_id, row.state, row.opened_on) == (zhang.id, "open", DAY)
    (change,) = queries.history(CLERK_A, entry_id=row.id)
    assert change.from_file
    with pytest.raises(FileNotReady):
        actions.accept_file(CLERK_A, file_id=checked.file_id)


def test_the_same_file_twice_changes_nothing(trial: Path) -> None:
    elder(1, "张桂兰")
    elder(2, "王玉珍", PINE)
    rows = [
        _row(1, "张桂兰", 上门间隔="每周", 结对人电话="13900001234", 登记日期="2026-01-05"),
        _row(2, "王玉珍", 状态="已退出", 登记日期="2025-01-05", 结束日期="2026-02-01"),
    ]
    assert _import(rows) == _counts(new=2)
    before = list(Entry.objects.order_by("id").values())
    history = EntryChange.objects.count()
    assert _import(rows) == _counts(unchanged=2)
    assert list(Entry.objects.order_by("id").values()) == before
    assert EntryChange.objects.count() == history == 2


def test_every_fault_of_every_row_is_told_in_one_pass(trial: Path) -> None:
    elder(1, "张桂兰")
    elder(2, "王玉珍", PINE)
    rows = [
        _row(1, "张桂花", 上门间隔="每天", 上次上门="2026-02-30", 应去次数="-1", 结对人电话="=cmd()"),
        _row(2, "王玉珍"),
        {"姓名": "没有号码"},
        {"姓名": "坏号码", "身份证号": "1.10105E+17"},
        _row(1, "张桂兰", 应去次数="1", 已去次数="2"),
        _row(1, "张桂兰", 状态="已结对"),
        _row(1, "张桂兰", 状态="失踪"),
    ]
    checked = actions.check_file(CLERK_A, register="visits", name="f.csv", content=table(rows))
    assert checked.counts == _counts(rejected=7)
    view = queries.register_file(CLERK_A, file_id=checked.file_id)
    told = [[(p.column, p.code, p.value) for p in row.problems] for row in view.rows.items]
    assert [row.row for row in view.rows.items] == [2, 3, 4, 5, 6, 7, 8]
    assert told[0] == [
        ("上门间隔", "value_unreadable", "每天"), ("结对人电话", "value_unreadable", "••••"), ("应去次数（次）", "value_unreadable", "-1"),
        ("上次上门", "value_unreadable", "2026-02-30"), ("姓名", "name_differs", "张桂花"),
    ]  # fmt: skip
    assert [code for _, code, _ in told[1]] == ["person_unknown"]  # lives in the other town
    assert [code for _, code, _ in told[2]] == ["id_missing"]
    assert [code for _, code, _ in told[3]] == ["id_damaged"] or told[3][0][1].startswith("id_")
    assert [code for _, code, _ in told[4]] == ["repeated", "incomplete"]
    assert [code for _, code, _ in told[5]] == ["repeated", "incomplete"]
    assert [code for _, code, _ in told[6]] == ["state_unknown", "repeated"]
    assert all(p.reason and p.remedy for row in view.rows.items for p in row.problems)
    actions.accept_file(CLERK_A, file_id=checked.file_id)
    assert Entry.objects.count() == 0


def test_a_state_changes_by_a_move_only(zhang: Person) -> None:
    assert _import([_row(1, "张桂兰", 结对人="李志愿")]) == _counts(new=1)
    assert _import([_row(1, "张桂兰", 状态="已结对")]) == _counts(update=1)
    assert Entry.objects.get().state == "paired"
    refused = [_row(1, "张桂兰", 状态="已退出")]
    checked = actions.check_file(OFFICER, register="visits", name="f.csv", content=table(refused))
    (row,) = queries.register_file(OFFICER, file_id=checked.file_id).rows.items
    assert [(p.column, p.code) for p in row.problems] == [("变更原因", "reason_missing")]
    assert _import([_row(1, "张桂兰", 状态="已退出", 变更原因="搬走了")]) == _counts(update=1)
    assert Entry.objects.get().closed_on == DAY
    assert [change.move for change in queries.history(OFFICER, entry_id=Entry.objects.get().id)] == ["退出", "结对", ""]
    worker = actions.check_file(WORKER_A, register="visits", name="f.csv", content=table([_row(1, "张桂兰")]))
    assert worker.counts == _counts(new=1)  # the person's entry is over, so a new one begins


def test_a_community_worker_cannot_end_an_entry_by_a_file(zhang: Person) -> None:
    _import([_row(1, "张桂兰")])
    rows = [_row(1, "张桂兰", 状态="已退出", 变更原因="搬走了")]
    checked = actions.check_file(WORKER_A, register="visits", name="f.csv", content=table(rows))
    (row,) = queries.register_file(WORKER_A, file_id=checked.file_id).rows.items
    assert [p.code for p in row.problems] == ["move_not_allowed"]


def test_an_empty_cell_erases_nothing(zhang: Person) -> None:
    _import([_row(1, "张桂兰", 结对人="李志愿", 结对人电话="139")])
    assert _import([_row(1, "张桂兰", 结对人="", 结对人电话="", 上门间隔="每月")]) == _counts(update=1)
    row = Entry.objects.get()
    assert row.values == {"helper": "李志愿", "every": "month"}
    assert actions.reveal_field(OFFICER, entry_id=row.id, field="helper_phone", reason="核对") == "139"


def test_a_result_file_can_be_corrected_and_sent_again(trial: Path) -> None:
    elder(1, "张桂兰")
    elder(2, "王玉珍")
    rows = [_row(1, "张桂兰", 上门间隔="每周"), _row(2, "王玉珍", 上门间隔="每天")]
    checked = actions.check_file(CLERK_A, register="visits", name="f.csv", content=table(rows))
    result = queries.file_result(CLERK_A, file_id=checked.file_id)
    assert [line[-2] for line in result.rows] == ["新增", "不能入库"]
    assert result.rows[1][-1] == "上门间隔：“上门间隔”没有“每天”这种写法。请填：每周、每月。"
    mended = [dict(zip(result.header, line, strict=True)) for line in result.rows]
    mended[1]["上门间隔"] = "每月"
    again = actions.check_file(CLERK_A, register="visits", name="f.csv", content=table(mended))
    assert again.counts == _counts(new=2)
    assert queries.register_file(CLERK_A, file_id=again.file_id).brief.ignored_columns == ()
    others = queries.file_result(OFFICER, file_id=checked.file_id)
    assert others.rows[0][2] == number_of(1)[:6] + "*" * 8 + number_of(1)[-4:] or "*" in others.rows[0][2]


def test_an_entry_is_named_by_its_number(zhang: Person) -> None:
    _import([_row(1, "张桂兰", 结对人="李志愿")])
    entry = Entry.objects.get()
    assert _import([{"台账编号": str(entry.id), "上门间隔": "每周"}]) == _counts(update=1)
    assert Entry.objects.get().values == {"helper": "李志愿", "every": "week"}
    assert _import([{"台账编号": "999999", "上门间隔": "每周"}]) == _counts(rejected=1)


def test_a_workbook_with_a_title_and_a_hidden_sheet_is_read(trial: Path) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        hidden = book.add_worksheet("旧")
        hidden.write_row(0, 0, ["名称", "年度", "所在区划"])
        hidden.write_row(1, 0, ["旧的", 2020, "玫瑰镇"])
        sheet = book.add_worksheet("今年")
        sheet.activate()
        hidden.hide()
        sheet.write(0, 0, "活动室统计表")
        sheet.write_row(2, 0, ["名称", "年度", "座位", "所在区划", "备注栏"])
        sheet.write_row(3, 0, ["一号", 2026, 120, "玫瑰镇", "好"])
        sheet.write_row(5, 0, ["二号", 2026.0, 80, "990102001", ""])
        sheet.write_row(6, 0, ["三号", 2026, 1.5, "乌有镇", ""])
    checked = actions.import_entries(OFFICER, register="halls", name="f.xlsx", content=out.getvalue())
    assert checked.counts == _counts(new=2, rejected=1)
    assert list(Entry.objects.order_by("id").values_list("area_path", "values")) == [
        (TOWN_A, {"name": "一号", "year": 2026, "seats": 120}),
        (PINE, {"name": "二号", "year": 2026, "seats": 80}),
    ]
    view = queries.register_file(OFFICER, file_id=checked.file_id, verdict=Verdict.REJECTED)
    assert [(row.sheet, row.row, [p.code for p in row.problems]) for row in view.rows.items] == [
        ("今年", 7, ["value_unreadable", "place_unknown"])
    ]
    assert view.brief.ignored_columns == ("备注栏",)


def test_gb18030_and_the_senders_own_area_where_none_is_named(trial: Path) -> None:
    rows = [{"名称": "一号", "年度": "2026"}]
    done = actions.import_entries(CLERK_A, register="halls", name="f.csv", content=table(rows, "gb18030"))
    assert done.counts == _counts(new=1)
    assert Entry.objects.get().area_path == TOWN_A
    outside = actions.check_file(CLERK_B, register="halls", name="g.csv", content=table([{**rows[0], "所在区划": "红玫社区"}]))
    (row,) = queries.register_file(CLERK_B, file_id=outside.file_id).rows.items
    assert [p.code for p in row.problems] == ["outside"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (table([{"甲": "1", "乙": "2"}]), "没有找到表头"),
        (table([{"姓名": "张桂兰", "上门间隔": "每周"}]), "缺少必需的列：身份证号"),
        ("姓名,身份证号\n".encode(), "文件里没有要登记的行"),
        (b"\xff\xfe\x00\x01", "文字编码认不出来"),
        (b"PK\x03\x04broken", "表格打不开"),
    ],
)
def test_a_file_that_is_none_of_this_register_says_why(trial: Path, content: bytes, sentence: str) -> None:
    name = "f.xlsx" if content.startswith(b"PK") else "f.csv"
    with pytest.raises(FileRefused, match=sentence):
        actions.check_file(OFFICER, register="visits", name=name, content=content)
    assert queries.register_files(OFFICER, register="visits").items == ()


def test_what_has_changed_since_the_check_has_to_be_checked_again(zhang: Person) -> None:
    checked = actions.check_file(CLERK_A, register="visits", name="f.csv", content=table([_row(1, "张桂兰", 上门间隔="每周")]))
    actions.add_entry(CLERK_A, register="visits", person_id=zhang.id, values={})
    with pytest.raises(FileNotReady):
        actions.accept_file(CLERK_A, file_id=checked.file_id)
    assert Entry.objects.get().values == {}


def test_who_may_send_and_see_a_file(zhang: Person) -> None:
    content = table([_row(1, "张桂兰")])
    with pytest.raises(AccessDenied):
        actions.check_file(STRANGER, register="visits", name="f.csv", content=content)
    checked = actions.check_file(OFFICER, register="visits", name="f.csv", content=content)
    for attempt in (
        lambda: queries.register_file(CLERK_A, file_id=checked.file_id),
        lambda: queries.file_result(CLERK_A, file_id=checked.file_id),
        lambda: actions.accept_file(CLERK_A, file_id=checked.file_id),
    ):
        with pytest.raises(RegisterUnknown):
            attempt()
    assert queries.register_files(CLERK_A, register="visits").items == ()
    assert [brief.id for brief in queries.register_files(OFFICER, register="visits").items] == [checked.file_id]
    assert Entry.objects.count() == 0


def test_rows_as_columns_for_indicators(trial: Path) -> None:
    elder(1, "张桂兰")
    elder(2, "王玉珍", PINE)
    _import(
        [
            _row(
                1, "张桂兰", 上门间隔="每周", 慰问金="12.50", 完成比例="75.5", 急需="是", 上次上门="2026-11-01", 结对人电话="139"
            ),
            _row(2, "王玉珍", 状态="已退出", 登记日期="2025-01-05", 结束日期="2026-02-01"),
        ]
    )
    rows = facts.register_rows("visits")
    assert rows.column_names == [
        "entry_id", "area_path", "person_id", "state", "opened_on", "closed_on", "every", "helper", "asked", "made", "gift", "share",
        "urgent", "last",
    ]  # fmt: skip
    first, second = rows.to_pylist()
    assert (first["area_path"], first["state"], first["closed_on"], first["every"], first["gift"]) == (
        ROSE,
        "open",
        None,
        "week",
        1250,
    )
    assert (str(first["share"]), first["urgent"], first["last"]) == ("75.500000", True, dt.date(2026, 11, 1))
    assert (second["state"], second["closed_on"], second["every"]) == ("over", dt.date(2026, 2, 1), None)
    assert facts.register_rows("halls").num_rows == 0
    with pytest.raises(RegisterUnknown):
        facts.register_rows("nothing")
