"""Giving and taking roles: by area, from a day until a day, never to oneself, never two that exclude each other."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import F, Q

from songhe.contexts.accounts.access import grants_visible_to, visible_to
from songhe.contexts.accounts.actions.users import check_area_path
from songhe.contexts.accounts.errors import AlreadyGranted, GrantToOneself, GrantUnknown, RolesExclude, UserUnknown
from songhe.contexts.accounts.models import RoleGrant
from songhe.contexts.accounts.queries.users import GrantView, grant_view
from songhe.contexts.accounts.words import exclude_each_other
from songhe.foundation import audit, clock
from songhe.foundation.access import ROLE_LABELS, Actor, Right, Role, require
from songhe.foundation.errors import InvalidInput


@transaction.atomic
def grant_role(
    actor: Actor, *, user_id: int, role: Role, area_path: str, valid_from: date | None = None, valid_to: date | None = None
) -> GrantView:
    """The user holds the role at the area and below, from `valid_from` (today) until the day before `valid_to` (no end)."""
    require(actor, Right.MANAGE_USERS, area_path)
    check_area_path(area_path)
    _not_oneself(actor, user_id)
    start = valid_from or clock.today()
    if valid_to is not None and valid_to <= start:
        raise InvalidInput("结束日期要晚于开始日期。", next_step="请重新选择日期。", field="valid_to")
    user = visible_to(actor).select_for_update().filter(pk=user_id).first()  # one grant at a time for a user
    if user is None:
        raise UserUnknown("没有这个账号，或者不归您管理。", next_step="请刷新账号列表。")
    for held in _meanwhile(user_id, start, valid_to):
        other = Role(held.role)
        if exclude_each_other(role, other):
            raise RolesExclude(
                f"{user.display_name}已是{ROLE_LABELS[other]}，不能同时担任{ROLE_LABELS[role]}。",
                next_step="系统、安全、审计三类管理员要由不同的人担任，也不兼业务岗位。",
                field="role",
            )
        if other == role and held.area_path == area_path:
            raise AlreadyGranted(
                f"{user.display_name}在这里已经是{ROLE_LABELS[role]}。", next_step="不用重复授权。", field="role"
            )
    grant = RoleGrant.objects.create(
        user=user, role=role.value, area_path=area_path, granted_by=actor.id, valid_from=start, valid_to=valid_to
    )
    _audit(actor, "account.grant_role", grant)
    return grant_view(grant)


@transaction.atomic
def revoke_role(actor: Actor, *, grant_id: int, reason: str) -> GrantView:
    """The role no longer holds from today; a grant that had not begun never will."""
    require(actor, Right.MANAGE_USERS)
    if not reason.strip():
        raise InvalidInput("请写明收回原因。", next_step="例如：已调离岗位。", field="reason")
    grant = grants_visible_to(actor).select_for_update(of=("self",)).filter(pk=grant_id).first()
    if grant is None:
        raise GrantUnknown("没有这项授权，或者不归您管理。", next_step="请刷新账号页面。")
    _not_oneself(actor, grant.user_id)
    end = max(clock.today(), grant.valid_from)
    if grant.valid_to is None or end < grant.valid_to:
        grant.valid_to = end
        grant.save(update_fields=["valid_to"])
        _audit(actor, "account.revoke_role", grant, reason=reason.strip())
    return grant_view(grant)


def _meanwhile(user_id: int, start: date, end: date | None) -> list[RoleGrant]:
    """The user's grants that share a day with the span."""
    rows = RoleGrant.objects.filter(Q(valid_to=None) | Q(valid_to__gt=start), user_id=user_id).exclude(valid_to=F("valid_from"))
    return list((rows if end is None else rows.filter(valid_from__lt=end)).order_by("pk"))


def _not_oneself(actor: Actor, user_id: int) -> None:
    if actor.kind == "user" and actor.id == user_id:
        raise GrantToOneself("不能给自己授权或收回自己的权限。", next_step="请由另一位安全管理员办理。")


def _audit(actor: Actor, action: str, grant: RoleGrant, **detail: str) -> None:
    shown = {"user": grant.user_id, "role": grant.role, "from": grant.valid_from, "to": grant.valid_to, **detail}
    audit.record(actor, action, subject_type="role_grant", subject_id=grant.pk, area_path=grant.area_path, detail=shown)
