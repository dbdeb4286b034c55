"""The assessor signs the own form after it has arrived: what is signed stands above, the password or code is asked for again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.queries import FormSheet
from songhe.engines.scales.scale import Kind
from songhe.foundation.access import Right
from songhe.foundation.errors import Conflict, InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.lists import FieldProblem
from songhe.web.signing.proving import proved


@desk(Right.ASSESS)
def page_sign(request: PageRequest, case_id: int) -> HttpResponse:
    """What was answered, and on POST the signature; who types the wrong password signs nothing."""
    file = queries.case(request.actor, case_id=case_id)
    if not file.deeds.sign:
        raise Conflict("这张表现在不用签名。", next_step="还没有提交的请先提交；签过名的不用再签。")
    if request.method != "POST":
        return _shown(request, case_id)
    try:
        done = actions.sign_form(request.actor, case_id=case_id, proof=proved(request))
    except InvalidInput as refused:
        return _shown(request, case_id, refused)
    messages.success(request, "已签名。两位评估员都签了，可以商定结果。" if done.both_signed else "已签名。还要等另一位评估员。")
    return redirect("assess:ability_case", case_id)


def _shown(request: PageRequest, case_id: int, refused: InvalidInput | None = None) -> HttpResponse:
    sheet = queries.form_sheet(request.actor, case_id=case_id)
    found = {
        "section": "assess:visits",
        "sheet": sheet,
        "who": sheet.person.name,
        "groups": _groups(sheet),
        "elder": sheet.own.elder if sheet.own else None,
        "problems": (FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}"),) if refused else (),
    }
    response = render(request, "assess/sign.html", found, status=422 if refused else 200)
    response["Cache-Control"] = "no-store"
    return response


def _groups(sheet: FormSheet) -> list[tuple[str, list[tuple[str, str]]]]:
    """(dimension, [(item, what was answered)]), and the circumstances at the end."""
    answers = sheet.own.answers if sheet.own else {}
    noted = sheet.own.circumstances if sheet.own else {}
    groups = []
    for part in sheet.scale.dimensions:
        chosen = [(item.label, item.option(answers.get(item.id, ""))) for item in part.items]
        groups.append((part.label, [(label, option.label if option else "没有评") for label, option in chosen]))
    others = []
    for one in sheet.scale.circumstances:
        value = noted.get(one.id)
        if one.kind is Kind.COUNT:
            others.append((one.label, "没有填" if value is None else f"{value}{one.unit or '次'}"))
        else:
            others.append((one.label, "有" if value else "没有"))
    return [*groups, ("其他情况", others)] if others else groups
