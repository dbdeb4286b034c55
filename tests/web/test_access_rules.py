"""Every page has an access rule, and the rule is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver

from songhe.foundation.access import Right, Role
from songhe.web import urls
from songhe.web.access import AccessRule
from songhe.web.desks import DESKS
from tests.web.city import SmallCity

RoleClient = Callable[[Role], Client]


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the pages with its pattern."""
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, address)
        else:
            yield address, pattern


def test_every_page_carries_an_access_rule() -> None:
    found = dict(routes(urls.urlpatterns))
    assert [
        address for address, route in found.items() if not isinstance(getattr(route.callback, "access_rule", None), AccessRule)
    ] == []
    assert len(found) >= 12


def test_pages_of_a_desk_ask_for_a_right_and_public_pages_for_none() -> None:
    prefixes = tuple(desk.prefix.lstrip("/") for desk in DESKS)
    for address, route in routes(urls.urlpatterns):
        rule: AccessRule = route.callback.access_rule
        assert (rule.kind == "desk") == address.startswith(prefixes), address
        assert (rule.right is not None) == (rule.kind == "desk"), address


def test_no_desk_has_more_than_nine_entries() -> None:
    assert {desk.id: len(desk.entries) for desk in DESKS if len(desk.entries) > 9} == {}


@pytest.mark.django_db
def test_a_visitor_is_sent_to_sign_in_and_comes_back(client: Client) -> None:
    response = client.get("/ops/design/?a=1")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/ops/design/%3Fa%3D1"


def test_a_role_without_the_right_is_refused_in_plain_words(client_for: RoleClient) -> None:
    response = client_for(Role.COMMUNITY_WORKER).get("/ops/design/")
    assert response.status_code == 403
    assert "您的账号不能做这件事" in response.content.decode()
    assert "回到工作台" in response.content.decode()


def test_a_refusal_answers_a_part_request_with_the_part_only(client_for: RoleClient) -> None:
    response = client_for(Role.COMMUNITY_WORKER).get("/ops/design/", headers={"HX-Request": "true"})
    assert response.status_code == 403
    assert response.content.decode().strip().startswith('<div class="state state-error" role="alert">')


def test_the_design_page_is_for_the_system_administrator(client_for: RoleClient) -> None:
    assert client_for(Role.SYSTEM_ADMIN).get("/ops/design/").status_code == 200
    assert Right.SEE_JOBS.value == "see_jobs"


def test_the_desk_chooser_goes_on_where_there_is_one_desk(client_for: RoleClient) -> None:
    administrator = client_for(Role.SYSTEM_ADMIN)
    assert "运维工作台" in administrator.get("/desks/?choose").content.decode()
    page = client_for(Role.ASSESSOR).get("/desks/?choose").content.decode()
    assert "李文静，您好" in page


def test_signing_in_with_the_right_password_leads_to_the_desks(city: SmallCity, client: Client) -> None:
    response = client.post("/accounts/login/", {"login": "system_admin", "password": "Songhe-cedar-2026"})
    assert (response.status_code, response["Location"]) == (302, "/desks/")


def test_five_wrong_passwords_rest_the_account(city: SmallCity, client: Client) -> None:
    wrong = {"login": "system_admin", "password": "guess-guess-guess"}
    answers = [client.post("/accounts/login/", wrong) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert "没有登录成功" in answers[0].content.decode()
    assert "请15分钟后再试" in answers[4].content.decode()
    right = client.post("/accounts/login/", {"login": "system_admin", "password": "Songhe-cedar-2026"})
    assert (right.status_code, "请15分钟后再试" in right.content.decode()) == (429, True)
    assert "_auth_user_id" not in client.session
