"""Users, roles and consumers: nobody gets more than may be given, and administrators are kept apart."""

from __future__ import annotations

import json
import threading
from datetime import date

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.db import connection
from django.test import Client, RequestFactory

from songhe.contexts.accounts import actions, queries
from songhe.contexts.accounts.errors import (
    AlreadyGranted,
    ConsumerNameTaken,
    ConsumerUnknown,
    GrantToOneself,
    GrantUnknown,
    PasswordTooWeak,
    RolesExclude,
    UsernameTaken,
    UserUnknown,
)
from songhe.contexts.accounts.models import Consumer, RoleGrant, User
from songhe.contexts.accounts.queries.consumers import token_hash
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Grant, Right, Role
from songhe.foundation.errors import AccessDenied, InvalidInput
from songhe.foundation.models import AuditEntry

CITY, EAST, WEST = "100/", "100/110/", "100/120/"
GOOD = "correct-horse-battery"

pytestmark = pytest.mark.django_db


def user(name: str = "zhang.san", area: str = EAST) -> int:
    return actions.create_user(SYSTEM, username=name, display_name="张三", area_path=area, password=GOOD).user.id


def security_admin(area: str = CITY) -> Actor:
    pk = actions.create_user(
        SYSTEM, username=f"sec{area.count('/')}", display_name="安全员", area_path=area, password=GOOD
    ).user.id
    actions.grant_role(SYSTEM, user_id=pk, role=Role.SECURITY_ADMIN, area_path=area)
    return queries.actor_of_user(pk)


def test_a_new_account_has_no_right_until_a_role_is_granted() -> None:
    pk = user()
    assert queries.actor_of_user(pk) == Actor(pk, "张三", "user")
    grant = actions.grant_role(SYSTEM, user_id=pk, role=Role.STREET_CLERK, area_path=EAST)
    assert (grant.label, grant.desk, grant.in_force, grant.valid_to) == ("镇街工作人员", "street", True, None)
    actor = queries.actor_of_user(pk)
    assert actor.grants == (Grant(Role.STREET_CLERK, EAST),)
    assert actor.may(Right.SEE_PEOPLE, EAST + "111/") and not actor.may(Right.SEE_PEOPLE, WEST)
    assert list(AuditEntry.objects.order_by("seq").values_list("action", flat=True)) == [
        "account.create_user",
        "account.grant_role",
    ]


def test_a_drawn_password_is_shown_once_and_works() -> None:
    made = actions.create_user(SYSTEM, username="li.si", display_name="李四", area_path=EAST)
    row = User.objects.get(pk=made.user.id)
    assert row.check_password(made.password) and made.password not in row.password and len(made.password) == 17
    assert made.password not in repr(made)
    assert made.password not in json.dumps(list(AuditEntry.objects.values_list("detail", flat=True)))


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"username": "zhang.san"}, UsernameTaken), ({"username": "a b"}, InvalidInput), ({"username": "x"}, InvalidInput),
        ({"display_name": "  "}, InvalidInput), ({"password": "1234567890"}, PasswordTooWeak),
        ({"password": "short"}, PasswordTooWeak),
        ({"area_path": "100"}, InvalidInput),
    ],
)  # fmt: skip
def test_a_bad_account_is_refused_and_not_written(changed: dict[str, str], error: type[Exception]) -> None:
    user()
    given = {"username": "wang.wu", "display_name": "王五", "area_path": EAST, "password": GOOD} | changed
    with pytest.raises(error):
        actions.create_user(SYSTEM, **given)
    assert User.objects.count() == 1 and AuditEntry.objects.count() == 1


def test_grants_hold_from_their_day_until_the_day_before_the_end() -> None:
    pk = user()
    with clock.frozen(date(2026, 3, 1)):
        actions.grant_role(
            SYSTEM, user_id=pk, role=Role.ASSESSOR, area_path=EAST, valid_from=date(2026, 4, 1), valid_to=date(2026, 5, 1)
        )
    held = {}
    for day in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 1)):
        with clock.frozen(day):
            held[day.isoformat()] = len(queries.actor_of_user(pk).grants)
    assert held == {"2026-03-31": 0, "2026-04-01": 1, "2026-04-30": 1, "2026-05-01": 0}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN), (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN), (Role.AUDIT_ADMIN, Role.SYSTEM_ADMIN),
        (Role.SECURITY_ADMIN, Role.STREET_CLERK), (Role.CITY_OFFICER, Role.AUDIT_ADMIN), (Role.SYSTEM_ADMIN, Role.INSPECTOR),
    ],
)  # fmt: skip
def test_an_administrator_role_stands_alone(first: Role, second: Role) -> None:
    pk = user()
    actions.grant_role(SYSTEM, user_id=pk, role=first, area_path=CITY)
    with pytest.raises(RolesExclude):
        actions.grant_role(SYSTEM, user_id=pk, role=second, area_path=WEST)
    assert list(RoleGrant.objects.values_list("role", flat=True)) == [first.value]


def test_excluding_roles_may_follow_each_other_in_time() -> None:
    pk = user()
    with clock.frozen(date(2026, 3, 1)):
        actions.grant_role(SYSTEM, user_id=pk, role=Role.SYSTEM_ADMIN, area_path=CITY, valid_to=date(2026, 6, 1))
        with pytest.raises(RolesExclude):
            actions.grant_role(SYSTEM, user_id=pk, role=Role.AUDIT_ADMIN, area_path=CITY, valid_from=date(2026, 5, 31))
        actions.grant_role(SYSTEM, user_id=pk, role=Role.AUDIT_ADMIN, area_path=CITY, valid_from=date(2026, 6, 1))
    assert RoleGrant.objects.count() == 2


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_no_administrator_sees_people(role: Role) -> None:
    actor = Actor(1, "管理员", "user", (Grant(role, ""),))
    assert not any(
        actor.may(right) for right in (Right.SEE_PEOPLE, Right.REVEAL_SENSITIVE, Right.SEE_DECISIONS, Right.CORRECT_FACTS)
    )
    assert actor.may(Right.MANAGE_USERS) == (role is Role.SECURITY_ADMIN)
    assert actor.may(Right.SEE_AUDIT) == (role is Role.AUDIT_ADMIN)


def test_two_business_roles_together_are_fine_but_not_the_same_twice() -> None:
    pk = user()
    actions.grant_role(SYSTEM, user_id=pk, role=Role.STREET_CLERK, area_path=EAST)
    actions.grant_role(SYSTEM, user_id=pk, role=Role.ASSESSOR, area_path=EAST)
    with pytest.raises(AlreadyGranted):
        actions.grant_role(SYSTEM, user_id=pk, role=Role.ASSESSOR, area_path=EAST)
    assert RoleGrant.objects.count() == 2


def test_nobody_grants_beyond_the_own_area() -> None:
    east_admin = security_admin(EAST)
    mine, other = user("a.east", EAST), user("b.west", WEST)
    for pk, area in ((mine, WEST), (mine, CITY), (mine, "")):
        with pytest.raises(AccessDenied):
            actions.grant_role(east_admin, user_id=pk, role=Role.STREET_CLERK, area_path=area)
    with pytest.raises(UserUnknown):
        actions.grant_role(east_admin, user_id=other, role=Role.STREET_CLERK, area_path=EAST)
    with pytest.raises(AccessDenied):
        actions.create_user(east_admin, username="c.west", display_name="丙", area_path=WEST, password=GOOD)
    assert RoleGrant.objects.exclude(role=Role.SECURITY_ADMIN).count() == 0 and User.objects.count() == 3
    assert actions.grant_role(east_admin, user_id=mine, role=Role.STREET_CLERK, area_path=EAST + "111/").in_force


def test_without_the_right_nothing_is_managed_or_listed() -> None:
    clerk = Actor(99, "办事员", "user", (Grant(Role.CITY_OFFICER, ""),))
    pk = user()
    calls = (
        lambda: actions.create_user(clerk, username="abc", display_name="丁", area_path=EAST),
        lambda: actions.grant_role(clerk, user_id=pk, role=Role.CITY_OFFICER, area_path=EAST),
        lambda: actions.set_password(clerk, user_id=pk),
        lambda: actions.deactivate_user(clerk, user_id=pk, reason="x"),
        lambda: actions.activate_user(clerk, user_id=pk),
        lambda: actions.unlock_user(clerk, user_id=pk),
        lambda: actions.revoke_role(clerk, grant_id=1, reason="x"),
        lambda: actions.create_consumer(clerk, name="x", scopes=[Right.SEE_PACKS], area_path=EAST),
        lambda: actions.revoke_consumer(clerk, consumer_id=1),
        lambda: actions.rotate_token(clerk, consumer_id=1),
        lambda: actions.create_demo_accounts(clerk, city_path=CITY, town_paths=[]),
        lambda: queries.list_users(clerk),
        lambda: queries.user(clerk, user_id=pk),
        lambda: queries.list_consumers(clerk),
    )
    for call in calls:
        with pytest.raises(AccessDenied):
            call()
    assert (User.objects.count(), RoleGrant.objects.count(), Consumer.objects.count(), AuditEntry.objects.count()) == (1, 0, 0, 1)


def test_nobody_changes_the_own_rights() -> None:
    admin = security_admin()
    grant = RoleGrant.objects.get()
    with pytest.raises(GrantToOneself):
        actions.grant_role(admin, user_id=admin.id, role=Role.SECURITY_ADMIN, area_path=EAST)
    with pytest.raises(GrantToOneself):
        actions.revoke_role(admin, grant_id=grant.pk, reason="x")
    with pytest.raises(GrantToOneself):
        actions.deactivate_user(admin, user_id=admin.id, reason="x")
    assert RoleGrant.objects.get().valid_to is None and User.objects.get().is_active


def test_revoking_works_at_once_and_leaves_the_grant_in_the_history() -> None:
    pk = user()
    grant = actions.grant_role(SYSTEM, user_id=pk, role=Role.STREET_CLERK, area_path=EAST)
    with pytest.raises(InvalidInput):
        actions.revoke_role(SYSTEM, grant_id=grant.id, reason=" ")
    assert queries.actor_of_user(pk).grants != ()
    ended = actions.revoke_role(SYSTEM, grant_id=grant.id, reason="调离")
    assert (ended.in_force, ended.valid_to) == (False, clock.today())
    assert queries.actor_of_user(pk).grants == ()
    assert [g.id for g in queries.user(SYSTEM, user_id=pk).grants] == [grant.id]
    assert actions.grant_role(SYSTEM, user_id=pk, role=Role.STREET_CLERK, area_path=EAST).in_force
    with pytest.raises(GrantUnknown):
        actions.revoke_role(security_admin(WEST), grant_id=grant.id, reason="x")


def test_a_grant_of_the_future_can_be_taken_back() -> None:
    pk = user()
    with clock.frozen(date(2026, 3, 1)):
        grant = actions.grant_role(SYSTEM, user_id=pk, role=Role.SYSTEM_ADMIN, area_path=CITY, valid_from=date(2026, 4, 1))
        actions.revoke_role(SYSTEM, grant_id=grant.id, reason="误授")
        actions.grant_role(SYSTEM, user_id=pk, role=Role.AUDIT_ADMIN, area_path=CITY)
    with clock.frozen(date(2026, 4, 2)):
        assert queries.actor_of_user(pk).grants == (Grant(Role.AUDIT_ADMIN, CITY),)


def test_a_closed_account_neither_signs_in_nor_acts() -> None:
    pk = user()
    actions.grant_role(SYSTEM, user_id=pk, role=Role.STREET_CLERK, area_path=EAST)
    assert actions.deactivate_user(SYSTEM, user_id=pk, reason="调离").active is False
    with pytest.raises(UserUnknown):
        queries.actor_of_user(pk)
    assert authenticate(RequestFactory().post("/"), username="zhang.san", password=GOOD) is None
    assert actions.activate_user(SYSTEM, user_id=pk).active is True
    assert len(queries.actor_of_user(pk).grants) == 1


def test_lists_hold_the_own_area_only_and_page_by_name() -> None:
    admin = security_admin(EAST)
    for n in range(5):
        user(f"east{n}", EAST + "111/")
    user("west0", WEST)
    first = queries.list_users(admin, limit=4)
    assert [u.username for u in first.items] == ["east0", "east1", "east2", "east3"]
    second = queries.list_users(admin, limit=4, after=first.next)
    assert [u.username for u in second.items] == ["east4", "sec2"] and second.next is None
    assert [g.role for g in second.items[1].grants] == [Role.SECURITY_ADMIN]
    assert [u.username for u in queries.list_users(admin, text="EAST3").items] == ["east3"]
    assert queries.list_users(admin, area_path=WEST).items == ()
    assert queries.list_users(admin, text="\0").items == queries.list_users(admin).items
    with pytest.raises(InvalidInput):
        queries.list_users(admin, after="nonsense")


def test_a_consumer_is_known_by_its_token_which_is_not_stored() -> None:
    made = actions.create_consumer(SYSTEM, name="热线平台", scopes=[Right.SEE_DECISIONS, Right.SEE_PACKS], area_path=EAST)
    row = Consumer.objects.get()
    assert made.token not in (row.token_hash, repr(made)) and row.token_hash == token_hash(made.token)
    actor = queries.actor_of_token(made.token)
    assert actor is not None and (actor.id, actor.kind, actor.name) == (-row.pk, "consumer", "热线平台")
    assert actor.may(Right.SEE_DECISIONS, EAST) and not actor.may(Right.SEE_DECISIONS, WEST)
    assert not actor.may(Right.SEE_PEOPLE) and not actor.may(Right.REVEAL_SENSITIVE)
    assert queries.actor_of_token("songhe_wrong") is None and queries.actor_of_token("") is None
    assert queries.names_of([0, -row.pk, 12345]) == {0: "系统", -row.pk: "热线平台"}


@pytest.mark.parametrize(
    "right",
    [
        Right.REVEAL_SENSITIVE, Right.RUN_CENSUS, Right.SEE_JOBS,
        Right.MANAGE_USERS, Right.SEE_AUDIT,
    ],
)  # fmt: skip
def test_a_consumer_never_gets_what_only_a_person_may(right: Right) -> None:
    with pytest.raises(InvalidInput):
        actions.create_consumer(SYSTEM, name="x", scopes=[Right.SEE_PACKS, right], area_path=EAST)
    assert Consumer.objects.count() == 0


def test_every_scope_that_can_be_given_has_effect() -> None:
    for right in sorted({Right.SEE_PEOPLE, Right.DETERMINE, Right.WHAT_IF, Right.SEE_FIGURES, Right.SEE_WORK, Right.IMPORT}):
        made = actions.create_consumer(SYSTEM, name=right.value, scopes=[right], area_path=EAST)
        actor = queries.actor_of_token(made.token)
        assert actor is not None and [r for r in Right if actor.may(r)] == [right]


def test_tokens_rotate_and_end() -> None:
    made = actions.create_consumer(SYSTEM, name="热线平台", scopes=[Right.SEE_PACKS], area_path=EAST)
    with pytest.raises(ConsumerNameTaken):
        actions.create_consumer(SYSTEM, name=" 热线平台 ", scopes=[Right.SEE_PACKS], area_path=WEST)
    again = actions.rotate_token(SYSTEM, consumer_id=made.consumer.id)
    assert queries.actor_of_token(made.token) is None and queries.actor_of_token(again.token) is not None
    assert actions.revoke_consumer(SYSTEM, consumer_id=made.consumer.id).revoked_at is not None
    assert queries.actor_of_token(again.token) is None
    with pytest.raises(ConsumerUnknown):
        actions.rotate_token(SYSTEM, consumer_id=made.consumer.id)
    assert queries.list_consumers(security_admin(WEST)) == ()
    assert [c.name for c in queries.list_consumers(SYSTEM)] == ["热线平台"]


def test_demo_accounts_are_made_once_and_kept_in_a_private_file() -> None:
    file = settings.VAR / "demo_accounts.json"
    file.unlink(missing_ok=True)
    given = {"city_path": CITY, "town_paths": [EAST, WEST], "community_paths": [EAST + "111/"]}
    first = actions.create_demo_accounts(SYSTEM, **given)
    assert [(a.desk, a.username, a.area_path) for a in first] == [
        ("city", "city", CITY), ("city", "city2", CITY), ("city", "city3", CITY), ("street", "street1", EAST), ("street", "street2", WEST),
        ("street", "community1", EAST + "111/"),
        ("provider", "provider", CITY), ("assess", "assess", CITY), ("assess", "assess_manager", CITY),
        ("city", "finance", CITY), ("inspect", "inspect", CITY),
        ("ops", "system", CITY), ("ops", "security", CITY), ("ops", "audit", CITY),
    ]  # fmt: skip
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text()) == {a.username: a.password for a in first}
    assert len({a.password for a in first}) == 14
    for account in first:
        row = User.objects.get(username=account.username)
        assert row.check_password(account.password)
        assert queries.actor_of_user(row.pk).grants == (Grant(account.role, account.area_path),)
    entries = AuditEntry.objects.count()
    assert actions.create_demo_accounts(SYSTEM, **given) == first
    assert AuditEntry.objects.count() == entries
    moved = actions.create_demo_accounts(SYSTEM, city_path="200/", town_paths=["200/210/"])
    assert queries.actor_of_user(User.objects.get(username="street1").pk).grants == (Grant(Role.STREET_CLERK, "200/210/"),)
    assert [a.password for a in moved if a.username == "city"] == [first[0].password]
    file.unlink()
    fresh = actions.create_demo_accounts(SYSTEM, city_path="200/", town_paths=["200/210/"])
    assert fresh[0].password != first[0].password and User.objects.get(username="city").check_password(fresh[0].password)
    file.unlink()


def test_passwords_are_hashed_with_argon2_outside_tests() -> None:
    from songhe.project import settings as shipped

    assert shipped.PASSWORD_HASHERS[0] == "django.contrib.auth.hashers.Argon2PasswordHasher"


def test_after_five_wrong_passwords_the_right_one_is_refused_too(client: Client) -> None:
    user()
    login = "/accounts/login/"
    statuses = [client.post(login, {"login": "zhang.san", "password": "wrong"}).status_code for _ in range(5)]
    assert statuses[:4] == [200] * 4 and statuses[4] == 429
    client.post(login, {"login": "zhang.san", "password": GOOD})
    assert "_auth_user_id" not in client.session


def test_an_administrator_unlocks_an_account() -> None:
    pk = user()

    def sign_in(password: str) -> bool:
        return authenticate(RequestFactory().post("/"), username="zhang.san", password=password) is not None

    assert [sign_in("wrong") for _ in range(5)] == [False] * 5
    assert not sign_in(GOOD)
    actions.unlock_user(security_admin(EAST), user_id=pk)
    assert sign_in(GOOD)
    with pytest.raises(UserUnknown):
        actions.unlock_user(security_admin(WEST + "121/"), user_id=pk)


def test_user_names_differ_by_more_than_case() -> None:
    user()
    with pytest.raises(UsernameTaken):
        actions.create_user(SYSTEM, username="Zhang.San", display_name="张三", area_path=EAST, password=GOOD)
    assert User.objects.get().username == "zhang.san"


@pytest.mark.django_db(transaction=True)
def test_two_grants_at_once_cannot_join_two_administrator_roles() -> None:
    pk = user()
    refused: list[str] = []
    barrier = threading.Barrier(3)

    def grant(role: Role) -> None:
        try:
            barrier.wait()
            actions.grant_role(SYSTEM, user_id=pk, role=role, area_path=CITY)
        except RolesExclude as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=grant, args=(r,)) for r in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["roles_exclude_each_other"] * 2
    assert RoleGrant.objects.count() == 1
