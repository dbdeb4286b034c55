"""One grant: what it gives and why, every step and month of it, its notices and payments, and what can be done now."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.contexts.entitlements import actions as entitlements_actions
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import GrantFile
from songhe.contexts.entitlements.words import (
    APPEAL_CHANNEL_LABELS,
    NOTICE_CHANNEL_LABELS,
    NOTICE_KIND_LABELS,
    AppealChannel,
    GrantState,
)
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import Conflict, InvalidInput, SongheError
from songhe.web.access import PageRequest, desk
from songhe.web.decisions import decision_shown
from songhe.web.grants_shown import RELATIONS, amount_of, chip_of, due_rows, payment_rows, ruling_of, stopped_of
from songhe.web.street.grant_lists import problems_of, read_day

COUNTER_CHANNELS = tuple((key.value, APPEAL_CHANNEL_LABELS[key]) for key in (AppealChannel.COUNTER, AppealChannel.VISIT))
_TAB = {
    GrantState.PROPOSED: "street:grants", GrantState.NOTIFIED: "street:grants_waiting", GrantState.ACTIVE: "street:grants_active",
    GrantState.SUSPENDED: "street:grants_stopped", GrantState.ENDED: "street:grants_stopped", GrantState.REFUSED: "street:grants_stopped",
}  # fmt: skip


def _file(request: PageRequest, public_id: uuid.UUID) -> GrantFile:
    return entitlements.grant(request.actor, grant_id=entitlements.grant_id_of(request.actor, public_id=public_id))


def _show(request: PageRequest, file: GrantFile, refused: SongheError | None = None) -> HttpResponse:
    line, actor = file.line, request.actor
    person = people.people_by_id(actor, person_ids=[line.person_id]).get(line.person_id)
    appeals = [each for each in entitlements.appeals_of(actor, person_id=line.person_id) if each.benefit == line.benefit]
    paid, told = payment_rows(actor, file)
    found = {
        "file": file,
        "line": line,
        "person": person,
        "chip": chip_of(line.state),
        "amount": amount_of(line),
        "stopped": stopped_of(line),
        "ruling": line.ruling,
        "decision": decision_shown(policy.pack_in_use().pack, file.explanation, ruling=ruling_of(line))
        if file.explanation
        else None,
        "dues": due_rows(file.dues, line.period, told),
        "payments": paid,
        "steps": [(step, chip_of(step.after)) for step in reversed(file.steps)],
        "notices": [
            (each, NOTICE_KIND_LABELS[each.kind], NOTICE_CHANNEL_LABELS[each.channel]) for each in reversed(file.notices)
        ],
        "waits_for_delivery": any(each.delivered_on is None for each in file.notices),
        "appeals": appeals,
        "may": actor.may(Right.HANDLE_GRANTS, line.area_path),
        "may_object": line.state != GrantState.REFUSED and not any(each.state == "open" for each in appeals),
        "relations": RELATIONS,
        "channels": COUNTER_CHANNELS,
        "typed": request.POST,
        "today": clock.today(),
        "problems": problems_of(refused) if refused else (),
        "section": _TAB[line.state],
        "wish": entitlements.message_wish(actor, person_id=line.person_id),
    }
    response = render(request, "street/grant.html", found, status=422 if refused else 200)
    response["Cache-Control"] = "no-store"
    return response


@desk(Right.SEE_GRANTS)
def page_grant(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """The grant as it stands."""
    return _show(request, _file(request, public_id))


def _done(request: PageRequest, public_id: uuid.UUID, act: Callable[[int], object], said: str) -> HttpResponse:
    """The action has been done and is said on top; what was wrong with the form stands there instead, nothing typed is lost."""
    grant_id = entitlements.grant_id_of(request.actor, public_id=public_id)
    try:
        act(grant_id)
    except (InvalidInput, Conflict) as refused:
        return _show(request, _file(request, public_id), refused)
    messages.success(request, said)
    return redirect("street:grant", public_id)


def read_channel(request: PageRequest) -> AppealChannel:
    """How somebody came with an appeal or an application; InvalidInput for anything but the counter or a visit."""
    value = request.POST.get("channel", "")
    if value not in dict(COUNTER_CHANNELS):
        raise InvalidInput("请从列出的几种里选择。", field="channel")
    return AppealChannel(value)


def _reason(request: PageRequest, what: str) -> str:
    text = request.POST.get("reason", "").strip()
    if len(text) < 2:
        raise InvalidInput(f"请写明{what}。", next_step="老人以后会看到这句话，请写得让人看得懂。", field="reason")
    return text


@require_POST
@desk(Right.HANDLE_GRANTS)
def submit_confirm(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """The person agrees: the grant is active."""
    confirm = entitlements_actions.confirm_grant
    return _done(request, public_id, lambda grant_id: confirm(request.actor, grant_id=grant_id), "已记为同意，现在生效。")


@require_POST
@desk(Right.HANDLE_GRANTS)
def submit_refuse(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """The person does not want it, with the reason."""

    def act(grant_id: int) -> None:
        entitlements_actions.refuse_grant(request.actor, grant_id=grant_id, reason=_reason(request, "老人为什么不要"))

    return _done(request, public_id, act, "已记为本人不要。以后想要，随时可以再办。")


@require_POST
@desk(Right.HANDLE_GRANTS)
def submit_suspend(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """The grant rests from today until what has to be known is known."""

    def act(grant_id: int) -> None:
        entitlements_actions.suspend_grant(request.actor, grant_id=grant_id, reason=_reason(request, "为什么暂停"))

    return _done(request, public_id, act, "已暂停，并做好了告知老人的通知。")


@require_POST
@desk(Right.HANDLE_GRANTS)
def submit_resume(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """The grant goes on, and what was held back is due."""

    def act(grant_id: int) -> None:
        entitlements_actions.resume_grant(request.actor, grant_id=grant_id, reason=_reason(request, "为什么可以恢复"))

    return _done(request, public_id, act, "已恢复。暂停期间该给的，会补上。")


@require_POST
@desk(Right.HANDLE_GRANTS)
def submit_end(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """The grant has ended from a day on, with the reason."""

    def act(grant_id: int) -> None:
        day = read_day(request, "until_on")
        reason = _reason(request, "为什么停止")
        entitlements_actions.end_grant(request.actor, grant_id=grant_id, until_on=day, reason=reason)

    return _done(request, public_id, act, "已停止，并做好了告知老人的通知。")


@require_POST
@desk(Right.HANDLE_GRANTS)
def submit_account(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """Whether an account is known by now; the grant takes part in payments then."""

    def act(grant_id: int) -> None:
        if not entitlements_actions.check_account(request.actor, grant_id=grant_id):
            raise InvalidInput("这位老人还没有登记银行账户。", next_step="请先在老人的资料里补上，待办里有一件“补登账户”。")

    return _done(request, public_id, act, "已查到银行账户，可以发放了。")


@require_POST
@desk(Right.HANDLE_GRANTS)
def submit_deliver(request: PageRequest, public_id: uuid.UUID, notice: int) -> HttpResponse:
    """One notice of this grant has been handed over."""

    def act(grant_id: int) -> None:
        day, received = read_day(request, "delivered_on"), request.POST.get("received_by", "").strip()
        entitlements_actions.deliver_notice(request.actor, notice_id=notice, delivered_on=day, received_by=received)

    return _done(request, public_id, act, "已记下送到。")


@require_POST
@desk(Right.HANDLE_GRANTS)
def submit_appeal(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """Somebody at the counter does not agree; the city decides."""
    file, sent = _file(request, public_id), request.POST
    try:
        filed = entitlements_actions.file_appeal(
            request.actor, person_id=file.line.person_id, benefit=file.line.benefit, by_name=sent.get("by_name", "").strip(),
            relation=sent.get("relation", ""), reason=_reason(request, "哪里不对、为什么"), channel=read_channel(request),
        )  # fmt: skip
    except (InvalidInput, Conflict) as refused:
        return _show(request, file, refused)
    messages.success(
        request,
        f"申诉已收下，最晚{filed.due_on.year}年{filed.due_on.month}月{filed.due_on.day}日前答复。{filed.calendar_warning}",
    )
    return redirect(reverse("street:grant", args=[public_id]) + "#appeals")
