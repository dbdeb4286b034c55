"""Letters about grants on paper: one page each, in plain words, with everything a person needs to agree, refuse, object or ask."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from io import BytesIO

import pdfplumber
import pytest

from songhe.contexts.entitlements.words import NoticeKind
from songhe.web.letters import Counter, LetterSaid, MonthChanged, letters_pdf

DAY = dt.date(2026, 11, 22)
SAID = LetterSaid(
    kind=NoticeKind.PROPOSED, number=123, day=DAY, name="王桂兰", dead=False, area="青铜峡市 · 小坝镇 · 永丰村",
    title="高龄老年人生活津贴", in_kind=False, gives="每月发给生活津贴", period="month", amount=10_000, was=None,
    from_on=dt.date(2026, 12, 1), answer_days=15, reasons=("已满80周岁", "本市户籍"), because="", months=(),
    code="4821-7730-1946", counter=Counter("小坝镇便民服务中心", "12345", "http://songhe.test/mine/"), appeal_days=20,
)  # fmt: skip
OVERPAID = tuple(MonthChanged(dt.date(2026, month, 1), 10_000, 0) for month in (8, 9, 10))


def text_of(*letters: LetterSaid) -> list[str]:
    with pdfplumber.open(BytesIO(letters_pdf(letters, title="通知", made_on=DAY))) as file:
        return [(page.extract_text() or "").replace("\n", "").replace(" ", "") for page in file.pages]


def test_a_proposal_says_what_how_much_from_when_why_and_how_to_refuse() -> None:
    (page,) = text_of(SAID)
    for told in (
        "王桂兰老人：", "您可以领取高龄老年人生活津贴", "每月100.00元", "2026年12月", "1.已满80周岁。", "2.本市户籍。", "什么都不用办",
        "收到这份通知后15天内，您没有告诉我们不要", "到小坝镇便民服务中心，电话12345", "查询码4821-7730-1946", "身份证号最后四位",
        "□同意", "□不要，因为", "□写得不对，应改为", "通知编号00000123", "演示数据，不是真实通知",
    ):  # fmt: skip
        assert told in page, told


def test_where_an_answer_is_needed_it_is_asked_for() -> None:
    (page,) = text_of(replace(SAID, answer_days=None))
    assert "请告诉我们您要不要" in page
    assert "什么都不用办" not in page


def test_a_benefit_in_kind_speaks_of_no_money() -> None:
    (page,) = text_of(replace(SAID, title="应急呼救设备", in_kind=True, gives="安装应急呼救设备", amount=0, period="once"))
    assert "您可以享受应急呼救设备" in page
    assert "内容安装应急呼救设备" in page
    assert "元" not in page


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            replace(SAID, kind=NoticeKind.CHANGED, was=10_000, amount=15_000, because="已满90周岁"),
            ("您的高龄老年人生活津贴有变化", "原来每月100.00元", "现在每月150.00元", "已满90周岁。", "可以申诉", "20个工作日内"),
        ),
        (
            replace(SAID, kind=NoticeKind.SUSPENDED, because="超过一年没有做资格认证"),
            ("先暂停", "从什么时候起2026年12月1日", "超过一年没有做资格认证。", "怎样恢复", "该补的会补给您", "可以申诉"),
        ),
        (
            replace(SAID, kind=NoticeKind.ENDED, dead=True, because="老人已去世"),
            ("王桂兰老人的家人：", "王桂兰老人的高龄老年人生活津贴停止了", "最后一天2026年11月30日", "老人已去世。", "可以申诉"),
        ),
        (
            replace(SAID, kind=NoticeKind.RECOVERY, because="老人7月已去世", months=OVERPAID),
            (
                "要退回300.00元",
                "一共多发了300.00元",
                "3个月",
                "2026年8月：已发100.00元，应发0.00元，多了100.00元",
                "怎样退",
                "可以申诉",
            ),
        ),
    ],
)
def test_the_other_letters_say_why_and_how_to_object(said: LetterSaid, told: tuple[str, ...]) -> None:
    (page,) = text_of(said)
    assert [words for words in told if words not in page] == []
    assert "回条" not in page


def test_a_letter_of_many_conditions_or_months_stays_on_one_page() -> None:
    many = replace(SAID, reasons=tuple(f"第{n}个条件，写得比别的条件长一些，要占两行才写得下，因为话多" for n in range(1, 13)))
    long_ago = replace(
        SAID, kind=NoticeKind.RECOVERY, because="老人已去世",
        months=tuple(MonthChanged(dt.date(2024 + month // 12, month % 12 + 1, 1), 10_000, 0) for month in range(20)),
    )  # fmt: skip
    pages = text_of(many, long_ago, SAID)
    assert len(pages) == 3
    assert "12.第12个条件" in pages[0]
    assert "□同意" in pages[0]
    assert "2024年9月到2025年8月：多了1,200.00元" in pages[1]


def test_the_same_letter_of_the_same_day_is_the_same_file() -> None:
    first = letters_pdf((SAID,), title="通知", made_on=DAY)
    assert first == letters_pdf((SAID,), title="通知", made_on=DAY)
    assert b"pdfaid" in first
