"""Which indicators may measure a target that was read: those whose names are alike first, of a unit that can be compared."""

from __future__ import annotations

from dataclasses import dataclass

from songhe.contexts.plan_tracking.queries.standing import comparable
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Actor, Right, require

MOST_ALIKE = 5
LEAST = 0.34


@dataclass(frozen=True, slots=True)
class IndicatorChoice:
    """An indicator of the pack; `alike` where its name suggests it."""

    id: str
    title: str
    unit: str
    alike: bool


def indicator_choices(actor: Actor, *, name: str, unit: str | None) -> tuple[IndicatorChoice, ...]:
    """All indicators that a target of this unit can be compared with: the likeliest by name first, then the others in the order of the pack."""
    require(actor, Right.SEE_PACKS)
    if not policy.is_pack_loaded():
        return ()
    entries = [entry for entry in policy.pack_in_use().pack.indicators.values() if comparable(unit, entry.unit)]
    likeness = {entry.id: alike(name, entry.title) for entry in entries}
    best = sorted((entry for entry in entries if likeness[entry.id] >= LEAST), key=lambda entry: -likeness[entry.id])[:MOST_ALIKE]
    rest = [entry for entry in entries if entry not in best]
    return tuple(
        IndicatorChoice(entry.id, entry.title, entry.unit, place < len(best)) for place, entry in enumerate((*best, *rest))
    )


def alike(one: str, other: str) -> float:
    """How much two names share, from 0 to 1: neighbouring signs that stand in both, over those of the shorter and of both."""
    a, b = _pairs(one), _pairs(other)
    shared = len(a & b)
    return shared / (0.5 * min(len(a), len(b)) + 0.25 * (len(a) + len(b))) if a and b else 0.0


def _pairs(text: str) -> set[str]:
    plain = "".join(sign for sign in text if sign.isalnum())
    return {plain[at : at + 2] for at in range(len(plain) - 1)}
