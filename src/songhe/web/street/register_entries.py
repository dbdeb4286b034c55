"""One entry of a register: what it says, what can be done with it, what happened to it; a new one; another value."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from songhe.contexts.people import queries as people
from songhe.contexts.plan_tracking.words import LETTER_REGISTERS
from songhe.contexts.registers import actions
from songhe.contexts.registers import queries as registers
from songhe.contexts.registers.errors import ValueRefused
from songhe.contexts.registers.queries import EntryView
from songhe.contexts.registers.words import DEED_LABELS
from songhe.engines.policy.pack import RegisterEntry
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import Conflict, InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter
from songhe.web.frame import area_path_of
from songhe.web.lists import FieldProblem, MaskedField
from songhe.web.street.register_shared import at, frame_of, go, told, typed

Line = tuple[object, str, str, str]  # field, what is shown, what the form holds, its problem


@desk(Right.SEE_REGISTERS)
def page_entry(request: PageRequest, entry: int) -> HttpResponse:
    """The entry with its history."""
    return _shown(request, registers.entry(request.actor, entry_id=entry))


def _shown(
    request: PageRequest, view: EntryView, revealed: tuple[str, str] = ("", ""), problems: Sequence[FieldProblem] = ()
) -> HttpResponse:
    address = at(request, "register_reveal", view.line.id) if view.may_reveal else ""
    masked = {
        value.field.id: MaskedField(
            value.field.id, value.field.label, value.shown, address, revealed[1] if value.field.id == revealed[0] else ""
        )
        for value in view.line.values
        if value.field.sensitive
    }
    found = {
        **frame_of(request),
        "view": view,
        "line": view.line,
        "register": view.declared,
        "masked": masked,
        "moves": [(move, _asked(view, move.needs, problems), _problems(problems, move.id)) for move in view.moves],
        "history": [(change, DEED_LABELS[change.deed]) for change in registers.history(request.actor, entry_id=view.line.id)],
        "today": clock.today(),
        "problems": problems,
        "letter": LETTER_REGISTERS.get(view.declared.id, "") if request.path.startswith("/city/") else "",
    }
    response = render(request, "street/register_entry.html", found, status=422 if problems else 200)
    response["Cache-Control"] = "no-store"
    return response


def _asked(view: EntryView, needs: Sequence[str], problems: Sequence[FieldProblem]) -> list[Line]:
    """The fields that a move needs, with what is there already."""
    said = {problem.field: problem.sentence for problem in problems}
    return [
        (value.field, value.shown, value.cell, said.get(value.field.id, ""))
        for value in view.line.values
        if value.field.id in needs
    ]


def _problems(problems: Sequence[FieldProblem], move: str) -> str:
    return next((problem.sentence for problem in problems if problem.field == f"{move}-reason"), "")


@require_POST
@desk(Right.KEEP_REGISTERS)
def submit_move(request: PageRequest, entry: int, move: str) -> HttpResponse:
    """The entry goes on by a move; what is missing is told on its page."""
    view = registers.entry(request.actor, entry_id=entry)
    way = next((each for each in view.moves if each.id == move), None)
    fields = tuple(field for field in view.declared.fields if way is not None and field.id in way.needs)
    values, problems = typed(request, fields)
    try:
        if not problems:
            on = _day(request.POST.get("on", ""))
            actions.move_entry(
                request.actor, entry_id=entry, move=move, values=values, reason=request.POST.get("reason", ""), on=on
            )
            messages.success(request, f"已办理：{way.label if way else move}。")
            return go(request, "register_entry", entry)
    except ValueRefused as refused:
        problems = [
            FieldProblem(f"{move}-{p.field}" if p.field in ("reason", "on") else p.field, p.sentence)
            for p in told(view.declared, refused.problems)
        ]
    return _shown(request, view, problems=problems)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueRefused({"on": "日期认不出来，请写成 2026-11-21 这样的形式。"}) from None


@require_POST
@desk(Right.REVEAL_SENSITIVE)
def submit_reveal(request: PageRequest, entry: int) -> HttpResponse:
    """The page with one field in clear, on this answer only; the reason stays in the audit chain."""
    view, field = registers.entry(request.actor, entry_id=entry), request.POST.get("field", "")
    try:
        text = actions.reveal_field(request.actor, entry_id=entry, field=field, reason=request.POST.get("reason", ""))
    except InvalidInput as refused:
        return _shown(request, view, problems=(FieldProblem("", f"{refused.sentence}{refused.next_step}"),))
    return _shown(request, view, revealed=(field, text or "没有登记"))


@desk(Right.KEEP_REGISTERS)
def page_change(request: PageRequest, entry: int) -> HttpResponse:
    """The form with what is there; on POST the entry has the new values."""
    view = registers.entry(request.actor, entry_id=entry)
    cells = {value.field.id: value.cell for value in view.line.values}
    if request.method != "POST":
        return _form(request, view.declared, cells, view=view)
    values, problems = typed(request, view.declared.fields)
    try:
        if not problems:
            done = actions.change_entry(request.actor, entry_id=entry, values=values, reason=request.POST.get("reason", ""))
            messages.success(request, "已保存。" if done.changed else "和原来一样，没有改动。")
            return go(request, "register_entry", entry)
    except ValueRefused as refused:
        problems = told(view.declared, refused.problems)
    except Conflict as refused:
        problems = [FieldProblem("", f"{refused.sentence}{refused.next_step}")]
    return _form(request, view.declared, cells, view=view, problems=problems)


@desk(Right.KEEP_REGISTERS)
def page_new(request: PageRequest, register: str) -> HttpResponse:
    """For a register about people first who it is, then the form; on POST there is a new entry."""
    declared = registers.register(request.actor, register=register).declared
    person = _person(request)
    if declared.entity == "person" and person is None:
        return _choose_person(request, declared)
    cells = {field.id: field.default for field in declared.fields}
    if request.method != "POST":
        return _form(request, declared, cells, person=person)
    values, problems = typed(request, declared.fields)
    try:
        if not problems:
            number, area = person.id if person else None, request.POST.get("area", "")
            done = actions.add_entry(request.actor, register=register, person_id=number, area_path=area, values=values)
            messages.success(request, f"已登记到《{declared.title}》。")
            return go(request, "register_entry", done.id)
    except ValueRefused as refused:
        problems = told(declared, refused.problems)
    except (InvalidInput, Conflict) as refused:
        problems = [FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}")]
    return _form(request, declared, cells, person=person, problems=problems)


def _person(request: PageRequest) -> people.PersonBrief | None:
    try:
        public_id = uuid.UUID(request.GET.get("person", ""))
    except ValueError:
        return None
    number = people.person_id_of(request.actor, public_id=public_id)
    return people.people_by_id(request.actor, person_ids=[number]).get(number)


def _choose_person(request: PageRequest, declared: RegisterEntry) -> HttpResponse:
    """Names stand in the address, numbers do not: they are sent as a form."""
    text = (request.POST.get("q") or request.GET.get("q", "")).strip()
    text = "" if request.method != "POST" and people.is_number(text) else text
    found = people.search_people(request.actor, text=text, area_path=area_path_of(request), limit=20).items if text else ()
    shown = {**frame_of(request), "register": declared, "text": text, "people": found}
    return render(request, "street/register_person.html", shown)


def _form(
    request: PageRequest,
    declared: RegisterEntry,
    cells: dict[str, str],
    *,
    view: EntryView | None = None,
    person: people.PersonBrief | None = None,
    problems: Sequence[FieldProblem] = (),
) -> HttpResponse:
    said = {problem.field: problem.sentence for problem in problems}
    stored = {value.field.id: value.shown for value in view.line.values} if view is not None else {}
    lines = [
        (field, stored.get(field.id, ""), request.POST.get(field.id, cells.get(field.id, "")), said.get(field.id, ""))
        for field in declared.fields
    ]
    found = {
        **frame_of(request),
        "register": declared,
        "view": view,
        "person": person,
        "lines": lines,
        "problems": problems,
        "area": area_filter(request, Right.KEEP_REGISTERS) if view is None and declared.entity != "person" else None,
        "area_problem": said.get("area", ""),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "street/register_form.html", found, status=422 if problems else 200)
