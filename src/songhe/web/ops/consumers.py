"""Other systems that call the interfaces: what each may do and where, its token shown once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from songhe.contexts.accounts import actions as accounts_actions
from songhe.contexts.accounts import queries as accounts
from songhe.contexts.accounts.actions import NewConsumer
from songhe.contexts.accounts.queries import ConsumerView
from songhe.contexts.accounts.words import CONSUMER_RIGHTS, RIGHT_LABELS
from songhe.contexts.payments import queries as payments
from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Right
from songhe.foundation.errors import Conflict, InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.exports import export
from songhe.web.lists import FieldProblem
from songhe.web.ops.area_choice import area_form, chosen_path, names_of_areas

_SCOPES = tuple((right.value, RIGHT_LABELS[right]) for right in Right if right in CONSUMER_RIGHTS)


def _lines(request: PageRequest) -> list[tuple[ConsumerView, str, str, str, str]]:
    """Each system with its rights, its area, the plan's unit and the body of care for which it acts, in words."""
    names, seats, bodies = names_of_areas(), tracking.consumer_seats(request.actor), payments.bodies_of_consumers(request.actor)
    return [
        (
            each,
            "、".join(RIGHT_LABELS[right] for right in Right if right in each.scopes),
            names.get(each.area_path, each.area_path),
            seats.get(each.id, ""),
            bodies.get(each.id, ""),
        )
        for each in accounts.list_consumers(request.actor)
    ]


@desk(Right.MANAGE_USERS)
def page_consumers(request: PageRequest) -> HttpResponse:
    """The systems, those in use first."""
    return render(
        request,
        "ops/consumers.html",
        {
            "section": "ops:consumers",
            "lines": _lines(request),
            "units": tracking.units_of_plan() if policy.is_pack_loaded() else (),
        },
    )


@desk(Right.MANAGE_USERS)
def page_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    rows = [
        (
            each.name,
            scopes,
            place,
            "、".join(filter(None, (unit, body))),
            f"{timezone.localtime(each.created_at):%Y-%m-%d}",
            "已停用" if each.revoked_at else "使用中",
        )
        for each, scopes, place, unit, body in _lines(request)
    ]
    return export(request, title="接口", header=("系统", "能做什么", "范围", "代表单位", "登记日期", "状态"), rows=rows)


@desk(Right.MANAGE_USERS)
def page_new(request: PageRequest) -> HttpResponse:
    """The form; on POST the system is registered and its token shown once."""
    if request.method != "POST":
        return _form(request)
    scopes = [Right(scope) for scope in request.POST.getlist("scopes") if scope in dict(_SCOPES)]
    try:
        area = chosen_path(request, right=Right.MANAGE_USERS)
        made = accounts_actions.create_consumer(request.actor, name=request.POST.get("name", ""), scopes=scopes, area_path=area)
    except (InvalidInput, Conflict) as refused:
        return _form(request, refused)
    return _show_token(request, made, "接口登记好了")


def _form(request: PageRequest, refused: InvalidInput | Conflict | None = None) -> HttpResponse:
    problem = FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}") if refused else None
    found = {
        "section": "ops:consumers",
        "typed": request.POST,
        "scopes": [(scope, label, scope in request.POST.getlist("scopes")) for scope, label in _SCOPES],
        "areas": area_form(request, right=Right.MANAGE_USERS),
        "problem": problem,
        "problems": (problem,) if problem else (),
    }
    return render(request, "ops/consumer_new.html", found, status=refused.http_status if refused else 200)


def _show_token(request: PageRequest, made: NewConsumer, heading: str) -> HttpResponse:
    """The only page on which this token ever stands."""
    response = render(request, "ops/consumer_token.html", {"section": "ops:consumers", "made": made, "heading": heading})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@desk(Right.MANAGE_USERS)
def submit_rotate(request: PageRequest, consumer: int) -> HttpResponse:
    """The system has a new token; the old one opens nothing."""
    made = accounts_actions.rotate_token(request.actor, consumer_id=consumer)
    return _show_token(request, made, "新令牌换好了，旧令牌已经不能用")


@require_POST
@desk(Right.MANAGE_USERS)
def submit_revoke(request: PageRequest, consumer: int) -> HttpResponse:
    """The system's token opens nothing."""
    view = accounts_actions.revoke_consumer(request.actor, consumer_id=consumer)
    messages.success(request, f"“{view.name}”已停用，它的令牌不能再用。")
    return redirect("ops:consumers")
