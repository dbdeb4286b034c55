"""Numbers, dates and states as people read them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from songhe.foundation.paging import Page
from songhe.web.templatetags import songhe
from songhe.web.words import CHIPS, STATUS_KEYS


def render(text: str, **values: object) -> str:
    return Template("{% load songhe %}" + text).render(
        Context({"request": RequestFactory().get("/list/?town=1&after=x"), **values})
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [(128000, "1,280.00 元"), (5, "0.05 元"), (-100, "-1.00 元"), (100_000_000_000, "1,000,000,000.00 元"), (None, "—")],
)
def test_money(value: int | None, shown: str) -> None:
    assert songhe.money(value) == shown


def test_dates() -> None:
    assert songhe.cn_date(dt.date(2026, 11, 21)) == "2026年11月21日"
    assert songhe.cn_date("1946-03-05") == "1946年3月5日"
    assert songhe.cn_month(dt.date(2026, 3, 1)) == "2026年3月"
    assert songhe.cn_date(None) == "—"
    at_night = dt.datetime(2026, 11, 20, 16, 5, tzinfo=dt.UTC)
    assert songhe.cn_time(at_night) == "2026年11月21日 00:05"
    assert songhe.cn_date(at_night) == "2026年11月21日"


def test_age_is_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(songhe.clock, "today", lambda: dt.date(2026, 11, 21))
    assert [songhe.age(day) for day in ("1946-11-21", "1946-11-22", None)] == ["80周岁", "79周岁", "—"]


def test_a_state_is_told_by_icon_and_word_too() -> None:
    for state, chip in CHIPS.items():
        shown = render("{% chip state %}", state=state)
        assert f'class="chip chip-{chip.tone}"' in shown
        assert "<svg" in shown
        assert chip.word in shown
    assert set(STATUS_KEYS.values()) <= set(CHIPS)


def test_what_no_document_states_is_marked() -> None:
    assert render("{% source_mark 'assumed' %}").strip() == '<span class="tag">演示取值，文件未载明</span>'
    assert render("{% source_mark 'unverified' %}").strip() == '<span class="tag">国家标准，尚未与原文核对</span>'
    assert render("{% source_mark 'stated' %}").strip() == ""


def test_paging_keeps_the_filters() -> None:
    shown = render("{% paging page %}", page=Page((1, 2), "abc"))
    assert 'href="?town=1&amp;after=abc"' in shown
    assert 'href="?town=1"' in shown
    last = render("{% paging page 12 %}", page=Page((1, 2)))
    assert "共 12 条，本页 2 条" in last
    assert "已经是最后一页" in last


def test_text_from_outside_is_escaped() -> None:
    assert "<b>" not in render("{% figure '人' value %}", value="<b>1</b>")


def test_a_bar_is_never_wider_than_its_frame() -> None:
    assert 'width="100.0"' in render("{% bar 5 2 %}")
    assert 'width="0.0"' in render("{% bar 5 0 %}")
