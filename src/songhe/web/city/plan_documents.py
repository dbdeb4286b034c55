"""Plan documents on the city desk: the list, the upload, one document with its progress, its confirmation and its draft pack."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.plan_tracking.errors import StillUndecided
from songhe.contexts.plan_tracking.words import STAGE_LABELS, DocumentStatus
from songhe.foundation import audit
from songhe.foundation.access import Right
from songhe.foundation.errors import Conflict, InvalidInput, SongheError
from songhe.foundation.uploads import refused_bytes
from songhe.web.access import PageRequest, desk
from songhe.web.city.plan_shown import document_shown
from songhe.web.exports import Cell, every_row, export
from songhe.web.lists import FieldProblem

BUSY = (DocumentStatus.UPLOADED, DocumentStatus.READING)


@desk(Right.SEE_PACKS)
def page_documents(request: PageRequest) -> HttpResponse:
    """The documents, newest first."""
    page = tracking.plan_documents(request.actor, after=request.GET.get("after"))
    names = accounts.names_of([view.uploaded_by for view in page.items])
    found = {
        "section": "city:plan",
        "page": page,
        "lines": [(document_shown(view), names.get(view.uploaded_by, "")) for view in page.items],
        "may_change": request.actor.may(Right.CHANGE_PACKS),
    }
    return render(request, "city/plan_documents.html", found)


@desk(Right.SEE_PACKS)
def page_export(request: PageRequest) -> HttpResponse:
    """The list as a file."""
    views = every_row(lambda after: tracking.plan_documents(request.actor, after=after, limit=200))
    rows: list[tuple[Cell, ...]] = [
        (line.view.title, line.stage, line.word, *(count for _, count in line.counts), line.view.undecided, line.view.open_findings, line.view.file_name)
        for line in map(document_shown, views)
    ]  # fmt: skip
    header = (
        "名称",
        "文件性质",
        "状态",
        "任务（项）",
        "目标（项）",
        "现状数（个）",
        "待核对（项）",
        "没处理的问题（个）",
        "文件",
    )
    return export(request, title="规划文件", header=header, rows=rows)


@desk(Right.CHANGE_PACKS)
def page_new(request: PageRequest) -> HttpResponse:
    """The form to send a document; on POST it is taken in, or refused with nothing kept."""
    if request.method != "POST":
        return _form(request)
    sent = request.FILES.get("content")
    version = request.POST.get("version_of", "")
    try:
        actions.refuse_too_large(refused_bytes(request))
        if sent is None:
            raise InvalidInput("请选择文件。", next_step="可以是docx、pdf、网页或文本。", field="content")
        taken = actions.upload_plan(
            request.actor, name=(sent.name or "plan")[:200], content=sent.read(), stage=request.POST.get("stage", ""),
            title=request.POST.get("title", ""), version_of=int(version) if version.isdigit() else None,
        )  # fmt: skip
    except InvalidInput as refused:
        return _form(request, refused)
    said = (
        "这份文件以前传过，没有重复保存。" if taken.known else "文件已收到，正在读取。" if taken.waiting else "读完了，请核对。"
    )
    messages.success(request, said)
    return redirect("city:plan_document", taken.id)


def _form(request: PageRequest, refused: InvalidInput | None = None) -> HttpResponse:
    problem = FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}") if refused else None
    found = {
        "section": "city:plan",
        "stages": list(STAGE_LABELS.items()),
        "typed": {name: request.POST.get(name, request.GET.get(name, "")) for name in ("title", "stage", "version_of")},
        "earlier": [
            (str(view.id), f"{view.title}（{STAGE_LABELS[view.stage]}）")
            for view in tracking.plan_documents(request.actor, limit=100).items
        ],
        "problem": problem,
        "problems": (problem,) if problem else (),
    }
    return render(request, "city/plan_document_new.html", found, status=422 if refused else 200)


@desk(Right.SEE_PACKS)
def page_document(request: PageRequest, document: int) -> HttpResponse:
    """One document: how far it is, its parts with what waits in each, what was taken over from the version before."""
    view = tracking.plan_document(request.actor, document_id=document)
    found = {
        "section": "city:plan",
        "tab": "document",
        "line": document_shown(view),
        "busy": view.status in BUSY,
        "over": tracking.carried_over(request.actor, document_id=document),
        "uploaded_by": accounts.names_of([view.uploaded_by]).get(view.uploaded_by, ""),
        "may_change": request.actor.may(Right.CHANGE_PACKS),
    }
    return render(request, "city/plan_document.html", found)


@desk(Right.SEE_PACKS)
def part_progress(request: PageRequest, document: int) -> HttpResponse:
    """How far the reading is; when it is over, the page is asked for again."""
    view = tracking.plan_document(request.actor, document_id=document)
    found = {"section": "city:plan", "line": document_shown(view), "busy": view.status in BUSY}
    response = render(request, "city/plan_progress.html", found)
    if view.status not in BUSY:
        response["HX-Refresh"] = "true"
    return response


@desk(Right.SEE_PACKS)
def page_confirm(request: PageRequest, document: int) -> HttpResponse:
    """What the draft pack will hold, and its files; the form confirms the document."""
    return _confirm(request, document)


@require_POST
@desk(Right.CHANGE_PACKS)
def submit_confirm(request: PageRequest, document: int) -> HttpResponse:
    """The document is confirmed; refused while items wait."""
    try:
        actions.confirm_plan(request.actor, document_id=document)
    except StillUndecided as refused:
        return _confirm(request, document, refused)
    messages.success(request, "已确认，可以下载草稿包。")
    return redirect("city:plan_confirm", document)


@require_POST
@desk(Right.CHANGE_PACKS)
def submit_proposal(request: PageRequest, document: int) -> HttpResponse:
    """A draft of the city's pack holds what was confirmed; the page of that draft comes next."""
    given = request.POST
    try:
        made = actions.propose_pack(
            request.actor, document_id=document, issuer=given.get("issuer", ""), number=given.get("number", ""),
            issued=_issued(given.get("issued", "")), replaces=given.get("replaces") == "1", source=given.get("source", ""),
        )  # fmt: skip
    except (Conflict, InvalidInput) as refused:
        return _confirm(request, document, refused)
    messages.success(
        request,
        f"草稿里有这份文件的{made.targets}项目标、{made.tasks}项任务和{made.figures}个现状数，还没有施行；检查、试算和两人批准以后才生效。",
    )
    return redirect("city:draft", made.draft_id)


def _issued(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput("请写发文日期，例如2025-03-01。", field="issued") from None


def _confirm(request: PageRequest, document: int, refused: SongheError | None = None) -> HttpResponse:
    view = tracking.plan_document(request.actor, document_id=document)
    by = view.confirmed_by
    problem = (
        FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}") if isinstance(refused, InvalidInput) else None
    )
    found = {
        "section": "city:plan",
        "tab": "confirm",
        "line": document_shown(view),
        "draft": tracking.draft_pack(request.actor, document_id=document),
        "refused": refused if not isinstance(refused, InvalidInput) else None,
        "problem": problem,
        "problems": (problem,) if problem else (),
        "typed": request.POST,
        "confirmed_by": accounts.names_of([by]).get(by, "") if by is not None else "",
        "may_change": request.actor.may(Right.CHANGE_PACKS),
    }
    return render(request, "city/plan_confirm.html", found, status=refused.http_status if refused else 200)


@desk(Right.SEE_PACKS)
def page_draft(request: PageRequest, document: int) -> HttpResponse:
    """The draft pack as a zip, or one of its files."""
    draft = tracking.draft_pack(request.actor, document_id=document)
    name = request.GET.get("file", "")
    audit.record(
        request.actor, "plan_tracking.export_plan", subject_type="plan_document", subject_id=document, detail={"file": name if name in draft.files else "zip"}
    )  # fmt: skip
    if name in draft.files:
        response = HttpResponse(draft.files[name], content_type="application/yaml; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, text in draft.files.items():
            archive.writestr(f"{draft.source}/{each}", text)
    response = HttpResponse(out.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{draft.source}.zip"'
    return response
