"""我能享受什么 as a visitor walks through it: one question a page, back without loss, nothing in the address, results with reasons."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from songhe.contexts.policy_library import actions as policy
from songhe.contexts.policy_library.models import PackVersion
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from tests.web.small_pack import CITY, DAY, files

BORN = {"variable": "birth_date", "year": "1940", "month": "1", "day": "1"}


@pytest.fixture
def small_city(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small pack is in use, and it is DAY."""
    for name, text in files().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(clock, "now", lambda: dt.datetime.combine(DAY, dt.time(9), tzinfo=dt.UTC))
    monkeypatch.setattr(clock, "today", lambda: DAY)
    policy.load_folder(SYSTEM, root=tmp_path, city=CITY)


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return unescape(response.content.decode())


def answer(client: Client, variable: str, given: str) -> None:
    response = client.post("/eligibility/question/", {"variable": variable, "answer": given})
    assert (response.status_code, response["Location"]) == (302, "/eligibility/question/")


def question(client: Client) -> str:
    return re.findall(r'<h1 id="question">(.*?)</h1>', page(client, "/eligibility/question/"))[0]


def test_from_the_first_question_to_the_result(small_city: None, client: Client) -> None:
    assert "不用登录" in page(client, "/eligibility/")
    first = page(client, "/eligibility/question/")
    assert "第 1 题" in first
    assert "它关系到高龄津贴、护理补贴、老年家庭探访等 4 项待遇" in first
    assert client.post("/eligibility/question/", BORN)["Location"] == "/eligibility/question/"
    answer(client, "registered_here", "true")
    answer(client, "lives_alone", "true")
    answer(client, "ability_grade", "unsure")
    assert client.get("/eligibility/question/")["Location"] == "/eligibility/result/"
    result = page(client, "/eligibility/result/")
    assert "按您的回答，您符合 2 项待遇的条件" in result
    assert "每月合计 1,280.00 元" in result
    assert "还要知道能力等级" in result
    assert "《小城市养老办法》第二条" in result
    assert 'href="tel:12345"' in result


def test_an_answer_of_a_number_is_read_by_its_name(small_city: None, client: Client) -> None:
    client.post("/eligibility/question/", BORN)
    answer(client, "registered_here", "true")
    answer(client, "ability_grade", "3")
    result = page(client, "/eligibility/result/")
    assert "重度失能" in result
    assert "200.00" in result
    assert "演示取值，文件未载明" in result


def test_going_back_loses_nothing_and_shows_the_answer_given(small_city: None, client: Client) -> None:
    client.post("/eligibility/question/", BORN)
    answer(client, "registered_here", "false")
    again = page(client, "/eligibility/question/registered_here/")
    assert "第 2 题" in again
    assert re.search(r'value="false" aria-pressed="true"', again)
    assert "您选过" in again
    born = page(client, "/eligibility/question/birth_date/")
    assert re.findall(r'name="(?:year|month|day)"[^>]*value="(\d+)"', born) == ["1940", "1", "1"]
    answer(client, "registered_here", "true")
    assert "符合 1 项" in page(client, "/eligibility/result/")


def test_answers_never_stand_in_an_address_and_cannot_be_read_by_scripts(small_city: None, client: Client) -> None:
    response = client.post("/eligibility/question/", BORN)
    assert "1940" not in response["Location"]
    cookie = response.cookies["answers"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (True, "Lax", "/eligibility/", "")
    assert "no-store" in client.get("/eligibility/result/")["Cache-Control"]


@pytest.mark.parametrize("forged", ["", "nonsense", "W10:1a:AAAA"])
def test_a_forged_cookie_counts_for_nothing(small_city: None, client: Client, forged: str) -> None:
    client.cookies["answers"] = forged
    assert "第 1 题" in page(client, "/eligibility/question/")
    assert client.get("/eligibility/result/")["Location"] == "/eligibility/"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"year": "1940", "month": "13", "day": "1"}, "请写清楚哪一年、哪一月、哪一日"),
        ({"year": "", "month": "", "day": ""}, "请写清楚哪一年、哪一月、哪一日"),
        ({"year": "1840", "month": "1", "day": "1"}, "请看看年份有没有写错"),
        ({"year": "2090", "month": "1", "day": "1"}, "请看看年份有没有写错"),
    ],
)
def test_a_date_that_is_none_is_asked_again_with_what_was_typed(
    small_city: None, client: Client, typed: dict[str, str], sentence: str
) -> None:
    response = client.post("/eligibility/question/", {"variable": "birth_date", **typed})
    assert response.status_code == 422
    text = response.content.decode()
    assert sentence in text
    assert f'value="{typed["year"]}"' in text
    assert "answers" not in response.cookies


@pytest.mark.parametrize("given", ["", "perhaps", "2"])
def test_an_answer_that_was_not_offered_is_refused(small_city: None, client: Client, given: str) -> None:
    response = client.post("/eligibility/question/", {"variable": "registered_here", "answer": given})
    assert response.status_code == 422
    assert "请选一个答案。" in response.content.decode()


@pytest.mark.parametrize("variable", ["alive", "no_such_fact", ""])
def test_a_fact_that_nobody_asks_for_is_not_taken(small_city: None, client: Client, variable: str) -> None:
    response = client.post("/eligibility/question/", {"variable": variable, "answer": "true"})
    assert response.status_code == 404
    assert "answers" not in response.cookies


def test_answers_are_forgotten_on_demand(small_city: None, client: Client) -> None:
    client.post("/eligibility/question/", BORN)
    assert "接着回答" in page(client, "/eligibility/")
    assert client.post("/eligibility/forget/")["Location"] == "/eligibility/"
    assert "开始回答" in page(client, "/eligibility/")


def test_nothing_is_stored_by_asking(small_city: None, client: Client) -> None:
    client.post("/eligibility/question/", BORN)
    page(client, "/eligibility/result/")
    assert Session.objects.count() == 0
    assert settings.SESSION_COOKIE_NAME not in client.cookies
    assert PackVersion.objects.count() == 1


def test_the_list_and_the_page_of_a_benefit(small_city: None, client: Client) -> None:
    listed = page(client, "/benefits/")
    assert re.findall(r"<strong>(.*?)</strong>", listed) == [
        "高龄津贴",
        "护理补贴",
        "老年家庭探访",
        "安宁疗护",
        "长期护理保险",
    ]
    one = page(client, "/benefits/old_age/")
    assert "不用申请，符合条件就发给您。" in one
    assert one.index("1,280.00") < one.index("100.00")
    assert "《小城市养老办法》第三条" in one
    assert "演示取值，文件未载明" in one
    announced = page(client, "/benefits/insurance/")
    assert "还没有具体办法，现在不能申请。只说要推进" in announced
    assert "看看我符合不符合" not in announced


def test_few_queries_a_page(small_city: None, client: Client, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    client.post("/eligibility/question/", BORN)
    for address in ("/", "/benefits/", "/benefits/old_age/", "/eligibility/question/", "/eligibility/result/"):
        with django_assert_max_num_queries(8):
            page(client, address)
