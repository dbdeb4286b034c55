"""Whether an elder wants messages, and where people of a community go and whom they call."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.contexts.entitlements import actions as entitlements_actions
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.messaging.words import RefusalWay
from songhe.contexts.places import actions as places_actions
from songhe.contexts.places import queries as places
from songhe.contexts.places.actions import DeskInput
from songhe.contexts.places.queries import DeskLine
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput, SongheError
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.exports import every_row, export
from songhe.web.street.grant_lists import problems_of

_WAYS = {"counter": RefusalWay.COUNTER, "visit": RefusalWay.VISIT}


@require_POST
@desk(Right.HANDLE_GRANTS)
def submit_wish(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """The elder's word about messages is kept; back to the grant."""
    actor, wanted = request.actor, request.POST.get("wanted") == "1"
    line = entitlements.grant(actor, grant_id=entitlements.grant_id_of(actor, public_id=public_id)).line
    try:
        way = _WAYS.get(request.POST.get("way", ""), RefusalWay.COUNTER)
        entitlements_actions.say_message_wish(actor, person_id=line.person_id, wanted=wanted, way=way)
        messages.success(request, "已记下：以后可以发短信。" if wanted else "已记下：以后不发短信，改用书面或上门告知。")
    except InvalidInput as refused:
        messages.error(request, f"{refused.sentence}{refused.next_step}")
    return redirect(reverse("street:grant", args=[public_id]) + "#notices")


def _lines(request: PageRequest, after: str | None, limit: int = 100) -> Page[DeskLine]:
    return places.desk_lines(request.actor, area_path=chosen_area(request), after=after, limit=limit)


def _show(request: PageRequest, refused: SongheError | None = None) -> HttpResponse:
    filters = (area_filter(request, Right.HANDLE_GRANTS),)
    wanted = request.POST.get("code") or request.GET.get("edit", "")
    found = {
        "page": _lines(request, request.GET.get("after")),
        "missing": places.desks_without_phone(request.actor, area_path=chosen_area(request)),
        "filters": filters,
        "cleared": request.path if filters[0].value else "",
        "edited": next(iter(places.desk_lines(request.actor, code=wanted).items), None) if wanted else None,
        "typed": request.POST,
        "problems": problems_of(refused) if refused else (),
    }
    return render(request, "street/desks.html", found, status=422 if refused else 200)


@desk(Right.HANDLE_GRANTS)
def page_desks(request: PageRequest) -> HttpResponse:
    """Towns and communities of the actor, each with address, telephone and hours; one form to change one of them."""
    if request.method != "POST":
        return _show(request)
    sent = request.POST
    told = DeskInput(sent.get("code", ""), sent.get("address", ""), sent.get("phone", ""), sent.get("hours", ""))
    try:
        changed = places_actions.keep_desks(request.actor, desks=[told])
    except InvalidInput as refused:
        return _show(request, refused)
    messages.success(request, "已登记，以后的通知书和网上都这样写。" if changed else "和原来一样，没有改动。")
    return redirect("street:desks")


@desk(Right.HANDLE_GRANTS)
def page_desks_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    rows = [
        (
            each.name,
            each.desk.address if each.desk else "",
            each.desk.phone if each.desk else "",
            each.desk.hours if each.desk else "",
        )
        for each in every_row(lambda after: _lines(request, after, limit=500))
    ]
    return export(
        request, title="电话和开放时间", header=("哪里", "地址", "电话", "开放时间"), rows=rows, area_path=chosen_area(request)
    )
