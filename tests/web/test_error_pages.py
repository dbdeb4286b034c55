"""What went wrong is said in plain words, without the words of machines."""

from __future__ import annotations

import logging

import pytest
from django.test import Client, RequestFactory

from songhe.web import errors
from tests.web.city import SmallCity


def test_an_unknown_address(city: SmallCity, client: Client) -> None:
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert "没有找到这个页面" in response.content.decode()


def test_an_unknown_benefit_is_refused_by_name(city: SmallCity, client: Client) -> None:
    response = client.get("/benefits/no_such_benefit/")
    assert response.status_code == 404
    assert "没有找到这项待遇。" in response.content.decode()


def test_a_form_without_its_token_changes_nothing(city: SmallCity) -> None:
    response = Client(enforce_csrf_checks=True).post("/large-type/", {"on": "1"})
    assert response.status_code == 403
    assert "页面放得太久了，这次没有提交" in response.content.decode()
    assert "large_type" not in response.cookies


def test_the_page_of_our_own_errors_needs_no_database(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="songhe.web"):
        response = errors.failed(RequestFactory().get("/somewhere/"))
    number = caplog.messages[0].split()[2]
    assert response.status_code == 500
    assert number in response.content.decode()
    assert "是我们的问题" in response.content.decode()


def test_before_a_pack_is_loaded_the_home_page_says_so(db: None, client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert "本市的政策还没有载入" in response.content.decode()
    assert "演示数据" not in response.content.decode()


def test_every_page_of_a_made_up_city_says_so(city: SmallCity, client: Client) -> None:
    for address in (
        "/",
        "/accounts/login/",
        "/benefits/",
        "/benefits/age_allowance/",
        "/eligibility/",
        "/eligibility/question/",
        "/nowhere/",
    ):
        assert "<strong>演示数据</strong>" in client.get(address).content.decode(), address
