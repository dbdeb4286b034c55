"""Asking one person at the door: what is known with its source, each as it is, changed, or not asked."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from songhe.contexts.people import actions, queries
from songhe.contexts.people.queries import RoundItem, RoundSheet
from songhe.contexts.people.words import ASK_OUTCOME_LABELS, AskOutcome
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.lists import FieldProblem
from songhe.web.street.fact_fields import FactField, fact_field, stored_value

SAME, OTHER, NOT_ASKED = "same", "other", ""


@dataclass(frozen=True, slots=True)
class AskedFact:
    """One question of the form: the fact as known, the field for another value, what was chosen."""

    item: RoundItem
    field: FactField
    did: str
    problem: str


@desk(Right.CORRECT_FACTS)
def page_ask(request: PageRequest, round_id: int, public_id: uuid.UUID) -> HttpResponse:
    """The form, and on POST the answer; then the next person of the community whom nobody has been to."""
    person_id = queries.person_id_of(request.actor, public_id=public_id)
    sheet = queries.round_sheet(request.actor, round_id=round_id, person_id=person_id)
    if request.method != "POST":
        return _form(request, sheet)
    try:
        outcome = _outcome(request.POST)
        changed, confirmed = _answers(request.POST, sheet) if outcome is AskOutcome.ANSWERED else ({}, ())
        actions.record_answer(
            request.actor, round_id=round_id, person_id=person_id, outcome=outcome, changed=changed, confirmed=confirmed,
            note=request.POST.get("note", ""),
        )  # fmt: skip
    except InvalidInput as refused:
        return _form(request, sheet, refused)
    messages.success(request, f"{sheet.person.name}：{ASK_OUTCOME_LABELS[outcome]}，已记下。")
    return (
        redirect("street:census_ask", round_id, sheet.following) if "next" in request.POST and sheet.following else _back(sheet)
    )


def _back(sheet: RoundSheet) -> HttpResponse:
    response = redirect("street:census_people", sheet.brief.id)
    response["Location"] += f"?area={sheet.person.area_path}"
    return response


def _outcome(typed: QueryDict) -> AskOutcome:
    try:
        return AskOutcome(typed.get("outcome", ""))
    except ValueError:
        raise InvalidInput("请先选有没有问到。", next_step="", field="outcome") from None


def _answers(typed: QueryDict, sheet: RoundSheet) -> tuple[dict[str, object], tuple[str, ...]]:
    """What was said to be otherwise, and what is as known. InvalidInput with the fact as field; nothing said at all is refused too."""
    changed: dict[str, object] = {}
    confirmed: list[str] = []
    for item in sheet.items:
        name, did = item.variable.name, typed.get(f"do-{item.variable.name}", NOT_ASKED)
        if did == SAME and item.fact is not None:
            confirmed.append(name)
        elif did == OTHER:
            try:
                changed[name] = stored_value(item.variable, typed.get(f"value-{name}", ""))
            except InvalidInput as refused:
                raise InvalidInput(refused.sentence, next_step=refused.next_step, field=name) from None
    if not changed and not confirmed:
        raise InvalidInput("还没有记下任何一项。", next_step="问到了就选“不变”或者“改为”；没见到人请在上面选。", field="outcome")
    return changed, tuple(confirmed)


def _form(request: PageRequest, sheet: RoundSheet, refused: InvalidInput | None = None) -> HttpResponse:
    typed = request.POST
    wrong = refused.field if refused else ""
    asked = [
        AskedFact(
            item, fact_field(item.variable, typed.get(f"value-{item.variable.name}", "")), typed.get(f"do-{item.variable.name}", NOT_ASKED),
            f"{refused.sentence}{refused.next_step}" if refused and wrong == item.variable.name else "",
        )
        for item in sheet.items
    ]  # fmt: skip
    at = wrong if any(fact.problem for fact in asked) else "outcome-answered"
    found = {
        "sheet": sheet,
        "brief": sheet.brief,
        "asked": asked,
        "outcomes": [
            (str(outcome), label, str(outcome) == typed.get("outcome", "")) for outcome, label in ASK_OUTCOME_LABELS.items()
        ],
        "note": typed.get("note", ""),
        "before": ASK_OUTCOME_LABELS[sheet.outcome] if sheet.outcome else "",
        "problems": (FieldProblem(f"ask-{at}" if at == wrong else at or "", f"{refused.sentence}{refused.next_step}"),)
        if refused
        else (),
        "section": "street:census",
    }
    response = render(request, "street/census_ask.html", found, status=422 if refused else 200)
    response["Cache-Control"] = "no-store"
    return response
