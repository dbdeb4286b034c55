"""What if: other values, readings or wordings, compared with today's rules over everybody. Nothing is stored; the address holds it all."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.pack import DefinitionEntry, Pack
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput, NotFound
from songhe.web.access import PageRequest, desk
from songhe.web.city.effects import effect
from songhe.web.city.rule_words import in_words
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
    return {key.removeprefix(prefix): value.strip() for key, value in query.items() if key.startswith(prefix) and value.strip()}


def _without_blanks(query: QueryDict) -> str:
    kept = query.copy()
    for name in [name for name, value in kept.items() if not value.strip()]:
        del kept[name]
    return kept.urlencode()


@desk(Right.WHAT_IF)
def page_what_if(request: PageRequest) -> HttpResponse:
    """The form with what is asked, and the comparison; a mistake is said beside it and nothing typed is lost."""
    if any(not value.strip() for value in request.GET.values()):
        return redirect(f"{request.path}?{_without_blanks(request.GET)}")
    pack, query, problems, shown = policy.pack_in_use().pack, request.GET, (), None
    definition, wording = query.get("definition", ""), query.get("wording", "")
    wordings = {definition: wording} if definition and wording else {}
    parameters, readings = _asked(query, "p."), _asked(query, "r.")
    try:
        if parameters or readings or wordings:
            shown = effect(request.actor, parameters=parameters, readings=readings, definitions=wordings)
    except (InvalidInput, NotFound) as refused:
        problems = (FieldProblem(_field(refused.field), f"{refused.sentence}{refused.next_step}"),)
    found = {
        "parameters": _parameters(pack, query),
        "readings": _readings(pack, query),
        "definitions": [(e.name, e.title, in_words(pack, e.read_as().text), e.read_as().text) for e in _person_definitions(pack)],
        "definition": definition,
        "wording": wording,
        "effect": shown,
        "problems": problems,
        "asked": len(parameters) + len(readings) + len(wordings),
    }
    return render(request, "city/what_if.html", found, status=422 if problems else 200)


def _person_definitions(pack: Pack) -> list[DefinitionEntry]:
    return [entry for entry in pack.definitions.values() if entry.entity == "person"]


def _field(name: str | None) -> str:
    return "wording" if name == "definitions" else f"p-{name}" if name else ""
