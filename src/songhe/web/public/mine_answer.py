"""The answer to a proposed grant in 我的待遇: yes, no, or what is written wrongly. Works without scripts; the same checks as at the counter."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from songhe.contexts.entitlements import actions as entitlements_actions
from songhe.contexts.entitlements import queries as entitlements
from songhe.foundation.errors import Conflict, InvalidInput, SongheError
from songhe.web.access import PageRequest, public
from songhe.web.lists import FieldProblem
from songhe.web.public import mine
from songhe.web.public.mine_shown import MineGrant, mine_of

_SAID = {
    "agree": "已记下您同意。从现在起生效，不用再办手续。",
    "refuse": "已记下您不要。以后想要，随时可以再办。",
    "wrong": "已收到。核实以后答复您。",
}


def _form(request: PageRequest, grant: MineGrant, refused: SongheError | None = None) -> HttpResponse:
    sent = request.POST
    found = mine.contact_of(grant.person_id) | {
        "grant": grant,
        "relations": mine.RELATIONS,
        "days": entitlements.granting().term("appeal_working_days"),
        "typed": {
            "answer": sent.get("answer", ""), "reason": sent.get("reason", ""), "by_name": sent.get("by_name", ""),
            "relation": sent.get("relation", ""), "wrong": mine.places_of(request),
        },
        "problems": (FieldProblem(refused.field or "answer", f"{refused.sentence}{refused.next_step}"),) if refused else (),
    }  # fmt: skip
    response = render(request, "public/mine_answer.html", found, status=422 if refused else 200)
    response["Cache-Control"] = "no-store, private"
    return response


@never_cache
@public
def page_answer(request: PageRequest, number: int) -> HttpResponse:
    """The form, and the answer; one that was answered meanwhile leads back to the benefits."""
    known = mine.person_of(request)
    if known is None:
        return redirect("mine")
    grant = next((each for each in mine_of(known[1]) if each.number == number and each.may_answer), None)
    if grant is None:
        return redirect("mine_grants")
    if request.method != "POST":
        return _form(request, grant)
    try:
        _answer(request, grant)
    except (InvalidInput, Conflict) as refused:
        return _form(request, grant, refused)
    messages.success(request, _SAID[request.POST["answer"]])
    return mine.keep(redirect("mine_grants"), known[0])


def _answer(request: PageRequest, grant: MineGrant) -> None:
    sent = request.POST
    answer = sent.get("answer", "")
    if answer not in _SAID:
        raise InvalidInput("请选一个答复。", next_step="同意、不要，或者写得不对。", field="answer")
    if answer == "wrong":
        mine.file_objection(request, grant)
        return
    if sent.get("relation") not in mine.RELATIONS:
        raise InvalidInput("请选您是老人的什么人。", field="relation")
    entitlements_actions.answer_online(
        public_id=uuid.UUID(grant.public_id), agree=answer == "agree", by_name=sent.get("by_name", ""), relation=sent["relation"],
        reason=sent.get("reason", "")[:200],
    )  # fmt: skip
