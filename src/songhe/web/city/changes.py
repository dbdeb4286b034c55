"""Changing a parameter or a reading: the effect is shown first, then it becomes a draft, which others check and approve."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from songhe.contexts.policy_library import actions
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.policy_library.errors import SameValue
from songhe.contexts.policy_library.queries import DraftBrief, DraftKind
from songhe.engines.policy.pack import DefinitionEntry, Parameter
from songhe.engines.policy.tree import Type
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput, NotFound
from songhe.web.access import PageRequest, desk
from songhe.web.city.effects import EffectShown, effect
from songhe.web.lists import FieldProblem
from songhe.web.rules import parameter_history

_NEXT = "正在检查和试算，然后由两位同事批准，到施行日期自动生效。现在的核算不受影响。"


def _typed(request: PageRequest) -> dict[str, str]:
    given = request.POST if request.method == "POST" else request.GET
    return {name: given.get(name, "").strip() for name in ("value", "from", "note")}


def _checked(typed: dict[str, str]) -> dt.date:
    """The day from which the value holds; InvalidInput names the field that is wrong."""
    if not typed["value"]:
        raise InvalidInput("请填写新的数。", field="value")
    if len(typed["note"]) < 2:
        raise InvalidInput("请写明为什么改。", next_step="例如：按市政府某号文件调整。", field="note")
    try:
        return dt.date.fromisoformat(typed["from"])
    except ValueError:
        raise InvalidInput("请填写从哪天起。", next_step="例如 2026-12-01。", field="from") from None


@desk(Right.CHANGE_PACKS)
def page_change_parameter(request: PageRequest, name: str) -> HttpResponse:
    """The form; with values in the address their effect; on POST a draft."""
    typed = _typed(request)
    entry = policy.pack_in_use().pack.parameters.get(name)
    if entry is None:
        raise NotFound("政策包里没有这个参数。", next_step="请从标准和参数里选择。")
    if not any(typed.values()):
        return _form(request, entry, typed)
    try:
        day = _checked(typed)
        shown = effect(request.actor, parameters={name: typed["value"]})
        if request.method != "POST":
            return _form(request, entry, typed, shown)
        value = _as_written(entry.type, typed["value"])
        made = actions.draft_parameter(
            request.actor, name=name, value=value, valid_from=day, note=typed["note"], draft_id=_draft(request)
        )  # fmt: skip
    except (InvalidInput, SameValue) as refused:
        return _form(request, entry, typed, refused=refused)
    messages.success(request, f"“{entry.title}”的改动已成草稿。{_NEXT}")
    return redirect("city:draft", made.id)


def _draft(request: PageRequest) -> int | None:
    """The open draft to which the change is added; None for one of its own."""
    text = request.POST.get("draft", "")
    return int(text) if text.isdigit() else None


def _open_drafts(request: PageRequest) -> list[DraftBrief]:
    """Drafts of single changes on the version in use, to which another one may be added."""
    current = policy.pack_in_use().version_id
    found = policy.drafts(request.actor, open_only=True)
    return [each for each in found if each.kind is DraftKind.CHANGES and each.base_id == current]


def _form(
    request: PageRequest, entry: Parameter, typed: dict[str, str], shown: EffectShown | None = None,
    refused: InvalidInput | SameValue | None = None,
) -> HttpResponse:  # fmt: skip
    mistakes = _mistake(refused) if refused else {}
    found = {
        "entry": entry,
        "typed": typed,
        "mistakes": mistakes,
        "problems": tuple(FieldProblem(f"change-{place}", sentence) for place, sentence in mistakes.items()),
        "effect": shown,
        "history": parameter_history(policy.pack_in_use().pack, entry, clock.today()),
        "section": "city:policy",
        "today": clock.today(),
        "drafts": _open_drafts(request),
    }
    return render(request, "city/change_parameter.html", found, status=422 if mistakes else 200)


def _mistake(refused: InvalidInput | SameValue) -> dict[str, str]:
    """The refusal's words under the field of the form that it is about."""
    place = refused.field if refused.field in ("value", "from", "note") else "value"
    return {place or "value": f"{refused.sentence}{refused.next_step}"}


def _as_written(kind: Type, text: str) -> str:
    return text.replace(",", "") if kind is Type.MONEY else text


@desk(Right.CHANGE_PACKS)
def page_choose_reading(request: PageRequest, name: str, reading: str) -> HttpResponse:
    """The effect of reading a definition another way; on POST a draft."""
    pack = policy.pack_in_use().pack
    entry = pack.definitions.get(name)
    if entry is None or reading not in entry.readings:
        raise NotFound("没有这个定义，或者它没有这种理解。", next_step="请从定义列表里选择。")
    if request.method != "POST":
        return _reading_form(request, entry, reading)
    try:
        made = actions.draft_reading(
            request.actor, definition=name, reading=reading, reason=request.POST.get("reason", ""), draft_id=_draft(request)
        )
    except InvalidInput as refused:
        return _reading_form(request, entry, reading, (FieldProblem("change-reason", f"{refused.sentence}{refused.next_step}"),))
    messages.success(request, f"“{entry.title}”换一种理解已成草稿。{_NEXT}")
    return redirect("city:draft", made.id)


def _reading_form(
    request: PageRequest, entry: DefinitionEntry, reading: str, problems: tuple[FieldProblem, ...] = ()
) -> HttpResponse:
    found = {
        "entry": entry,
        "reading": entry.readings[reading],
        "chosen": entry.readings[entry.chosen or ""],
        "effect": effect(request.actor, readings={entry.name: reading}),
        "section": "city:policy",
        "drafts": _open_drafts(request),
        "problems": problems,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "city/choose_reading.html", found, status=422 if problems else 200)
