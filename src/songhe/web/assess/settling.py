"""Both forms side by side: the lead agrees on what differs, sees what the server makes of it, and announces the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.errors import DifferencesOpen, FormRefused
from songhe.contexts.assessments.queries import CaseFile, Difference, FormView
from songhe.engines.scales.answers import errors as answer_errors
from songhe.engines.scales.reasons import span
from songhe.engines.scales.result import Result as Scored
from songhe.engines.scales.scale import Scale
from songhe.engines.scales.scoring import score
from songhe.foundation.access import Right
from songhe.foundation.errors import Conflict, InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.lists import FieldProblem
from songhe.web.signing.proving import proved

Agreed = Mapping[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class RowShown:
    """One item or circumstance: what the two chose and, where they differ, what may be agreed, what was, and why."""

    where: str
    label: str
    lead: str
    second: str
    differs: bool
    choices: tuple[tuple[str, str, bool], ...]
    why: str


@dataclass(frozen=True, slots=True)
class GroupShown:
    """The rows of one dimension."""

    label: str
    rows: tuple[RowShown, ...]


@desk(Right.ASSESS)
def page_settle(request: PageRequest, case_id: int) -> HttpResponse:
    """The two forms, and on POST the preview or the result; what was chosen is kept when something is open."""
    file = queries.case(request.actor, case_id=case_id)
    if not file.deeds.settle:
        raise Conflict("这次评估现在不能商定结果。", next_step="两位评估员都提交以后，由主评估员商定；已经有结果的请看结果。")
    if request.method != "POST" or request.POST.get("do") == "preview":
        return _shown(request, file)
    typed = request.POST
    try:
        settled = actions.settle_case(
            request.actor, case_id=case_id, agreed=_agreed(typed, file.differences), why=_why(typed, file.differences),
            signed_for=typed.get("signed_for", ""), proof=proved(request),
        )  # fmt: skip
    except InvalidInput as refused:
        return _shown(request, file, refused)
    messages.success(request, f"结果已定：{settled.grade_label}（{settled.grade}级），现在开始公示。")
    return redirect("assess:ability_result", settled.result_id)


def _agreed(typed: QueryDict, differences: Sequence[Difference]) -> dict[str, str | int | bool]:
    """What was chosen, in the types of the choices; what was not chosen is left out."""
    found: dict[str, str | int | bool] = {}
    for one in differences:
        text = typed.get(f"agreed-{one.where}", "")
        value = next((choice.value for choice in one.choices if str(choice.value) == text), None)
        if value is not None:
            found[one.where] = value
    return found


def _why(typed: QueryDict, differences: Sequence[Difference]) -> dict[str, str]:
    return {one.where: typed.get(f"why-{one.where}", "") for one in differences}


def _shown(request: PageRequest, file: CaseFile, refused: InvalidInput | None = None) -> HttpResponse:
    scale = queries.form_sheet(request.actor, case_id=file.brief.id).scale
    lead, second = file.forms
    agreed = _agreed(request.POST, file.differences)
    found = {
        "section": "assess:ability_cases",
        "file": file,
        "brief": file.brief,
        "lead": lead,
        "second": second,
        "groups": _groups(scale, lead, second, file.differences, request.POST),
        "open": len(file.differences) - len(agreed),
        "scored": (scored := _preview(scale, lead, agreed, file.differences)),
        "between": span(scale, scored.final) if scored else "",
        "previewed": request.POST.get("do") == "preview",
        "signed_for": request.POST.get("signed_for", ""),
        "elder": lead.elder,
        "problems": _told(refused),
    }
    response = render(request, "assess/settle.html", found, status=422 if refused else 200)
    response["Cache-Control"] = "no-store"
    return response


def _told(refused: InvalidInput | None) -> tuple[FieldProblem, ...]:
    if refused is None:
        return ()
    if isinstance(refused, DifferencesOpen):
        return (FieldProblem(f"agreed-{refused.places[0]}" if refused.places else "", f"{refused.sentence}{refused.next_step}"),)
    if isinstance(refused, FormRefused):
        return tuple(FieldProblem(f"row-{each.where}", f"{each.message}。{each.remedy}。") for each in refused.problems)
    return (FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}"),)


def _preview(scale: Scale, lead: FormView, agreed: Agreed, differences: Sequence[Difference]) -> Scored | None:
    """What the agreed answers give, scored here; what is still open counts as open. None where they cannot be scored at all."""
    open_ones = {one.where for one in differences} - set(agreed)
    answers = _left((lead.answers or {}, agreed), [item.id for item in scale.items], open_ones)
    noted = _left((lead.circumstances or {}, agreed), [one.id for one in scale.circumstances], open_ones)
    return None if answer_errors(scale, answers, noted) else score(scale, answers, noted)


def _left(given: tuple[Mapping[str, object], Agreed], names: Sequence[str], open_ones: set[str]) -> dict[str, object]:
    """The lead's value of each name with what was agreed over it, without those that are still open."""
    merged: dict[str, object] = {**given[0], **given[1]}
    return {name: merged[name] for name in names if name in merged and name not in open_ones}


def _groups(
    scale: Scale, lead: FormView, second: FormView, differences: Sequence[Difference], typed: QueryDict
) -> tuple[GroupShown, ...]:
    differing = {one.where: one for one in differences}
    groups = [
        GroupShown(part.label, tuple(_row(item.id, item.label, _options(scale, item.id, lead, second), differing, typed) for item in part.items))
        for part in scale.dimensions
    ]  # fmt: skip
    others = tuple(
        _row(one.id, one.label, (_noted(lead, one.id, one.unit), _noted(second, one.id, one.unit)), differing, typed)
        for one in scale.circumstances
    )
    return (*groups, GroupShown("其他情况", others)) if others else tuple(groups)


def _options(scale: Scale, item_id: str, lead: FormView, second: FormView) -> tuple[str, str]:
    item = scale.item(item_id)
    found = [item.option(str((form.answers or {}).get(item_id))) if item else None for form in (lead, second)]
    one, other = (option.label if option else "没有填" for option in found)
    return one, other


def _noted(form: FormView, name: str, unit: str) -> str:
    value = (form.circumstances or {}).get(name)
    if value is None:
        return "没有填"
    if isinstance(value, bool):
        return "有" if value else "没有"
    return f"{value}{unit or '次'}"


def _row(where: str, label: str, said: tuple[str, str], differing: Mapping[str, Difference], typed: QueryDict) -> RowShown:
    one = differing.get(where)
    if one is None:
        return RowShown(where, label, *said, False, (), "")
    chosen = typed.get(f"agreed-{where}", "")
    choices = tuple((str(choice.value), choice.label, str(choice.value) == chosen) for choice in one.choices)
    return RowShown(where, label, one.lead.label, one.second.label, True, choices, typed.get(f"why-{where}", ""))
