"""The registers of the city, each with how many entries are open in the actor's areas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from songhe.contexts.policy_library import queries as policy
from songhe.contexts.registers.access import candidates_visible_to, declared, may_see, visible_to
from songhe.contexts.registers.words import Expectation
from songhe.engines.policy.pack import RegisterEntry
from songhe.foundation.access import Actor


@dataclass(frozen=True, slots=True)
class RegisterBrief:
    """A register as a chooser shows it; `expected` counts the persons on whom condition and entries disagree."""

    id: str
    title: str
    about: str
    entity: str
    owner: str
    open: int
    expected: Mapping[Expectation, int]


@dataclass(frozen=True, slots=True)
class RegisterView:
    """A register's declaration with its open entries by state (all open states are named) and the closed ones in all."""

    declared: RegisterEntry
    open: int
    closed: int
    by_state: Mapping[str, int]
    expected: Mapping[Expectation, int]


def registers(actor: Actor, *, area_path: str = "") -> tuple[RegisterBrief, ...]:
    """Every register that the actor may see, in the order of the pack."""
    known = policy.pack_in_use().pack.registers.values()
    return tuple(_brief(actor, register, area_path) for register in known if may_see(actor, register))


def register(actor: Actor, *, register: str, area_path: str = "") -> RegisterView:
    """One register; RegisterUnknown where the actor may not see it."""
    found = declared(actor, register)
    counted: dict[str, int] = {state: 0 for state, _ in found.states if state not in found.closed}
    still = Count("id", filter=Q(closed_on=None))
    rows = visible_to(actor, found, area_path=area_path).order_by().values_list("state").annotate(still=still, all=Count("id"))
    closed = 0
    for state, number, every in rows:
        closed += every - number
        if number:
            counted[state] = counted.get(state, 0) + number
    return RegisterView(found, sum(counted.values()), closed, counted, expected(actor, found, area_path))


def expected(actor: Actor, register: RegisterEntry, area_path: str) -> Mapping[Expectation, int]:
    """How many persons of the actor's areas should have an entry, cannot be told, or have one that they should not have any more."""
    counted: dict[Expectation, int] = defaultdict(int)
    if register.candidates is not None:
        rows = candidates_visible_to(actor, register, area_path=area_path).values_list("expectation").annotate(n=Count("id"))
        counted |= {Expectation(kind): number for kind, number in rows.order_by()}
    return {kind: counted[kind] for kind in Expectation}


def _brief(actor: Actor, found: RegisterEntry, area_path: str) -> RegisterBrief:
    number = visible_to(actor, found, area_path=area_path).filter(closed_on=None).count()
    return RegisterBrief(found.id, found.title, found.about, found.entity, found.owner, number, expected(actor, found, area_path))
