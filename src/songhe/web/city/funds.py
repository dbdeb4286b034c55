"""Money of a year: funds and what is left of them, what was spent on what, what the year will need, the lottery's share, the ledger's balances."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.basics.money import fen_to_yuan
from songhe.contexts.payments import actions
from songhe.contexts.payments import queries as payments
from songhe.contexts.payments.queries import By
from songhe.foundation.access import Right
from songhe.foundation.errors import SongheError
from songhe.web.access import PageRequest, desk
from songhe.web.city.pay_runs import first_of_year, years
from songhe.web.exports import export
from songhe.web.lists import FieldProblem, Filter, chosen
from songhe.web.typed import fen_typed

_BY = tuple((one.value, label) for one, label in payments.BY_LABELS.items())


def _year_filter(year: int) -> Filter:
    return Filter("year", "年度", str(year), "choice", years(), any="今年")


def _funds(request: PageRequest, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    year = first_of_year(request)
    found = {
        "section": "city:funds", "year": year, "filters": (_year_filter(year),), "lines": payments.funds(request.actor, year=year),
        "lottery": payments.lottery_share(request.actor, year=year), "problems": problems, "typed": request.POST,
        "sources": payments.FUND_SOURCE_LABELS, "may_keep": request.actor.may(Right.KEEP_FUNDS),
        "balance": payments.trial_balance(request.actor, year=year) if request.actor.may(Right.KEEP_FUNDS) else None,
    }  # fmt: skip
    return render(request, "city/funds.html", found, status=422 if problems else 200)


@desk(Right.SEE_PAYMENTS)
def page_funds(request: PageRequest) -> HttpResponse:
    """Every fund of the year, both readings of the lottery's share, and the ledger."""
    return _funds(request)


@require_POST
@desk(Right.KEEP_FUNDS)
def submit_line(request: PageRequest) -> HttpResponse:
    """The fund has this much for the year from now on."""
    text, year = request.POST.get("amount", "").replace(",", "").strip(), first_of_year(request)
    try:
        amount = fen_typed(text)
        actions.keep_fund_line(
            request.actor, fund=request.POST.get("fund", ""), year=year, amount=amount, document=request.POST.get("document", "").strip(),
            note=request.POST.get("note", "").strip(),
        )  # fmt: skip
    except SongheError as refused:
        return _funds(request, (FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}"),))
    messages.success(request, "资金额度已经记下，原来的数留作记录。")
    return redirect(f"{reverse('city:funds')}?year={year}")


@desk(Right.SEE_PAYMENTS)
def page_spending(request: PageRequest) -> HttpResponse:
    """What arrived, told apart by benefit, town, month or fund; and what the year will need."""
    year, by = first_of_year(request), By(chosen(request.GET, "by", _BY) or By.BENEFIT)
    found = {
        "section": "city:spending", "year": year, "by": by, "by_label": payments.BY_LABELS[by],
        "filters": (_year_filter(year), Filter("by", "怎么分", by.value, "choice", _BY, any="待遇")),
        "spent": payments.spending(request.actor, year=year, by=by), "forecast": payments.forecast(request.actor, year=year),
    }  # fmt: skip
    return render(request, "city/spending.html", found)


@desk(Right.SEE_PAYMENTS)
def page_spending_export(request: PageRequest) -> HttpResponse:
    """The same table as a file."""
    year, by = first_of_year(request), By(chosen(request.GET, "by", _BY) or By.BENEFIT)
    spent = payments.spending(request.actor, year=year, by=by)
    rows = [(line.title, line.payments, line.people, fen_to_yuan(line.amount)) for line in spent.lines]
    return export(request, title=f"{year}年支出", header=(payments.BY_LABELS[by], "笔数", "人数", "金额（元）"), rows=rows)


@desk(Right.SEE_PAYMENTS)
def page_funds_export(request: PageRequest) -> HttpResponse:
    """The funds of the year as a file."""
    year = first_of_year(request)
    rows = [
        (line.title, payments.FUND_SOURCE_LABELS[line.source], "" if line.given is None else fen_to_yuan(line.given),
         fen_to_yuan(line.bound), fen_to_yuan(line.spent), fen_to_yuan(line.left), line.document or "假定")
        for line in payments.funds(request.actor, year=year)
    ]  # fmt: skip
    header = ("资金", "来源", "额度（元）", "已占用（元）", "已支出（元）", "还剩（元）", "依据")
    return export(request, title=f"{year}年资金", header=header, rows=rows)
