"""资格认证: whose life and place have to be confirmed, and recording it for many at once, at the counter or by a visit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.contexts.entitlements import actions as entitlements_actions
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import LifeCheckDue
from songhe.contexts.entitlements.words import (
    LIFE_CHECK_CHANNEL_LABELS,
    LIFE_CHECK_OUTCOME_LABELS,
    LifeCheckChannel,
    LifeCheckOutcome,
)
from songhe.contexts.people import queries as people
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import Conflict, InvalidInput, SongheError
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.exports import every_row, export
from songhe.web.street.grant_lists import chosen_ids, problems_of, read_day

_BY_HAND = (LifeCheckChannel.COUNTER, LifeCheckChannel.VISIT)
CHANNELS = tuple((key.value, LIFE_CHECK_CHANNEL_LABELS[key]) for key in _BY_HAND)
OUTCOMES = tuple((key.value, label) for key, label in LIFE_CHECK_OUTCOME_LABELS.items())


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A person to be confirmed; `id` is the person's inner number."""

    id: int
    name: str
    href: str
    place: str
    last: dt.date
    due: dt.date
    late: bool
    note: str
    ticked: bool


def _due(request: PageRequest, after: str | None, limit: int = 50) -> Page[LifeCheckDue]:
    return entitlements.life_checks_due(request.actor, area_path=chosen_area(request), after=after, limit=limit)


def _rows(actor: Actor, items: tuple[LifeCheckDue, ...] | list[LifeCheckDue], ticked: list[str]) -> tuple[CheckRow, ...]:
    known, today = people.people_by_id(actor, person_ids=[each.person_id for each in items]), clock.today()
    return tuple(
        CheckRow(
            each.person_id, each.name, reverse("street:person", args=[known[each.person_id].public_id]) if each.person_id in known else "",
            each.place, each.last_checked_on, each.due_on, each.due_on < today, "已暂停，确认后马上恢复" if each.suspended else "",
            str(each.person_id) in ticked,
        )
        for each in items
    )  # fmt: skip


def _show(request: PageRequest, refused: SongheError | None = None) -> HttpResponse:
    page, sent = _due(request, request.GET.get("after")), request.POST
    today = clock.today()
    found = {
        "page": Page(_rows(request.actor, page.items, sent.getlist("person")), page.next),
        "filters": (area_filter(request, Right.SEE_GRANTS),),
        "cleared": request.path if request.GET.get("area") else "",
        "channels": CHANNELS,
        "outcomes": OUTCOMES,
        "typed": {
            "channel": sent.get("channel", CHANNELS[0][0]),
            "outcome": sent.get("outcome", OUTCOMES[0][0]),
            "checked_on": sent.get("checked_on", today.isoformat()),
            "note": sent.get("note", ""),
        },
        "today": today,
        "may_handle": request.actor.may(Right.HANDLE_GRANTS),
        "may_import": request.actor.may(Right.HANDLE_GRANTS) and request.actor.may(Right.IMPORT),
        "units": next((unit for _, _, unit in entitlements.unit_benefits()), ""),
        "problems": problems_of(refused) if refused else (),
    }
    return render(request, "street/life_checks.html", found, status=422 if refused else 200)


@desk(Right.SEE_GRANTS)
def page_life_checks(request: PageRequest) -> HttpResponse:
    """Who has to be confirmed soon, or should have been."""
    return _show(request)


@desk(Right.SEE_GRANTS)
def page_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    found = _rows(request.actor, every_row(lambda after: _due(request, after, limit=200)), [])
    rows = [(row.name, row.place, row.last.isoformat(), row.due.isoformat(), row.note) for row in found]
    header = ("姓名", "住在", "上次认证或开始享受", "最晚哪天", "备注")
    return export(request, title="资格认证", header=header, rows=rows, area_path=chosen_area(request))


def _choice(request: PageRequest, name: str, known: tuple[tuple[str, str], ...]) -> str:
    value = request.POST.get(name, "")
    if value not in dict(known):
        raise InvalidInput("请从列出的几种里选择。", field=name)
    return value


@transaction.atomic
def _record(
    request: PageRequest, person_ids: tuple[int, ...], day: dt.date, channel: LifeCheckChannel, outcome: LifeCheckOutcome
) -> int:
    """All of them are recorded, or none; how many suspended grants go on."""
    note = request.POST.get("note", "").strip()
    return sum(
        len(
            entitlements_actions.record_life_check(
                request.actor, person_id=person_id, checked_on=day, channel=channel, outcome=outcome, note=note
            ).resumed
        )
        for person_id in person_ids
    )


@require_POST
@desk(Right.HANDLE_GRANTS)
def submit_checked(request: PageRequest) -> HttpResponse:
    """The chosen people have been confirmed (or not) on a day: all of them, or where one is refused none."""
    try:
        chosen, day = chosen_ids(request, "person"), read_day(request, "checked_on")
        channel, outcome = _choice(request, "channel", CHANNELS), _choice(request, "outcome", OUTCOMES)
        resumed = _record(request, chosen, day, LifeCheckChannel(channel), LifeCheckOutcome(outcome))
    except (InvalidInput, Conflict) as refused:
        return _show(request, refused)
    also = f"，{resumed} 项暂停的待遇恢复了" if resumed else ""
    messages.success(request, f"已记下 {len(chosen)} 位：{LIFE_CHECK_OUTCOME_LABELS[LifeCheckOutcome(outcome)]}{also}。")
    kept = request.GET.copy()
    kept.pop("after", None)
    return redirect(reverse("street:life_checks") + (f"?{kept.urlencode()}" if kept else ""))
