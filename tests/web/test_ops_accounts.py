"""Accounts, roles by area and interfaces: for the security administrator alone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client

from songhe.contexts.accounts import actions as accounts_actions
from songhe.contexts.accounts import queries as accounts
from songhe.contexts.accounts.models import Consumer, RoleGrant, User
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Right, Role
from tests.web.city import CITY, COMMUNITY, TOWN, SmallCity

RoleClient = Callable[[Role], Client]
NEW = {"username": "zhang.san", "display_name": "张三", "organisation": "民政局", "area": TOWN, "community": ""}


@pytest.fixture
def security(client_for: RoleClient) -> Client:
    """The security administrator's client."""
    return client_for(Role.SECURITY_ADMIN)


def _user(area: str = TOWN) -> int:
    return accounts_actions.create_user(SYSTEM, username="li.si", display_name="李四", area_path=area).user.id


def test_no_other_role_manages_accounts(client_for: RoleClient, city: SmallCity) -> None:
    user = city.users[Role.STREET_CLERK]
    for role in set(Role) - {Role.SECURITY_ADMIN}:
        client = client_for(role)
        read = ("users/", "users/export/", "users/new/", f"users/{user}/", "consumers/", "consumers/export/", "consumers/new/")
        assert {client.get(f"/ops/{address}").status_code for address in read} == {403}, role
        write = [f"users/{user}/{deed}/" for deed in ("grant", "password", "deactivate", "activate", "unlock", "grants/1/revoke")]
        write += ["users/new/", "consumers/new/", "consumers/1/rotate/", "consumers/1/revoke/"]
        assert {client.post(f"/ops/{address}", NEW).status_code for address in write} == {403}, role
    assert not User.objects.filter(username="zhang.san").exists()
    assert RoleGrant.objects.filter(user=user).count() == 1


def test_the_list_with_roles_and_areas_narrowed_by_the_address(security: Client) -> None:
    lines = {line.user.username: line for line in security.get("/ops/users/").context["lines"]}
    assert len(lines) == 11
    assert (lines["street_clerk"].area, lines["street_clerk"].roles) == ("小坝镇", ("镇街工作人员（小坝镇）",))
    found = security.get("/ops/users/?q=street_clerk").context["lines"]
    assert [line.user.username for line in found] == ["street_clerk"]
    inside = security.get("/ops/users/", {"area": TOWN}).context["lines"]
    assert [line.user.username for line in inside] == ["community_worker", "street_clerk"]
    assert "没有找到这样的账号" in security.get("/ops/users/?q=nobody").content.decode()


def test_an_account_is_made_and_its_password_shown_once(security: Client) -> None:
    response = security.post("/ops/users/new/", NEW)
    user, page = User.objects.get(username="zhang.san"), response.content.decode()
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    password = re.search(r"\w{5}-\w{5}-\w{5}", page)
    assert password is not None and user.check_password(password[0])
    assert (user.display_name, user.organisation, user.area_path) == ("张三", "民政局", TOWN)
    assert not RoleGrant.objects.filter(user=user).exists()
    assert password[0] not in security.get(f"/ops/users/{user.id}/").content.decode()


def test_a_community_is_named_within_its_town(security: Client) -> None:
    security.post("/ops/users/new/", NEW | {"community": "永丰村"})
    assert User.objects.get(username="zhang.san").area_path == COMMUNITY


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"area": ""}, 422, "请选择区域"),
        ({"area": "990100/"}, 422, "请选择区域"),
        ({"community": "没有村"}, 422, "小坝镇没有叫“没有村”的村"),
        ({"username": "张三"}, 422, "账号名只能用字母"),
        ({"username": "street_clerk"}, 409, "已经有人用了"),
        ({"display_name": " "}, 422, "请填写姓名"),
    ],
)
def test_what_is_wrong_with_an_account_is_said_and_nothing_written(
    security: Client, change: dict[str, str], status: int, sentence: str
) -> None:
    before = User.objects.count()
    response = security.post("/ops/users/new/", NEW | change)
    assert response.status_code == status
    assert sentence in response.content.decode() and 'class="error-summary"' in response.content.decode()
    assert User.objects.count() == before


def test_a_role_is_given_for_days_at_an_area_and_taken_back(security: Client) -> None:
    user = _user()
    sent = {"role": "street_clerk", "area": TOWN, "valid_from": "2026-01-01", "last_day": "2099-12-31"}
    assert security.post(f"/ops/users/{user}/grant/", sent).status_code == 302
    grant = RoleGrant.objects.get(user=user)
    assert (grant.role, grant.area_path, grant.valid_from, grant.valid_to) == (
        "street_clerk", TOWN, dt.date(2026, 1, 1), dt.date(2100, 1, 1),
    )  # fmt: skip
    line = security.get(f"/ops/users/{user}/").context["grants"][0]
    assert (line.place, line.last_day, line.word) == ("小坝镇", dt.date(2099, 12, 31), "有效")
    assert security.post(f"/ops/users/{user}/grants/{grant.id}/revoke/", {"reason": " "}).status_code == 422
    grant.refresh_from_db()
    assert grant.valid_to == dt.date(2100, 1, 1)
    assert security.post(f"/ops/users/{user}/grants/{grant.id}/revoke/", {"reason": "调离"}).status_code == 302
    grant.refresh_from_db()
    assert grant.valid_to == clock.today()
    assert security.get(f"/ops/users/{user}/").context["grants"][0].word == "已结束"


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"role": "king"}, 422, "请选择角色"),
        ({"area": ""}, 422, "请选择区域"),
        ({"last_day": "2020-01-01"}, 422, "结束日期要晚于开始日期"),
        ({"valid_from": "someday"}, 422, "日期写得不对"),
        ({"role": "audit_admin"}, 409, "不能同时担任审计管理员"),
        ({"role": "street_clerk"}, 409, "在这里已经是镇街工作人员"),
    ],
)
def test_a_grant_that_is_refused_says_why_and_writes_nothing(
    security: Client, city: SmallCity, change: dict[str, str], status: int, sentence: str
) -> None:
    user = city.users[Role.STREET_CLERK]
    response = security.post(f"/ops/users/{user}/grant/", {"role": "inspector", "area": TOWN} | change)
    assert response.status_code == status
    assert sentence in response.content.decode()
    assert RoleGrant.objects.filter(user=user).count() == 1


def test_nobody_grants_to_oneself(security: Client, city: SmallCity) -> None:
    user = city.users[Role.SECURITY_ADMIN]
    page = security.get(f"/ops/users/{user}/").content.decode()
    assert "这是您自己的账号" in page and 'name="role"' not in page
    assert security.post(f"/ops/users/{user}/grant/", {"role": "inspector", "area": CITY}).status_code == 409
    assert security.post(f"/ops/users/{user}/deactivate/", {"reason": "试"}).status_code == 409
    assert RoleGrant.objects.filter(user=user).count() == 1 and User.objects.get(pk=user).is_active


def test_an_account_is_stopped_with_a_reason_and_brought_back(security: Client) -> None:
    user = _user()
    assert security.post(f"/ops/users/{user}/deactivate/", {"reason": ""}).status_code == 422
    assert User.objects.get(pk=user).is_active
    assert security.post(f"/ops/users/{user}/deactivate/", {"reason": "退休"}).status_code == 302
    assert not User.objects.get(pk=user).is_active
    assert "恢复账号" in security.get(f"/ops/users/{user}/").content.decode()
    assert security.post(f"/ops/users/{user}/activate/").status_code == 302
    assert User.objects.get(pk=user).is_active


def test_a_new_password_is_shown_once_and_a_locked_account_tries_again(security: Client) -> None:
    user = _user()
    response = security.post(f"/ops/users/{user}/password/")
    password = re.search(r"\w{5}-\w{5}-\w{5}", response.content.decode())
    assert password is not None and User.objects.get(pk=user).check_password(password[0])
    assert response["Cache-Control"] == "no-store"
    wrong = {"login": "li.si", "password": "guess-guess-guess"}
    assert [Client().post("/accounts/login/", wrong).status_code for _ in range(5)][-1] == 429
    assert security.post(f"/ops/users/{user}/unlock/").status_code == 302
    assert Client().post("/accounts/login/", {"login": "li.si", "password": password[0]}).status_code == 302


def test_an_account_of_another_area_does_not_exist(client_for: RoleClient, city: SmallCity) -> None:
    RoleGrant.objects.filter(user=city.users[Role.SECURITY_ADMIN]).update(area_path=TOWN)
    client, user = client_for(Role.SECURITY_ADMIN), city.users[Role.CITY_OFFICER]
    assert client.get(f"/ops/users/{user}/").status_code == 404
    assert client.post(f"/ops/users/{user}/deactivate/", {"reason": "试"}).status_code == 404
    assert User.objects.get(pk=user).is_active
    assert [line.user.username for line in client.get("/ops/users/").context["lines"]] == ["community_worker", "street_clerk"]


def test_an_interface_is_registered_its_token_shown_once_changed_and_stopped(security: Client) -> None:
    assert "还没有登记别的系统" in security.get("/ops/consumers/").content.decode()
    response = security.post("/ops/consumers/new/", {"name": "热线平台", "scopes": ["see_people", "see_figures"], "area": CITY})
    first = re.search(r"songhe_[\w-]{43}", response.content.decode())
    consumer = Consumer.objects.get()
    assert first is not None and response["Cache-Control"] == "no-store"
    actor = accounts.actor_of_token(first[0])
    assert actor is not None and actor.scopes == {Right.SEE_PEOPLE, Right.SEE_FIGURES}
    listed = security.get("/ops/consumers/")
    assert first[0] not in listed.content.decode()
    assert [(line[1], line[2]) for line in listed.context["lines"]] == [("查看人员、查看统计", "青铜峡市")]
    exported = security.get("/ops/consumers/export/").content.decode("utf-8-sig").splitlines()[1]
    assert exported.startswith("热线平台,查看人员、查看统计,青铜峡市,") and exported.endswith(",使用中")
    second = re.search(r"songhe_[\w-]{43}", security.post(f"/ops/consumers/{consumer.id}/rotate/").content.decode())
    assert second is not None and accounts.actor_of_token(first[0]) is None and accounts.actor_of_token(second[0]) is not None
    assert security.post(f"/ops/consumers/{consumer.id}/revoke/").status_code == 302
    assert accounts.actor_of_token(second[0]) is None
    assert security.post(f"/ops/consumers/{consumer.id}/rotate/").status_code == 404


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"name": ""}, "请填写系统名称"), ({"scopes": ["manage_users"]}, "接口权限不对"), ({"area": ""}, "请选择区域")],
)
def test_an_interface_that_is_refused_is_not_written(security: Client, change: dict[str, object], sentence: str) -> None:
    response = security.post("/ops/consumers/new/", {"name": "热线平台", "scopes": ["see_people"], "area": CITY} | change)
    assert response.status_code == 422 and sentence in response.content.decode()
    assert Consumer.objects.count() == 0
