"""消费券: a month's vouchers, what was bought with them, what is to be verified on the spot, what providers are owed."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.basics.money import fen_to_yuan
from songhe.contexts.payments import actions
from songhe.contexts.payments import queries as payments
from songhe.contexts.payments.queries import RedemptionView, Verified
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput, SongheError
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.city.pay_shown import month_of, months_to_choose
from songhe.web.exports import every_row, export
from songhe.web.lists import FieldProblem, Filter, chosen

SECTION = "city:vouchers"
_ONLY = (("waiting", "等现场核查的"), ("drawn", "抽中的"), ("untrue", "不属实的"))


def _month(request: PageRequest) -> dt.date:
    text = request.GET.get("month", "") or request.POST.get("month", "")
    return month_of(text) if text else clock.today().replace(day=1)


def _benefit(request: PageRequest) -> str:
    named = tuple((name, name) for name in policy.pack_in_use().pack.vouchers)
    asked = chosen(request.GET, "benefit", named) or chosen(request.POST, "benefit", named)
    return asked or (named[0][0] if named else "")


def _show(request: PageRequest, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    month, benefit, pack = _month(request), _benefit(request), policy.pack_in_use().pack
    rule = pack.vouchers.get(benefit)
    seen = payments.voucher_month(request.actor, month=month, benefit=benefit) if rule else None
    found = {
        "section": SECTION, "month": f"{month:%Y-%m}", "seen": seen, "rule": rule, "problems": problems, "typed": request.POST,
        "filters": (Filter("month", "月份", f"{month:%Y-%m}", "choice", tuple(months_to_choose(clock.today())), any="本月"),),
        "may_make": request.actor.may(Right.MAKE_PAYMENTS, f"{pack.place.code}/"), "shares": _shares(benefit),
    }  # fmt: skip
    return render(request, "city/vouchers.html", found, status=422 if problems else 200)


def _shares(benefit: str) -> list[tuple[str, int]]:
    rule = policy.pack_in_use().pack.vouchers.get(benefit)
    return [(payments.SETTING_LABELS[setting], percent) for setting, percent in rule.shares.items()] if rule else []


@desk(Right.SEE_PAYMENTS)
def page_vouchers(request: PageRequest) -> HttpResponse:
    """The month's numbers and its providers."""
    return _show(request)


def _back(request: PageRequest) -> HttpResponse:
    return redirect(f"{reverse('city:vouchers')}?month={_month(request):%Y-%m}")


@require_POST
@desk(Right.MAKE_PAYMENTS)
def submit_issue(request: PageRequest) -> HttpResponse:
    """The month's vouchers follow what is due."""
    try:
        made = actions.issue_vouchers(request.actor, month=_month(request))
    except SongheError as refused:
        return _show(request, (FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}"),))
    messages.success(request, f"新发{made.issued:,}张，改面额{made.changed:,}张，收回{made.withdrawn:,}张。")
    return _back(request)


@require_POST
@desk(Right.MAKE_PAYMENTS)
def submit_draw(request: PageRequest) -> HttpResponse:
    """Enough redemptions of the month are drawn to be seen on the spot."""
    try:
        drawn = actions.draw_for_verification(request.actor, month=_month(request), benefit=_benefit(request))
    except SongheError as refused:
        return _show(request, (FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}"),))
    messages.success(
        request,
        f"这次抽中{drawn.new}笔，本月共抽中{drawn.drawn}笔（全部{drawn.of}笔）。抽签种子“{drawn.seed}”，谁都可以照着再抽一遍。",
    )
    return _back(request)


@require_POST
@desk(Right.MAKE_PAYMENTS)
def submit_settle(request: PageRequest) -> HttpResponse:
    """A provider's month is claimed, to be decided by somebody else."""
    said = request.POST
    payee = actions.Payee(
        said.get("name", ""), said.get("code", ""), said.get("account", ""), f"{policy.pack_in_use().pack.place.code}/"
    )
    try:
        made = actions.claim_redemptions(request.actor, benefit=_benefit(request), month=_month(request), payee=payee)
    except SongheError as refused:
        return _show(request, (FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}"),))
    messages.success(request, "已经登记结算，等另一位同事复核。")
    return redirect("city:award", made.award_id)


def _page(request: PageRequest, after: str | None) -> Page[RedemptionView]:
    month = _month(request) if request.GET.get("month") else None
    return payments.redemptions(
        request.actor, month=month, area_path=chosen_area(request), only=chosen(request.GET, "only", _ONLY), after=after
    )


@desk(Right.SEE_PAYMENTS)
def page_redemptions(request: PageRequest) -> HttpResponse:
    """What was bought, newest first; those drawn wait for somebody to go there."""
    page = _page(request, request.GET.get("after"))
    only = chosen(request.GET, "only", _ONLY)
    filters = (
        Filter("month", "月份", request.GET.get("month", ""), "choice", tuple(months_to_choose(clock.today())), any="全部"),
        area_filter(request, Right.SEE_PAYMENTS),
        Filter("only", "只看", only, "choice", _ONLY, any="全部"),
    )
    found = {
        "section": SECTION, "page": page, "lines": page.items, "filters": filters, "settings": payments.SETTING_LABELS,
        "may_verify": request.actor.may(Right.HANDLE_GRANTS), "verified": payments.VERIFIED_LABELS,
        "filtered": any(request.GET.get(name) for name in ("month", "only", "area")),
    }  # fmt: skip
    return render(request, "city/redemptions.html", found)


@desk(Right.SEE_PAYMENTS)
def page_redemptions_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    rows = [
        (r.name, r.provider_name, payments.SETTING_LABELS[r.setting], r.service, r.served_on.isoformat(), fen_to_yuan(r.price),
         fen_to_yuan(r.deducted), "抽中" if r.drawn else "", payments.VERIFIED_LABELS[r.verified_as] if r.verified_as else "",
         r.verified_note)
        for r in every_row(lambda after: _page(request, after))
    ]  # fmt: skip
    header = ("老人", "服务单位", "地点", "服务", "日期", "价格（元）", "抵扣（元）", "抽查", "核查结果", "说明")
    return export(request, title="消费券核销", header=header, rows=rows)


@require_POST
@desk(Right.HANDLE_GRANTS)
def submit_verify(request: PageRequest, redemption: int) -> HttpResponse:
    """Somebody was there."""
    outcome = request.POST.get("outcome", "")
    if outcome not in list(Verified):
        raise InvalidInput("请选择属实还是不属实。", field="outcome")
    actions.verify_redemption(
        request.actor, redemption_id=redemption, outcome=Verified(outcome), note=request.POST.get("note", "")
    )
    messages.success(request, "核查结果已经记下。")
    return redirect(f"{reverse('city:redemptions')}?only=waiting")
