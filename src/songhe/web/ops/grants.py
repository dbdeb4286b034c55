"""Giving and taking roles on the page of an account."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from songhe.contexts.accounts import actions as accounts_actions
from songhe.foundation.access import Right, Role
from songhe.foundation.errors import Conflict, InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.ops.area_choice import chosen_path
from songhe.web.ops.users import user_page


def _day(request: PageRequest, name: str) -> dt.date | None:
    text = request.POST.get(name, "")
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput("日期写得不对。", next_step="例如 2026-12-31。", field=name) from None


def _role(request: PageRequest) -> Role:
    asked = request.POST.get("role", "")
    if asked not in set(Role):
        raise InvalidInput("请选择角色。", next_step="从列表里选一个。", field="role")
    return Role(asked)


@require_POST
@desk(Right.MANAGE_USERS)
def submit_grant(request: PageRequest, user: int) -> HttpResponse:
    """The account holds the role at the area in those days; the last day counts."""
    try:
        last = _day(request, "last_day")
        grant = accounts_actions.grant_role(
            request.actor,
            user_id=user,
            role=_role(request),
            area_path=chosen_path(request, right=Right.MANAGE_USERS),
            valid_from=_day(request, "valid_from"),
            valid_to=last + dt.timedelta(days=1) if last else None,
        )
    except (InvalidInput, Conflict) as refused:
        return user_page(request, user, refused)
    messages.success(request, f"已授予“{grant.label}”。")
    return redirect("ops:user", user)


@require_POST
@desk(Right.MANAGE_USERS)
def submit_revoke(request: PageRequest, user: int, grant: int) -> HttpResponse:
    """The role no longer holds from today."""
    try:
        taken = accounts_actions.revoke_role(request.actor, grant_id=grant, reason=request.POST.get("reason", ""))
    except (InvalidInput, Conflict) as refused:
        return user_page(request, user, refused)
    messages.success(request, f"已收回“{taken.label}”，从今天起不再有效。")
    return redirect("ops:user", user)
