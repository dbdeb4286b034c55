"""Files about many people: a department's comparison for 资格认证, a provider's counts of a month. Sent, looked at row by row, let in."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.entitlements import actions as entitlements_actions
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.words import RETURN_VERDICT_LABELS, ReturnKind, ReturnStatus, ReturnVerdict
from songhe.contexts.people import queries as people
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput, NotFound
from songhe.web.access import PageRequest, desk
from songhe.web.exports import export
from songhe.web.lists import FieldProblem, chosen

MOST_BYTES = 20 * 1024 * 1024
CHIPS: Mapping[ReturnVerdict, str] = {
    ReturnVerdict.NEW: "new", ReturnVerdict.UPDATE: "changed", ReturnVerdict.UNCHANGED: "unchanged", ReturnVerdict.CONFLICT: "check",
    ReturnVerdict.REJECTED: "refused",
}  # fmt: skip
TITLES: Mapping[ReturnKind, tuple[str, str]] = {
    ReturnKind.LIFE: (
        "部门比对认证", "人社、民政、公安等部门用自己的数据比对过，就不用老人跑一趟。先检查每一行，看过再确认。窗口和上门照样办。",
    ),
    ReturnKind.UNITS: ("每月数量", "供餐单位每月报来核对过的餐数，按规定的上限算出这个月该给多少。先检查每一行，看过再确认。"),
}  # fmt: skip


def _kind(name: str) -> ReturnKind:
    try:
        return ReturnKind(name)
    except ValueError:
        raise NotFound("没有这个页面。", next_step="请从待遇里选择。") from None


def _upload(request: PageRequest, kind: ReturnKind) -> int:
    sent = request.FILES.get("content")
    if sent is None or (sent.size or 0) > MOST_BYTES:
        raise InvalidInput("请选择文件，不超过20兆。", next_step="可以是 xlsx 或 csv。", field="content")
    done = entitlements_actions.check_return(
        request.actor, kind=kind, sender=request.POST.get("sender", ""), benefit=request.POST.get("benefit", ""), name=sent.name or "file",
        content=sent.read(),
    )  # fmt: skip
    return done.file_id


@desk(Right.IMPORT)
def page_files(request: PageRequest, kind: str) -> HttpResponse:
    """The form to send a file, what its columns mean, and the files sent before; on POST the file is checked at once."""
    which, problem = _kind(kind), None
    if request.method == "POST":
        try:
            return redirect("street:return_file", _upload(request, which))
        except InvalidInput as refused:
            problem = FieldProblem(refused.field or "content", f"{refused.sentence}{refused.next_step}")
    page = entitlements.return_files(request.actor, kind=which, after=request.GET.get("after"))
    names = accounts.names_of(brief.uploaded_by for brief in page.items)
    found = {
        "kind": which, "title": TITLES[which][0], "lead": TITLES[which][1], "layout": entitlements.return_layout(which), "page": page,
        "lines": [(brief, tuple(brief.counts[v] for v in ReturnVerdict), names.get(brief.uploaded_by, "系统")) for brief in page.items],
        "heads": RETURN_VERDICT_LABELS.values(), "problem": problem, "problems": (problem,) if problem else (), "section": "street:life_checks",
        "senders": tuple(layout.label for layout in people.layouts()) if which is ReturnKind.LIFE else (),
        "benefits": entitlements.unit_benefits() if which is ReturnKind.UNITS else (), "typed": request.POST,
    }  # fmt: skip
    return render(request, "street/return_files.html", found, status=422 if problem else 200)


@desk(Right.IMPORT, Right.ACCEPT_IMPORT)
def page_file(request: PageRequest, file: int) -> HttpResponse:
    """The verdicts of a file as filters and its rows one by one; a checked one can be let in from here."""
    options = tuple((verdict.value, label) for verdict, label in RETURN_VERDICT_LABELS.items())
    verdict = chosen(request.GET, "verdict", options)
    view = entitlements.return_file(
        request.actor, file_id=file, verdict=ReturnVerdict(verdict) if verdict else None, after=request.GET.get("after")
    )
    brief, ids = view.brief, [row.person_id for row in view.rows.items if row.person_id]
    known = people.people_by_id(request.actor, person_ids=ids)
    tabs = [("", "全部", sum(brief.counts.values()), not verdict)]
    tabs += [(each.value, RETURN_VERDICT_LABELS[each], brief.counts[each], each == verdict) for each in ReturnVerdict]
    found = {
        "view": view, "brief": brief, "title": TITLES[brief.kind][0], "tabs": tabs, "section": "street:life_checks",
        "rows": [(row, CHIPS[row.verdict], RETURN_VERDICT_LABELS[row.verdict], known.get(row.person_id or 0)) for row in view.rows.items],
        "waiting": brief.status is ReturnStatus.CHECKED, "rejected": brief.counts[ReturnVerdict.REJECTED],
        "useful": sum(brief.counts[v] for v in (ReturnVerdict.NEW, ReturnVerdict.UPDATE, ReturnVerdict.CONFLICT)),
        "doubts": brief.counts[ReturnVerdict.CONFLICT],
    }  # fmt: skip
    return render(request, "street/return_file.html", found)


@require_POST
@desk(Right.ACCEPT_IMPORT)
def submit_file(request: PageRequest, file: int) -> HttpResponse:
    """The good rows of the file have taken effect, and its doubts are work of the police."""
    done = entitlements_actions.accept_return(request.actor, file_id=file)
    good = done.counts[ReturnVerdict.NEW] + done.counts[ReturnVerdict.UPDATE]
    doubts = done.counts[ReturnVerdict.CONFLICT]
    messages.success(request, f"已记入 {good} 行{f'，{doubts} 行转公安核实' if doubts else ''}。")
    return redirect("street:return_file", file)


@desk(Right.IMPORT, Right.ACCEPT_IMPORT)
def page_result(request: PageRequest, file: int) -> HttpResponse:
    """The file again in its own layout, each row with its verdict."""
    result = entitlements.return_result(request.actor, file_id=file)
    return export(request, title=result.title, header=result.header, rows=result.rows)


@desk(Right.IMPORT)
def page_template(request: PageRequest, kind: str) -> HttpResponse:
    """The empty file, its headers."""
    layout, out = entitlements.return_layout(_kind(kind)), io.StringIO(newline="")
    csv.writer(out).writerow([column.header for column in layout.columns])
    response = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        f"attachment; filename=\"template.csv\"; filename*=UTF-8''{quote(f'{layout.title}-空表.csv')}"
    )
    return response
