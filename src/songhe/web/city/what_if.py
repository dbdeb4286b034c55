"""What if: other values, readings or wordings, compared with today's rules over everybody. Nothing is stored; the address holds it all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from songhe.basics.money import fen_to_yuan
from songhe.contexts.policy_library import actions
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.pack import Pack
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput, NotFound
from songhe.web.access import PageRequest, desk
from songhe.web.city.effects import EffectShown, effect
from songhe.web.city.rule_words import in_words
from songhe.web.exports import export
from songhe.web.lists import FieldProblem
from songhe.web.rules import parameters_used, value_text


@dataclass(frozen=True, slots=True)
class Changeable:
    """One parameter: today's value and what the address asks for instead."""

    name: str
    title: str
    unit: str
    now: str
    asked: str


@dataclass(frozen=True, slots=True)
class Rewordable:
    """One ambiguous definition, its readings (id, title) and what the address asks for instead."""

    name: str
    title: str
    chosen: str
    readings: tuple[tuple[str, str], ...]
    asked: str


def _parameters(pack: Pack, query: QueryDict) -> tuple[Changeable, ...]:
    """The parameters that some benefit uses today, in the order of the benefits."""
    day = clock.today()
    used = {each.name: each for benefit in pack.benefits.values() for each in parameters_used(pack, benefit, day)}
    return tuple(
        Changeable(name, each.title, each.unit, value_text(now.value, each.type), query.get(f"p.{name}", ""))
        for name, each in used.items()
        if (now := each.on(day)) is not None
    )


def _readings(pack: Pack, query: QueryDict) -> tuple[Rewordable, ...]:
    return tuple(
        Rewordable(
            entry.name, entry.title, entry.readings[entry.chosen or ""].title,
            tuple((reading.id, reading.title) for reading in entry.readings.values() if reading.id != entry.chosen),
            query.get(f"r.{entry.name}", ""),
        )
        for entry in pack.definitions.values()
        if entry.readings and entry.entity in ("person", "household")
    )  # fmt: skip


def _asked(query: QueryDict, prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): text for key in query if key.startswith(prefix) and (text := query.get(key, "").strip())}


def _without_blanks(query: QueryDict) -> str:
    kept = query.copy()
    for name in [name for name in kept if not query.get(name, "").strip()]:
        del kept[name]
    return kept.urlencode()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, ready for the comparison."""

    parameters: dict[str, str]
    readings: dict[str, str]
    definitions: dict[str, str]

    def __len__(self) -> int:
        return len(self.parameters) + len(self.readings) + len(self.definitions)

    def effect(self, actor: Actor) -> EffectShown:
        """The comparison with today's rules."""
        return effect(actor, parameters=self.parameters, readings=self.readings, definitions=self.definitions)


def asked_in(query: QueryDict) -> Asked:
    """p.<parameter>=value, r.<definition>=reading, and one definition with its wording."""
    definition, wording = query.get("definition", ""), query.get("wording", "").strip()
    wordings = {definition: wording} if definition and wording else {}
    return Asked(_asked(query, "p."), _asked(query, "r."), wordings)


@desk(Right.WHAT_IF)
def page_what_if(request: PageRequest) -> HttpResponse:
    """The form with what is asked, and the comparison; a mistake is said beside it and nothing typed is lost."""
    query = request.GET
    if any(not query.get(name, "").strip() for name in query):
        return redirect(f"{request.path}?{_without_blanks(query)}")
    pack, asked, shown = policy.pack_in_use().pack, asked_in(query), None
    problems: tuple[FieldProblem, ...] = ()
    try:
        shown = asked.effect(request.actor) if asked else None
    except (InvalidInput, NotFound) as refused:
        problems = (FieldProblem(_field(refused.field), f"{refused.sentence}{refused.next_step}"),)
    found = {
        "parameters": _parameters(pack, query),
        "readings": _readings(pack, query),
        "definitions": _definitions(pack),
        "definition": query.get("definition", ""),
        "wording": query.get("wording", ""),
        "effect": shown,
        "problems": problems,
        "asked": len(asked),
        "draftable": bool(shown) and not asked.definitions and request.actor.may(Right.CHANGE_PACKS),
        "today": clock.today(),
    }
    return render(request, "city/what_if.html", found, status=422 if problems else 200)


@require_POST
@desk(Right.CHANGE_PACKS)
def submit_draft(request: PageRequest) -> HttpResponse:
    """What was asked is one draft; another wording of a definition needs other files and is none."""
    asked, reason = asked_in(request.GET), request.POST.get("reason", "")
    try:
        day = dt.date.fromisoformat(request.POST.get("from", ""))
    except ValueError:
        raise InvalidInput("请填写从哪天起。", next_step="例如 2026-12-01。", field="from") from None
    if not (asked.parameters or asked.readings) or asked.definitions:
        raise InvalidInput("这样的试算不能直接成草稿。", next_step="改标准或换一种理解可以；改写定义要换政策包文件。")
    draft: int | None = None
    with transaction.atomic():  # all of it in one draft, or none
        for name, value in asked.parameters.items():
            draft = actions.draft_parameter(request.actor, name=name, value=value, valid_from=day, note=reason, draft_id=draft).id
        for name, reading in asked.readings.items():
            draft = actions.draft_reading(
                request.actor,
                definition=name,
                reading=reading,
                reason=reason,
                in_force_on=max(day, clock.today()),
                draft_id=draft,
            ).id
    messages.success(request, "已拟成草稿，正在检查和试算，然后由两位同事批准。")
    return redirect("city:draft", draft)


@desk(Right.WHAT_IF)
def page_export(request: PageRequest) -> HttpResponse:
    """The people of the comparison as listed on the page."""
    shown = asked_in(request.GET).effect(request.actor)
    rows = [
        (
            each.name,
            each.place,
            each.benefit,
            "增加" if each.gains else "减少",
            fen_to_yuan(each.fen_before),
            fen_to_yuan(each.fen_after),
        )
        for each, _ in shown.people
    ]
    header = ("姓名", "住在", "待遇", "变化", "现在（元）", "改后（元）")
    return export(request, title="试算-结果会变的人", header=header, rows=rows)


def _definitions(pack: Pack) -> list[tuple[str, str, str, str]]:
    """Name, title, in words and as written, of every definition over persons."""
    written = [(entry, entry.read_as().text) for entry in pack.definitions.values() if entry.entity == "person"]
    return [(entry.name, entry.title, in_words(pack, text), text) for entry, text in written]


def _field(name: str | None) -> str:
    return "wording" if name == "definitions" else f"p-{name}" if name else ""
