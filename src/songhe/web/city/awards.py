"""奖补: what facilities and staff can be given, claims, and their decision by a second person."""

from __future__ import annotations

from collections.abc import Mapping

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
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type
from songhe.foundation.access import Right
from songhe.foundation.errors import NotFound, SongheError
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
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


def _kind(name: str) -> AwardKind:
    found = next((kind for kind in payments.award_kinds() if kind.id == name), None)
    if found is None:
        raise NotFound("没有这一项奖补，或者现在还不能申请。", next_step="请从列表里选择。")
    return found


def _form(request: PageRequest, kind: AwardKind, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    towns = [(area.path, area.name) for area in places.areas_for(request.actor, right=Right.MAKE_PAYMENTS, level="town")]
    city = f"{policy.pack_in_use().pack.place.code}/"
    found = {
        "section": SECTION, "kind": kind, "problems": problems, "typed": request.POST, "city": city, "towns": towns,
        "fields": [(v, _options(v), request.POST.get(f"f-{v.name}", "")) for v in kind.asked],
    }  # fmt: skip
    return render(request, "city/award_claim.html", found, status=422 if problems else 200)


def _options(variable: Variable) -> list[tuple[str, str]]:
    """What can be chosen; nothing for a number."""
    if variable.type is Type.BOOL:
        return [("true", "是"), ("false", "否")]
    return list(variable.values) if variable.type is Type.CODE else []


def _facts(request: PageRequest, kind: AwardKind) -> Mapping[str, object]:
    """The typed facts as the data dictionary writes them; what is empty is not known."""
    found: dict[str, object] = {}
    for variable in kind.asked:
        text = request.POST.get(f"f-{variable.name}", "").strip()
        if not text:
            continue
        if variable.type is Type.BOOL:
            found[variable.name] = text == "true"
        elif variable.type is Type.CODE:
            found[variable.name] = text
        else:
            found[variable.name] = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
    return found


@desk(Right.MAKE_PAYMENTS)
def page_claim(request: PageRequest, kind: str) -> HttpResponse:
    """The form of a claim: only the facts that count."""
    return _form(request, _kind(kind))


@require_POST
@desk(Right.MAKE_PAYMENTS)
def submit_claim(request: PageRequest, kind: str) -> HttpResponse:
    """The claim stands if the rules allow it, and waits for a second person."""
    found, said = _kind(kind), request.POST
    payee = actions.Payee(said.get("name", ""), said.get("code", ""), said.get("account", ""), said.get("area", ""))
    try:
        made = actions.claim_award(request.actor, kind=kind, payee=payee, facts=_facts(request, found))
    except SongheError as refused:
        field = f"f-{refused.field}" if any(v.name == refused.field for v in found.asked) else refused.field
        return _form(request, found, (FieldProblem(field or "", f"{refused.sentence}{refused.next_step}"),))
    messages.success(request, "已经登记，等另一位同事复核。")
    return redirect("city:award", made.award_id)


def _show(request: PageRequest, award: int, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    view = payments.award(request.actor, award_id=award)
    names = accounts.names_of({i for i in (view.claimed_by, view.decided_by) if i is not None})
    found = {
        "section": SECTION, "view": view, "chip": f"award_{view.state}", "problems": problems, "typed": request.POST,
        "claimed_by": names.get(view.claimed_by, "系统"), "decided_by": names.get(view.decided_by or -1, ""),
        "may_decide": view.state is AwardState.CLAIMED and request.actor.may(Right.APPROVE_PAYMENTS) and view.claimed_by != request.actor.id,
        "own": view.claimed_by == request.actor.id, "sources": policy.pack_in_use().pack.sources,
    }  # fmt: skip
    return render(request, "city/award.html", found, status=422 if problems else 200)


@desk(Right.SEE_PAYMENTS)
def page_award(request: PageRequest, award: int) -> HttpResponse:
    """One claim with what it rests on and why it is allowed."""
    return _show(request, award)


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
