"""奖补和结算: a body of care claims what the rules give it, hands in the papers, and sees decision and payment. Its own, nobody else's."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from songhe.basics.money import fen_to_yuan
from songhe.contexts.payments import actions
from songhe.contexts.payments import queries as payments
from songhe.contexts.payments.actions import Document
from songhe.contexts.payments.queries import AwardKind, AwardState
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput, SongheError
from songhe.web.access import PageRequest, desk
from songhe.web.award_forms import facts_typed, fields_of, kind_named, problems_of
from songhe.web.city.pay_shown import month_of
from songhe.web.exports import every_row, export
from songhe.web.lists import FieldProblem

SECTION = "provider:claims"
MOST_BYTES = 10 * 1024 * 1024


def _list(request: PageRequest, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    body = payments.own_body(request.actor)
    if body is None:
        return render(request, "provider/no_body.html", {"section": SECTION})
    found = {
        "section": SECTION, "body": body, "kinds": payments.claimable(request.actor), "months": payments.own_months(request.actor),
        "page": payments.own_awards(request.actor, after=request.GET.get("after")), "problems": problems, "typed": request.POST,
        "sources": policy.pack_in_use().pack.sources,
    }  # fmt: skip
    return render(request, "provider/claims.html", found, status=422 if problems else 200)


@desk(Right.CLAIM_AWARDS)
def page_claims(request: PageRequest) -> HttpResponse:
    """What the body may claim, its months of vouchers, and its claims."""
    return _list(request)


@desk(Right.CLAIM_AWARDS)
def page_claims_export(request: PageRequest) -> HttpResponse:
    """The body's claims as a file."""
    rows = [
        (
            one.title,
            one.payee_name,
            f"{one.period:%Y-%m}",
            fen_to_yuan(one.amount),
            payments.AWARD_STATE_LABELS[one.state],
            one.decided_because,
        )
        for one in every_row(lambda after: payments.own_awards(request.actor, after=after, limit=200))
    ]
    header = ("奖补", "给谁", "所属期", "金额（元）", "状态", "理由")
    return export(request, title="本单位的申请", header=header, rows=rows)


def _form(request: PageRequest, kind: AwardKind, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    found = {
        "section": SECTION, "kind": kind, "body": payments.own_body(request.actor), "problems": problems, "typed": request.POST,
        "fields": fields_of(kind, request.POST), "source": policy.pack_in_use().pack.sources.get(kind.cite.document),
        "wrong": {one.field: one.sentence for one in problems},
    }  # fmt: skip
    return render(request, "provider/claim.html", found, status=422 if problems else 200)


@desk(Right.CLAIM_AWARDS)
def page_claim(request: PageRequest, kind: str) -> HttpResponse:
    """The form of a claim with its papers; sent, the claim stands if the rules allow it, and waits for the city."""
    asked = kind_named(kind)
    if request.method != "POST":
        return _form(request, asked)
    said = request.POST
    staff = (said.get("name", ""), said.get("code", "")) if asked.staff else None
    try:
        made = actions.claim_own_award(
            request.actor, kind=kind, account=said.get("account", ""), facts=facts_typed(asked, said), staff=staff,
            documents=_documents(request),
        )  # fmt: skip
    except SongheError as refused:
        return _form(request, asked, problems_of(asked, refused))
    messages.success(request, "申请已经送到民政部门，等复核。结果会写在这里。")
    return redirect("provider:award", made.public_id)


def _documents(request: PageRequest) -> list[Document]:
    """The files of the form; one that is too large is refused before it is read."""
    sent = request.FILES.getlist("documents")
    for one in sent:
        if (one.size or 0) > MOST_BYTES:
            raise InvalidInput(f"“{one.name}”超过10兆。", next_step="请缩小以后再传。", field="documents")
    return [Document(one.name or "材料", one.read()) for one in sent]


@require_POST
@desk(Right.CLAIM_AWARDS)
def submit_settle(request: PageRequest, benefit: str, month: str) -> HttpResponse:
    """What was taken off prices in a month of vouchers is claimed."""
    try:
        made = actions.claim_own_redemptions(
            request.actor, benefit=benefit, month=month_of(month), account=request.POST.get("account", "")
        )
    except SongheError as refused:
        return _list(request, (FieldProblem(f"account-{benefit}-{month}", f"{refused.sentence}{refused.next_step}"),))
    messages.success(request, "结算申请已经送到民政部门，等复核。")
    return redirect("provider:award", made.public_id)


def _show(request: PageRequest, award: uuid.UUID, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    payments.own_body(request.actor)
    file = payments.award_file(request.actor, award_id=payments.award_id_of(request.actor, public_id=award))
    found = {
        "section": SECTION, "file": file, "view": file.view, "chip": f"award_{file.view.state}", "problems": problems,
        "may_add": file.view.state is AwardState.CLAIMED, "sources": policy.pack_in_use().pack.sources,
        "payment": f"payment_{file.payment}" if file.payment else "", "problem": problems[0] if problems else None,
    }  # fmt: skip
    return render(request, "provider/award.html", found, status=422 if problems else 200)


@desk(Right.CLAIM_AWARDS)
def page_award(request: PageRequest, award: uuid.UUID) -> HttpResponse:
    """One claim: what it rests on, its papers, the decision, the payment."""
    return _show(request, award)


@require_POST
@desk(Right.CLAIM_AWARDS)
def submit_documents(request: PageRequest, award: uuid.UUID) -> HttpResponse:
    """More papers for a claim that nobody has decided yet."""
    number = payments.award_id_of(request.actor, public_id=award)
    try:
        actions.add_documents(request.actor, award_id=number, documents=_documents(request))
    except SongheError as refused:
        return _show(request, award, (FieldProblem("documents", f"{refused.sentence}{refused.next_step}"),))
    messages.success(request, "材料已经补上。")
    return redirect("provider:award", award)
