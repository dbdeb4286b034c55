"""发放: the runs of payment, one run from draft to balanced, and everything that is done to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.basics.money import fen_to_yuan
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.payments import actions
from songhe.contexts.payments import queries as payments
from songhe.contexts.payments.queries import PayRunState, Purpose, RunFile
from songhe.contexts.payments.words import LongStep
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput, SongheError
from songhe.web.access import PageRequest, desk
from songhe.web.city.pay_shown import month_of, months_to_choose, run_lines, run_page
from songhe.web.exports import every_row, export
from songhe.web.lists import FieldProblem, Filter, chosen

SECTION = "city:pay_runs"
MOST_RETURN = 20 * 1024 * 1024
AT_ONCE = 20_000
"""Lists up to this long are made while the browser waits; longer ones in the background."""


def _asked(request: PageRequest) -> tuple[Purpose | None, PayRunState | None]:
    purposes = tuple((one.value, label) for one, label in payments.PURPOSE_LABELS.items())
    states = tuple((one.value, label) for one, label in payments.PAY_RUN_STATE_LABELS.items())
    purpose, state = chosen(request.GET, "purpose", purposes), chosen(request.GET, "state", states)
    return (Purpose(purpose) if purpose else None, PayRunState(state) if state else None)


def _filters(request: PageRequest) -> tuple[Filter, ...]:
    purposes = tuple((one.value, label) for one, label in payments.PURPOSE_LABELS.items())
    states = tuple((one.value, label) for one, label in payments.PAY_RUN_STATE_LABELS.items())
    return (
        Filter("purpose", "发什么", chosen(request.GET, "purpose", purposes), "choice", purposes, any="全部"),
        Filter("state", "办到哪一步", chosen(request.GET, "state", states), "choice", states, any="全部"),
    )


def _list(request: PageRequest, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    purpose, state = _asked(request)
    page = payments.runs(request.actor, purpose=purpose, state=state, after=request.GET.get("after"))
    found = {
        "section": SECTION, "page": page, "lines": run_lines(page.items), "filters": _filters(request), "problems": problems,
        "may_make": request.actor.may(Right.MAKE_PAYMENTS), "months": months_to_choose(clock.today()),
        "purposes": payments.PURPOSE_LABELS.items(), "typed": request.POST, "filtered": purpose is not None or state is not None,
    }  # fmt: skip
    return render(request, "city/pay_runs.html", found, status=422 if problems else 200)


@desk(Right.SEE_PAYMENTS)
def page_runs(request: PageRequest) -> HttpResponse:
    """The runs, newest first, and the form for a new one."""
    return _list(request)


@desk(Right.SEE_PAYMENTS)
def page_runs_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    purpose, state = _asked(request)
    rows = every_row(lambda after: payments.runs(request.actor, purpose=purpose, state=state, after=after))
    lines = [
        (f"{r.month:%Y-%m}", r.sequence, payments.PURPOSE_LABELS[r.purpose], payments.PAY_RUN_STATE_LABELS[r.state], r.payments,
         fen_to_yuan(r.amount), r.note)
        for r in rows
    ]  # fmt: skip
    return export(
        request, title="发放批次", header=("月份", "第几批", "发什么", "办到哪一步", "笔数", "金额（元）", "备注"), rows=lines
    )


@require_POST
@desk(Right.MAKE_PAYMENTS)
def submit_prepare(request: PageRequest) -> HttpResponse:
    """There is a draft of the month; nothing is sent by it."""
    try:
        month = month_of(request.POST.get("month", ""))
        purpose = Purpose(request.POST.get("purpose", "")) if request.POST.get("purpose") in list(Purpose) else Purpose.GRANTS
        note, big = request.POST.get("note", ""), purpose is Purpose.GRANTS and _many_grants(request)
        make = actions.begin_run if big else actions.prepare_run
        made = make(request.actor, month=month, purpose=purpose, note=note)
    except SongheError as refused:
        return _list(request, (FieldProblem(refused.field or "month", f"{refused.sentence}{refused.next_step}"),))
    if big:
        return _waiting(made.run_id, "prepare")
    messages.success(request, f"名单做好了：{made.payments:,}笔。请看清楚以后冻结名单。")
    return redirect("city:pay_run", made.run_id)


def _many_grants(request: PageRequest) -> bool:
    active = entitlements.grant_counts(request.actor)
    return sum(one.number for one in active if one.state is entitlements.GrantState.ACTIVE) > AT_ONCE


def _waiting(run: int, step: str) -> HttpResponse:
    return redirect(f"{reverse('city:pay_run', args=[run])}?step={step}")


def _is_waiting(view: RunFile, step: str) -> bool:
    """Whether a step that was asked for has neither been done nor refused yet."""
    ahead = {
        "prepare": view.line.state is PayRunState.DRAFT and view.line.payments == 0,
        "freeze": view.line.state is PayRunState.DRAFT,
        "make_files": view.line.state is PayRunState.APPROVED,
    }
    return ahead.get(step, False) and not view.refused


@desk(Right.SEE_PAYMENTS)
def part_progress(request: PageRequest, run: int) -> HttpResponse:
    """How far a long step is; when it is over, the page is asked for again."""
    view, step = payments.run(request.actor, run_id=run), request.GET.get("step", "")
    waiting = _is_waiting(view, step) or view.under_way is not None
    response = render(request, "city/pay_progress.html", {"view": view, "step": step, "waiting": waiting})
    if not waiting:
        response["HX-Redirect"] = reverse("city:pay_run", args=[run])
    return response


def show_run(request: PageRequest, run: int, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    """The page of a run, with what was refused just now."""
    view = payments.run(request.actor, run_id=run)
    step = request.GET.get("step", "")
    found = run_page(view) | {
        "section": SECTION, "problems": problems, "typed": request.POST, "actor_id": request.actor.id, "step": step,
        "waiting": _is_waiting(view, step) or view.under_way is not None,
    }  # fmt: skip
    return render(request, "city/pay_run.html", found, status=422 if problems else 200)


@desk(Right.SEE_PAYMENTS)
def page_run(request: PageRequest, run: int) -> HttpResponse:
    """One run: where it is, what was found, what the bank said, and what can be done now."""
    return show_run(request, run)


def _done(request: PageRequest, run: int, do: Callable[[], object], sentence: str) -> HttpResponse:
    try:
        do()
    except SongheError as refused:
        return show_run(request, run, (FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}"),))
    messages.success(request, sentence)
    return redirect("city:pay_run", run)


@require_POST
@desk(Right.MAKE_PAYMENTS)
def submit_freeze(request: PageRequest, run: int) -> HttpResponse:
    """The list does not shift any more."""
    if payments.run(request.actor, run_id=run).line.payments > AT_ONCE:
        return _asked_for(request, run, LongStep.FREEZE)
    return _done(request, run, lambda: actions.freeze_run(request.actor, run_id=run), "名单已冻结，接下来请核对。")


def _asked_for(request: PageRequest, run: int, step: LongStep) -> HttpResponse:
    actions.ask_step(request.actor, run_id=run, step=step)
    return _waiting(run, step.value)


@require_POST
@desk(Right.MAKE_PAYMENTS)
def submit_check(request: PageRequest, run: int) -> HttpResponse:
    """The list was looked at for everything that speaks against paying."""
    return _done(request, run, lambda: actions.check_run(request.actor, run_id=run), "核对完了，结果在下面。")


@require_POST
@desk(Right.APPROVE_PAYMENTS)
def submit_approve(request: PageRequest, run: int) -> HttpResponse:
    """The list may go to the bank."""
    return _done(request, run, lambda: actions.approve_run(request.actor, run_id=run), "复核通过，可以做银行文件了。")


@require_POST
@desk(Right.APPROVE_PAYMENTS)
def submit_files(request: PageRequest, run: int) -> HttpResponse:
    """There is a file for every bank."""
    if payments.run(request.actor, run_id=run).line.payments > AT_ONCE:
        return _asked_for(request, run, LongStep.MAKE_FILES)
    return _done(request, run, lambda: actions.make_bank_files(request.actor, run_id=run), "银行文件做好了，请下载以后送银行。")


@require_POST
@desk(Right.APPROVE_PAYMENTS)
def submit_return(request: PageRequest, run: int, file: int) -> HttpResponse:
    """The bank's answer is taken in as a whole or not at all."""

    def take() -> object:
        sent = request.FILES.get("content")
        if sent is None or sent.size is None:
            raise InvalidInput("没有选择文件。", next_step="请选择银行退回的文件。", field="content")
        if sent.size > MOST_RETURN:
            raise InvalidInput("文件太大了。", next_step="请核对是不是银行的回盘文件。", field="content")
        return actions.take_return(request.actor, bank_file_id=file, content=sent.read(), name=sent.name or "")

    return _done(request, run, take, "银行的回盘文件已经读入。没有到账的，已经转给社区核对账号。")


@require_POST
@desk(Right.APPROVE_PAYMENTS)
def submit_close(request: PageRequest, run: int) -> HttpResponse:
    """The run is balanced to zero and over."""
    return _done(request, run, lambda: actions.close_run(request.actor, run_id=run), "这一批已经对平，一分不差。")


@require_POST
@desk(Right.MAKE_PAYMENTS)
def submit_cancel(request: PageRequest, run: int) -> HttpResponse:
    """The run is void; what it listed can be listed again."""
    reason = request.POST.get("reason", "")
    return _done(request, run, lambda: actions.cancel_run(request.actor, run_id=run, reason=reason), "这一批已经作废。")


@desk(Right.APPROVE_PAYMENTS)
def page_bank_file(request: PageRequest, run: int, file: int) -> HttpResponse:
    """The file for the bank, byte for byte as it was made; the audit chain says who took it."""
    found = actions.fetch_bank_file(request.actor, bank_file_id=file)
    response = HttpResponse(found.content, content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename=\"bank-file\"; filename*=UTF-8''{quote(found.name)}"
    response["Cache-Control"] = "no-store"
    return response


def first_of_year(request: PageRequest) -> int:
    """The year that the address asks for, this year if it asks for none that makes sense."""
    text = request.GET.get("year", "")
    now = clock.today().year
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else now
    return year if 2000 <= year <= now + 1 else now


def years() -> tuple[tuple[str, str], ...]:
    """The years to choose from."""
    now: dt.date = clock.today()
    return tuple((str(year), f"{year}年") for year in range(now.year, now.year - 6, -1))
