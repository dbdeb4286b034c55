"""What the pages of the registers share: they stand at the street and at the city desk, and keep their reader at the desk where they are."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from songhe.contexts.registers import queries as registers
from songhe.contexts.registers.words import Expectation, Verdict
from songhe.engines.policy.pack import RegisterEntry, RegisterField
from songhe.web.lists import FieldProblem

EXPECTED: Mapping[Expectation, tuple[str, str, str]] = {
    Expectation.MISSING: ("应登记未登记", "check", "符合登记条件，还没有登记"),
    Expectation.UNKNOWN: ("资料不全", "question", "缺资料，判断不了该不该登记；请先补资料"),
    Expectation.LEAVING: ("已不符合条件", "minus", "已经登记，现在不再符合条件，建议结束"),
}
VERDICT_CHIPS: Mapping[Verdict, str] = {
    Verdict.NEW: "new",
    Verdict.UPDATE: "changed",
    Verdict.UNCHANGED: "unchanged",
    Verdict.REJECTED: "refused",
}


def desk_of(request: HttpRequest) -> str:
    """The desk at which the page is opened."""
    return "street" if request.path.startswith("/street/") else "city"


def at(request: HttpRequest, page: str, *args: object) -> str:
    """The address of a page of the registers at this desk."""
    return reverse(f"{desk_of(request)}:{page}", args=args)


def go(request: HttpRequest, page: str, *args: object) -> HttpResponse:
    """On to a page of the registers at this desk."""
    return redirect(at(request, page, *args))


def frame_of(request: HttpRequest) -> dict[str, object]:
    """What every template of the registers is given: the desk, and the entry of the navigation that it stands under."""
    here = desk_of(request)
    return {"desk": here, "section": f"{here}:registers", "home": at(request, "registers")}


def typed(request: HttpRequest, fields: tuple[RegisterField, ...]) -> tuple[dict[str, object], list[FieldProblem]]:
    """The values of a form as they are stored, and a problem for each field that cannot be read. An empty field takes its value out."""
    values: dict[str, object] = {}
    problems: list[FieldProblem] = []
    for field in fields:
        text = request.POST.get(field.id)
        if text is None or (field.sensitive and not text.strip()):
            continue  # a sensitive field that is left empty stays as it is
        try:
            values[field.id] = registers.read_text(field, text)
        except registers.Unreadable as unreadable:
            problems.append(FieldProblem(field.id, f"{unreadable.reason}{unreadable.remedy}"))
    return values, problems


def told(register: RegisterEntry, problems: Mapping[str, str]) -> list[FieldProblem]:
    """Problems by field as a form shows them; those of the whole entry stand without a field."""
    return [FieldProblem(name, sentence) for name, sentence in problems.items()]
