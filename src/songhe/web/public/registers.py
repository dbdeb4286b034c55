"""Which lists of people the city keeps, for everybody: by which rule somebody stands on one, who keeps it, about how many, when it last changed."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import RosterForAll
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.registers import queries as registers
from songhe.contexts.registers.queries import RegisterForAll
from songhe.web.access import PageRequest, public
from songhe.web.city.rule_words import in_words

SECONDS = 600


@dataclass(frozen=True, slots=True)
class RegisterShown:
    """One register with its rule in words; empty where entries are made by hand only."""

    register: RegisterForAll
    rule: str


@dataclass(frozen=True, slots=True)
class ListsShown:
    """The roster and the registers about people; `least`: fewer people than this are not told."""

    roster: RosterForAll
    registers: tuple[RegisterShown, ...]
    least: int


def _lists() -> ListsShown:
    pack, least = policy.pack_in_use().pack, registers.least_shown()
    shown = tuple(
        RegisterShown(each, in_words(pack, each.declared.candidates.text) if each.declared.candidates else "")
        for each in registers.registers_for_all()
    )
    return ListsShown(entitlements.roster_for_all(least=least), shown, least)


@public
def page_registers(request: PageRequest) -> HttpResponse:
    """The lists, counted again every ten minutes at most."""
    if not policy.is_pack_loaded():
        return render(request, "public/registers.html", {"section": "services", "found": None})
    current = policy.pack_in_use()
    found = cache.get_or_set(f"songhe.web.lists:{current.content_hash}", _lists, SECONDS)
    return render(request, "public/registers.html", {"section": "services", "found": found, "contact": current.pack.contact})
