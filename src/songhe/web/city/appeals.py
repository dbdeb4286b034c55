"""申诉 at the city desk: to be decided with the decision and its snapshot in view beside the words of who appeals."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.basics.money import fen_to_yuan, yuan_to_fen
from songhe.contexts.entitlements import actions as entitlements_actions
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.actions import Correction, Override
from songhe.contexts.entitlements.queries import AppealFile
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Right
from songhe.foundation.errors import Conflict, InvalidInput, SongheError
from songhe.web.access import PageRequest, desk
from songhe.web.appeal_letters import not_heard_pdf
from songhe.web.street.appeals import appeal_shown, list_file, show_list
from songhe.web.street.fact_fields import FactField, fact_field, stored_value, variable_named
from songhe.web.street.grant_lists import problems_of


@dataclass(frozen=True, slots=True)
class FactToCorrect:
    """A fact that the decision looked at: as it was then, and the field in which another value may stand."""

    field: FactField
    shown: str
    since: str


@desk(Right.SEE_GRANTS)
def page_appeals(request: PageRequest) -> HttpResponse:
    """Appeals, those due first in front."""
    return show_list(
        request, "city:appeal", "对照当时的决定和资料答复。资料确实不对的，更正以后马上重新核算；规定没有说清的，可以按申诉给。"
    )


@desk(Right.SEE_GRANTS)
def page_appeals_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    return list_file(request, "city:appeal")


def _facts(request: PageRequest, file: AppealFile) -> tuple[FactToCorrect, ...]:
    """The person's own facts that the decision's conditions looked at, or missed."""
    if file.explanation is None:
        return ()
    known = policy.pack_in_use().pack.variables_of("person")
    seen: dict[str, str] = {}
    for fact in (fact for each in file.explanation.conditions for fact in each.values if not fact.member):
        seen.setdefault(fact.variable, fact.shown)  # an age stands behind the birth date that it comes from
    lacking = {fact.variable: "没有资料" for each in file.explanation.conditions for fact in each.missing if not fact.member}
    sent = request.POST
    return tuple(
        FactToCorrect(fact_field(known[name], sent.get(f"value-{name}", "")), shown, sent.get(f"since-{name}", ""))
        for name, shown in {**seen, **lacking}.items()
        if name in known
    )


def _show(request: PageRequest, file: AppealFile, refused: SongheError | None = None) -> HttpResponse:
    shown = appeal_shown(request, file) | {
        "section": "city:appeals",
        "back": reverse("city:appeals"),
        "at_city": True,
        "may_decide": request.actor.may(Right.DECIDE_APPEALS, file.line.area_path),
        "facts": _facts(request, file),
        "typed": request.POST,
        "problems": problems_of(refused) if refused else (),
    }
    response = render(request, "street/appeal.html", shown, status=refused.http_status if refused else 200)
    response["Cache-Control"] = "no-store"
    return response


@desk(Right.SEE_GRANTS)
def page_appeal(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """One appeal with the form that answers it."""
    return _show(
        request, entitlements.appeal(request.actor, appeal_id=entitlements.appeal_id_of(request.actor, public_id=public_id))
    )


def _day(text: str, field: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput("请填从哪天起。", next_step="例如 2026-07-01。", field=field) from None


def _corrections(request: PageRequest, facts: Sequence[FactToCorrect]) -> list[Correction]:
    """The facts for which another value was typed."""
    found = []
    for fact in facts:
        name = fact.field.variable
        if fact.field.value:
            value = stored_value(variable_named(name), fact.field.value)
            found.append(Correction(name, value, _day(fact.since, f"since-{name}")))
    return found


def _override(request: PageRequest) -> Override | None:
    sent = request.POST
    if not (sent.get("override_from", "").strip() or sent.get("override_amount", "").strip()):
        return None
    try:
        amount = yuan_to_fen(sent.get("override_amount", "").strip())
    except ValueError:
        raise InvalidInput(
            "请填每次给多少元。", next_step="例如 100 或 100.50；给服务的填 0。", field="override_amount"
        ) from None
    until = sent.get("override_until", "").strip()
    return Override(
        _day(sent.get("override_from", ""), "override_from"), amount, _day(until, "override_until") if until else None
    )


@require_POST
@desk(Right.DECIDE_APPEALS)
def submit_late(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """An appeal that came late is heard for a named reason, or turned away with one."""
    appeal_id = entitlements.appeal_id_of(request.actor, public_id=public_id)
    sent, because = request.POST, request.POST.get("because_late", "").strip()
    try:
        if sent.get("hear") not in ("yes", "no"):
            raise InvalidInput("请选择受理，还是不予受理。", field="hear-yes")
        if sent["hear"] == "yes":
            entitlements_actions.hear_late_appeal(request.actor, appeal_id=appeal_id, because=because)
        else:
            entitlements_actions.turn_away_appeal(request.actor, appeal_id=appeal_id, because=because)
    except (InvalidInput, Conflict) as refused:
        return _show(request, entitlements.appeal(request.actor, appeal_id=appeal_id), refused)
    messages.success(
        request, "已记下受理的理由，请接着答复。" if sent["hear"] == "yes" else "已定为不予受理，请印通知书送给老人。"
    )
    return redirect("city:appeal", public_id)


@require_POST
@desk(Right.SEE_GRANTS)
def submit_not_heard_letter(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """The letter that says why an appeal was not heard, as a PDF."""
    file = entitlements.appeal(request.actor, appeal_id=entitlements.appeal_id_of(request.actor, public_id=public_id))
    response = HttpResponse(not_heard_pdf(request.actor, file.line), content_type="application/pdf")
    response["Content-Disposition"] = f"attachment; filename=\"letter.pdf\"; filename*=UTF-8''{quote('不予受理通知书.pdf')}"
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@desk(Right.DECIDE_APPEALS)
def submit_decision(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """The appeal is answered; where it is upheld the facts are corrected or the override holds, and it is decided again at once."""
    appeal_id = entitlements.appeal_id_of(request.actor, public_id=public_id)
    file, sent = entitlements.appeal(request.actor, appeal_id=appeal_id), request.POST
    try:
        if sent.get("answer") not in ("uphold", "reject"):
            raise InvalidInput("请选择支持申诉，还是维持原决定。", field="answer-uphold")
        uphold = sent["answer"] == "uphold"
        decided = entitlements_actions.decide_appeal(
            request.actor, appeal_id=appeal_id, uphold=uphold, because=sent.get("because", "").strip(),
            corrections=_corrections(request, _facts(request, file)) if uphold else (), override=_override(request) if uphold else None,
        )  # fmt: skip
    except (InvalidInput, Conflict) as refused:
        return _show(request, file, refused)
    more = f"补给过去的月份一共{fen_to_yuan(decided.arrears)}元。" if decided.arrears > 0 else ""
    messages.success(request, ("已支持申诉，已经重新核算。" if uphold else "已维持原决定，答复记下了。") + more)
    return redirect("city:appeal", public_id)
