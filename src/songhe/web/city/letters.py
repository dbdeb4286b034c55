"""Letters from the registers: a supervision notice, the minutes of a meeting, the reply to a comment; as page and as PDF/A."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking import queries as tracking
from songhe.foundation import files
from songhe.foundation.access import Right
from songhe.foundation.errors import Conflict, InvalidInput, SongheError
from songhe.foundation.scanning import ScannerFailed
from songhe.web.access import PageRequest, desk
from songhe.web.city.letters_written import letter_paper, written
from songhe.web.city.plan_print import handed_out
from songhe.web.lists import FieldProblem


@desk(Right.SEE_REGISTERS)
def page_letter(request: PageRequest, entry: int) -> HttpResponse:
    """The letter as it would be printed, and the files that came with it."""
    return _page(request, entry)


def _page(request: PageRequest, entry: int, refused: SongheError | None = None) -> HttpResponse:
    found = tracking.letter(request.actor, entry_id=entry)
    problem = FieldProblem("file", f"{refused.sentence}{refused.next_step}") if refused else None
    context = {
        "section": "city:registers",
        "letter": found,
        "written": written(found),
        "problem": problem,
        "problems": (problem,) if problem else (),
    }
    response = render(request, "city/letter.html", context, status=refused.http_status if refused else 200)
    response["Cache-Control"] = "no-store"
    return response


@desk(Right.SEE_REGISTERS)
def page_paper(request: PageRequest, entry: int) -> HttpResponse:
    """The letter as PDF/A; refused while what it should say has not been written."""
    return handed_out(letter_paper(request.actor, {"entry": str(entry)}))


@require_POST
@desk(Right.KEEP_REGISTERS)
def submit_file(request: PageRequest, entry: int) -> HttpResponse:
    """The file hangs on the entry; what cannot be kept is said beside the field."""
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise InvalidInput("请先选一个文件。", field="file")
        actions.refuse_size(sent.size or 0)
        made = actions.attach_to_entry(request.actor, entry_id=entry, name=sent.name or "", content=sent.read())
    except (InvalidInput, Conflict, ScannerFailed) as refused:
        return _page(request, entry, refused)
    messages.success(request, "这个文件已经在这里了，没有重复保存。" if made.known else f"已保存“{made.name}”。")
    return redirect("city:letter", entry)


@desk(Right.SEE_REGISTERS)
def page_file(request: PageRequest, entry: int, file: int) -> HttpResponse:
    """The file itself, always as a download."""
    found, stored = tracking.entry_file(request.actor, entry_id=entry, file_id=file)
    response = HttpResponse(files.read(stored.id), content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename=\"file.{found.kind}\"; filename*=UTF-8''{quote(found.name)}"
    response["Cache-Control"] = "no-store"
    return response
