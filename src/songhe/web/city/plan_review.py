"""The review of a plan document: its text on one side, what was read of it on the other; findings; another version beside it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.plan_tracking.errors import DocumentNotFound
from songhe.contexts.plan_tracking.queries import Comparison, FieldChange, ItemChange, ItemView, Line, PlanDocumentView
from songhe.contexts.plan_tracking.words import (
    FIELD_LABELS,
    ITEM_KIND_LABELS,
    ITEM_STATE_LABELS,
    SEVERITY_LABELS,
    STAGE_LABELS,
    ItemKind,
)
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.city.plan_shown import (
    FieldShown,
    ItemShown,
    document_shown,
    finding_shown,
    form_of,
    in_words,
    item_shown,
    kind_of,
    shown_items,
    typed_fields,
)
from songhe.web.exports import Cell, export
from songhe.web.lists import FieldProblem, Filter, chosen

LONGEST_CELL, FEWEST_CELLS = 24, 6
SHOWS = (
    ("", "全部"),
    *((s.value, w) for s, w in ITEM_STATE_LABELS.items()),
    *((k.value, w) for k, w in ITEM_KIND_LABELS.items()),
)


@desk(Right.SEE_PACKS)
def page_review(request: PageRequest, document: int) -> HttpResponse:
    """One part of the document beside what was read of it; filters, part and the item in hand stand in the address."""
    edit = request.GET.get("edit", "")
    return _review(request, document, edit=int(edit) if edit.isdigit() else 0)


def _review(
    request: PageRequest,
    document: int,
    *,
    edit: int = 0,
    refused: InvalidInput | None = None,
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    view = tracking.plan_document(request.actor, document_id=document)
    part, show = _place(request, view), chosen(request.GET, "show", SHOWS)
    section = tracking.section(request.actor, document_id=document, number=part)
    inside = {item.id: item.kind.value for item in section.items}
    problem = FieldProblem("", f"{refused.sentence}{refused.next_step}") if refused else None
    found = {
        "section": "city:plan",
        "tab": "review",
        "line": document_shown(view),
        "parts": view.sections,
        "part": part,
        "here": view.sections[part - 1],
        "lines": _with_cells(section.lines),
        "marks": inside,
        "before": part - 1,
        "after": part + 1,
        "rows": shown_items(section.items, show),
        "findings": [finding_shown(f) for f in section.findings],
        "shows": SHOWS,
        "show": show,
        "edit": edit,
        "form": next((_form(request, item, typed) for item in section.items if item.id == edit), ()),
        "problem": problem,
        "may_change": request.actor.may(Right.CHANGE_PACKS),
    }
    return render(request, "city/plan_review.html", found, status=422 if refused else 200)


def _with_cells(lines: Sequence[Line]) -> list[tuple[Line, bool]]:
    """Each paragraph, and whether it is a cell of a table: short, without a full stop, among others like it."""
    short = [
        not line.level and len(words := "".join(piece.words for piece in line.pieces)) <= LONGEST_CELL and "。" not in words
        for line in lines
    ]
    runs = [sum(1 for _ in group) for _, group in itertools.groupby(short)]
    lengths = [length for length in runs for _ in range(length)]
    return [(line, is_short and length >= FEWEST_CELLS) for line, is_short, length in zip(lines, short, lengths, strict=True)]


def _place(request: PageRequest, view: PlanDocumentView) -> int:
    """The part that the address asks for, by number or by an offset into the text; the first part that waits if it asks for none."""
    asked, at = request.GET.get("part", ""), request.GET.get("at", "")
    if at.isdigit():
        return next((s.number for s in view.sections if s.start <= int(at) < s.end), 1)
    if asked.isdigit() and 1 <= int(asked) <= len(view.sections):
        return int(asked)
    return next((s.number for s in view.sections if s.undecided), next((s.number for s in view.sections if s.items), 1))


@desk(Right.SEE_PACKS)
def part_item(request: PageRequest, document: int, item: int) -> HttpResponse:
    """One item as a row of the review, with its form where `edit` is asked for."""
    return _item(request, document, tracking.item(request.actor, document_id=document, item_id=item), "edit" in request.GET)


def _item(
    request: PageRequest,
    document: int,
    view: ItemView,
    edit: bool,
    refused: InvalidInput | None = None,
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    whole = tracking.plan_document(request.actor, document_id=document)
    found = {
        "row": item_shown(view),
        "line": document_shown(whole),
        "part": _place(request, whole),
        "show": chosen(request.GET, "show", SHOWS),
        "edit": view.id if edit else 0,
        "form": _form(request, view, typed) if edit else (),
        "problem": FieldProblem("", f"{refused.sentence}{refused.next_step}") if refused else None,
        "may_change": request.actor.may(Right.CHANGE_PACKS),
        "swapped": True,
    }
    return render(request, "city/plan_item.html", found)


def _form(request: PageRequest, view: ItemView, typed: Mapping[str, str] | None) -> tuple[FieldShown, ...]:
    if view.kind is ItemKind.TASK:
        return form_of(view, typed)
    unit = view.counts.get("unit")
    choices = tracking.indicator_choices(request.actor, name=view.name, unit=str(unit) if unit else None)
    return form_of(view, typed, choices)


@require_POST
@desk(Right.CHANGE_PACKS)
def submit_decision(request: PageRequest, document: int, item: int) -> HttpResponse:
    """The item is accepted, corrected, rejected or open again, and stands in its row; without scripts the page comes back at that row."""
    view = tracking.item(request.actor, document_id=document, item_id=item)
    decision, given = request.POST.get("decision", ""), request.POST.dict()
    try:
        actions.decide_item(
            request.actor, document_id=document, item_id=item, decision=decision, corrected=typed_fields(view.kind, given) if decision == "correct" else None,
            reason=request.POST.get("reason", ""),
        )  # fmt: skip
    except InvalidInput as refused:
        if request.htmx:
            return _item(request, document, view, True, refused, given)
        return _review(request, document, edit=item, refused=refused, typed=given)
    if request.htmx:
        return _item(request, document, tracking.item(request.actor, document_id=document, item_id=item), False)
    return redirect(f"{reverse('city:plan_review', args=[document])}?{request.GET.urlencode()}#item-{item}")


@require_POST
@desk(Right.CHANGE_PACKS)
def submit_accept_all(request: PageRequest, document: int) -> HttpResponse:
    """Everything that nobody decided on is accepted as it was read."""
    count = actions.accept_all_unchanged(request.actor, document_id=document)
    messages.success(request, f"认可了{count}项。" if count else "没有可以一起认可的。")
    return redirect("city:plan_document", document)


@desk(Right.SEE_PACKS)
def page_findings(request: PageRequest, document: int) -> HttpResponse:
    """What does not fit in the document, with both places and the computation."""
    return _findings(request, document)


def _findings(request: PageRequest, document: int, refused: InvalidInput | None = None, at: int = 0) -> HttpResponse:
    filters = _finding_filters(request)
    state, severity = (each.value for each in filters)
    found = {
        "section": "city:plan",
        "tab": "findings",
        "line": document_shown(tracking.plan_document(request.actor, document_id=document)),
        "filters": filters,
        "cleared": request.path if state or severity else "",
        "rows": [
            finding_shown(f) for f in tracking.findings(request.actor, document_id=document, state=state, severity=severity)
        ],
        "problems": (FieldProblem(f"note-{at}", f"{refused.sentence}{refused.next_step}"),) if refused else (),
        "may_change": request.actor.may(Right.CHANGE_PACKS),
    }
    return render(request, "city/plan_findings.html", found, status=422 if refused else 200)


def _finding_filters(request: PageRequest) -> tuple[Filter, ...]:
    states = (("open", "没处理"), ("settled", "已处理"))
    severities = tuple((key, f"{key}：{word}") for key, word in SEVERITY_LABELS.items())
    return (
        Filter("state", "处理", chosen(request.GET, "state", states), "choice", states, any="全部"),
        Filter("severity", "轻重", chosen(request.GET, "severity", severities), "choice", severities, any="全部"),
    )


@desk(Right.SEE_PACKS)
def page_findings_export(request: PageRequest, document: int) -> HttpResponse:
    """The findings of the filters as a file."""
    state, severity = (each.value for each in _finding_filters(request))
    rows: list[tuple[Cell, ...]] = [
        (
            f.severity,
            f.sentence,
            f.computation,
            "；".join(place.words for place in f.places),
            "已处理" if f.state == "settled" else "没处理",
            f.note,
        )
        for f in tracking.findings(request.actor, document_id=document, state=state, severity=severity)
    ]
    return export(request, title="规划文件的问题", header=("轻重", "问题", "算式", "原文", "处理", "说明"), rows=rows)


@require_POST
@desk(Right.CHANGE_PACKS)
def submit_finding(request: PageRequest, document: int, finding: int) -> HttpResponse:
    """The finding is settled with a note, or open again."""
    settled = request.POST.get("state", "settled") == "settled"
    try:
        actions.settle_finding(
            request.actor, document_id=document, finding_id=finding, note=request.POST.get("note", ""), settled=settled
        )
    except InvalidInput as refused:
        return _findings(request, document, refused, finding)
    return redirect(f"{reverse('city:plan_findings', args=[document])}?{request.GET.urlencode()}#finding-{finding}")


@desk(Right.SEE_PACKS)
def page_versions(request: PageRequest, document: int) -> HttpResponse:
    """The document beside another version: what is new, gone, changed."""
    view = tracking.plan_document(request.actor, document_id=document)
    against = request.GET.get("against", "")
    others = _others(request, document)
    comparison = _compared(request, document, against)
    chosen_one = against or (str(view.version_of) if view.version_of else "")
    found = {
        "section": "city:plan",
        "tab": "versions",
        "line": document_shown(view),
        "filters": (Filter("against", "和哪一份对照", chosen_one, "choice", others, any="请选择"),),
        "others": others,
        "comparison": comparison,
        "added": [item_shown(one) for one in comparison.added] if comparison else (),
        "removed": [item_shown(one) for one in comparison.removed] if comparison else (),
        "changed": _changes(comparison) if comparison else (),
    }
    return render(request, "city/plan_versions.html", found)


def _others(request: PageRequest, document: int) -> tuple[tuple[str, str], ...]:
    """The documents that may stand beside this one."""
    found = tracking.plan_documents(request.actor, limit=100).items
    return tuple((str(o.id), f"{o.title}（{STAGE_LABELS[o.stage]}）") for o in found if o.id != document and o.total)


def _compared(request: PageRequest, document: int, against: str) -> Comparison | None:
    """The comparison asked for; None where none was asked for and there is no version before."""
    try:
        return tracking.compare(request.actor, document_id=document, against=int(against) if against.isdigit() else None)
    except DocumentNotFound:
        if against:
            raise
        return None


def _changes(comparison: Comparison) -> list[tuple[ItemShown, list[tuple[str, str, str]]]]:
    return [(item_shown(one.after), [_change(one, change) for change in one.changes]) for one in comparison.changed]


def _change(one: ItemChange, change: FieldChange) -> tuple[str, str, str]:
    """What changed, before and after; numbers with their unit."""
    numbers = change.field in ("value", "value_max")
    units = [str(side.counts.get("unit") or "") if numbers else "" for side in (one.before, one.after)]
    texts = [in_words(change.field, value) for value in (change.before, change.after)]
    before, after = (f"{text}{unit}" if text else "没有写" for text, unit in zip(texts, units, strict=True))
    return FIELD_LABELS.get(change.field, change.field), before, after


@desk(Right.SEE_PACKS)
def page_versions_export(request: PageRequest, document: int) -> HttpResponse:
    """The comparison as a file."""
    against = request.GET.get("against", "")
    found = tracking.compare(request.actor, document_id=document, against=int(against) if against.isdigit() else None)
    rows: list[tuple[Cell, ...]] = [
        ("新增", kind_of(one), one.clause, one.name, "", "", item_shown(one).says) for one in found.added
    ]
    rows += [("删去", kind_of(one), one.clause, one.name, "", item_shown(one).says, "") for one in found.removed]
    for each in found.changed:
        head = ("改动", kind_of(each.after), each.after.clause, each.after.name)
        rows += [(*head, *_change(each, change)) for change in each.changes]
    return export(request, title="规划文件两版对照", header=("变动", "种类", "条款", "名称", "哪一项", "原来", "现在"), rows=rows)
