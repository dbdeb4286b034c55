"""Accounts and their grants, for the security administrator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from songhe.contexts.accounts.access import grants_visible_to, visible_to
from songhe.contexts.accounts.errors import UserUnknown
from songhe.contexts.accounts.models import RoleGrant, User
from songhe.contexts.accounts.words import DESKS
from songhe.foundation import clock
from songhe.foundation.access import ROLE_LABELS, Actor, Right, Role, require
from songhe.foundation.paging import Page, cursor_of, keys_of
from songhe.foundation.scope import rows_within


@dataclass(frozen=True, slots=True)
class GrantView:
    """A role at an area. `valid_to` is the first day on which it no longer holds; `in_force` is as of today."""

    id: int
    user_id: int
    role: Role
    label: str
    desk: str
    area_path: str
    valid_from: date
    valid_to: date | None
    in_force: bool


@dataclass(frozen=True, slots=True)
class UserView:
    """An account with its grants, those that ended too."""

    id: int
    username: str
    display_name: str
    organisation: str
    area_path: str
    active: bool
    last_login: datetime | None
    grants: tuple[GrantView, ...]


def list_users(actor: Actor, *, area_path: str = "", text: str = "", limit: int = 50, after: str | None = None) -> Page[UserView]:
    """The accounts that the actor manages, by user name; `text` is looked for in user name, name and organisation."""
    require(actor, Right.MANAGE_USERS)
    rows = visible_to(actor).filter(rows_within(actor, Right.MANAGE_USERS, area_path=area_path))
    if text.strip():
        wanted = text.replace("\0", "").strip()
        rows = rows.filter(Q(username__icontains=wanted) | Q(display_name__icontains=wanted) | Q(organisation__icontains=wanted))
    if after is not None:
        rows = rows.filter(username__gt=keys_of(after, str)[0])
    found = list(rows.order_by("username")[: limit + 1])
    shown = found[:limit]
    grants = _grants(actor, shown)
    following = cursor_of(shown[-1].username) if len(found) > limit else None
    return Page(tuple(view_of(row, grants.get(row.pk, [])) for row in shown), following)


def user(actor: Actor, *, user_id: int) -> UserView:
    """One account; raises UserUnknown where the actor does not manage it."""
    require(actor, Right.MANAGE_USERS)
    row = visible_to(actor).filter(pk=user_id).first()
    if row is None:
        raise UserUnknown("没有这个账号，或者不归您管理。", next_step="请刷新账号列表。")
    return view_of(row, _grants(actor, [row]).get(row.pk, []))


def view_of(row: User, grants: Iterable[RoleGrant] = ()) -> UserView:
    """The account as a plain record."""
    return UserView(
        row.pk, row.username, row.display_name, row.organisation, row.area_path, row.is_active, row.last_login,
        tuple(grant_view(grant) for grant in grants),
    )  # fmt: skip


def grant_view(grant: RoleGrant) -> GrantView:
    """The grant as a plain record."""
    role, today = Role(grant.role), clock.today()
    in_force = grant.valid_from <= today and (grant.valid_to is None or today < grant.valid_to)
    return GrantView(
        grant.pk, grant.user_id, role, ROLE_LABELS[role], DESKS[role], grant.area_path, grant.valid_from, grant.valid_to, in_force
    )


def _grants(actor: Actor, users: Iterable[User]) -> dict[int, list[RoleGrant]]:
    found: dict[int, list[RoleGrant]] = {}
    for grant in grants_visible_to(actor).filter(user__in=[row.pk for row in users]).order_by("valid_from", "pk"):
        found.setdefault(grant.user_id, []).append(grant)
    return found
