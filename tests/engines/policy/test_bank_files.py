"""Files for banks byte by byte, and their answers: what is read, and what is refused in which words."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songhe.engines.policy.bank_files import (
    BankFileFault,
    BankFileHead,
    BankLine,
    read_answer,
    read_bank_file,
    unfit,
    write_answer,
    write_bank_file,
)
from songhe.engines.policy.banks import BankLayout, layout_of
from songhe.engines.policy.checking import check_pack
from songhe.engines.policy.loading import load_pack, read_pack

PACKS = Path(__file__).resolve().parents[3] / "packs"
FILES = {
    str(path.relative_to(PACKS)): path.read_text(encoding="utf-8")
    for folder in ("national", "qingtongxia")
    for path in (PACKS / folder).rglob("*.yaml")
}
PACK = load_pack(FILES, "qingtongxia")
CSV, TXT = PACK.banks["agent_csv"], PACK.banks["social_card_txt"]
LINES = [
    BankLine(1, "202603100100100000001", "6222000000000001", "吴秀兰", 10050, "高龄津贴2026年3月"),
    BankLine(2, "202603100100100000002", "6222000000000002", "㐂大，明", 8000, "补发高龄津贴2026年2月"),
]
HEAD = BankFileHead("2026031001001", 2, 18050, dt.date(2026, 3, 1), dt.date(2026, 3, 12))


def test_csv_byte_by_byte() -> None:
    expected = (
        "序号,业务编号,收款账号,收款户名,金额,用途\r\n"
        "1,202603100100100000001,6222000000000001,吴秀兰,100.50,高龄津贴2026年3月\r\n"
        "2,202603100100100000002,6222000000000002,㐂大，明,80.00,补发高龄津贴2026年2月\r\n"
    )
    assert write_bank_file(CSV, HEAD, LINES) == expected.encode("gb18030")
    commas = write_bank_file(replace(CSV, encoding="utf-8-sig"), HEAD, [replace(LINES[0], name='甲,"乙"')])
    assert commas.startswith(b"\xef\xbb\xbf")
    assert '甲,""乙""' in commas.decode("utf-8-sig")


def test_fixed_widths_byte_by_byte() -> None:
    content = write_bank_file(TXT, HEAD, LINES)
    head, first, second, tail, end = content.split(b"\n")
    assert end == b""
    assert head == b"H2026031001001   20260312" + b"00000002" + b"0000000000018050"
    assert tail == b"T" + b"00000002" + b"0000000000018050"
    name = "吴秀兰".encode("gb18030")
    text = "高龄津贴2026年3月".encode("gb18030")
    assert first == (
        b"D"
        + b"00000001"
        + b"202603100100100000001   "
        + b"6222000000000001".ljust(32)
        + name.ljust(60)
        + b"00000000010050"
        + text.ljust(60)
    )
    assert [len(line) for line in (head, first, second, tail)] == [49, 199, 199, 25]
    assert "㐂大，明".encode("gb18030") in second


def test_what_does_not_fit_is_told_and_not_cut() -> None:
    long = replace(LINES[0], name="长" * 31)
    assert unfit(TXT, long) == "name"
    assert unfit(CSV, long) == ""
    assert unfit(CSV, replace(long, name="甲\n乙")) == "收款户名"
    with pytest.raises(BankFileFault) as refused:
        write_bank_file(TXT, HEAD, [LINES[0], long])
    assert (refused.value.row, refused.value.what) == (3, f"“{'长' * 31}”超过了60个字节")


def csv_answer(*rows: str) -> bytes:
    return ("业务编号,收款账号,收款户名,金额,处理结果,失败原因\r\n" + "".join(row + "\r\n" for row in rows)).encode("gb18030")


def test_an_answer_is_read() -> None:
    content = csv_answer(
        "202603100100100000001,622,吴秀兰,100.50,0000,", "202603100100100000002,,,80.00,1002,", "3,,,1,9999,暂停"
    )
    answers = read_answer(CSV, content).answers
    assert [(a.row, a.reference, a.amount, a.paid, a.reason) for a in answers] == [
        (2, "202603100100100000001", 10050, True, ""),
        (3, "202603100100100000002", 8000, False, "户名不符"),
        (4, "3", 100, False, "暂停"),
    ]


def txt_answer(count: int, total: int, *lines: tuple[str, int, str]) -> bytes:
    body = "".join(f"D{ref:<24}{fen:014d}{code:<4}{'':60}\n" for ref, fen, code in lines)
    return (f"H{'2026031001001':<16}{count:08d}{total:016d}\n{body}T{count:08d}{total:016d}\n").encode("gb18030")


def test_a_fixed_answer_is_read_with_its_sums() -> None:
    found = read_answer(TXT, txt_answer(2, 18050, ("A1", 10050, "0000"), ("A2", 8000, "E003")))
    assert found.file == "2026031001001"
    assert [(a.reference, a.amount, a.paid, a.reason) for a in found.answers] == [
        ("A1", 10050, True, ""),
        ("A2", 8000, False, "账户已销户"),
    ]


@pytest.mark.parametrize(
    ("layout", "content", "row", "words"),
    [
        (CSV, b"", 1, "第一行不是约定的栏目"),
        (CSV, csv_answer(), 0, "一笔也没有"),
        (CSV, csv_answer("1,2,3"), 2, "这一行有3栏，应该有6栏"),
        (CSV, csv_answer("1,,,一百,0000,"), 2, "金额“一百”不是数字"),
        (CSV, csv_answer("1,,,1.00,7777,"), 2, "不认识处理结果“7777”"),
        (CSV, csv_answer('1,,,1.00,0000,"未完'), 0, "不是完整的 csv 文件"),
        (CSV, b"\xff\xff\xff\xff", 1, "编码"),
        (TXT, txt_answer(1, 100, ("A1", 100, "0000"))[:-5], 3, "个字节，应该是25个"),
        (TXT, txt_answer(3, 100, ("A1", 100, "0000")), 0, "文件说有3笔，实际有1笔"),
        (TXT, txt_answer(1, 999, ("A1", 100, "0000")), 0, "合计和各笔相加不一样"),
        (TXT, txt_answer(1, 100, ("A1", 100, "0000")).replace(b"DA1", b"XA1"), 2, "这里应该是“D”，写的是“X”"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_words(layout: BankLayout, content: bytes, row: int, words: str) -> None:
    with pytest.raises(BankFileFault) as refused:
        read_answer(layout, content)
    assert refused.value.row == row
    assert words in refused.value.what


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for layout in (CSV, TXT):
        try:
            read_answer(layout, content)
        except BankFileFault as refused:
            assert refused.what


NAMES = st.text(st.characters(codec="gb18030", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=12)


@given(st.lists(st.tuples(NAMES, st.integers(1, 10**9)), min_size=1, max_size=20))
def test_the_same_lines_give_the_same_bytes_and_every_line_its_width(people: list[tuple[str, int]]) -> None:
    lines = [BankLine(n, str(n), "62310000", name, fen, "津贴") for n, (name, fen) in enumerate(people, start=1)]
    head = BankFileHead("1", len(lines), sum(fen for _, fen in people), dt.date(2026, 3, 1), dt.date(2026, 3, 1))
    content = write_bank_file(TXT, head, lines)
    assert content == write_bank_file(TXT, head, list(lines))
    assert {len(row) for row in content.split(b"\n")[1:-2]} == {199}


def test_an_account_goes_to_one_file() -> None:
    assert layout_of(PACK.banks, "6231999") is TXT
    assert layout_of(PACK.banks, "6222999") is CSV
    assert layout_of(PACK.banks, "") is CSV


def edited(name: str, old: str, new: str) -> list[str]:
    assert old in FILES[name]
    return [finding.message for finding in check_pack(FILES | {name: FILES[name].replace(old, new, 1)}, "qingtongxia")]


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("national/banks.yaml", 'accounts: ["6231"]', "accounts: []", "只能有一个"),
        ("national/banks.yaml", "encoding: gb18030", "encoding: big5", "encoding 不能写“big5”"),
        ("national/banks.yaml", "      - {title: 收款账号, is: account}\n", "", "缺少account"),
        ("national/banks.yaml", "{is: name, width: 60}", "{is: name}", "要写宽度"),
        ("national/banks.yaml", 'succeeded: ["0000"]', 'succeeded: ["E001"]', "既是成功又是失败"),
        ("national/banks.yaml", "is: account", "is: acount", "不能写“acount”"),
        ("national/funds.yaml", "pays: {others: 100}", "pays: {others: 90}", "加起来是90%"),
        ("national/funds.yaml", "pays: {others: 100}", "pays: {others: 100, age_allowanc: 100}", "没有叫“age_allowanc”"),
        ("national/funds.yaml", "from: lottery", "from: bingo", "不能写“bingo”"),
        ("national/funds.yaml", "recovery_percent: {title: 追回时每次最多从发放额里扣多少, value: 100", "recovery_percent: {title: 追回, value: 101", "不对"),
        ("national/funds.yaml", "  account_people:", "  account_peeple:", "不认识“account_peeple”"),
    ],
)  # fmt: skip
def test_faults_of_the_files_are_found(name: str, old: str, new: str, words: str) -> None:
    assert any(words in message for message in edited(name, old, new))


def test_every_value_that_no_document_states_says_so() -> None:
    pack, findings = read_pack(FILES, "qingtongxia")
    assert pack is not None
    assert pack.funds is not None
    assert findings == []
    cited = [fund.cited for fund in pack.funds.funds] + [value.cited for value in pack.funds.values.values()]
    cited += [layout.cited for layout in pack.banks.values()]
    assert {each.cite.status for each in cited} == {"assumed"}
    assert all(each.note for each in cited)


def test_shares_of_a_benefit_come_from_its_own_line_or_from_the_others() -> None:
    more = FILES["national/funds.yaml"].replace("from: lottery,", "from: lottery, pays: {age_allowance: 40},").replace(
        "pays: {others: 100}", "pays: {others: 100, age_allowance: 60}"
    )  # fmt: skip
    plan = load_pack(FILES | {"national/funds.yaml": more}, "qingtongxia").funds
    assert plan is not None
    assert plan.shares("age_allowance") == (("city_budget", 60), ("lottery", 40))
    assert plan.shares("care_subsidy") == (("city_budget", 100),)


@pytest.mark.parametrize("layout", [CSV, TXT])
def test_what_was_written_is_read_and_answered(layout: BankLayout) -> None:
    assert list(read_bank_file(layout, write_bank_file(layout, HEAD, LINES))) == LINES
    bad = next(iter(layout.failures))
    answer = read_answer(layout, write_answer(layout, HEAD.file, [(LINES[0], layout.succeeded[0]), (LINES[1], bad)]))
    assert [(a.reference, a.amount, a.paid, a.reason) for a in answer.answers] == [
        (LINES[0].reference, 10050, True, ""),
        (LINES[1].reference, 8000, False, layout.failures[bad]),
    ]
