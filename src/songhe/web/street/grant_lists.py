"""待遇 at the street desk: notices to hand over, answers waited for, who receives, who is suspended or has stopped. Many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.contexts.entitlements import actions as entitlements_actions
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import GrantLine, NoticeDue
from songhe.contexts.entitlements.words import GRANT_STATE_LABELS, NOTICE_CHANNEL_LABELS, GrantState
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import Conflict, InvalidInput, SongheError
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.exports import every_row, export
from songhe.web.grants_shown import GrantRow, grant_rows, notice_rows
from songhe.web.lists import FieldProblem, Filter, chosen

CHANNELS = tuple((key.value, label) for key, label in NOTICE_CHANNEL_LABELS.items())
STOPPED = (GrantState.SUSPENDED, GrantState.ENDED, GrantState.REFUSED)
_MOST = 200


def chosen_ids(request: PageRequest, name: str) -> tuple[int, ...]:
    """The numbers ticked on the page sent, all that it showed where it says so. InvalidInput where there is none."""
    sent = request.POST.getlist("shown" if request.POST.get("every") else name)
    found = tuple(dict.fromkeys(int(number) for number in sent if number.isdecimal() and len(number) < 19))
    if not found:
        raise InvalidInput("还没有选。", next_step="请在名单里打勾，或者勾上“全选”。", field="every")
    if len(found) > _MOST:
        raise InvalidInput(f"一次最多选{_MOST}个。", next_step="请一页一页地办。", field="every")
    return found


def read_day(request: PageRequest, name: str) -> dt.date:
    """The day in a field of the form, not after today; InvalidInput."""
    try:
        day = dt.date.fromisoformat(request.POST.get(name, "").strip())
    except ValueError:
        raise InvalidInput("请填日期。", next_step="例如 2026-11-22。", field=name) from None
    if day > clock.today():
        raise InvalidInput("这一天还没有到。", next_step="请填今天或者以前的日期。", field=name)
    return day


def problems_of(refused: SongheError) -> tuple[FieldProblem, ...]:
    """A refusal as the summary on top of a form."""
    return (FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}"),)


# notices


def _notice_filters(request: PageRequest) -> tuple[Filter, ...]:
    channel = Filter("channel", "怎样告知", chosen(request.GET, "channel", CHANNELS), "choice", CHANNELS)
    return (area_filter(request, Right.SEE_GRANTS), channel)


def notices_of(request: PageRequest, after: str | None, limit: int = 50) -> Page[NoticeDue]:
    """The notices that the address asks for."""
    channel = chosen(request.GET, "channel", CHANNELS)
    return entitlements.notices_due(request.actor, area_path=chosen_area(request), channel=channel, after=after, limit=limit)


def show_notices(request: PageRequest, refused: SongheError | None = None) -> HttpResponse:
    """The list; with a refusal on top, and what was ticked and typed still there."""
    page = notices_of(request, request.GET.get("after"))
    filters = _notice_filters(request)
    today = clock.today()
    found = {
        "page": Page(notice_rows(page.items, request.POST.getlist("notice")), page.next),
        "filters": filters,
        "cleared": request.path if any(each.value for each in filters) else "",
        "typed": {
            "delivered_on": request.POST.get("delivered_on", today.isoformat()),
            "received_by": request.POST.get("received_by", "本人"),
        },
        "today": today,
        "may_handle": request.actor.may(Right.HANDLE_GRANTS),
        "problems": problems_of(refused) if refused else (),
        "section": "street:grants",
    }
    return render(request, "street/grants_notices.html", found, status=422 if refused else 200)


@desk(Right.SEE_GRANTS)
def page_notices(request: PageRequest) -> HttpResponse:
    """Notices that nobody has handed over yet."""
    return show_notices(request)


@desk(Right.SEE_GRANTS)
def page_notices_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    items = every_row(lambda after: notices_of(request, after, limit=_MOST))
    rows = [(row.name, row.place, row.title, row.kind, row.amount, row.channel, row.waited) for row in notice_rows(items)]
    header = ("姓名", "住在", "哪一项", "通知什么", "金额", "怎样告知", "等了多久")
    return export(request, title="要送的通知", header=header, rows=rows, area_path=chosen_area(request))


@require_POST
@desk(Right.HANDLE_GRANTS)
def submit_delivered(request: PageRequest) -> HttpResponse:
    """The chosen notices have been handed over on a day to somebody: all of them, or where one is refused none."""
    try:
        chosen_notices, day = chosen_ids(request, "notice"), read_day(request, "delivered_on")
        received = request.POST.get("received_by", "").strip()
        with transaction.atomic():
            for notice_id in chosen_notices:
                entitlements_actions.deliver_notice(request.actor, notice_id=notice_id, delivered_on=day, received_by=received)
    except (InvalidInput, Conflict) as refused:
        return show_notices(request, refused)
    messages.success(request, f"已记下 {len(chosen_notices)} 份通知：{day.year}年{day.month}月{day.day}日送到，{received}收。")
    return _back(request, "street:grants")


def _back(request: PageRequest, page: str) -> HttpResponse:
    """To the first page of the same list, with its filters."""
    kept = request.GET.copy()
    kept.pop("after", None)
    return redirect(reverse(page) + (f"?{kept.urlencode()}" if kept else ""))


# grants by state


def _benefits() -> tuple[tuple[str, str], ...]:
    return tuple((entry.id, entry.title) for entry in policy.pack_in_use().pack.benefits.values() if not entry.announced)


def _filters(request: PageRequest, states: Sequence[GrantState]) -> tuple[Filter, ...]:
    benefits, options = _benefits(), tuple((state.value, GRANT_STATE_LABELS[state]) for state in states)
    found = [
        area_filter(request, Right.SEE_GRANTS),
        Filter("benefit", "哪一项", chosen(request.GET, "benefit", benefits), "choice", benefits),
    ]
    if len(states) > 1:
        found.append(
            Filter(
                "state", "情况", chosen(request.GET, "state", options) or states[0].value, "choice", options[1:], options[0][1]
            )
        )
    return tuple(found)


def _lines(request: PageRequest, states: Sequence[GrantState], after: str | None, limit: int = 50) -> Page[GrantLine]:
    state = chosen(request.GET, "state", tuple((each.value, "") for each in states)) or states[0].value
    benefit = chosen(request.GET, "benefit", _benefits())
    return entitlements.grants(
        request.actor, area_path=chosen_area(request), benefit=benefit, state=state, after=after, limit=limit
    )


def _shown(request: PageRequest, states: Sequence[GrantState]) -> dict[str, object]:
    page, filters = _lines(request, states, request.GET.get("after")), _filters(request, states)
    return {
        "page": Page(grant_rows(page.items, request.POST.getlist("grant")), page.next),
        "filters": filters,
        "cleared": request.path if request.GET else "",
        "may_handle": request.actor.may(Right.HANDLE_GRANTS),
    }


def _file(
    request: PageRequest,
    states: Sequence[GrantState],
    title: str,
    header: Sequence[str],
    line: Callable[[GrantRow], tuple[str, ...]],
) -> HttpResponse:
    rows = grant_rows(every_row(lambda after: _lines(request, states, after, limit=_MOST)))
    return export(request, title=title, header=header, rows=[line(row) for row in rows], area_path=chosen_area(request))


def _show_waiting(request: PageRequest, refused: SongheError | None = None) -> HttpResponse:
    found = _shown(request, (GrantState.NOTIFIED,)) | {"problems": problems_of(refused) if refused else ()}
    return render(request, "street/grants_waiting.html", found, status=422 if refused else 200)


@desk(Right.SEE_GRANTS)
def page_waiting(request: PageRequest) -> HttpResponse:
    """Grants of which the person has heard and not said anything."""
    return _show_waiting(request)


@desk(Right.SEE_GRANTS)
def page_waiting_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    header = ("姓名", "住在", "哪一项", "金额", "从哪天起", "不答复时生效日")
    states = (GrantState.NOTIFIED,)
    return _file(
        request, states, "等答复的待遇", header,
        lambda row: (row.name, row.place, row.title, row.amount, row.since.isoformat(), row.silence.isoformat() if row.silence else "不生效"),
    )  # fmt: skip


@require_POST
@desk(Right.HANDLE_GRANTS)
def submit_agree(request: PageRequest) -> HttpResponse:
    """The people of the chosen grants have agreed."""
    try:
        chosen_grants = chosen_ids(request, "grant")
        with transaction.atomic():
            for grant_id in chosen_grants:
                entitlements_actions.confirm_grant(request.actor, grant_id=grant_id)
    except (InvalidInput, Conflict) as refused:
        return _show_waiting(request, refused)
    messages.success(request, f"{len(chosen_grants)} 件已记为同意，现在生效。")
    return _back(request, "street:grants_waiting")


@desk(Right.SEE_GRANTS)
def page_active(request: PageRequest) -> HttpResponse:
    """Grants in force."""
    words = {
        "heading": "享受中", "lead": "这些老人现在享受着的待遇。点姓名看每个月给了多少、为什么。", "empty": "现在没有享受中的待遇",
        "empty_next": "老人同意以后，或者到期自动生效以后，会列在这里。", "export_url": reverse("street:grants_active_export"),
    }  # fmt: skip
    return render(request, "street/grants_list.html", _shown(request, (GrantState.ACTIVE,)) | words)


@desk(Right.SEE_GRANTS)
def page_active_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    header = ("姓名", "住在", "哪一项", "金额", "从哪天起", "说明")
    return _file(
        request, (GrantState.ACTIVE,), "享受中的待遇", header,
        lambda row: (row.name, row.place, row.title, row.amount, row.since.isoformat(), row.stopped),
    )  # fmt: skip


@desk(Right.SEE_GRANTS)
def page_stopped(request: PageRequest) -> HttpResponse:
    """Grants that are suspended, have ended or were refused."""
    words = {
        "heading": "暂停和停止", "lead": "暂停的，情况弄清楚就恢复；停止的，都写着从哪天起、为什么。", "stopped": True,
        "empty": "没有这种情况的", "empty_next": "可以换一种情况看看。", "export_url": reverse("street:grants_stopped_export"),
    }  # fmt: skip
    return render(request, "street/grants_list.html", _shown(request, STOPPED) | words)


@desk(Right.SEE_GRANTS)
def page_stopped_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    header = ("姓名", "住在", "哪一项", "金额", "从哪天起", "哪天停的、为什么")
    return _file(
        request, STOPPED, "暂停和停止的待遇", header,
        lambda row: (row.name, row.place, row.title, row.amount, row.since.isoformat(), row.stopped),
    )  # fmt: skip
