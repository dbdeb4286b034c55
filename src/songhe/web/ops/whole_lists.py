"""Saying of a checked file that it is a whole list: what follows for whom it does not name is seen before anything happens."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from songhe.contexts.people import actions as people_actions
from songhe.contexts.people import queries as people
from songhe.foundation.access import Right
from songhe.foundation.errors import SongheError
from songhe.web.access import PageRequest, desk
from songhe.web.exports import every_row, export
from songhe.web.ops.imports import batch_lines


@desk(Right.ACCEPT_IMPORT)
def page_whole(request: PageRequest, batch: int) -> HttpResponse:
    """The lists that the file may be, and whom the declared one does not name; on POST it is declared to be one, or none any more."""
    refused: SongheError | None = None
    if request.method == "POST":
        chosen = request.POST.get("list", "")
        try:
            people_actions.declare_complete(request.actor, batch_id=batch, list_id=chosen)
            messages.success(request, "已按完整名单核对，请看下面的人。" if chosen else "不再当作完整名单。")
            return redirect("ops:batch_whole", batch)
        except SongheError as error:
            refused = error
    view = people.batch(request.actor, batch_id=batch, limit=1)
    offers = people.complete_lists(request.actor, batch_id=batch)
    declared = next((offer for offer in offers if offer.declared), None)
    found = {
        "section": "ops:imports",
        "line": batch_lines((view.brief,))[0],
        "offers": offers,
        "declared": declared,
        "may_edit": view.may_accept,
        "refused": refused,
        "page": people.absent_people(request.actor, batch_id=batch, after=request.GET.get("after")) if declared else None,
    }
    return render(request, "ops/batch_whole.html", found, status=409 if refused else 200)


@desk(Right.ACCEPT_IMPORT)
def page_whole_export(request: PageRequest, batch: int) -> HttpResponse:
    """The same people as a file."""
    lines = every_row(lambda after: people.absent_people(request.actor, batch_id=batch, after=after, limit=2_000))
    rows = [(line.name, line.place, line.now or "没有资料", "是" if line.losing else "") for line in lines]
    return export(request, title="完整名单以外的人", header=("姓名", "村（社区）", "现在的资料", "原来在名单里"), rows=rows)
