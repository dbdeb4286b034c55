"""Saying, on the page of an account, for which unit of the plan or which body of care it acts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.payments import actions as payments
from songhe.contexts.plan_tracking import actions
from songhe.foundation.access import Right
from songhe.foundation.errors import Conflict, InvalidInput, NotFound
from songhe.web.access import PageRequest, desk
from songhe.web.ops.users import user_page


@require_POST
@desk(Right.MANAGE_USERS)
def submit_seat(request: PageRequest, user: int) -> HttpResponse:
    """The account sees and reports the unit's tasks from now on; an empty choice takes the unit away."""
    known = accounts.user(request.actor, user_id=user)
    try:
        seated = actions.seat_unit(request.actor, kind="user", actor_id=known.id, unit=request.POST.get("unit", ""))
    except (InvalidInput, Conflict) as refused:
        return user_page(request, user, refused)
    messages.success(request, f"已指定代表{seated.unit}。" if seated.unit else "已取消代表的单位。")
    return redirect("ops:user", user)


@require_POST
@desk(Right.MANAGE_USERS)
def submit_consumer_seat(request: PageRequest, consumer: int) -> HttpResponse:
    """The system sees and reports the unit's tasks from now on; an empty choice takes the unit away."""
    known = next((each for each in accounts.list_consumers(request.actor) if each.id == consumer), None)
    if known is None:
        raise NotFound("没有登记这个系统，或者不归您管理。", next_step="请刷新接口列表。")
    seated = actions.seat_unit(request.actor, kind="consumer", actor_id=-known.id, unit=request.POST.get("unit", ""))
    messages.success(request, f"“{known.name}”现在代表{seated.unit}。" if seated.unit else f"“{known.name}”不再代表哪个单位。")
    return redirect("ops:consumers")


@require_POST
@desk(Right.MANAGE_USERS)
def submit_body_seat(request: PageRequest, user: int) -> HttpResponse:
    """The account claims awards for this body from now on; empty fields take the body away."""
    known = accounts.user(request.actor, user_id=user)
    try:
        seated = payments.seat_body(
            request.actor, kind="user", actor_id=known.id, credit_code=request.POST.get("credit_code", ""),
            name=request.POST.get("body_name", ""), area_path=known.area_path,
        )  # fmt: skip
    except (InvalidInput, Conflict) as refused:
        return user_page(request, user, refused)
    messages.success(request, f"已指定代表{seated.name}。" if seated.name else "已取消代表的服务单位。")
    return redirect("ops:user", user)


@require_POST
@desk(Right.MANAGE_USERS)
def submit_consumer_body_seat(request: PageRequest, consumer: int) -> HttpResponse:
    """The same for a system."""
    known = next((each for each in accounts.list_consumers(request.actor) if each.id == consumer), None)
    if known is None:
        raise NotFound("没有登记这个系统，或者不归您管理。", next_step="请刷新接口列表。")
    seated = payments.seat_body(
        request.actor, kind="consumer", actor_id=-known.id, credit_code=request.POST.get("credit_code", ""),
        name=request.POST.get("body_name", ""), area_path=known.area_path,
    )  # fmt: skip
    messages.success(
        request, f"“{known.name}”现在代表{seated.name}。" if seated.name else f"“{known.name}”不再代表哪家服务单位。"
    )
    return redirect("ops:consumers")
