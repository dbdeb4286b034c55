"""Accounts: the list, a new one, and one account with its password and its being in use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from songhe.contexts.accounts import actions as accounts_actions
from songhe.contexts.accounts import queries as accounts
from songhe.contexts.accounts.actions import NewUser
from songhe.contexts.accounts.queries import GrantView, UserView
from songhe.contexts.payments import queries as payments
from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock
from songhe.foundation.access import ROLE_LABELS, Right, Role
from songhe.foundation.errors import Conflict, InvalidInput
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.exports import every_row, export
from songhe.web.lists import FieldProblem, Filter
from songhe.web.ops.area_choice import area_form, chosen_path, names_of_areas


@dataclass(frozen=True, slots=True)
class UserLine:
    """An account in the list: where the person works, and the roles in force with their areas."""

    user: UserView
    area: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A role of an account with its area, its last day (None for no end) and its state as chip and word."""

    grant: GrantView
    place: str
    last_day: dt.date | None
    chip: str
    word: str


def grant_line(grant: GrantView, names: Mapping[str, str]) -> GrantLine:
    """The role as the page shows it."""
    last_day = grant.valid_to - dt.timedelta(days=1) if grant.valid_to else None
    never = last_day is not None and last_day < grant.valid_from
    chip, word = ("in_use", "有效") if grant.in_force else ("past", "没有生效过") if never else ("past", "已结束")
    if grant.valid_from > clock.today() and not never:
        chip, word = "waiting", "还没开始"
    return GrantLine(grant, names.get(grant.area_path, grant.area_path), None if never else last_day, chip, word)


def user_lines(users: tuple[UserView, ...]) -> tuple[UserLine, ...]:
    """The accounts as the list shows them."""
    names = names_of_areas()
    return tuple(
        UserLine(
            user,
            names.get(user.area_path, user.area_path),
            tuple(f"{grant.label}（{names.get(grant.area_path, grant.area_path)}）" for grant in user.grants if grant.in_force),
        )
        for user in users
    )


def _found(request: PageRequest, after: str | None, limit: int = 50) -> Page[UserView]:
    text = request.GET.get("q", "").strip()
    return accounts.list_users(request.actor, area_path=chosen_area(request), text=text, limit=limit, after=after)


@desk(Right.MANAGE_USERS)
def page_users(request: PageRequest) -> HttpResponse:
    """The accounts of the actor's areas, by account name."""
    page = _found(request, request.GET.get("after"))
    text = request.GET.get("q", "").strip()
    search = Filter("q", "找账号", text, hint="姓名、账号名或单位")
    filters = (search, area_filter(request, Right.MANAGE_USERS))
    cleared = request.path if text or request.GET.get("area") else ""
    return render(
        request, "ops/users.html", {"page": page, "lines": user_lines(page.items), "filters": filters, "cleared": cleared}
    )


@desk(Right.MANAGE_USERS)
def page_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    lines = user_lines(tuple(every_row(lambda after: _found(request, after, limit=200))))
    rows = [
        (
            each.user.username,
            each.user.display_name,
            each.user.organisation,
            each.area,
            "、".join(each.roles),
            state_of(each.user),
        )
        for each in lines
    ]
    header = ("账号名", "姓名", "单位", "工作区域", "角色", "状态")
    return export(request, title="账号", header=header, rows=rows, area_path=chosen_area(request))


def state_of(user: UserView) -> str:
    """使用中 or 已停用."""
    return "使用中" if user.active else "已停用"


@desk(Right.MANAGE_USERS)
def page_new(request: PageRequest) -> HttpResponse:
    """The form of a new account; on POST the account exists and its password is shown once."""
    if request.method != "POST":
        return _form(request)
    text = {name: request.POST.get(name, "") for name in ("username", "display_name", "organisation")}
    try:
        made = accounts_actions.create_user(request.actor, area_path=chosen_path(request, right=Right.MANAGE_USERS), **text)
    except (InvalidInput, Conflict) as refused:
        return _form(request, refused)
    return show_password(request, made, "账号建好了")


def _form(request: PageRequest, refused: InvalidInput | Conflict | None = None) -> HttpResponse:
    problem = FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}") if refused else None
    found = {
        "section": "ops:users",
        "typed": request.POST,
        "areas": area_form(request, right=Right.MANAGE_USERS),
        "problem": problem,
        "problems": (problem,) if problem else (),
    }
    return render(request, "ops/user_new.html", found, status=refused.http_status if refused else 200)


def show_password(request: PageRequest, made: NewUser, heading: str) -> HttpResponse:
    """The only page on which this password ever stands."""
    response = render(request, "ops/user_password.html", {"section": "ops:users", "made": made, "heading": heading})
    response["Cache-Control"] = "no-store"
    return response


@desk(Right.MANAGE_USERS)
def page_user(request: PageRequest, user: int) -> HttpResponse:
    """One account: its roles, those that ended too, and what can be done with it."""
    return user_page(request, user)


def user_page(request: PageRequest, user: int, refused: InvalidInput | Conflict | None = None) -> HttpResponse:
    """The page of an account, with what was wrong on one of its forms."""
    view, names = accounts.user(request.actor, user_id=user), names_of_areas()
    problem = FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}") if refused else None
    found = {
        "section": "ops:users",
        "account": view,
        "area": names.get(view.area_path, view.area_path),
        "state": state_of(view),
        "grants": [grant_line(grant, names) for grant in view.grants],
        "roles": [(role.value, label) for role, label in ROLE_LABELS.items()],
        "areas": area_form(request, right=Right.MANAGE_USERS),
        "oneself": request.actor.kind == "user" and request.actor.id == view.id,
        "two_steps": accounts.has_second_factor(request.actor, user_id=view.id),
        "seat": tracking.seat_of(request.actor, kind="user", actor_id=view.id),
        "body": payments.body_of_account(request.actor, kind="user", actor_id=view.id),
        "provider": any(grant.role is Role.PROVIDER_MANAGER and grant.in_force for grant in view.grants),
        "units": tracking.units_of_plan() if policy.is_pack_loaded() else (),
        "typed": request.POST,
        "problem": problem,
        "problems": (problem,) if problem else (),
    }
    return render(request, "ops/user.html", found, status=refused.http_status if refused else 200)


@require_POST
@desk(Right.MANAGE_USERS)
def submit_password(request: PageRequest, user: int) -> HttpResponse:
    """The account has a new drawn password, shown once."""
    return show_password(request, accounts_actions.set_password(request.actor, user_id=user), "新密码设好了")


@require_POST
@desk(Right.MANAGE_USERS)
def submit_deactivate(request: PageRequest, user: int) -> HttpResponse:
    """The account cannot sign in any more."""
    try:
        view = accounts_actions.deactivate_user(request.actor, user_id=user, reason=request.POST.get("reason", ""))
    except (InvalidInput, Conflict) as refused:
        return user_page(request, user, refused)
    messages.success(request, f"{view.display_name}的账号已停用，不能再登录。")
    return redirect("ops:user", user)


@require_POST
@desk(Right.MANAGE_USERS)
def submit_activate(request: PageRequest, user: int) -> HttpResponse:
    """The account can sign in again."""
    view = accounts_actions.activate_user(request.actor, user_id=user)
    messages.success(request, f"{view.display_name}的账号已恢复。")
    return redirect("ops:user", user)


@require_POST
@desk(Right.MANAGE_USERS)
def submit_unlock(request: PageRequest, user: int) -> HttpResponse:
    """Wrong passwords no longer count against the account."""
    view = accounts_actions.unlock_user(request.actor, user_id=user)
    messages.success(request, f"{view.display_name}现在可以马上再登录。")
    return redirect("ops:user", user)


@require_POST
@desk(Right.MANAGE_USERS)
def submit_remove_factors(request: PageRequest, user: int) -> HttpResponse:
    """The account signs in with its password alone, until its owner sets the second step up again."""
    view = accounts_actions.remove_factors(request.actor, user_id=user)
    messages.success(request, f"{view.display_name}的两步登录已取消，请本人登录后重新开启。")
    return redirect("ops:user", user)
