"""应追回: who was paid more than is due and has not handed it back, and the receipt of what comes back."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from songhe.basics.money import fen_to_yuan
from songhe.contexts.payments import actions
from songhe.contexts.payments import queries as payments
from songhe.contexts.payments.queries import RepaidBy
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput, SongheError
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.exports import export
from songhe.web.lists import FieldProblem
from songhe.web.typed import fen_typed

SECTION = "city:overpaid"
MOST = 500


def _show(request: PageRequest, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    people = payments.overpaid(request.actor, area_path=chosen_area(request))
    found = {
        "section": SECTION, "lines": people[:MOST], "people": len(people), "open": sum(one.open for one in people), "problems": problems,
        "filters": (area_filter(request, Right.SEE_PAYMENTS),), "filtered": bool(request.GET.get("area")), "typed": request.POST,
        "may_take": request.actor.may(Right.KEEP_FUNDS), "ways": payments.REPAID_BY_LABELS.items(), "today": clock.today().isoformat(),
    }  # fmt: skip
    return render(request, "city/overpaid.html", found, status=422 if problems else 200)


@desk(Right.SEE_PAYMENTS)
def page_overpaid(request: PageRequest) -> HttpResponse:
    """Who owes what, month by month, most first."""
    return _show(request)


@desk(Right.SEE_PAYMENTS)
def page_overpaid_export(request: PageRequest) -> HttpResponse:
    """The same list as a file, a line a month."""
    rows = [
        (
            one.name,
            period.title,
            f"{period.period:%Y-%m}",
            fen_to_yuan(period.paid),
            fen_to_yuan(period.due),
            fen_to_yuan(period.open),
        )
        for one in payments.overpaid(request.actor, area_path=chosen_area(request))
        for period in one.periods
    ]
    header = ("姓名", "待遇", "月份", "已发（元）", "应发（元）", "还要退（元）")
    return export(request, title="应追回", header=header, rows=rows, area_path=chosen_area(request))


@require_POST
@desk(Right.KEEP_FUNDS)
def submit_repayment(request: PageRequest, person: int) -> HttpResponse:
    """The receipt settles the oldest months first."""
    said = request.POST
    try:
        done = actions.record_repayment(
            request.actor, person_id=person, amount=fen_typed(said.get("amount", "")), receipt=said.get("receipt", ""),
            received_on=_day(said.get("received_on", "")), how=_how(said.get("how", "")), payer=said.get("payer", ""),
        )  # fmt: skip
    except SongheError as refused:
        field = f"{refused.field}-{person}" if refused.field else ""
        return _show(request, (FieldProblem(field, f"{refused.sentence}{refused.next_step}"),))
    left = f"还有{fen_to_yuan(done.left)}元。" if done.left else "已经退清。"
    messages.success(request, f"收到{fen_to_yuan(done.amount)}元，{left}")
    return redirect("city:overpaid")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("收款日期不对。", next_step="请选择日期。", field="received_on") from None


def _how(text: str) -> RepaidBy:
    if text not in list(RepaidBy):
        raise InvalidInput("请选择怎么退的。", field="how")
    return RepaidBy(text)
