"""Signing in in two steps: set up, used, lost, and asked of the roles that need it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as configured
from django.test import Client, TestCase
from pytest_django import Settings

from songhe.contexts.accounts import actions as accounts
from songhe.contexts.accounts import queries
from songhe.contexts.accounts.errors import GrantToOneself
from songhe.foundation.access import SYSTEM, Role
from songhe.foundation.models import AuditEntry
from songhe.project.two_factors import BY_DEFAULT, roles_with_two_factors
from tests.two_steps import code_of
from tests.web.city import PASSWORD, SmallCity

RoleClient = Callable[[Role], Client]


def _signed_in(role: Role) -> Client:
    client = Client()
    assert client.post("/accounts/login/", {"login": str(role), "password": PASSWORD}).status_code == 302
    return client


def _set_up(client: Client) -> tuple[str, list[str]]:
    """The secret and the recovery codes of an account that has just switched the second step on."""
    page = client.get("/accounts/2fa/totp/activate/", follow=True)
    assert page.redirect_chain == [("/accounts/reauthenticate/?next=%2Faccounts%2F2fa%2Ftotp%2Factivate%2F", 302)]
    page = client.post(page.redirect_chain[0][0], {"password": PASSWORD, "next": "/accounts/2fa/totp/activate/"}, follow=True)
    secret = page.context["form"].secret
    with TestCase.captureOnCommitCallbacks(execute=True):
        page = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)}, follow=True)
    assert page.redirect_chain == [("/accounts/2fa/recovery-codes/", 302)]
    return secret, page.context["unused_codes"]


def test_set_up_and_signing_in_with_the_phone_or_a_recovery_code(city: SmallCity) -> None:
    secret, codes = _set_up(_signed_in(Role.STREET_CLERK))
    assert len(codes) == 10
    stored = {factor.type: factor.data for factor in Authenticator.objects.all()}
    assert stored["totp"]["secret"].startswith("sm4:") and secret not in str(stored)
    assert accounts.open_factor(stored["totp"]["secret"]) == secret

    client = _signed_in(Role.STREET_CLERK)
    assert client.get("/street/").status_code == 302  # the password alone opens nothing
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert "这个数字不对" in wrong and "第二步：输入验证码" in wrong
    assert client.post("/accounts/2fa/authenticate/", {"code": code_of(secret, later=1)}).status_code == 302
    assert client.get("/street/").status_code == 200

    for expected in (302, 200):  # a recovery code works once
        client = _signed_in(Role.STREET_CLERK)
        assert client.post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == expected
    deeds = AuditEntry.objects.filter(action="account.own_factor").values_list("actor_id", "detail__what")
    assert list(deeds) == [(city.users[Role.STREET_CLERK], "totp_activated")]


def test_a_role_that_needs_two_steps_gets_no_desk_before(city: SmallCity, settings: Settings) -> None:
    settings.SONGHE_TWO_FACTORS = frozenset({Role.CITY_OFFICER})
    client = _signed_in(Role.CITY_OFFICER)
    for address in ("/city/", "/desks/"):
        assert client.get(address)["Location"] == "/accounts/2fa/"
    assert "您的岗位（市级工作人员）必须使用两步登录" in client.get("/accounts/2fa/").content.decode()
    assert client.get("/").status_code == 200
    assert _signed_in(Role.STREET_CLERK).get("/street/").status_code == 200
    _set_up(client)
    assert client.get("/city/").status_code == 200
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert client.get("/city/")["Location"] == "/accounts/2fa/"


def test_who_lost_phone_and_codes_is_helped_by_the_security_administrator(city: SmallCity, client_for: RoleClient) -> None:
    _set_up(_signed_in(Role.STREET_CLERK))
    user = city.users[Role.STREET_CLERK]
    security = client_for(Role.SECURITY_ADMIN)
    assert "取消两步登录" in security.get(f"/ops/users/{user}/").content.decode()
    assert client_for(Role.CITY_OFFICER).post(f"/ops/users/{user}/factors/").status_code == 403
    assert Authenticator.objects.count() == 2
    page = security.post(f"/ops/users/{user}/factors/", follow=True).content.decode()
    assert "两步登录已取消，请本人登录后重新开启" in page and "取消两步登录</button>" not in page
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.filter(action="account.remove_factors", subject_id=str(user)).count() == 1
    security_admin = queries.actor_of_user(city.users[Role.SECURITY_ADMIN])
    with pytest.raises(GrantToOneself):
        accounts.remove_factors(security_admin, user_id=security_admin.id)


def test_the_own_password_is_changed_with_the_old_one(city: SmallCity) -> None:
    client = _signed_in(Role.STREET_CLERK)
    typed = {"oldpassword": "wrong", "password1": "Cedar-and-crane-26", "password2": "Cedar-and-crane-26"}
    refused = client.post("/accounts/password/change/", typed).content.decode()
    assert "现在的密码不对，请再输一遍" in refused
    assert client.post("/accounts/password/change/", typed | {"oldpassword": PASSWORD}).status_code == 302
    again = Client().post("/accounts/login/", {"login": "street_clerk", "password": PASSWORD})
    assert again.status_code == 200 and "没有登录成功" in again.content.decode()
    assert AuditEntry.objects.filter(action="account.own_password").count() == 1
    assert client.get("/street/").status_code == 200


@pytest.mark.parametrize(
    ("written", "live", "expected"),
    [
        (None, False, frozenset()),
        (None, True, BY_DEFAULT),
        ("", True, BY_DEFAULT),
        ("none", True, frozenset()),
        ("all", False, frozenset(Role)),
        (" finance_officer, audit_admin ", False, frozenset({Role.FINANCE_OFFICER, Role.AUDIT_ADMIN})),
    ],
)
def test_which_roles_need_two_steps(written: str | None, live: bool, expected: frozenset[Role]) -> None:
    assert roles_with_two_factors(written, live=live) == expected


def test_an_unknown_role_is_named() -> None:
    with pytest.raises(ValueError, match="'mayor' is not a valid Role; there are: city_officer"):
        roles_with_two_factors("mayor", live=True)
    assert configured.MFA_SUPPORTED_TYPES == ["totp", "recovery_codes"]


def test_the_system_is_never_asked_for_a_second_step(settings: Settings) -> None:
    settings.SONGHE_TWO_FACTORS = frozenset(Role)
    assert not queries.lacks_second_factor(SYSTEM)
