"""老年人状况 at the city desk: drafts, their check by a second person, publication, corrections, and the same bytes counted again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics import actions
from songhe.contexts.statistics import queries as statistics
from songhe.contexts.statistics.queries import RELEASE_LABELS, ReleaseState
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.release_files import dictionary_lines
from songhe.web.release_pages import file_answer, release_page, table_page

SECTION = "city:elders"


def _may_make(request: PageRequest) -> bool:
    return request.actor.may(Right.DETERMINE, f"{policy.pack_in_use().pack.place.code}/")


@desk(Right.SEE_FIGURES)
def page_elders(request: PageRequest) -> HttpResponse:
    """Every release that the actor may see, newest year first, and what can be done with each."""
    year = clock.today().year
    shown = {
        "briefs": statistics.releases(request.actor), "may": _may_make(request), "actor_id": request.actor.id,
        "years": range(year, year - 6, -1), "section": SECTION, "part": "releases", "labels": RELEASE_LABELS,
    }  # fmt: skip
    return render(request, "city/elders.html", shown)


@desk(Right.SEE_FIGURES)
def page_release(request: PageRequest, release_id: int) -> HttpResponse:
    """One release as the public will see it, with what it was counted from and who did what."""
    view = statistics.release(request.actor, release_id=release_id)
    own = view.brief.made_by == request.actor.id
    state = {
        "may": _may_make(request),
        "own": own,
        "is_open": view.brief.state is ReleaseState.DRAFT,
        "agreed": view.brief.state is ReleaseState.AGREED,
    }
    state["stands"] = view.brief.state is ReleaseState.PUBLISHED
    return render(request, "city/release.html", {"section": SECTION} | state | release_page(view, "city:release"))


@desk(Right.SEE_FIGURES)
def page_table(request: PageRequest, release_id: int, table: str) -> HttpResponse:
    """One table of a release, drafts too."""
    view = statistics.release(request.actor, release_id=release_id)
    return render(request, "city/release_table.html", {"section": SECTION} | table_page(request, view, table, "city:release"))


@desk(Right.SEE_FIGURES)
def page_dictionary(request: PageRequest, release_id: int) -> HttpResponse:
    """The data dictionary."""
    view = statistics.release(request.actor, release_id=release_id)
    lines = dictionary_lines(view)
    return render(
        request, "city/release_dictionary.html", {"section": SECTION, "brief": view.brief, "head": lines[0], "lines": lines[1:]}
    )


@desk(Right.SEE_FIGURES)
def page_file(request: PageRequest, release_id: int, kind: str) -> HttpResponse:
    """The release as a file; of a draft the name says that it is not published."""
    return file_answer(statistics.release(request.actor, release_id=release_id), kind)


@require_POST
@desk(Right.DETERMINE)
def submit_draft(request: PageRequest) -> HttpResponse:
    """There is a draft of the year, or of what corrects a published release."""
    corrects = _number(request, "corrects") if request.POST.get("corrects") else None
    made = actions.draft_release(
        request.actor, year=_number(request, "year"), corrects=corrects, reason=request.POST.get("reason", "")
    )
    messages.success(request, "稿子已经做好。请另一位市级工作人员审核，审核通过后才能发布。")
    return redirect("city:release", made.id)


def _number(request: PageRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise InvalidInput("年份或编号不对。", next_step="请回到老年人状况页面重新选择。", field=name)
    return int(text)


@require_POST
@desk(Right.DETERMINE)
def submit_check(request: PageRequest, release_id: int) -> HttpResponse:
    """The draft is agreed to or returned."""
    agrees = request.POST.get("agrees") == "1"
    actions.check_release(request.actor, release_id=release_id, agrees=agrees, remark=request.POST.get("remark", ""))
    messages.success(request, "审核通过，可以发布了。" if agrees else "已退回。")
    return redirect("city:release", release_id)


@require_POST
@desk(Right.DETERMINE)
def submit_publish(request: PageRequest, release_id: int) -> HttpResponse:
    """The release is public."""
    found = actions.publish_release(request.actor, release_id=release_id)
    messages.success(request, f"{found.year}年{found.title}已经发布，以后不能改动；要改请做订正。")
    return redirect("city:release", release_id)


@require_POST
@desk(Right.SEE_FIGURES)
def submit_recompute(request: PageRequest, release_id: int) -> HttpResponse:
    """Counted again from its own snapshot; the page says whether every byte is the same."""
    found = statistics.recompute(request.actor, release_id=release_id)
    if found.same:
        messages.success(request, f"从当时的资料重新计算，结果一字不差（内容指纹 {found.sha256[:12]}）。")
    else:
        messages.error(request, "重新计算的结果和发布的不一样，请联系系统管理员检查资料快照。")
    return redirect("city:release", release_id)
