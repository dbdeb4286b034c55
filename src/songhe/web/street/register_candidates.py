"""Who should stand in a register and does not, of whom it cannot be told, and who should not any more."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from songhe.contexts.people import queries as people
from songhe.contexts.registers import actions
from songhe.contexts.registers import queries as registers
from songhe.contexts.registers.queries import CandidateLine
from songhe.contexts.registers.words import Expectation
from songhe.foundation.access import Right
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.exports import every_row, export
from songhe.web.street.register_shared import EXPECTED, frame_of, go


def _kind(request: PageRequest) -> Expectation:
    asked = request.GET.get("of", "")
    return Expectation(asked) if asked in set(Expectation) else Expectation.MISSING


def _found(request: PageRequest, register: str, after: str | None, limit: int = 50) -> Page[CandidateLine]:
    return registers.candidates(
        request.actor, register=register, expectation=_kind(request), area_path=chosen_area(request), after=after, limit=limit
    )


@desk(Right.SEE_REGISTERS)
def page_candidates(request: PageRequest, register: str) -> HttpResponse:
    """The persons with the expectation that the address asks for; those who are missing can be entered from here."""
    view = registers.register(request.actor, register=register, area_path=chosen_area(request))
    kind = _kind(request)
    found = {
        **frame_of(request),
        "register": view.declared,
        "kind": kind,
        "words": EXPECTED[kind],
        "tabs": [(EXPECTED[each][0], each.value, count, each is kind) for each, count in view.expected.items()],
        "page": _found(request, register, request.GET.get("after")),
        "filters": (area_filter(request, Right.SEE_REGISTERS),),
        "cleared": f"{request.path}?of={kind}" if request.GET.get("area") else "",
        "may_keep": request.actor.may(Right.KEEP_REGISTERS),
    }
    return render(request, "street/register_candidates.html", found)


@desk(Right.SEE_REGISTERS)
def page_candidates_export(request: PageRequest, register: str) -> HttpResponse:
    """The same list as a file, numbers masked as on the screen."""
    declared = registers.register(request.actor, register=register).declared
    lines = every_row(lambda after: _found(request, register, after, limit=500))
    rows = [
        (line.person.name, line.person.sex, line.person.age, line.person.place, line.person.id_number, f"{line.found_on}")
        for line in lines
    ]
    title = f"{declared.title}-{EXPECTED[_kind(request)][0]}"
    header = ("姓名", "性别", "年龄（周岁）", "住在", "身份证号", "哪天发现")
    return export(request, title=title, header=header, rows=rows, area_path=chosen_area(request))


@require_POST
@desk(Right.KEEP_REGISTERS)
def submit_candidates(request: PageRequest, register: str) -> HttpResponse:
    """The chosen persons have an entry, each checked again at this moment."""
    names = request.POST.getlist("person")[:500]
    chosen = [people.person_id_of(request.actor, public_id=uuid.UUID(name)) for name in names if _is_uuid(name)]
    done = actions.add_candidates(request.actor, register=register, person_ids=chosen)
    if done.added:
        messages.success(request, f"已登记{done.added}人。")
    if done.left or not chosen:
        said = (
            f"有{done.left}人没有登记：已经登记过，或者按现在的资料不再符合条件。"
            if done.left
            else "没有选人。请先勾选要登记的人。"
        )
        messages.warning(request, said)
    return go(request, "register_candidates", register)


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
