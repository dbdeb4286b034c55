"""Opening, closing and re-opening accounts. An account by itself gives no right; see grants.py."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

from axes.utils import reset as forget_failures
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from songhe.contexts.accounts.access import visible_to
from songhe.contexts.accounts.errors import GrantToOneself, PasswordTooWeak, UsernameTaken, UserUnknown
from songhe.contexts.accounts.models import User
from songhe.contexts.accounts.queries.users import UserView, view_of
from songhe.foundation import audit
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike on paper
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")


@dataclass(frozen=True, slots=True)
class NewUser:
    """An account just opened; `password` is shown once and kept nowhere in clear."""

    user: UserView
    password: str = field(repr=False)


@transaction.atomic
def create_user(
    actor: Actor, *, username: str, display_name: str, area_path: str, organisation: str = "", password: str | None = None
) -> NewUser:
    """The account exists, without any role, for somebody who works at the area; without a password one is drawn.

    The user name is kept in lower case, so that no two differ by case only.
    """
    username = username.lower()
    require(actor, Right.MANAGE_USERS, area_path)
    check_area_path(area_path)
    if not _USERNAME.fullmatch(username):
        raise InvalidInput("账号名只能用字母、数字、点、横线,3到40个字符。", next_step="例如 zhang.san。", field="username")
    if not display_name.strip():
        raise InvalidInput("请填写姓名。", next_step="姓名会显示在办理记录里。", field="display_name")
    user = User(username=username, display_name=display_name.strip(), organisation=organisation.strip(), area_path=area_path)
    chosen = password or new_password()
    _check_password(chosen, user)
    user.set_password(chosen)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise UsernameTaken(f"账号名「{username}」已经有人用了。", next_step="请换一个账号名。", field="username") from None
    audited(actor, "account.create_user", user)
    return NewUser(view_of(user), chosen)


@transaction.atomic
def set_password(actor: Actor, *, user_id: int, password: str | None = None) -> NewUser:
    """The account has a new password, drawn where none is given; sessions under the old one end."""
    user = locked(actor, user_id)
    chosen = password or new_password()
    _check_password(chosen, user)
    user.set_password(chosen)
    user.save(update_fields=["password"])
    audited(actor, "account.set_password", user)
    return NewUser(view_of(user), chosen)


@transaction.atomic
def deactivate_user(actor: Actor, *, user_id: int, reason: str) -> UserView:
    """The account cannot sign in and acts no more; its history stays."""
    if actor.kind == "user" and actor.id == user_id:
        raise GrantToOneself("不能停用自己的账号。", next_step="请由另一位安全管理员办理。")
    if not reason.strip():
        raise InvalidInput("请写明停用原因。", next_step="例如：已调离岗位。", field="reason")
    user = locked(actor, user_id)
    user.is_active = False
    user.save(update_fields=["is_active"])
    audited(actor, "account.deactivate_user", user, reason=reason.strip())
    return view_of(user)


@transaction.atomic
def activate_user(actor: Actor, *, user_id: int) -> UserView:
    """The account can sign in again, with the grants that are still in force."""
    user = locked(actor, user_id)
    user.is_active = True
    user.save(update_fields=["is_active"])
    audited(actor, "account.activate_user", user)
    return view_of(user)


@transaction.atomic
def unlock_user(actor: Actor, *, user_id: int) -> UserView:
    """The wrong passwords counted against the account are forgotten: it can try again without waiting."""
    user = locked(actor, user_id)
    forget_failures(username=user.username)
    audited(actor, "account.unlock_user", user)
    return view_of(user)


@transaction.atomic
def note_password(actor: Actor) -> None:
    """That somebody changed their own password stands in the audit."""
    audited(actor, "account.own_password", User.objects.get(pk=actor.id))


def new_password() -> str:
    """Three groups of five characters that can be read out and typed: 74 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(3))


def check_area_path(area_path: str) -> None:
    """Refuses what cannot be an area path; whether the area exists is for whoever offers the choice."""
    if not re.fullmatch(r"(?:[^/\s]+/)*", area_path):
        raise InvalidInput("区域不对。", next_step="请从区划列表中选择。", field="area_path")


def locked(actor: Actor, user_id: int) -> User:
    """The account, held until the transaction ends; raises UserUnknown where the actor does not manage it."""
    require(actor, Right.MANAGE_USERS)
    user = visible_to(actor).select_for_update().filter(pk=user_id).first()
    if user is None:
        raise UserUnknown("没有这个账号，或者不归您管理。", next_step="请刷新账号列表。")
    return user


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordTooWeak(
            "密码不符合要求：" + ";".join(error.messages), next_step="请用十个以上字符，不要用常见的密码。", field="password"
        ) from None


def audited(actor: Actor, action: str, user: User, **detail: str) -> None:
    """The deed about the account stands in the audit."""
    shown = {"username": user.username, **detail}
    audit.record(actor, action, subject_type="user", subject_id=user.pk, area_path=user.area_path, detail=shown)
