"""Drafts of the pack: the list, one draft with checks, effect and approvals, and everything that is done to it."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from songhe.basics.money import fen_to_yuan
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import SimulatedPerson
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import actions
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.policy_library.queries import DraftState
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.city.drafts_shown import draft_lines, draft_page
from songhe.web.exports import every_row, export
from songhe.web.lists import FieldProblem, Filter, chosen

_GAINS = (("gain", "增加的"), ("lose", "减少的"))


@desk(Right.SEE_PACKS)
def page_drafts(request: PageRequest) -> HttpResponse:
    """Drafts on their way, then those in force or withdrawn."""
    lines = draft_lines(policy.drafts(request.actor))
    found = {
        "section": "city:drafts",
        "open": [line for line in lines if line.brief.state in policy.OPEN],
        "closed": [line for line in lines if line.brief.state not in policy.OPEN],
        "may_change": request.actor.may(Right.CHANGE_PACKS),
    }
    return render(request, "city/drafts.html", found)


@desk(Right.SEE_PACKS)
def page_drafts_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    rows = [
        (line.brief.id, line.brief.title, line.kind, line.brief.reason, policy.DRAFT_STATE_LABELS[line.brief.state],
         line.brief.in_force_on.isoformat(), line.brief.approvals)
        for line in draft_lines(policy.drafts(request.actor))
    ]  # fmt: skip
    header = ("编号", "改什么", "类别", "理由", "状态", "施行日期", "批准（人）")
    return export(request, title="政策草稿", header=header, rows=rows)


def _show(request: PageRequest, draft: int, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    view = policy.draft(request.actor, draft_id=draft)
    found = draft_page(request.actor, view) | {
        "section": "city:drafts",
        "may_change": request.actor.may(Right.CHANGE_PACKS),
        "may_approve": request.actor.may(Right.APPROVE_PACKS),
        "sees_people": request.actor.may(Right.SEE_DECISIONS) and request.actor.may(Right.SEE_PEOPLE),
        "problems": problems,
        "typed": request.POST,
    }
    return render(request, "city/draft.html", found, status=422 if problems else 200)


@desk(Right.SEE_PACKS)
def page_draft(request: PageRequest, draft: int) -> HttpResponse:
    """One draft with all that is known about it."""
    return _show(request, draft)


@desk(Right.SEE_PACKS)
def part_progress(request: PageRequest, draft: int) -> HttpResponse:
    """How far checks and simulation are; when they are over, the page is asked for again."""
    shown = draft_page(request.actor, policy.draft(request.actor, draft_id=draft))
    response = render(request, "city/draft_progress.html", shown)
    if not shown["busy"]:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@desk(Right.APPROVE_PACKS)
def submit_approval(request: PageRequest, draft: int) -> HttpResponse:
    """This person's yes to the content that they saw."""
    seal, note = request.POST.get("seal", ""), request.POST.get("note", "")
    done = actions.approve_draft(request.actor, draft_id=draft, seal=seal, note=note)
    said = {
        DraftState.SIMULATED: "已记下您的批准，还要另一位批准。",
        DraftState.APPROVED: f"已批准，{done.in_force_on:%Y}年{done.in_force_on.month}月{done.in_force_on.day}日自动施行。",
        DraftState.IN_FORCE: "已批准并施行，全市会自动重新核算。",
    }
    messages.success(request, said.get(done.state, "已记下您的批准。"))
    return redirect("city:draft", draft)


@require_POST
@desk(Right.APPROVE_PACKS)
def submit_return(request: PageRequest, draft: int) -> HttpResponse:
    """Back to the makers, with the reason."""
    try:
        actions.send_back(request.actor, draft_id=draft, reason=request.POST.get("reason", ""))
    except InvalidInput as refused:
        return _show(request, draft, (FieldProblem("return-reason", f"{refused.sentence}{refused.next_step}"),))
    messages.success(request, "已退回，原因写在下面的经过里。")
    return redirect("city:draft", draft)


@require_POST
@desk(Right.CHANGE_PACKS)
def submit_edit(request: PageRequest, draft: int) -> HttpResponse:
    """Another reason or day."""
    try:
        actions.edit_draft(
            request.actor, draft_id=draft, reason=request.POST.get("reason", ""), in_force_on=_day(request.POST.get("in_force_on", ""))
        )  # fmt: skip
    except InvalidInput as refused:
        place = "edit-day" if refused.field == "in_force_on" else "edit-reason"
        return _show(request, draft, (FieldProblem(place, f"{refused.sentence}{refused.next_step}"),))
    messages.success(request, "已改，要重新检查、试算和批准。")
    return redirect("city:draft", draft)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("请填写从哪天起施行。", next_step="例如 2026-12-01。", field="in_force_on") from None


@require_POST
@desk(Right.CHANGE_PACKS)
def submit_drop(request: PageRequest, draft: int, place: int) -> HttpResponse:
    """One of several changes is taken out."""
    actions.drop_change(request.actor, draft_id=draft, place=place)
    messages.success(request, "已去掉这一项，要重新检查、试算和批准。")
    return redirect("city:draft", draft)


@require_POST
@desk(Right.CHANGE_PACKS)
def submit_rebase(request: PageRequest, draft: int) -> HttpResponse:
    """The draft stands on the version now in force."""
    actions.rebase_draft(request.actor, draft_id=draft)
    messages.success(request, "已换到现在的版本上，正在重新检查和试算。")
    return redirect("city:draft", draft)


@require_POST
@desk(Right.CHANGE_PACKS)
def submit_examination(request: PageRequest, draft: int) -> HttpResponse:
    """Checked and simulated again."""
    actions.examine_again(request.actor, draft_id=draft)
    messages.success(request, "已安排重新检查和试算，通常一分钟内完成。")
    return redirect("city:draft", draft)


@require_POST
@desk(Right.CHANGE_PACKS)
def submit_withdrawal(request: PageRequest, draft: int) -> HttpResponse:
    """The draft will never be in force."""
    try:
        actions.withdraw_draft(request.actor, draft_id=draft, reason=request.POST.get("reason", ""))
    except InvalidInput as refused:
        return _show(request, draft, (FieldProblem("withdraw-reason", f"{refused.sentence}{refused.next_step}"),))
    messages.success(request, "已撤回。草稿还能看，不会施行。")
    return redirect("city:drafts")


def _filters(request: PageRequest, draft: int) -> tuple[Filter, ...]:
    view = policy.draft(request.actor, draft_id=draft)
    benefits = [(b.benefit, b.title) for b in view.simulation.benefits if b.gain or b.lose] if view.simulation else []
    return (
        area_filter(request, Right.SEE_DECISIONS),
        Filter("benefit", "待遇", chosen(request.GET, "benefit", benefits), "choice", tuple(benefits)),
        Filter("change", "变化", chosen(request.GET, "change", _GAINS), "choice", _GAINS),
    )


def _people(request: PageRequest, draft: int, after: str | None, limit: int = 50) -> Page[SimulatedPerson]:
    change = chosen(request.GET, "change", _GAINS)
    return entitlements.simulated_people(
        request.actor, draft_id=draft, benefit=request.GET.get("benefit", ""), gains=None if not change else change == "gain",
        area_path=chosen_area(request), after=after, limit=limit,
    )  # fmt: skip


def _titles(request: PageRequest, draft: int) -> dict[str, str]:
    view = policy.draft(request.actor, draft_id=draft)
    return {each.benefit: each.title for each in view.simulation.benefits} if view.simulation else {}


@desk(Right.SEE_DECISIONS)
def page_people(request: PageRequest, draft: int) -> HttpResponse:
    """Who would gain and lose, identifiers masked, in the areas of who asks."""
    view, page = policy.draft(request.actor, draft_id=draft), _people(request, draft, request.GET.get("after"))
    titles = _titles(request, draft)
    known = people.people_by_id(request.actor, person_ids=[each.person_id for each in page.items])
    found = {
        "section": "city:drafts",
        "brief": view.brief,
        "page": page,
        "lines": [(each, known[each.person_id], titles.get(each.benefit, "")) for each in page.items if each.person_id in known],
        "filters": _filters(request, draft),
    }
    return render(request, "city/draft_people.html", found)


@desk(Right.SEE_DECISIONS)
def page_people_export(request: PageRequest, draft: int) -> HttpResponse:
    """The same list as a file, identifiers masked."""
    titles = _titles(request, draft)
    found = every_row(lambda after: _people(request, draft, after, limit=200))
    known = people.people_by_id(request.actor, person_ids=[each.person_id for each in found])
    rows = [
        (
            known[each.person_id].name, known[each.person_id].place, known[each.person_id].id_number, titles.get(each.benefit, ""),
            "增加" if each.gains else "减少", fen_to_yuan(each.fen_before), fen_to_yuan(each.fen_after),
        )
        for each in found
        if each.person_id in known
    ]  # fmt: skip
    header = ("姓名", "住在", "身份证号", "待遇", "变化", "现在（元）", "改后（元）")
    return export(request, title=f"草稿{draft}-结果会变的人", header=header, rows=rows, area_path=chosen_area(request))
