"""Saying what the columns of a file mean: each header with cells below it, a field to choose, or not to be read."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from songhe.contexts.people import actions, queries
from songhe.contexts.people.queries import SHEET, Heading, SheetHeadings, Taken
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.lists import FieldProblem

LEAVE_OUT = "-"
_WHY = {
    Taken.KNOWN: "认得",
    Taken.CHOSEN: "您指定的",
    Taken.REMEMBERED: "按上次指定的",
    Taken.LEFT_OUT: "不读",
    Taken.UNKNOWN: "不认得",
    Taken.OURS: "检查结果的列，不读",
}


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One header with the choice that stands in its box."""

    name: str
    heading: Heading
    why: str
    chosen: str
    guess: bool
    odd: bool


@dataclass(frozen=True, slots=True)
class SheetForm:
    """One sheet: its columns, and under which name it can be left out."""

    name: str
    sheet: SheetHeadings
    rows: tuple[ColumnRow, ...]
    left_out: bool


@desk(Right.IMPORT)
def page_columns(request: PageRequest, batch: int) -> HttpResponse:
    """The headers and what each is taken for; on POST what was chosen holds, and the file is checked again."""
    view = queries.columns(request.actor, batch_id=batch)
    problem: FieldProblem | None = None
    if request.method == "POST":
        try:
            actions.say_columns(request.actor, batch_id=batch, columns=_said(request, view.sheets))
        except InvalidInput as refused:
            problem = FieldProblem("columns", f"{refused.sentence}{refused.next_step}")
        else:
            messages.success(request, "已记下，马上按新的意思检查。确认入库以后，同样表头的文件会照这样读。")
            return redirect("ops:batch", batch)
    found = {
        "section": "ops:imports",
        "view": view,
        "brief": queries.batch(request.actor, batch_id=batch).brief,
        "sheets": tuple(_form(place, sheet, request) for place, sheet in enumerate(view.sheets)),
        "several": len(view.sheets) > 1,
        "problem": problem,
        "problems": (problem,) if problem else (),
    }
    return render(request, "ops/import_columns.html", found, status=422 if problem else 200)


def _said(request: PageRequest, sheets: tuple[SheetHeadings, ...]) -> dict[str, str]:
    """Header -> field, "" where it is not to be read; headers of one name in several sheets mean the same."""
    said: dict[str, str] = {}
    for number, sheet in enumerate(sheets):
        if request.POST.get(f"sheet-{number}") == LEAVE_OUT:
            said[f"{SHEET}{sheet.sheet}"] = ""
            continue
        for heading in sheet.headings:
            chosen = request.POST.get(_name(number, heading), "")
            if heading.taken is not Taken.OURS and chosen:
                said[heading.label] = "" if chosen == LEAVE_OUT else chosen
    return said


def _name(number: int, heading: Heading) -> str:
    return f"column-{number}-{heading.place}"


def _form(number: int, sheet: SheetHeadings, request: PageRequest) -> SheetForm:
    rows = tuple(_row(number, heading, request) for heading in sheet.headings)
    return SheetForm(f"sheet-{number}", sheet, rows, request.POST.get(f"sheet-{number}") == LEAVE_OUT)


def _row(number: int, heading: Heading, request: PageRequest) -> ColumnRow:
    name = _name(number, heading)
    usual = heading.field or (LEAVE_OUT if heading.taken is Taken.LEFT_OUT else heading.suggested or LEAVE_OUT)
    guess = heading.taken is Taken.UNKNOWN and bool(heading.suggested)
    odd = heading.taken is Taken.UNKNOWN
    return ColumnRow(name, heading, _WHY[heading.taken], request.POST.get(name, usual), guess, odd)
