"""Every version of the pack that ever was in force: the list, the difference between any two, and the way back to an earlier one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from songhe.contexts.policy_library import actions
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.policy_library.errors import UnknownVersion
from songhe.contexts.policy_library.queries import VersionBrief
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.city.pack_changes import ChangesOfPart, changes_between
from songhe.web.city.policy import TABS
from songhe.web.exports import export
from songhe.web.lists import FieldProblem


@desk(Right.SEE_PACKS)
def page_versions(request: PageRequest) -> HttpResponse:
    """The versions, latest first."""
    found = {"versions": policy.versions(request.actor), "tabs": TABS, "section": "city:policy"}
    return render(request, "city/versions.html", found)


@desk(Right.SEE_PACKS)
def page_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    rows = [
        (each.id, f"{timezone.localtime(each.loaded_at):%Y-%m-%d %H:%M}", each.in_force_on.isoformat(), each.reason,
         "直接载入" if each.direct else f"草稿{each.draft_id}", each.version, each.content_hash)
        for each in policy.versions(request.actor)
    ]  # fmt: skip
    header = ("编号", "时间", "从哪天起", "改了什么", "怎样来的", "文件版本", "指纹")
    return export(request, title="政策包的版本", header=header, rows=rows)


def _of(versions: tuple[VersionBrief, ...], number: int) -> VersionBrief:
    found = next((each for each in versions if each.id == number), None)
    if found is None:
        raise UnknownVersion("没有这个版本。", next_step="请从版本列表里选择。")
    return found


def _compared_with(request: PageRequest, versions: tuple[VersionBrief, ...], version: VersionBrief) -> VersionBrief | None:
    """The version that the address names (`with`), else the one before; the first one is compared with the one after it."""
    asked = request.GET.get("with", "")
    if asked.isdigit() and int(asked) != version.id:
        return _of(versions, int(asked))
    before = next((each for each in versions if each.id < version.id), None)
    return before or next((each for each in reversed(versions) if each.id > version.id), None)


def _changes(first: VersionBrief | None, second: VersionBrief | None) -> tuple[ChangesOfPart, ...]:
    if first is None or second is None:
        return ()
    one, other = ((each.content_hash, policy.pack_of(each.id)) for each in (first, second))
    return changes_between(one, other)


def _show(request: PageRequest, version: int, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    versions = policy.versions(request.actor)
    one = _of(versions, version)
    other = _compared_with(request, versions, one)
    first, second = (other, one) if other is None or other.id < one.id else (one, other)
    found = {
        "section": "city:policy",
        "version": one,
        "versions": versions,
        "other": other,
        "changes": _changes(first, second),
        "before_word": f"第{first.id}号" if first else "",
        "after_word": f"第{second.id}号" if second else "",
        "may_restore": request.actor.may(Right.CHANGE_PACKS) and not one.in_use,
        "problems": problems,
        "typed": request.POST,
    }
    return render(request, "city/version.html", found, status=422 if problems else 200)


@desk(Right.SEE_PACKS)
def page_version(request: PageRequest, version: int) -> HttpResponse:
    """One version: how it came to be, and what differs from another one."""
    return _show(request, version)


@require_POST
@desk(Right.CHANGE_PACKS)
def submit_restore(request: PageRequest, version: int) -> HttpResponse:
    """A draft has this version's content; it goes the way of every other draft."""
    try:
        made = actions.draft_rollback(request.actor, version_id=version, reason=request.POST.get("reason", ""))
    except InvalidInput as refused:
        return _show(request, version, (FieldProblem("restore-reason", f"{refused.sentence}{refused.next_step}"),))
    messages.success(request, "已拟好恢复的草稿，检查、试算以后由两人批准。")
    return redirect("city:draft", made.id)
