"""The list of a run, what its checks found, and one payment with the way back to the decision behind it."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from songhe.basics.money import fen_to_yuan
from songhe.contexts.payments import actions
from songhe.contexts.payments import queries as payments
from songhe.contexts.payments.queries import Check, PaymentKind, PaymentLine, PaymentState, Settled
from songhe.contexts.people import queries as people
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area, town_names
from songhe.web.city.pay_shown import run_lines, title_of_run
from songhe.web.exports import every_row, export
from songhe.web.lists import Filter, chosen

SECTION = "city:pay_runs"
_STATES = tuple((one.value, label) for one, label in payments.PAYMENT_STATE_LABELS.items())
_KINDS = tuple((one.value, label) for one, label in payments.PAYMENT_KIND_LABELS.items())
_CHECKS = tuple((one.value, label) for one, label in payments.CHECK_LABELS.items())


def _page(request: PageRequest, run: int, after: str | None) -> Page[PaymentLine]:
    state, kind = chosen(request.GET, "state", _STATES), chosen(request.GET, "kind", _KINDS)
    return payments.payments(
        request.actor, run_id=run, state=PaymentState(state) if state else None, kind=PaymentKind(kind) if kind else None,
        area_path=chosen_area(request), name=request.GET.get("name", ""), after=after,
    )  # fmt: skip


def _filters(request: PageRequest) -> tuple[Filter, ...]:
    return (
        Filter("name", "收款人", request.GET.get("name", ""), hint="姓名开头"),
        area_filter(request, Right.SEE_PAYMENTS),
        Filter("state", "状态", chosen(request.GET, "state", _STATES), "choice", _STATES, any="全部"),
        Filter("kind", "哪一种", chosen(request.GET, "kind", _KINDS), "choice", _KINDS, any="全部"),
    )


@desk(Right.SEE_PAYMENTS)
def page_payments(request: PageRequest, run: int) -> HttpResponse:
    """The payments of a run, in the order of the list."""
    page = _page(request, run, request.GET.get("after"))
    view = payments.run(request.actor, run_id=run)
    found = {
        "section": SECTION, "page": page, "lines": _towns(page.items), "filters": _filters(request),
        "run": run_lines([view.line])[0], "may_again": request.actor.may(Right.MAKE_PAYMENTS),
        "filtered": any(request.GET.get(name) for name in ("name", "state", "kind", "area")),
    }  # fmt: skip
    return render(request, "city/pay_payments.html", found)


def _towns(lines: Sequence[PaymentLine]) -> list[tuple[PaymentLine, str]]:
    """Each payment with the name of the town."""
    names = town_names()
    paths = ["/".join(line.area_path.rstrip("/").split("/")[:2]) + "/" for line in lines]
    return [(line, names[path].name if path in names else "") for line, path in zip(lines, paths, strict=True)]


@desk(Right.SEE_PAYMENTS)
def page_payments_export(request: PageRequest, run: int) -> HttpResponse:
    """The same list as a file; accounts are masked."""
    rows = every_row(lambda after: _page(request, run, after))
    lines = [
        (r.name, town, r.benefit_title, payments.PAYMENT_KIND_LABELS[r.kind], f"{r.period:%Y-%m}", fen_to_yuan(r.amount),
         fen_to_yuan(r.kept_back), r.account, payments.PAYMENT_STATE_LABELS[r.state], r.held_because or r.failure)
        for r, town in _towns(rows)
    ]  # fmt: skip
    header = ("收款人", "镇街", "待遇", "哪一种", "月份", "金额（元）", "其中抵扣（元）", "账号", "状态", "原因")
    return export(request, title="发放名单", header=header, rows=lines)


@desk(Right.SEE_PAYMENTS)
def page_findings(request: PageRequest, run: int) -> HttpResponse:
    """What speaks against paying, and how each was settled."""
    check = chosen(request.GET, "check", _CHECKS)
    only_open = request.GET.get("open") == "1"
    page = payments.findings(
        request.actor, run_id=run, check=Check(check) if check else None, open_only=only_open, after=request.GET.get("after")
    )
    view = payments.run(request.actor, run_id=run)
    filters = (
        Filter("check", "查什么", check, "choice", _CHECKS, any="全部"),
        Filter("open", "处理", "1" if only_open else "", "choice", (("1", "还没有处理的"),), any="全部"),
    )
    found = {
        "section": SECTION, "page": page, "lines": page.items, "filters": filters, "run": run_lines([view.line])[0], "view": view,
        "may_settle": "settle" in view.may, "settled": payments.SETTLED_LABELS, "check_labels": payments.CHECK_LABELS, "check": check,
        "filtered": bool(check or only_open),
    }  # fmt: skip
    return render(request, "city/pay_findings.html", found)


@require_POST
@desk(Right.MAKE_PAYMENTS)
def submit_settle(request: PageRequest, run: int) -> HttpResponse:
    """The chosen findings, or all open ones of a check, are held or released with a reason."""
    how = request.POST.get("how", "")
    if how not in list(Settled):
        raise InvalidInput("请选择暂缓还是照发。", field="how")
    ids = [int(text) for text in request.POST.getlist("finding") if text.isascii() and text.isdigit() and len(text) < 19]
    check = chosen(request.POST, "every", _CHECKS)
    if not ids and not check:
        raise InvalidInput("没有选中任何一条。", next_step="请先勾选，或者选“这一类全部”。", field="finding")
    done = actions.settle_findings(
        request.actor, run_id=run, how=Settled(how), reason=request.POST.get("reason", ""), finding_ids=ids,
        check=Check(check) if check else None,
    )  # fmt: skip
    messages.success(request, f"处理了{done.settled}条。")
    return redirect("city:pay_findings", run)


@desk(Right.SEE_PAYMENTS)
def page_payment(request: PageRequest, payment: int) -> HttpResponse:
    """One payment: from the bank's line back to the decision and the facts."""
    way = payments.walk_back(request.actor, payment_id=payment)
    line = way.payment
    number = line.person_id
    known = people.people_by_id(request.actor, person_ids=[number]) if number is not None else {}
    run = payments.run(request.actor, run_id=line.run_id).line if request.actor.may(Right.MAKE_PAYMENTS) else None
    found = {
        "section": SECTION, "way": way, "line": line, "person": known.get(number or 0), "town": _towns([line])[0][1],
        "run_title": title_of_run(run) if run else "", "may_again": line.may_be_paid_again and request.actor.may(Right.MAKE_PAYMENTS),
        "kind": payments.PAYMENT_KIND_LABELS[line.kind], "chip": f"payment_{line.state}",
    }  # fmt: skip
    return render(request, "city/pay_payment.html", found)


@require_POST
@desk(Right.MAKE_PAYMENTS)
def submit_again(request: PageRequest, payment: int) -> HttpResponse:
    """The payment stands in the next list as far as it is still due."""
    actions.pay_again(request.actor, payment_ids=[payment], reason=request.POST.get("reason", ""))
    messages.success(request, "已经记下，下一批发放时再发。")
    return redirect("city:pay_payment", payment)
