"""The form of one assessor, as a plain form or sent by a device; the same address for both, so that a device sends what a page would."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.actions import FormStored
from songhe.contexts.assessments.errors import FormRefused
from songhe.contexts.assessments.queries import HEIGHT, WIDTH, FormSheet
from songhe.contexts.assessments.words import ELDER_SIGNS_LABELS, FormState
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import SongheError
from songhe.web.access import PageRequest, desk
from songhe.web.assess.sheet_shown import Told, sheet_shown
from songhe.web.assess.sheet_values import SheetSent, sheet_sent
from songhe.web.lists import FieldProblem

DEVICE = "X-Songhe-Device"


@desk(Right.ASSESS)
def page_form(request: PageRequest, case_id: int) -> HttpResponse:
    """The form as far as it is filled, and on POST kept or handed in; everything to put right is said at once."""
    if request.method == "POST" and DEVICE in request.headers:
        return _to_device(request, case_id)
    sheet = queries.form_sheet(request.actor, case_id=case_id)
    if sheet.own is not None and sheet.own.state is FormState.FINAL and request.method != "POST":
        return redirect("assess:ability_case", case_id)
    if request.method != "POST":
        return _shown(request, sheet)
    sent = sheet_sent(request.POST, sheet.scale, sheet.fields)
    try:
        _take(request, case_id, sent)
    except FormRefused as refused:
        return _shown(request, sheet, sent, refused.problems)
    if sent.final:
        messages.success(request, "评估表已经送达，请签名。")
        return redirect("assess:sign", case_id)
    messages.success(request, f"已存下，{_hour()}送达。")
    return redirect("assess:form", case_id)


def _take(request: PageRequest, case_id: int, sent: SheetSent) -> FormStored:
    """The form is kept as a draft, or handed in."""
    take = actions.submit_form if sent.final else actions.save_form
    return take(
        request.actor, case_id=case_id, public_id=sent.public_id, answers=sent.answers, circumstances=sent.circumstances,
        particulars=sent.particulars, filled_from=sent.filled_from, filled_to=sent.filled_to, offline=sent.offline,
        elder=sent.elder,
    )  # fmt: skip


def _to_device(request: PageRequest, case_id: int) -> HttpResponse:
    """What became of the form, for a device: arrived and when, or why not and what to put right. A refusal wrote nothing."""
    try:
        sheet = queries.form_sheet(request.actor, case_id=case_id)
        sent = sheet_sent(request.POST, sheet.scale, sheet.fields)
        stored = _take(request, case_id, sent)
    except SongheError as refused:
        problems = _plain(refused.problems) if isinstance(refused, FormRefused) else []
        said = {"sentence": refused.sentence, "next_step": refused.next_step, "code": refused.code, "problems": problems}
        return JsonResponse(said, status=refused.http_status)
    questions = _plain([problem for problem in stored.problems if problem.severity == "question"])
    return JsonResponse({"state": stored.state, "at": _hour(), "arrived_at": clock.now().isoformat(), "questions": questions})


def _plain(problems: Sequence[Told]) -> list[dict[str, str]]:
    return [{"where": p.where, "label": p.label, "message": p.message, "remedy": p.remedy} for p in problems]


def _hour() -> str:
    return f"{clock.now():%H:%M}"


def _shown(request: PageRequest, sheet: FormSheet, sent: SheetSent | None = None, problems: Sequence[Told] = ()) -> HttpResponse:
    own = queries.case(request.actor, case_id=sheet.case_id)
    form = next((form for form in own.forms if form.own), None)
    arrived = form.arrived_at if form else None
    kept = sent or sheet.own
    shown = sheet_shown(
        sheet.scale, sheet.fields, kept.answers if kept else {}, kept.circumstances if kept else {},
        kept.particulars if kept else {}, problems,
    )  # fmt: skip
    found = {
        "section": "assess:visits",
        "case": own.brief,
        "sheet": shown,
        "who": own.brief.name,
        "about": _about(sheet),
        "public_id": kept.public_id if kept else uuid.uuid4(),
        "filled_from": (kept.filled_from if kept else clock.now()).isoformat(),
        "arrived": arrived.isoformat() if arrived else "",
        "arrived_at": f"{timezone.localtime(arrived):%H:%M}" if arrived else "",
        "until": (timezone.localtime(sheet.visit_at).date() if sheet.visit_at else clock.today()).isoformat(),
        "today": clock.today(),
        **_elder(sheet, sent, problems),
        "last_part": shown.parts[-1].id,
        "problems": tuple(
            FieldProblem(_anchor(shown.scale.item(p.where) is not None, p), f"{p.message}。{p.remedy}。") for p in problems
        ),
    }
    response = render(request, "assess/form.html", found, status=422 if problems else 200)
    response["Cache-Control"] = "no-store"
    return response


def _elder(sheet: FormSheet, sent: SheetSent | None, problems: Sequence[Told]) -> dict[str, object]:
    """How the elder's side signed so far; asked on the lead's form."""
    elder = sent.elder if sent is not None else sheet.own.elder if sheet.own else None
    return {
        "asks_elder": sheet.lead,
        "elder": elder,
        "strokes": json.dumps(elder.strokes if elder else [], separators=(",", ":")),
        "ways": tuple(ELDER_SIGNS_LABELS.items()),
        "elder_told": {p.where: f"{p.message}。{p.remedy}。" for p in problems if p.where.startswith("elder_")},
        "box": (WIDTH, HEIGHT),
    }


def _anchor(is_item: bool, problem: Told) -> str:
    if problem.where.startswith("elder_"):
        return problem.where
    return f"item-{problem.where}" if is_item else f"circumstance-{problem.where}"


def _about(sheet: FormSheet) -> str:
    person = sheet.person
    words = [person.sex, f"{person.age}周岁" if person.age is not None else "", person.place, sheet.visit_place]
    return "，".join(word for word in words if word)
