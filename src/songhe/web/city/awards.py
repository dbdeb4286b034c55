"""奖补: what facilities and staff can be given, claims, and their decision by a second person."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from songhe.basics.money import fen_to_yuan
from songhe.contexts.accounts import queries as accounts
from songhe.contexts.payments import actions
from songhe.contexts.payments import queries as payments
from songhe.contexts.payments.queries import AwardKind, AwardState, AwardView
from songhe.contexts.places import queries as places
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Right
from songhe.foundation.errors import SongheError
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.award_forms import facts_typed, fields_of, kind_named, problems_of
from songhe.web.exports import every_row, export
from songhe.web.lists import FieldProblem, Filter, chosen

SECTION = "city:awards"
_STATES = tuple((one.value, label) for one, label in payments.AWARD_STATE_LABELS.items())


def _page(request: PageRequest, after: str | None) -> Page[AwardView]:
    state = chosen(request.GET, "state", _STATES)
    kinds = tuple((kind.id, kind.title) for kind in payments.award_kinds())
    return payments.awards(
        request.actor, kind=chosen(request.GET, "kind", kinds), state=AwardState(state) if state else None, after=after
    )


@desk(Right.SEE_PAYMENTS)
def page_awards(request: PageRequest) -> HttpResponse:
    """What can be claimed, and the claims, newest first."""
    page, kinds = _page(request, request.GET.get("after")), payments.award_kinds()
    titles = tuple((kind.id, kind.title) for kind in kinds)
    filters = (
        Filter("kind", "哪一项", chosen(request.GET, "kind", titles), "choice", titles, any="全部"),
        Filter("state", "状态", chosen(request.GET, "state", _STATES), "choice", _STATES, any="全部"),
    )
    counts = payments.awards_by_state(request.actor)
    found = {
        "section": SECTION, "page": page, "lines": page.items, "kinds": kinds, "filters": filters,
        "may_claim": request.actor.may(Right.MAKE_PAYMENTS), "filtered": any(request.GET.get(name) for name in ("kind", "state")),
        "counts": [(f"award_{state}", payments.AWARD_STATE_LABELS[state], *counts[state]) for state in AwardState],
    }  # fmt: skip
    return render(request, "city/awards.html", found)


@desk(Right.SEE_PAYMENTS)
def page_awards_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    rows = [
        (
            one.title,
            one.payee_name,
            f"{one.period:%Y-%m}",
            fen_to_yuan(one.amount),
            payments.AWARD_STATE_LABELS[one.state],
            one.decided_because,
        )
        for one in every_row(lambda after: _page(request, after))
    ]
    header = ("奖补", "给谁", "所属期", "金额（元）", "状态", "理由")
    return export(request, title="奖补申请", header=header, rows=rows)


def _form(request: PageRequest, kind: AwardKind, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    towns = [(area.path, area.name) for area in places.areas_for(request.actor, right=Right.MAKE_PAYMENTS, level="town")]
    city = f"{policy.pack_in_use().pack.place.code}/"
    found = {
        "section": SECTION, "kind": kind, "problems": problems, "typed": request.POST, "city": city, "towns": towns,
        "fields": fields_of(kind, request.POST), "wrong": {one.field: one.sentence for one in problems},
    }  # fmt: skip
    return render(request, "city/award_claim.html", found, status=422 if problems else 200)


@desk(Right.MAKE_PAYMENTS)
def page_claim(request: PageRequest, kind: str) -> HttpResponse:
    """The form of a claim: only the facts that count."""
    return _form(request, kind_named(kind))


@require_POST
@desk(Right.MAKE_PAYMENTS)
def submit_claim(request: PageRequest, kind: str) -> HttpResponse:
    """The claim stands if the rules allow it, and waits for a second person."""
    found, said = kind_named(kind), request.POST
    payee = actions.Payee(said.get("name", ""), said.get("code", ""), said.get("account", ""), said.get("area", ""))
    try:
        made = actions.claim_award(request.actor, kind=kind, payee=payee, facts=facts_typed(found, said))
    except SongheError as refused:
        return _form(request, found, problems_of(found, refused))
    messages.success(request, "已经登记，等另一位同事复核。")
    return redirect("city:award", made.award_id)


def _show(request: PageRequest, award: int, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    file = payments.award_file(request.actor, award_id=award)
    view = file.view
    names = accounts.names_of({i for i in (view.claimed_by, view.decided_by) if i is not None})
    found = {
        "section": SECTION, "view": view, "file": file, "payment": f"payment_{file.payment}" if file.payment else "",
        "chip": f"award_{view.state}", "problems": problems, "typed": request.POST,
        "claimed_by": names.get(view.claimed_by, "系统"), "decided_by": names.get(view.decided_by or -1, ""),
        "may_decide": view.state is AwardState.CLAIMED and request.actor.may(Right.APPROVE_PAYMENTS) and view.claimed_by != request.actor.id,
        "own": view.claimed_by == request.actor.id, "sources": policy.pack_in_use().pack.sources,
    }  # fmt: skip
    return render(request, "city/award.html", found, status=422 if problems else 200)


@desk(Right.SEE_PAYMENTS)
def page_award(request: PageRequest, award: int) -> HttpResponse:
    """One claim with what it rests on and why it is allowed."""
    return _show(request, award)


@desk(Right.SEE_PAYMENTS, Right.CLAIM_AWARDS)
def page_document(request: PageRequest, document: int) -> HttpResponse:
    """A paper of a claim as it was handed in; who opened it is recorded."""
    taken = actions.take_document(request.actor, document_id=document)
    response = HttpResponse(taken.content, content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(taken.name)}"
    return response


@require_POST
@desk(Right.APPROVE_PAYMENTS)
def submit_decide(request: PageRequest, award: int) -> HttpResponse:
    """The claim is approved or refused."""
    approve = request.POST.get("approve") == "1"
    try:
        actions.decide_claim(request.actor, award_id=award, approve=approve, because=request.POST.get("because", ""))
    except SongheError as refused:
        return _show(request, award, (FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}"),))
    messages.success(request, "已经同意，下一批奖补发放时付款。" if approve else "已经不同意。")
    return redirect("city:award", award)
